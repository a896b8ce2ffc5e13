"""What every export takes and gives: released cases in, the files of another layout out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from groundct.core.contracts import Plugin
from groundct.core.issues import Issue, ReleaseError
from groundct.core.record import Record
from groundct.core.value import Value
from groundct.core.volume import LabelMap


@dataclass(frozen=True, eq=False)
class ReleasedCase:
    """A record with its masks and its split: ``train``, ``validation`` or ``test``.

    ``organs`` and ``regions`` are None for a case without volume.
    """

    record: Record
    organs: LabelMap | None
    regions: LabelMap | None
    split: str


class ExportOptions(Value):
    """How masks are written.

    ``identity_affine``: with the identity as affine, as the published datasets do, in place of the
    CT's own. Such files say nothing of left and right; they fit their CT by voxel index alone.
    """

    identity_affine: bool = False


class Exported(Value):
    """The files written, below the folder asked for, and what could not be carried over."""

    files: tuple[Path, ...]
    issues: tuple[Issue, ...] = ()


@runtime_checkable
class Exporter(Plugin, Protocol):
    """Released cases -> another dataset's layout."""

    def export(self, cases: Iterable[ReleasedCase], out: Path, options: ExportOptions) -> Exported:
        """Write the layout below ``out``; equal cases give equal bytes.

        Cases are taken one by one, so that only one case's masks need be in memory. Raises
        ReleaseError when a record and its masks contradict each other, and when ``out`` holds
        anything: a mask left by an earlier export would pass for an annotation of this one.
        """


def require_empty(out: Path) -> None:
    """Raise ReleaseError unless ``out`` is an empty folder or does not exist."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    problem = ReleaseError.of(
        "folder-not-empty",
        out,
        "files are there already, and an export must not mix with them.",
        "Name a new folder, or empty this one.",
    )
    raise ReleaseError(*problem.issues)


def split_outside_layout(case_id: str, split: str, known: Iterable[str]) -> ReleaseError:
    """The error of a case whose split a layout has no name for."""
    problem = ReleaseError.of(
        "split-outside-layout",
        case_id,
        f"the case is in split {split!r}; the layout has {', '.join(known)}.",
        "Split the release again.",
        case_id,
    )
    return ReleaseError(*problem.issues)
