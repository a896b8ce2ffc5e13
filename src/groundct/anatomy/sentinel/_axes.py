"""Which way a chest lies in its array, from what every chest has in common.

Each measure is positive when the content lies as the array says: index i to the patient's right,
j to the front, k to the head. Turning the array round turns its sign.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groundct.anatomy.sentinel._thorax import Thorax
from groundct.core.value import Value
from groundct.core.volume import BoolArray
from groundct.imaging.distances import distance_mm

_CLEARLY_MORE_BODY = 0.15  # crops of the body are cut on all sides
_UNDER_LUNG_MM = 24.0
_MIDLINE_MM = 20.0
_BONE_HU = 180
_BONE_VOXELS = 3
_SOLID_ORGAN_HU = (-20, 170)


class Lie(Value):
    """How a chest lies. ``left_right_axis`` and ``head_axis`` are array axes.

    ``head`` (mm): how much higher the lungs' middle lies over their core than over their rim; the
    lungs are domed towards the head. ``front`` (mm): how much lower they reach at the back, which
    large effusions turn round; ``spine``: share of slices with bone in the midline's back third
    less that with bone in its front third.
    ``right``: sum of three signs that the right side is where it should be: solid organ (liver)
    rather than stomach under it, the heart beyond the midline on the other side, and the base of
    the other lung raised by the heart. About 1 to 4 in an upright volume.
    """

    left_right_axis: int
    head_axis: int
    head: float
    front: float
    spine: float
    right: float

    @property
    def faces_back(self) -> bool:
        """Whether both measures say that front and back are turned."""
        return self.front < 0 and self.spine < 0


def lie_of(thorax: Thorax) -> Lie:
    """Measure how the chest lies; the last three are meaningful for axes (0, 2) only.

    Each measure is taken as if the turns found before it were undone, so that one turn does not
    blur the next.
    """
    a, b = (np.argwhere(lung).mean(axis=0) * thorax.spacing_mm for lung in thorax.lungs)
    apart = int(np.argmax(np.abs(a - b)))
    others = [axis for axis in range(3) if axis != apart]
    ends = {axis: _body_at_ends(thorax.body, axis) for axis in others}
    head_axis = max(others, key=lambda axis: ends[axis] + (_CLEARLY_MORE_BODY if axis == 2 else 0))
    lungs = thorax.lungs if a[0] > b[0] else thorax.lungs[::-1]
    ordered = Thorax(thorax.hu, thorax.body, thorax.spacing_mm, (lungs[0], lungs[1]))
    head = _doming_mm(ordered.cropped_to_lungs())
    upright = ordered.flipped(2) if head < 0 else ordered
    box = upright.cropped_to_lungs()
    lie = Lie(
        left_right_axis=apart,
        head_axis=head_axis,
        head=head,
        front=_depth_at_back_mm(box),
        spine=_spine_behind(box),
        right=0.0,
    )
    facing = upright.flipped(1) if lie.faces_back else upright
    return lie.model_copy(update={"right": _rightness(facing)})


def _rightness(thorax: Thorax) -> float:
    box = thorax.cropped_to_lungs()
    return _liver(thorax) / 0.15 + _heart_mm(box) / 10 + _raised_mm(box) / 10


def _body_at_ends(body: BoolArray, axis: int) -> float:
    """The scan cuts the body at head and feet and nowhere else: body's share of the end planes."""
    return min(float(np.take(body, end, axis=axis).mean()) for end in (0, -1))


def _base_and_top(lung: BoolArray) -> tuple[BoolArray, NDArray[np.intp], NDArray[np.intp]]:
    """For each column along k: whether it meets the lung, its first and its last voxel there."""
    base = np.argmax(lung, axis=2)
    top = lung.shape[2] - 1 - np.argmax(lung[:, :, ::-1], axis=2)
    return np.asarray(lung.any(axis=2)), base, top


def _depth_in_outline(columns: BoolArray, thorax: Thorax) -> NDArray[np.float32]:
    """Distance of each column to the lung's outline seen from above, 0..1 of the largest."""
    padded = np.pad(columns, 1)[:, :, None]
    depth = distance_mm(padded, thorax.spacing_mm)[1:-1, 1:-1, 0]
    return depth / max(float(depth.max()), 1e-6)


def _doming_mm(thorax: Thorax) -> float:
    rises = []
    for lung in thorax.lungs:
        columns, base, top = _base_and_top(lung)
        depth = _depth_in_outline(columns, thorax)
        middle = (base + top) / 2 * thorax.spacing_mm[2]
        core, rim = columns & (depth > 0.6), columns & (depth < 0.25)
        rises.append(float(middle[core].mean() - middle[rim].mean()))
    return sum(rises) / 2


def _depth_at_back_mm(thorax: Thorax) -> float:
    depths = []
    third = max(1, thorax.body.shape[1] // 3)
    for lung in thorax.lungs:
        columns, base, _ = _base_and_top(lung)
        back = base[:, :third][columns[:, :third]]
        front = base[:, -third:][columns[:, -third:]]
        if back.size and front.size:
            depths.append(float(front.mean() - back.mean()) * thorax.spacing_mm[2])
    return sum(depths) / max(len(depths), 1)


def _spine_behind(thorax: Thorax) -> float:
    right, left = (np.argwhere(lung)[:, 0].mean() for lung in thorax.lungs)
    middle = round((right + left) / 2)
    reach = max(1, round(_MIDLINE_MM / thorax.spacing_mm[0]))
    midline = np.s_[max(middle - reach, 0) : middle + reach + 1]
    bone = (thorax.hu[midline] > _BONE_HU) & thorax.body[midline]
    third = max(1, bone.shape[1] // 3)
    back, front = (
        float((part.sum(axis=(0, 1)) > _BONE_VOXELS).mean())
        for part in (bone[:, :third], bone[:, -third:])
    )
    return back - front


def _heart_mm(thorax: Thorax) -> float:
    """How far what lies between the lungs' lower halves is off the spine, away from the right."""
    right, left = thorax.lungs
    beyond_left = np.maximum.accumulate(left, axis=0)
    before_right = np.maximum.accumulate(right[::-1], axis=0)[::-1]
    between = beyond_left & before_right & ~left & ~right
    third, half = max(1, between.shape[1] // 3), max(1, between.shape[2] // 2)
    spine = np.argwhere(between[:, :third] & (thorax.hu[:, :third] > _BONE_HU))
    heart = np.argwhere(between[:, third:, :half])
    if not len(spine) or not len(heart):
        return 0.0
    return float(spine[:, 0].mean() - heart[:, 0].mean()) * thorax.spacing_mm[0]


def _raised_mm(thorax: Thorax) -> float:
    """How much higher the left lung's base lies than the right's, away from the rim."""
    bases = []
    for lung in thorax.lungs:
        columns, base, _ = _base_and_top(lung)
        core = columns & (_depth_in_outline(columns, thorax) > 0.5)
        bases.append(float(base[core].mean()) * thorax.spacing_mm[2])
    return bases[1] - bases[0]


def _liver(thorax: Thorax) -> float:
    """Share of solid-organ HU under the right lung less that under the left."""
    right, left = thorax.lungs
    return _solid_below(thorax, right) - _solid_below(thorax, left)


def _solid_below(thorax: Thorax, lung: BoolArray) -> float:
    columns, base, _ = _base_and_top(lung)
    depth = max(2, round(_UNDER_LUNG_MM / thorax.spacing_mm[2]))
    k = np.arange(lung.shape[2])
    below = columns[:, :, None] & (k < base[:, :, None] - 1) & (k >= base[:, :, None] - depth)
    hu = thorax.hu[below]
    if not hu.size:
        return 0.0
    return float(((hu > _SOLID_ORGAN_HU[0]) & (hu < _SOLID_ORGAN_HU[1])).mean())
