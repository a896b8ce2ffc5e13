"""What can be measured of a mask: volume, mean HU, centre, pieces, smoothness, its border."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy import ndimage

from groundct.core.geometry import Geometry
from groundct.core.value import Value
from groundct.core.volume import BoolArray, LabelArray, LabelMap, Method, Segment, Volume
from groundct.imaging.components import bounding_slices, components
from groundct.imaging.resample import resample_nearest, resample_volume, working_geometry

WORKING_MM: Final = 2.0
_HU_SEEN: Final = (-1000, 300)
"""Steps of HU are measured between these, so that neither metal nor air outside counts too much."""
_PIECE_ML: Final = 0.2
"""Smaller pieces do not count as pieces."""
_PIECE_SHARE: Final = 0.02
"""Nor do those that hold a smaller part of the mask."""
_AROUND: Final = 2
"""Voxels of the working grid that count as what is around a mask."""
_LEAST_DISPUTED: Final = 0.03
_LEAST_CONTRAST_HU: Final = 25.0


class Evidence(Value):
    """One segmenter's mask of one structure, measured on a grid of about 2 mm.

    ``volume_ml`` is that of the full grid. ``pieces`` counts connected parts that matter,
    ``largest_share`` is the largest one's part of all voxels. ``roughness`` is the area of the
    voxel faces on the border over that of a ball of equal volume; ``border_step_hu`` the mean step
    of HU across the border. ``cut_off``: it reaches the first or last plane of the scan.
    ``disputed_right``: of the voxels that one answer holds and another does not, the part that this
    one puts on the side that their HU is like; None without another answer or without contrast.
    """

    segmenter: str
    method: Method | None
    confidence: float | None
    volume_ml: Annotated[float, Field(ge=0)]
    mean_hu: float
    centroid_mm: tuple[float, float, float]
    pieces: int
    largest_share: float
    roughness: float
    border_step_hu: float
    cut_off: bool
    disputed_right: float | None = None


@dataclass(frozen=True, eq=False)
class Measured:
    """A mask on the working grid with its evidence; ``mask`` may be empty where it is tiny."""

    evidence: Evidence
    mask: BoolArray


class Ruler:
    """Measures masks of one volume, all on one working grid."""

    def __init__(self, volume: Volume) -> None:
        self._full = volume.geometry
        self.grid = working_geometry(volume.geometry, WORKING_MM)
        self._hu = resample_volume(volume, self.grid).hu
        self._seen = np.clip(self._hu, *_HU_SEEN).astype(np.int16)

    def layers_of(self, labels: LabelMap) -> tuple[LabelArray, ...]:
        """The layers of a label map on the working grid."""
        return tuple(
            cast("LabelArray", resample_nearest(layer, labels.geometry, self.grid))
            for layer in labels.layers
        )

    def measure(
        self,
        segmenter: str,
        segment: Segment,
        layers: tuple[LabelArray, ...],
        counts: Mapping[tuple[int, int], int],
    ) -> Measured | None:
        """The evidence of a structure; None where it has no voxel on the working grid."""
        mask = np.zeros(self.grid.shape, dtype=np.bool_, order="F")
        for layer, label in segment.parts:
            np.logical_or(mask, layers[layer] == label, out=mask)
        crop = bounding_slices(mask, 1)
        if crop is None:
            return None
        voxels = sum(counts.get(part, 0) for part in set(segment.parts))
        inner = mask[crop]
        count = int(np.count_nonzero(inner))
        own_ml = count * self.grid.voxel_volume_mm3 / 1000
        sizes = components(inner, 26)[1][1:]
        least = max(_PIECE_ML * 1000 / self.grid.voxel_volume_mm3, _PIECE_SHARE * count)
        area_mm2, step_hu = self._border(mask, crop)
        ball_mm2 = (36 * np.pi) ** (1 / 3) * (own_ml * 1000) ** (2 / 3)
        # Labels of several layers may overlap; the working grid then knows better.
        several = len({layer for layer, _ in segment.parts}) > 1
        evidence = Evidence(
            segmenter=segmenter,
            method=segment.method,
            confidence=segment.confidence,
            volume_ml=own_ml if several else voxels * self._full.voxel_volume_mm3 / 1000,
            mean_hu=float(self._hu[crop][inner].mean(dtype=np.float64)),
            centroid_mm=_centre(inner, crop, self.grid),
            pieces=max(1, int((sizes >= least).sum())),
            largest_share=float(sizes.max() / count),
            roughness=float(area_mm2 / ball_mm2),
            border_step_hu=step_hu,
            cut_off=bool(mask[:, :, 0].any() or mask[:, :, -1].any()),
        )
        return Measured(evidence, mask)

    def disputed(self, one: BoolArray, other: BoolArray) -> float | None:
        """Of the voxels that only one of two masks holds, the part that ``one`` is right about.

        A disputed voxel belongs inside when its HU is nearer to the median of what both hold than
        to that of what lies around both. None where the masks share nothing, hardly differ, or do
        not stand out from what is around.
        """
        crop = bounding_slices(one | other, _AROUND + 1)
        if crop is None:
            return None
        a, b, seen = one[crop], other[crop], self._seen[crop]
        both, disputed = a & b, a ^ b
        either = both | disputed
        if np.count_nonzero(disputed) < _LEAST_DISPUTED * np.count_nonzero(either):
            return None
        around = ndimage.binary_dilation(either, iterations=_AROUND) & ~either
        if not both.any() or not around.any():
            return None
        inner, outer = float(np.median(seen[both])), float(np.median(seen[around]))
        if abs(inner - outer) < _LEAST_CONTRAST_HU:
            return None
        values = seen[disputed].astype(np.float32)
        belongs = np.abs(values - inner) < np.abs(values - outer)
        return float((belongs == a[disputed]).mean())

    def _border(self, mask: BoolArray, crop: tuple[slice, slice, slice]) -> tuple[float, float]:
        """Area of the border's voxel faces in mm2, and the mean step of HU across them."""
        inner, seen = mask[crop], self._seen[crop]
        area, faces, steps = 0.0, 0, 0.0
        spacing = self.grid.spacing_mm
        for axis in range(3):
            near = tuple(slice(None, -1) if a == axis else slice(None) for a in range(3))
            far = tuple(slice(1, None) if a == axis else slice(None) for a in range(3))
            change = inner[near] != inner[far]
            number = int(np.count_nonzero(change))
            area += number * float(np.prod(spacing)) / spacing[axis]
            faces += number
            step = np.abs(seen[far][change].astype(np.int32) - seen[near][change])
            steps += float(step.sum())
        return area, steps / faces if faces else 0.0


def dice(a: BoolArray, b: BoolArray) -> float:
    """Dice of two masks on one grid; 1 for two empty ones."""
    total = int(np.count_nonzero(a)) + int(np.count_nonzero(b))
    return 2 * int(np.count_nonzero(a & b)) / total if total else 1.0


def _centre(
    inner: BoolArray, crop: tuple[slice, slice, slice], grid: Geometry
) -> tuple[float, float, float]:
    mean: list[float] = []
    for axis in range(3):
        line: NDArray[np.int64] = np.count_nonzero(
            inner, axis=tuple(a for a in range(3) if a != axis)
        )
        mean.append(crop[axis].start + float(np.arange(len(line)) @ line / line.sum()))
    x, y, z = (float(v) for v in grid.world_from_index(mean))
    return x, y, z
