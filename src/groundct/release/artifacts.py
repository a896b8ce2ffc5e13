"""What goes into a release: cases with their masks, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from groundct.core.issues import Issue
from groundct.core.volume import Volume
from groundct.release.exports._contract import ReleasedCase


@dataclass(frozen=True, eq=False)
class CaseArtifacts(ReleasedCase):
    """A released case and, where its licence allows to hand it on, its CT."""

    volume: Volume | None = None


@dataclass(frozen=True, eq=False)
class ReleaseRequest:
    """What to release.

    ``cases`` are taken one by one, in any order. ``configuration`` is the plain data (JSON) that
    the cases were built with. ``issues`` are those of cases that were set aside, and of the corpus.
    """

    cases: Iterable[CaseArtifacts]
    configuration: Mapping[str, Any] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()
