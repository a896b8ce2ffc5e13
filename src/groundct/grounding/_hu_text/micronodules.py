"""Micronodules: many small bright dots that hang on no vessel.

What stands alone when the lung is cut a little above its own density is a dot if it is at most
8 mm wide and bright in its middle; cross-sections of vessels fade out towards their ends, so they
are rarely alone and bright at once. How many dots a millilitre of lung holds decides: more are
asked for on coarse voxels, which cut more vessels into dots. The
Fleischner Society's glossary (Radiology 2008;246:697) puts micronodules under 3 mm; blur and thick
slices make them look larger. Tree-in-bud is found by its buds alone (Bagci et al., IEEE Trans
Biomed Eng 2012;59:1620, find it by local shape, too).
"""

from __future__ import annotations

import cc3d
import numpy as np

from groundct.core.contracts import Answer, Candidate
from groundct.core.report import Finding
from groundct.core.volume import BoolArray
from groundct.grounding._hu_text.field import Field
from groundct.grounding._hu_text.scene import Scene, scene_of
from groundct.imaging.components import components
from groundct.imaging.distances import distance_mm

_GRID_MM = 1.2
_CUT_OVER_LUNG_HU = 220.0
_SOFT_OVER_LUNG_HU = 870.0
_FAINT_HU, _CLEAR_HU = 350.0, 450.0
_WIDEST_MM = 8.0
_BORDER_MM = 3.5
_LEAST_MM3, _MOST_MM3 = 2.5, 130.0
_CLEAR_PER_ML, _COARSEST_PER_ML, _COARSE_MM3 = 0.032, 0.09, 5.0
"""Clear dots that are more than vessels give: on fine voxels, on the coarsest, and the voxel at
which most of the difference is reached."""
_FAINT_TIMES = 1.9
"""So many times as many faint dots are asked for as clear ones."""
_FULL_PER_ML = 0.12
_FEWEST = 5


def micronodules(field: Field, finding: Finding) -> Answer:
    """One candidate that holds all dots; none when there are no more than healthy lung shows."""
    del finding
    scene = scene_of(field, _GRID_MM)
    volume_ml = max(1.0, float(np.count_nonzero(scene.inside)) * scene.voxel_ml)
    clear, faint, labels = _dots(scene)
    clear_per_ml, faint_per_ml = clear.sum() / volume_ml, faint.sum() / volume_ml
    share = -float(np.expm1(-1000 * scene.voxel_ml / _COARSE_MM3))
    least_per_ml = max(_CLEAR_PER_ML, _COARSEST_PER_ML * share)
    many = clear_per_ml >= least_per_ml
    if faint.sum() < _FEWEST or not (many or faint_per_ml >= _FAINT_TIMES * least_per_ml):
        return Answer((), "no more small dots are seen there than vessels alone give")
    chosen = clear if many else faint
    region = scene.region(chosen[labels])
    if region.count == 0:
        return Answer((), "no dot can be drawn at this resolution")
    confidence = 0.2 + 0.6 * min(1.0, float(faint_per_ml) / _FULL_PER_ML)
    return Answer((Candidate(region, round(confidence, 4)),))


def _dots(scene: Scene) -> tuple[BoolArray, BoolArray, np.ndarray]:
    """Which components are clear dots, which are at least faint ones, and the components."""
    over = scene.flat - np.float32(scene.level_hu)
    bright = scene.inside & (over > _CUT_OVER_LUNG_HU)
    labels, sizes = components(bright, 26)
    count = len(sizes)
    if count < 2:
        nothing = np.zeros(count, dtype=np.bool_)
        return nothing, nothing, labels
    own, values = labels[bright], over[bright]
    peak, depth = np.zeros(count), np.zeros(count)
    np.maximum.at(peak, own, values)
    deep_mm = distance_mm(scene.lung, scene.spacing_mm)[bright]
    np.maximum.at(depth, own, deep_mm)
    filled = np.clip(values / _SOFT_OVER_LUNG_HU, 0, 1)
    solid_mm3 = np.bincount(own, filled, minlength=count) * scene.voxel_ml * 1000
    wide = [
        max((p.stop - p.start - 0.5) * s for p, s in zip(box, scene.spacing_mm, strict=True))
        for box in cc3d.statistics(labels)["bounding_boxes"]
    ]
    small = (np.array(wide) <= _WIDEST_MM) & (solid_mm3 >= _LEAST_MM3) & (solid_mm3 <= _MOST_MM3)
    alone = small & (depth > _BORDER_MM)
    alone[0] = False
    return alone & (peak >= _CLEAR_HU), alone & (peak >= _FAINT_HU), labels
