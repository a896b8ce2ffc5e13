"""From working masks to labels on the full grid; borders of lung and bone follow the full HU."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from groundct.anatomy._hu.find import Found
from groundct.anatomy._hu.grid import Working, fraction_on_full
from groundct.anatomy._hu.names import CAVITY_LABELS, LABELS, SEGMENTS
from groundct.core.volume import BoolArray, LabelMap, Segment

Layer = NDArray[np.uint8]

AERATED_HU = -400
BONE_HU = 150
BONES: Final = ("other bone", "left rib", "right rib", "sternum", "vertebrae")
SOFT: Final = ("mediastinal tissue", "liver", "heart")


def paint(grid: Working, found: Found) -> LabelMap:
    """The label map of what was found; a structure that lost all its voxels is left out."""
    shape = grid.volume.geometry.shape
    parts: Layer = np.zeros(shape, dtype=np.uint8, order="F")
    cavities: Layer = np.zeros(shape, dtype=np.uint8, order="F")
    _put(grid, cavities, found.body, CAVITY_LABELS["body"])
    _put(grid, cavities, found.cavity, CAVITY_LABELS["thoracic cavity"])
    for name in SOFT:
        _put(grid, parts, found.masks.get(name), LABELS[name])
    for name in BONES:
        _put(grid, parts, found.masks.get(name), LABELS[name], follow_bone=True)
    _put(grid, parts, found.masks.get("spinal canal"), LABELS["spinal canal"])
    if found.lungs is not None:
        for name, side in (("left lung", found.lungs.left), ("right lung", found.lungs.right)):
            if side is not None:
                _put_lung(grid, parts, side, found.lungs.aerated, LABELS[name])
    if found.airways is not None:
        for name, lumen in (
            ("bronchie", found.airways.bronchi),
            ("trachea", found.airways.trachea),
        ):
            if lumen is not None:
                parts[lumen.slices][lumen.voxels] = LABELS[name]
    return LabelMap(
        (parts, cavities), _segments(parts, cavities), grid.volume.geometry, grid.volume.stored
    )


def _put(
    grid: Working,
    layer: Layer,
    mask: BoolArray | None,
    label: int,
    *,
    follow_bone: bool = False,
) -> None:
    if mask is None:
        return
    box, fraction = fraction_on_full(grid, mask)
    chosen = fraction > 0.5
    if follow_bone:
        chosen = (fraction > 0.8) | ((fraction > 0.25) & (grid.volume.hu[box] > BONE_HU))
    layer[box][chosen] = label


def _put_lung(grid: Working, layer: Layer, lung: BoolArray, aerated: BoolArray, label: int) -> None:
    """The lung's inside as found; its border by HU, or as found where it was closed over tissue."""
    box, fraction = fraction_on_full(grid, lung)
    aerated_fraction = fraction_on_full(grid, aerated & lung, box)[1]
    air = grid.volume.hu[box] < AERATED_HU
    chosen = fraction > 0.95
    chosen |= (fraction > 0.05) & air & (aerated_fraction > 0.05)
    chosen |= (fraction > 0.5) & (aerated_fraction < 0.5)
    layer[box][chosen] = label


def _segments(parts: Layer, cavities: Layer) -> tuple[Segment, ...]:
    here = {
        (layer, int(label))
        for layer, array in enumerate((parts, cavities))
        for label in np.flatnonzero(np.bincount(array.ravel(order="K"), minlength=2))
    }
    places = {name: (1, label) for name, label in CAVITY_LABELS.items()}
    places |= {name: (0, label) for name, label in LABELS.items()}
    segments = []
    for name, members in SEGMENTS.items():
        kept = tuple(places[m] for m in members if places[m] in here)
        if kept:
            segments.append(Segment(name=name, parts=kept))
    return tuple(segments)
