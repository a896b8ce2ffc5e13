"""The worst structures of a result: the plane in which reference and prediction differ most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from groundct.benchmark.compare.cuts import Cut
from groundct.benchmark.organs.inputs import OrganMasks
from groundct.benchmark.organs.result import StructureResult
from groundct.benchmark.organs.run import pairs_of
from groundct.codecs.volumes import read_volume
from groundct.core.case import NiftiVolume
from groundct.core.issues import DataError
from groundct.core.volume import BoolArray, LabelMap, Volume

MOST: Final = 8
_ROOM_MM: Final = 25.0
PREDICTION: Final = "prediction"

Key = tuple[str, str]
"""Case and structure."""


def worst_rows(rows: Sequence[StructureResult], most: int = MOST) -> tuple[StructureResult, ...]:
    """The scored rows of lowest Dice, each structure once."""
    ordered = sorted(
        (row for row in rows if row.status == "scored" and row.dice is not None),
        key=lambda row: (row.dice, row.structure, row.case),
    )
    first: dict[str, StructureResult] = {}
    for row in ordered:
        first.setdefault(row.structure, row)
    return tuple(first.values())[:most]


def cuts_of(
    rows: Iterable[StructureResult],
    reference: OrganMasks,
    prediction: OrganMasks,
    cts: Mapping[str, Path],
) -> dict[Key, Cut]:
    """Cuts of rows whose case has a CT; each case is read once.

    Raises DataError for a CT or a reference that cannot be read or lies on another grid; a
    prediction that cannot be read gives none.
    """
    pairs = pairs_of(reference, prediction)
    by_case: dict[str, list[str]] = {}
    for row in rows:
        if row.case in cts:
            by_case.setdefault(row.case, []).append(row.structure)
    out: dict[Key, Cut] = {}
    for case, structures in by_case.items():
        volume = read_volume(NiftiVolume(path=cts[case]))
        truth = reference.cases[case](volume.stored)
        other = pairs[case]
        try:
            found = None if other is None else prediction.cases[other](volume.stored)
        except DataError:
            found = None
        for name in structures:
            own = found.mask(name) if found is not None and name in found.names else None
            out[case, name] = _cut(truth, name, own, volume)
    return out


def _cut(truth: LabelMap, name: str, found: BoolArray | None, volume: Volume) -> Cut:
    reference = truth.mask(name)
    differ = reference if found is None else reference ^ found
    shown = reference if found is None else reference | found
    plane = int(np.argmax((differ if differ.any() else reference).sum(axis=(0, 1))))
    spacing = volume.geometry.spacing_mm
    box = tuple(
        _around(np.asarray(shown[:, :, plane].any(axis=1 - axis)), spacing[axis]) for axis in (0, 1)
    )
    return Cut(
        reference=reference[:, :, plane][box],
        predictions={PREDICTION: None if found is None else found[:, :, plane][box]},
        hu=np.array(volume.hu[:, :, plane][box]),
        spacing_mm=(spacing[0], spacing[1]),
        oriented=True,
    )


def _around(held: BoolArray, spacing_mm: float) -> slice:
    index = np.flatnonzero(held)
    room = round(_ROOM_MM / spacing_mm)
    return slice(max(0, int(index[0]) - room), min(len(held), int(index[-1]) + 1 + room))
