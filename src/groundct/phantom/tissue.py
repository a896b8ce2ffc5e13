"""What tissues look like inside: texture, this person's densities, contrast agent, age."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from groundct.phantom.canvas import Canvas
from groundct.phantom.fields import Field
from groundct.phantom.labels import CHAMBERS, FAT, LABEL, LUNG_LABELS, PLEURAL_SPACE, RIBS, SPINE

Contrast = Literal["none", "venous", "arterial"]
Table = NDArray[np.float32]

_FINE_MM = 4.5
_COARSE_MM = 17.0
_BONES = (*RIBS, *SPINE, "sternum", "manubrium of sternum")
_AORTA = ("heart ascending aorta", "aortic arch", "descending aorta")
_BRANCHES = ("brachiocephalic trunk", "left common carotid artery", "left subclavian artery")
_PULMONARY = ("pulmonary trunk", "pulmonary artery branches")
_VEINS = ("right brachiocephalic vein", "left brachiocephalic vein", "superior vena cava")
_KIDNEYS = ("right kidney", "left kidney")

_ENHANCED: dict[Contrast, dict[tuple[str, ...], int]] = {
    "none": {},
    "venous": {
        (*_AORTA, *_BRANCHES): 115, _PULMONARY: 120, _VEINS: 110, ("inferior vena cava",): 90,
        CHAMBERS: 110, ("liver",): 50, ("spleen",): 68, _KIDNEYS: 130, ("muscle",): 8,
        ("right thyroid", "left thyroid"): 50, ("azygos vein",): 95, ("lymph node",): 35,
    },
    "arterial": {
        (*_AORTA, *_BRANCHES): 270, _PULMONARY: 300, _VEINS: 230, ("inferior vena cava",): 25,
        CHAMBERS[::2]: 260, CHAMBERS[1::2]: 240, ("liver",): 12, ("spleen",): 55, _KIDNEYS: 90,
        ("right thyroid", "left thyroid"): 70, ("azygos vein",): 20, ("lymph node",): 15,
    },
}  # fmt: skip
"""What contrast agent adds, in HU, by structure."""

_FINE: dict[tuple[str, ...], float] = {
    ("muscle",): 7, ("subcutaneous fat", "mediastinal tissue", "abdominal tissue"): 6,
    ("liver", "spleen"): 2.5, CHAMBERS: 2, ("right breast", "left breast"): 14, ("bowel",): 8,
}  # fmt: skip
_COARSE: dict[tuple[str, ...], float] = {
    ("muscle",): 5, ("subcutaneous fat", "mediastinal tissue", "abdominal tissue"): 5,
    ("liver",): 3, CHAMBERS: 3, ("right breast", "left breast"): 12,
}  # fmt: skip

_SPREAD: dict[str, float] = {
    "liver": 6.0, "spleen": 3.0, "muscle": 5.0, "right thyroid": 10.0, "left thyroid": 10.0,
    "subcutaneous fat": 4.0,
}  # fmt: skip
"""The standard deviation between people, in HU."""


@dataclass(frozen=True)
class Tissue:
    """This person's tissue: age in years, contrast agent, how uneven the lung is (1 is usual)."""

    age: int
    contrast: Contrast
    unevenness: float


def blood_hu(contrast: Contrast) -> tuple[int, int]:
    """What contrast agent adds in the lung's arteries and veins."""
    own = _ENHANCED[contrast]
    return own.get(_PULMONARY, 0), own.get(CHAMBERS, own.get(CHAMBERS[::2], 0))


def add_texture(canvas: Canvas, tissue: Tissue, generator: np.random.Generator) -> None:
    """Add texture and densities to all that was drawn, slice by slice."""
    fine = Field.random(canvas, _FINE_MM, generator)
    coarse = Field.random(canvas, _COARSE_MM, generator)
    shift = _shifts(tissue, generator)
    fine_hu, coarse_hu = _table(_FINE), _table(_COARSE)
    lung = list(LUNG_LABELS)
    fine_hu[lung] = 9 * tissue.unevenness
    coarse_hu[lung] = 11 * tissue.unevenness
    bone = [LABEL[name] for name in _BONES]
    fine_hu[bone], coarse_hu[bone] = 45, 22
    for k, labels in enumerate(canvas.labels):
        if not labels.any():
            continue
        hu = canvas.hu[k]
        change = fine.plane(k) * fine_hu[labels]
        change += coarse.plane(k) * coarse_hu[labels]
        change += shift[labels]
        # Gas in stomach and bowel and the cortex of bones keep their own densities.
        change[(hu < -950) | (hu > 600)] = 0
        hu += change.astype(np.int16)


def _table(values: dict[tuple[str, ...], float]) -> Table:
    out = np.zeros(256, dtype=np.float32)
    for names, value in values.items():
        out[[LABEL[name] for name in names]] = value
    return out


def _shifts(tissue: Tissue, generator: np.random.Generator) -> Table:
    """HU to add by label: what differs from person to person, age and contrast agent."""
    out = np.zeros(256, dtype=np.float32)
    blood = float(generator.normal(0, 3))
    for name, spread in _SPREAD.items():
        out[LABEL[name]] += float(generator.normal(0, spread))
    vessels = (*CHAMBERS, *_AORTA, *_BRANCHES, *_PULMONARY, *_VEINS, "inferior vena cava")
    out[[LABEL[n] for n in vessels]] += blood
    out[[LABEL[n] for n in SPINE]] -= 1.6 * (tissue.age - 50)
    out[LABEL["muscle"]] -= 0.15 * (tissue.age - 50)
    for names, value in _ENHANCED[tissue.contrast].items():
        out[[LABEL[n] for n in names]] += value
    out[[0, FAT, PLEURAL_SPACE]] = 0
    return out
