"""References and candidates of a detection: places in scans, in RAS+ mm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from groundct.core.geometry import Geometry
from groundct.core.issues import Issue
from groundct.imaging.runs import Runs
from groundct.sources._names import patient_id_of

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Places:
    """Places in scans; ``case`` names the scan of each of the n places.

    ``centre_mm`` (n, 3) is RAS+; ``diameter_mm`` (n,) is NaN where it is not known. ``boxes_mm``
    (n, 2, 3) are low and high corners, or None; ``masks`` one mask each, or None, in the voxel
    order of ``grids``, which names the grid of each scan where it is known.
    """

    case: tuple[str, ...]
    centre_mm: Floats
    diameter_mm: Floats
    boxes_mm: Floats | None = None
    masks: tuple[Runs, ...] | None = None
    grids: Mapping[str, Geometry] = field(default_factory=dict)

    def by_case(self) -> dict[str, NDArray[np.int64]]:
        """Case -> its places' numbers, in order."""
        names, number = np.unique(np.array(self.case, dtype=np.str_), return_inverse=True)
        order = np.argsort(number, kind="stable").astype(np.int64)
        edges = np.searchsorted(number[order], np.arange(len(names) + 1))
        return {
            str(name): order[low:high]
            for name, low, high in zip(names, edges, edges[1:], strict=False)
        }


@dataclass(frozen=True, eq=False)
class References:
    """What is to be found, and the scans in which it was looked for.

    ``excluded`` (n,) are neither to be found nor held against anybody. ``kind``, ``side`` and
    ``lobes`` are empty where nobody says. ``scans`` has all scans of the denominator, also those
    without a reference; ``patients`` the patient of a scan where that is said, else its name says.
    """

    places: Places
    excluded: NDArray[np.bool_]
    scans: tuple[str, ...]
    digest: str
    kind: tuple[str, ...] = ()
    side: tuple[str, ...] = ()
    lobes: tuple[tuple[str, ...], ...] = ()
    patients: Mapping[str, str] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()

    def patient(self, case: str) -> str:
        """Whose scan it is."""
        return self.patients.get(case) or patient_id_of(case)


@dataclass(frozen=True, eq=False)
class Candidates:
    """What was found, with its confidence (n,): the larger the surer, on any scale."""

    places: Places
    confidence: Floats
    digest: str
    issues: tuple[Issue, ...] = ()


def empty_places() -> Places:
    """No place."""
    return Places((), np.zeros((0, 3)), np.zeros(0))


def joined(parts: Sequence[Places]) -> Places:
    """Several lists of places as one; boxes and masks only where all have them."""
    if not parts:
        return empty_places()
    boxes = [part.boxes_mm for part in parts if part.boxes_mm is not None]
    masks = [part.masks for part in parts if part.masks is not None]
    return Places(
        tuple(name for part in parts for name in part.case),
        np.concatenate([part.centre_mm for part in parts]),
        np.concatenate([part.diameter_mm for part in parts]),
        np.concatenate(boxes) if len(boxes) == len(parts) else None,
        tuple(m for own in masks for m in own) if len(masks) == len(parts) else None,
        {name: grid for part in parts for name, grid in part.grids.items()},
    )
