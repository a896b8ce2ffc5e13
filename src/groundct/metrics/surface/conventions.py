"""Each name says a metric and its convention, which a public tool uses too.

Border voxels: voxels of a mask with a 6-neighbour outside it (outside the array counts as outside
the mask), each of weight 1; distances between their centres. MONAI, medpy, MetricsReloaded.
Surfels: the surface through mid-edges in cells of 2 x 2 x 2 voxels, weighted by its area in the
cell; distances between cells. google-deepmind/surface-distance.
Voxels: all voxels of both masks, 0 for those in the other. SimpleITK.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from groundct.metrics.surface.far import Floats
from groundct.metrics.surface.pair import Pair

_PERCENT = 95
_ROUNDING = 1e-12


def _border_max(pair: Pair) -> float:
    there, back = pair.borders_mm
    return float(max(there.max(), back.max()))


def _border_95_max(pair: Pair) -> float:
    return max(float(np.percentile(side, _PERCENT)) for side in pair.borders_mm)


def _border_95_pooled(pair: Pair) -> float:
    return float(np.percentile(np.concatenate(pair.borders_mm), _PERCENT))


def _border_mean_pooled(pair: Pair) -> float:
    return float(np.concatenate(pair.borders_mm).mean())


def _border_mean(direction: int) -> Callable[[Pair], float]:
    return lambda pair: float(pair.borders_mm[direction].mean())


def _border_mean_of_means(pair: Pair) -> float:
    there, back = pair.borders_mm
    return float(there.mean() + back.mean()) / 2


def _surfel_max(pair: Pair) -> float:
    there, back = pair.surfels_mm
    return float(max(there.max(), back.max()))


def _surfel_95(pair: Pair) -> float:
    sides = zip(pair.surfels_mm, pair.surfels, strict=True)
    return max(_weighted_percentile(mm, areas) for mm, (_, areas) in sides)


def _weighted_percentile(values: Floats, weights: Floats) -> float:
    """The first value, in rising order, up to which 95 % of the weight lies.

    Where exactly 95 % do, rounding has no say: the same surface may not score otherwise when its
    axes change places.
    """
    order = np.argsort(values)
    share = np.cumsum(weights[order])
    share /= share[-1]
    place = int(np.searchsorted(share, _PERCENT / 100 - _ROUNDING))
    return float(values[order[min(place, values.size - 1)]])


def _surfel_mean(direction: int) -> Callable[[Pair], float]:
    def mean(pair: Pair) -> float:
        mm, (_, areas) = pair.surfels_mm[direction], pair.surfels[direction]
        return float((mm * areas).sum() / areas.sum())

    return mean


def _voxel_max(pair: Pair) -> float:
    return max(float(side.max(initial=0.0)) for side in pair.voxels_mm)


def _voxel_mean(pair: Pair) -> float:
    there, back = pair.voxels_mm
    return float(there.sum() / pair.a.count + back.sum() / pair.b.count) / 2


DISTANCES: Final[Mapping[str, Callable[[Pair], float]]] = MappingProxyType(
    {
        "hd:border": _border_max,
        "hd:surfel": _surfel_max,
        "hd:voxels": _voxel_max,
        "hd95:max": _border_95_max,
        "hd95:pooled": _border_95_pooled,
        "hd95:surfel": _surfel_95,
        "assd:pooled": _border_mean_pooled,
        "assd:mean": _border_mean_of_means,
        "asd:reference": _border_mean(0),
        "asd:prediction": _border_mean(1),
        "asd:surfel-reference": _surfel_mean(0),
        "asd:surfel-prediction": _surfel_mean(1),
        "average-hd:voxels": _voxel_mean,
    }
)
"""Name -> distance in mm of two masks that are both not empty."""


def _border_share(pair: Pair, tolerance_mm: float) -> float:
    there, back = pair.borders_mm
    near = np.count_nonzero(there <= tolerance_mm) + np.count_nonzero(back <= tolerance_mm)
    return near / (there.size + back.size)


def _surfel_share(pair: Pair, tolerance_mm: float) -> float:
    near, total = 0.0, 0.0
    for mm, (_, areas) in zip(pair.surfels_mm, pair.surfels, strict=True):
        near += float(areas[mm <= tolerance_mm].sum())
        total += float(areas.sum())
    return near / total


def _border_mean_share(pair: Pair, tolerance_mm: float) -> float:
    there, back = pair.borders_mm
    return float((there <= tolerance_mm).mean() + (back <= tolerance_mm).mean()) / 2


SHARES: Final[Mapping[str, Callable[[Pair, float], float]]] = MappingProxyType(
    {"nsd:border": _border_share, "nsd:mean": _border_mean_share, "nsd:surfel": _surfel_share}
)
"""Name -> share 0..1 of both surfaces within a tolerance in mm; neither mask empty."""
