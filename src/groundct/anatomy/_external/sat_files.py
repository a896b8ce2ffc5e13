"""SAT's file formats: what it is given, what it leaves, and how that comes back onto a grid.

SAT turns a CT to its orientation, resamples it to 1 x 1 x 3 mm, crops it to the voxels above 0, and
saves masks and the image that it saw with an identity affine: nothing in its files says where they
lie. It is therefore given a CT that is in RAS order at 1 x 1 x 3 mm already, so that the crop is
all that it can do; the crop is worked out here and held against the image that it saw.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from groundct.codecs.nifti import read_nifti_floats, write_nifti_volume
from groundct.core.geometry import Geometry
from groundct.core.issues import GridError, VolumeError
from groundct.core.volume import BoolArray, HuArray, RegionMask, Volume
from groundct.imaging.components import Crop, bounding_slices
from groundct.imaging.resample import resample_linear, resample_volume

SPACING_MM: Final = (1.0, 1.0, 3.0)
NAME: Final = "ct"
_SEEN_HU: Final = (-500.0, 1000.0)
_LEAST_CORRELATION: Final = 0.999


def given_grid(geometry: Geometry) -> Geometry:
    """A grid of 1 x 1 x 3 mm along the volume's own axes, over the same box of space."""
    spacing = np.array(geometry.spacing_mm)
    wanted = np.array(SPACING_MM)
    extent = np.array(geometry.shape) * spacing
    shape = tuple(int(n) for n in np.maximum(1, np.ceil(extent / wanted - 1e-6)))
    step = np.diag([*(wanted / spacing), 1.0])
    step[:3, 3] = (wanted / spacing - 1) / 2
    return Geometry.of(shape, geometry.matrix @ step)


def write_given(folder: Path, volume: Volume, groups: Sequence[Sequence[str]]) -> HuArray:
    """Write ``ct.nii.gz`` and ``ct.jsonl``; a line for each group of classes. The HU as given.

    Raises VolumeError when no voxel lies above 0 HU, which SAT would crop to nothing.
    """
    hu = resample_volume(volume, given_grid(volume.geometry)).hu
    # Its own frame: along the array's axes, from 0, which an oblique scan has too.
    frame = Geometry.of(hu.shape, np.diag([*SPACING_MM, 1.0]))
    image = folder / f"{NAME}.nii.gz"
    write_nifti_volume(image, Volume(hu, frame, frame))
    if not (hu > 0).any():
        raise VolumeError.of("no-body", NAME, "no voxel lies above 0 HU.", "Give a CT of a body.")
    lines = [
        json.dumps(
            {
                "image": str(image),
                "label": list(group),
                "modality": "ct",
                "dataset": f"group{number}",
                "orientation_code": "RAS",
            }
        )
        for number, group in enumerate(groups)
    ]
    (folder / f"{NAME}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return hu


def read_masks(
    results: Path, hu: HuArray, volume: Volume, groups: Sequence[Sequence[str]]
) -> dict[str, RegionMask]:
    """The mask of each class on the volume's grid, each after the image SAT saw was checked.

    Raises VolumeError for a file that is missing or broken, GridError when the image that SAT saw
    is not the crop of the one that it was given.
    """
    box = bounding_slices(hu > 0)
    if box is None:
        raise VolumeError.of("no-body", NAME, "no voxel lies above 0 HU.", "Give a CT of a body.")
    grid = given_grid(volume.geometry)
    found: dict[str, RegionMask] = {}
    for number, group in enumerate(groups):
        folder = results / f"group{number}"
        _require_same_image(folder / f"img_{NAME}.nii.gz", hu[box])
        for name in group:
            path = folder / f"seg_{NAME}" / f"{name}.nii.gz"
            mask = read_nifti_floats(path)
            if mask.shape != hu[box].shape:
                raise _moved(path, f"it has the shape {mask.shape}, {hu[box].shape} is due")
            found[name] = _on_volume(mask >= 0.5, box, grid, volume.geometry)
    return found


def _require_same_image(path: Path, given: HuArray) -> None:
    """Hold the image that SAT saw against the crop of the one that it was given."""
    seen = read_nifti_floats(path)
    if seen.shape != given.shape:
        raise _moved(path, f"it has the shape {seen.shape}, {given.shape} is due")
    due = np.clip(given.astype(np.float64), *_SEEN_HU)
    if seen.std() == 0 or due.std() == 0:
        same = 0.0
    else:
        same = float(np.corrcoef(seen.ravel(order="F"), due.ravel(order="F"))[0, 1])
    if not (math.isfinite(same) and same >= _LEAST_CORRELATION):
        raise _moved(path, f"it correlates with what was given by {same:.3f} only")


def _on_volume(mask: BoolArray, box: Crop, grid: Geometry, target: Geometry) -> RegionMask:
    """A mask in the crop ``box`` of ``grid`` on the grid ``target``: linear, cut at one half."""
    # What was cut away holds nothing of the mask, which must not run on over the cut.
    cut = [(int(b.start > 0), int(b.stop < n)) for b, n in zip(box, grid.shape, strict=True)]
    whole = np.pad(mask, cut)
    inner = bounding_slices(whole, 1)
    if inner is None:
        return RegionMask((0, 0, 0), np.zeros((0, 0, 0), dtype=np.bool_))
    low = [b.start - c[0] + s.start for b, c, s in zip(box, cut, inner, strict=True)]
    part = _part(grid, low, whole[inner].shape)
    ends = target.index_from_world(part.corners_mm())
    first = [max(0, math.floor(v) - 1) for v in ends.min(axis=0)]
    last = [min(n, math.ceil(v) + 2) for n, v in zip(target.shape, ends.max(axis=0), strict=True)]
    goal = _part(target, first, tuple(b - a for a, b in zip(first, last, strict=True)))
    voxels = resample_linear(whole[inner], part, goal) >= 0.5
    own = RegionMask.of(voxels)
    i, j, k = (a + b for a, b in zip(first, own.offset, strict=True))
    return RegionMask((i, j, k), own.voxels)


def _part(grid: Geometry, low: Sequence[int], shape: tuple[int, ...]) -> Geometry:
    moved = grid.matrix
    moved[:3, 3] = grid.world_from_index(low)
    return Geometry.of(shape, moved)


def _moved(path: Path, what: str) -> GridError:
    error = GridError.of(
        "sat-moved-the-image",
        path,
        f"SAT did not see the image as it was given: {what}.",
        "Use the released SAT with MONAI 1.1; its masks cannot be placed otherwise.",
    )
    if not isinstance(error, GridError):
        raise TypeError("an error of another class")
    return error
