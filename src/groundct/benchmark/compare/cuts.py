"""One axial plane through a finding with the reference and every model's mask on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from groundct.benchmark.compare.samples import Key
from groundct.benchmark.segmentation.inputs import Masks
from groundct.benchmark.segmentation.loading import Loaded, load_case
from groundct.benchmark.segmentation.places import states_place, turn_onto, turned
from groundct.codecs.folders import walk_folders
from groundct.codecs.mask_runs import StoredRuns
from groundct.codecs.volumes import read_volume
from groundct.core.case import NiftiVolume
from groundct.core.geometry import Geometry, Reorientation, reorientation_to
from groundct.core.issues import DataError, GridError
from groundct.core.volume import BoolArray, Volume
from groundct.imaging.runs import Runs
from groundct.sources._names import case_id_of, is_nifti

_ROOM_MM: Final = 20.0
"""Shown around the reference, and no less than half its own extent."""

Box = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, eq=False)
class Cut:
    """A part of the plane that holds most of a finding's reference; arrays are (i, j) in RAS order.

    A model's mask is None where its file or finding is missing or refused. ``oriented`` is False
    where no file says how the voxels lie.
    """

    reference: BoolArray
    predictions: Mapping[str, BoolArray | None]
    hu: NDArray[np.int16] | None
    spacing_mm: tuple[float, float]
    oriented: bool


def cts_below(root: Path) -> dict[str, Path]:
    """Case id -> the NIfTI file of that name below a folder; of two the first counts."""
    found: dict[str, Path] = {}
    for folder, _, names in walk_folders(root):
        for name in sorted(names):
            if is_nifti(folder / name):
                found.setdefault(case_id_of(name), folder / name)
    return found


def cuts_of(
    keys: Iterable[Key],
    reference: Masks,
    predictions: Mapping[str, Masks],
    cts: Mapping[str, Path],
) -> dict[Key, Cut]:
    """Cuts of findings (case, number) whose reference has voxels; each case is read once.

    Raises DataError for a reference or CT that cannot be read, and GridError for a CT of another
    shape. A prediction that cannot be read gives None.
    """
    by_case: dict[str, list[int]] = {}
    for case, item in keys:
        by_case.setdefault(case, []).append(int(item))
    out: dict[Key, Cut] = {}
    for case, numbers in by_case.items():
        if case not in reference.places:
            continue
        truth = load_case(reference, case)
        volume = read_volume(NiftiVolume(path=cts[case])) if case in cts else None
        grid = _grid(truth.stored.grid, volume, case)
        loaded = {model: _loaded(masks, case) for model, masks in predictions.items()}
        for number in numbers:
            if number < len(truth.stored.findings) and truth.stored.findings[number].count:
                masks = {m: _matching(grid, truth, own, number) for m, own in loaded.items()}
                cut = _cut(truth.stored.findings[number], masks, grid, volume)
                out[case, str(number)] = cut
    return out


def _grid(own: Geometry, volume: Volume | None, case: str) -> Geometry:
    if volume is None:
        return own
    if volume.stored.shape != own.shape:
        raise GridError.of(
            "mask-shape",
            case,
            f"the reference has {own.shape} voxels a finding and its CT {volume.stored.shape}.",
            "Use the CT of the same name as stored, neither cropped nor resampled.",
            case,
        )
    return own if states_place(own) else volume.stored


def _loaded(masks: Masks, case: str) -> Loaded | None:
    try:
        return load_case(masks, case) if case in masks.places else None
    except DataError:
        return None


def _matching(grid: Geometry, truth: Loaded, own: Loaded | None, number: int) -> Runs | None:
    """The prediction's finding of that number or id, in the order of the reference's voxels."""
    if own is None:
        return None
    ours, theirs = truth.by_id(), own.by_id()
    at: int | None = number
    if ours and theirs:
        at = theirs.get(truth.about[number].finding_id or "")
    if at is None or at >= len(own.stored.findings):
        return None
    try:
        turn, _ = turn_onto(grid, own.stored.grid, "")
    except DataError:
        return None
    return turned(StoredRuns((own.stored.findings[at],), own.stored.grid), turn)[0]


def _cut(
    truth: Runs, masks: Mapping[str, Runs | None], grid: Geometry, volume: Volume | None
) -> Cut:
    turn = reorientation_to(grid, "RAS")
    ras = turn.apply_geometry(grid)
    place = np.unravel_index(truth.voxels(), truth.shape, order="F")
    right, front, up = (
        ras.shape[new] - 1 - place[old] if flip else place[old]
        for new, (old, flip) in enumerate(zip(turn.axes, turn.flips, strict=True))
    )
    plane = int(np.argmax(np.bincount(up)))
    inside = up == plane
    box = (
        _around(right[inside], ras.spacing_mm[0], ras.shape[0]),
        _around(front[inside], ras.spacing_mm[1], ras.shape[1]),
        (plane, plane + 1),
    )
    stored = _stored(box, turn, ras.shape)
    part = tuple(slice(low, high) for low, high in box)
    return Cut(
        reference=_painted(truth, stored, turn),
        predictions={
            model: None if runs is None else _painted(runs, stored, turn)
            for model, runs in masks.items()
        },
        hu=None if volume is None else np.array(volume.hu[part][..., 0]),
        spacing_mm=(ras.spacing_mm[0], ras.spacing_mm[1]),
        oriented=states_place(grid),
    )


def _around(index: NDArray[np.intp], spacing_mm: float, size: int) -> tuple[int, int]:
    low, high = int(index.min()), int(index.max()) + 1
    room = round(max(_ROOM_MM / spacing_mm, (high - low) / 2))
    return max(0, low - room), min(size, high + room)


def _stored(box: Box, turn: Reorientation, shape: Sequence[int]) -> Box:
    """A box of the RAS grid in the order of the stored one."""
    out = [(0, 0)] * 3
    for new, (old, flip) in enumerate(zip(turn.axes, turn.flips, strict=True)):
        low, high = box[new]
        out[old] = (shape[new] - high, shape[new] - low) if flip else (low, high)
    return out[0], out[1], out[2]


def _painted(runs: Runs, box: Box, turn: Reorientation) -> BoolArray:
    """The voxels within a stored box, turned to RAS, as its one plane."""
    lows = [low for low, _ in box]
    crop = np.zeros([high - low for low, high in box], dtype=np.bool_)
    first, j, k = runs.indices()
    inside = (j >= box[1][0]) & (j < box[1][1]) & (k >= box[2][0]) & (k < box[2][1])
    last = first + runs.lengths
    for n in np.flatnonzero(inside & (last > box[0][0]) & (first < box[0][1])):
        start, stop = max(0, first[n] - lows[0]), last[n] - lows[0]
        crop[start:stop, j[n] - lows[1], k[n] - lows[2]] = True
    return turn.apply(crop)[..., 0]
