"""The organs that are drawn, their numbers in the label layer, and their composites."""

from __future__ import annotations

from functools import lru_cache

from groundct.core.volume import Segment
from groundct.phantom.spec import LOBES

BOTH = ("right", "left")
SPINE = (
    *(f"cervical vertebrae {n} (c{n})" for n in (6, 7)),
    *(f"thoracic vertebrae {n} (t{n})" for n in range(1, 13)),
    *(f"lumbar vertebrae {n} (l{n})" for n in (1, 2)),
)
"""Vertebrae from above to below."""

RIBS = tuple(f"{side} rib {n}" for side in BOTH for n in range(1, 13))
CHAMBERS = (
    "left heart ventricle",
    "right heart ventricle",
    "left heart atrium",
    "right heart atrium",
)
_PAIRED = ("clavicle", "scapula", "humerus", "kidney", "breast", "thyroid", "brachiocephalic vein")

_LEAVES: tuple[str, ...] = (
    *LOBES,
    "skin",
    "muscle",
    "mediastinal tissue",
    "abdominal tissue",
    "trachea",
    "bronchie",
    *CHAMBERS,
    "heart ascending aorta",
    "aorta",
    "pulmonary artery",
    "superior vena cava",
    "inferior vena cava",
    "brachiocephalic trunk",
    "left common carotid artery",
    "left subclavian artery",
    "esophagus",
    *RIBS,
    "costal cartilage",
    "manubrium of sternum",
    "sternum",
    *SPINE,
    "spinal canal",
    "spinal cord",
    "liver",
    "spleen",
    "stomach",
    *(f"{side} {name}" for name in _PAIRED for side in BOTH),
)

LABEL: dict[str, int] = {name: n for n, name in enumerate(_LEAVES, start=1)}
FAT = len(_LEAVES) + 1
"""Subcutaneous fat, fat between muscles and vertebral discs: no structure of their own."""
PLEURAL_SPACE = FAT + 1
"""Fluid or air between lung and chest wall."""
LUNG_LABELS = tuple(LABEL[name] for name in LOBES)


def lobes_of_side(side: str) -> tuple[str, ...]:
    """The lobes of ``right`` or ``left``."""
    return tuple(name for name in LOBES if name.startswith(side))


def _composites() -> dict[str, tuple[str, ...]]:
    thoracic = (
        "mediastinal tissue", "trachea", "bronchie", *CHAMBERS, "heart ascending aorta",
        "aorta", "pulmonary artery", "superior vena cava", "esophagus", *LOBES,
    )  # fmt: skip
    groups: dict[str, tuple[str, ...]] = {
        "lung": LOBES,
        "right lung": lobes_of_side("right"),
        "left lung": lobes_of_side("left"),
        "lung upper lobe": (LOBES[0], LOBES[3]),
        "lung lower lobe": (LOBES[2], LOBES[4]),
        "heart": CHAMBERS,
        "heart ventricle": CHAMBERS[:2],
        "heart atrium": CHAMBERS[2:],
        "aorta": ("heart ascending aorta", "aorta"),
        "sternum": ("manubrium of sternum", "sternum"),
        "rib": RIBS,
        "right rib": RIBS[:12],
        "left rib": RIBS[12:],
        **{f"rib {n}": (f"right rib {n}", f"left rib {n}") for n in range(1, 13)},
        "vertebrae": SPINE,
        "cervical vertebrae": SPINE[:2],
        "thoracic vertebrae": SPINE[2:14],
        "lumbar vertebrae": SPINE[14:],
        **{name: (f"right {name}", f"left {name}") for name in _PAIRED},
        "thoracic cavity": thoracic,
    }
    bones = ("manubrium of sternum", "sternum", "clavicle", "scapula", "humerus")
    groups["bone"] = (*RIBS, *SPINE, *bones[:2], *(n for b in bones[2:] for n in groups[b]))
    groups["spinal canal"] = ("spinal canal", "spinal cord")
    return groups


@lru_cache(maxsize=1)
def organ_segments() -> tuple[Segment, ...]:
    """Every structure by RadGenome's name, as unions of labels of layer 0."""
    composites = _composites()
    names = [*(name for name in _LEAVES if name not in composites), *composites]
    out = []
    for name in names:
        parts = tuple((0, LABEL[leaf]) for leaf in composites.get(name, (name,)))
        if name == "thoracic cavity":
            parts = (*parts, (0, PLEURAL_SPACE))
        out.append(Segment(name=name, parts=parts))
    return tuple(out)
