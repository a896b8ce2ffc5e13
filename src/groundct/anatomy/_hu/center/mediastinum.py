"""The mediastinum: great vessels, oesophagus, heart, the tissue between them, and the thyroid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groundct.anatomy._hu.bone.spine import Spine
from groundct.anatomy._hu.center.aorta import Aorta, find_aorta
from groundct.anatomy._hu.center.esophagus import Gullet, find_esophagus
from groundct.anatomy._hu.center.field import Field, find_field
from groundct.anatomy._hu.center.heart import Middle, find_middle, find_sac
from groundct.anatomy._hu.center.pulmonary import Pulmonary, find_cava, find_pulmonary
from groundct.anatomy._hu.center.thyroid import find_thyroid
from groundct.anatomy._hu.grid import Working
from groundct.anatomy._hu.scene import Scene
from groundct.anatomy._hu.structure import Stage, Structure
from groundct.core.volume import Abstention, BoolArray

AORTA_PARTS = ("descending aorta", "aortic arch", "heart ascending aorta")
BETWEEN_LUNGS = (
    "pulmonary artery",
    "pulmonary trunk",
    "superior vena cava",
    "esophagus",
    "left thyroid",
    "right thyroid",
    "heart",
    "pericardium",
    "mediastinal tissue",
)
NO_ROOM = "no lungs and spine were found between which it would lie"
NO_CARINA = "the carina, from which it is looked for, is not in view"
NO_AORTA = "no round vessel can be followed along the spine"
NOT_TOLD = {
    "left heart ventricle": "the chambers are not told apart",
    "right heart ventricle": "the chambers are not told apart",
    "left heart atrium": "the chambers are not told apart",
    "right heart atrium": "the chambers are not told apart",
    "myocardium": "the chambers are not told apart",
    "inferior vena cava": "it is not told from the liver and the heart that it touches",
    "azygos vein": "it is too thin to be followed surely",
    "brachiocephalic trunk": "branches of the arch are not told apart",
    "left common carotid artery": "branches of the arch are not told apart",
    "left subclavian artery": "branches of the arch are not told apart",
}
"""What is looked at in vain in every scan, and why: it lies in "heart" or "mediastinal tissue"."""

PLAIN_NOTE = "no contrast agent: the border to touching vessels follows a typical form"


@dataclass(frozen=True, eq=False)
class Center:
    """What was found between the lungs, and all its voxels on the working grid."""

    stage: Stage
    taken: BoolArray


def find_mediastinum(scene: Scene) -> Center:
    """Every structure between the lungs, and why others are not given."""
    grid, chest = scene.grid, scene.chest
    carina = None
    if scene.airways is not None and scene.airways.carina_in_view:
        carina = tuple(float(v) for v in scene.airways.carina)
    lumen = scene.lumen
    field = find_field(grid, scene.spine, carina)  # type: ignore[arg-type]
    clipped = field.clipped()
    aorta = find_aorta(field, clipped)
    pulmonary = cava = None
    if aorta is not None:
        pulmonary = find_pulmonary(field, clipped, aorta)
        cava = find_cava(field, clipped, aorta)
    dome = grid.geometry.world_from_index((0, 0, chest.dome))
    lowest = float(field.geometry.index_from_world(dome)[2])
    gullet = find_esophagus(field, aorta, field.take(lumen), field.take(scene.lungs.both), lowest)
    found: list[Structure | Abstention] = [
        *_aorta(field, aorta),
        *_pulmonary(field, pulmonary),
        *_cava(field, cava),
        *_gullet(field, gullet),
        *find_thyroid(scene),
    ]
    taken = _union(grid, found)
    y = np.arange(grid.hu.shape[1])[:, None] - scene.spine.centers[None, :, 1]
    middle = find_middle(
        grid,
        taken | scene.solid | scene.lungs.both | lumen,
        chest,
        y * grid.spacing_mm[1],
        _carina_k(grid, field),
    )
    roots = np.zeros(grid.hu.shape, dtype=np.bool_, order="F")
    for vessel in (aorta.ascending if aorta else None, pulmonary.trunk if pulmonary else None):
        if vessel is not None:
            roots |= field.give(vessel)
    found += _heart(grid, middle, roots, scene.lungs.both)
    found += [Abstention(name=name, reason=why) for name, why in NOT_TOLD.items()]
    return Center(tuple(found), _union(grid, found))


def mediastinum_alone(grid: Working, spine: Spine | None) -> Stage:
    """Of a scan in which lungs or spine were not found: the aorta, if there is a spine."""
    rest = tuple(Abstention(name=name, reason=NO_ROOM) for name in (*BETWEEN_LUNGS, *NOT_TOLD))
    if spine is None:
        return (*(Abstention(name=name, reason=NO_AORTA) for name in AORTA_PARTS), *rest)
    field = find_field(grid, spine, None)
    return (*_aorta(field, find_aorta(field, field.clipped())), *rest)


def _carina_k(grid: Working, field: Field) -> int | None:
    if field.carina is None:
        return None
    return round(
        float(grid.geometry.index_from_world(field.geometry.world_from_index(field.carina))[2])
    )


def _union(grid: Working, found: list[Structure | Abstention]) -> BoolArray:
    out = np.zeros(grid.hu.shape, dtype=np.bool_, order="F")
    for one in found:
        mask = one.mask if isinstance(one, Structure) else None
        if isinstance(mask, np.ndarray) and one.name != "pericardium":
            out |= mask
    return out


def _sure(score: float, enhanced: bool) -> float:
    """Confidence from the share of its circles at which a vessel's border was seen."""
    return round(float(np.clip(0.4 + 0.6 * score, 0.35, 0.9 if enhanced else 0.7)), 2)


def _aorta(field: Field, aorta: Aorta | None) -> Stage:
    if aorta is None:
        return tuple(Abstention(name=name, reason=NO_AORTA) for name in AORTA_PARTS)
    note = "" if field.enhanced else PLAIN_NOTE
    out: list[Structure | Abstention] = []
    for name, mask in zip(
        AORTA_PARTS, (aorta.descending, aorta.arch, aorta.ascending), strict=True
    ):
        if mask is None or not mask.any():
            why = NO_CARINA if field.carina is None else "it is not round enough to be followed"
            out.append(Abstention(name=name, reason=why))
        else:
            sure = _sure(aorta.score, field.enhanced)
            out.append(Structure(name, field.give(mask), "shape prior", sure, note=note))
    return tuple(out)


def _pulmonary(field: Field, pulmonary: Pulmonary | None) -> Stage:
    names = ("pulmonary artery", "pulmonary trunk")
    if pulmonary is None:
        why = "no trunk was found left of the ascending aorta"
        return tuple(Abstention(name=name, reason=why) for name in names)
    sure = _sure(pulmonary.score, field.enhanced) - 0.05
    note = "trunk and main branches up to the hila"
    note = note if field.enhanced else f"{note}; {PLAIN_NOTE}"
    return (
        Structure(names[0], field.give(pulmonary.whole), "shape prior", sure, note=note),
        Structure(
            names[1], field.give(pulmonary.trunk), "shape prior", sure, within="pulmonary artery"
        ),
    )


def _cava(field: Field, cava: BoolArray | None) -> Stage:
    name = "superior vena cava"
    if cava is None or not cava.any():
        return (Abstention(name=name, reason="no vessel right of the ascending aorta was seen"),)
    sure = 0.6 if field.enhanced else 0.4
    return (
        Structure(
            name, field.give(cava), "spatial prior", sure, note="the region of the vena cava"
        ),
    )


def _gullet(field: Field, gullet: Gullet | None) -> Stage:
    if gullet is None or not gullet.mask.any():
        return (Abstention(name="esophagus", reason="too little of its course is in view"),)
    note = f"a border was seen in {gullet.seen:.0%} of its slices; a typical course elsewhere"
    sure = round(0.3 + 0.4 * gullet.seen, 2)
    return (Structure("esophagus", field.give(gullet.mask), "spatial prior", sure, note=note),)


def _heart(grid: Working, middle: Middle | None, roots: BoolArray, lungs: BoolArray) -> Stage:
    why = "no room between the lungs above the diaphragm"
    names = ("heart", "pericardium")
    if middle is None:
        return tuple(Abstention(name=n, reason=why) for n in (*names, "mediastinal tissue"))
    rest = middle.room
    out: list[Structure | Abstention] = []
    if middle.heart is None:
        why = "nothing thick and soft lies between the lungs under the carina"
        out += [Abstention(name=name, reason=why) for name in names]
    else:
        rest = rest & ~middle.heart
        sac = find_sac(grid, middle.heart, roots, middle.room, lungs)
        note = "the fat around the heart within its outline, a shell of 4.5 mm; no sac is seen"
        out += [
            Structure("heart", middle.heart, "shape prior", 0.75),
            Structure("pericardium", sac, "shape prior", 0.4, note=note),
        ]
    out.append(Structure("mediastinal tissue", np.asarray(rest), "spatial prior", 0.6))
    return tuple(out)
