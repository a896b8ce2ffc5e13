"""A release folder -> records, masks and tables, each read when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from pydantic import ValidationError

from groundct.codecs.label_maps import read_label_map
from groundct.codecs.nifti import read_nifti_volume
from groundct.codecs.tables import read_parquet
from groundct.core.case import NiftiVolume
from groundct.core.issues import ReleaseError
from groundct.core.names import unknown_name
from groundct.core.paths import AnyPath
from groundct.core.record import Record
from groundct.core.volume import LabelMap, Volume
from groundct.release._layout import ORGANS, REGIONS, mask_folder, record_path, table_path
from groundct.release._layout import volume_path as _volume_path
from groundct.release.exports._contract import ReleasedCase
from groundct.release.manifest import Manifest, read_manifest
from groundct.release.schemas import SCHEMAS

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Release:
    """A release on disk. Nothing but the manifest is read before it is asked for."""

    path: Path
    manifest: Manifest

    @cached_property
    def splits(self) -> MappingProxyType[str, str]:
        """Case id -> split, in the order of the ids."""
        table = read_parquet(self.path / table_path("cases"), ["case_id", "split"])
        rows = zip(table["case_id"].to_pylist(), table["split"].to_pylist(), strict=True)
        return MappingProxyType(dict(rows))

    @property
    def case_ids(self) -> tuple[str, ...]:
        """All cases, sorted."""
        return tuple(self.splits)

    def table(self, name: str) -> pa.Table:
        """A whole table; UnknownNameError for a name that the format does not have."""
        if name not in SCHEMAS:
            what = f"the format has {len(SCHEMAS)} tables and none of this name."
            raise unknown_name(name, what, tuple(SCHEMAS))
        return read_parquet(self.path / table_path(name))

    def record(self, case_id: str) -> Record:
        """A case's record; UnknownNameError when it is not here, ReleaseError when not readable."""
        self._require(case_id)
        return read_record(self.path, case_id)

    def organs(self, case_id: str) -> LabelMap | None:
        """A case's organs; None for a case without them."""
        self._require(case_id)
        return read_masks(self.path, case_id, ORGANS)

    def regions(self, case_id: str) -> LabelMap | None:
        """A case's sites and finding instances; None for a case without them."""
        self._require(case_id)
        return read_masks(self.path, case_id, REGIONS)

    def volume(self, case_id: str) -> Volume | None:
        """A case's CT; None where the release does not hand it on."""
        self._require(case_id)
        path = self.path / _volume_path(case_id)
        return read_nifti_volume(NiftiVolume(path=path)) if path.exists() else None

    def cases(self) -> Iterator[ReleasedCase]:
        """All cases with their masks, one in memory at a time: what exports take."""
        for case_id, split in self.splits.items():
            yield ReleasedCase(
                self.record(case_id), self.organs(case_id), self.regions(case_id), split
            )

    def _require(self, case_id: str) -> None:
        if case_id not in self.splits:
            what = f"the release at {self.path} holds {len(self.splits)} cases and not this one."
            raise unknown_name(case_id, what, self.case_ids)


def read_release(path: AnyPath) -> Release:
    """Open a release; raises ReleaseError when ``path`` holds none of this format.

    Files are not checked here: ``verify_release`` does that.
    """
    path = Path(path)
    return Release(path, read_manifest(path))


def read_record(root: AnyPath, case_id: str) -> Record:
    """The record of a case; raises ReleaseError ``unreadable-record`` or ``wrong-case``."""
    root = Path(root)
    path = root / record_path(case_id)
    try:
        record = Record.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as problem:
        raise ReleaseError.of(
            "unreadable-record",
            record_path(case_id),
            f"it is no record of this format: {str(problem).splitlines()[0]}.",
            "Copy the release again.",
            case_id,
        ) from problem
    if record.case_id != case_id:
        raise ReleaseError.of(
            "wrong-case",
            record_path(case_id),
            f"it is the record of {record.case_id!r}.",
            "Copy the release again.",
            case_id,
        )
    return record


def read_masks(root: AnyPath, case_id: str, stem: str) -> LabelMap | None:
    """One of a case's label maps; None when the case has none."""
    root = Path(root)
    folder = mask_folder(root, case_id)
    return read_label_map(folder, stem) if (folder / f"{stem}.json").exists() else None
