"""The organs that are drawn, their numbers in the label layers, and their composites."""

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
BRONCHI = (
    "right main bronchus",
    "left main bronchus",
    "bronchus intermedius",
    "right upper lobe bronchus",
    "right middle lobe bronchus",
    "right lower lobe bronchus",
    "left upper lobe bronchus",
    "left lower lobe bronchus",
)
_PAIRED = ("clavicle", "scapula", "humerus", "kidney", "breast", "thyroid", "brachiocephalic vein")

_LEAVES: tuple[str, ...] = (
    *LOBES,
    "skin",
    "subcutaneous fat",
    "muscle",
    "mediastinal tissue",
    "abdominal tissue",
    "trachea",
    *BRONCHI,
    *CHAMBERS,
    "heart ascending aorta",
    "aortic arch",
    "descending aorta",
    "pulmonary trunk",
    "pulmonary artery branches",
    "azygos vein",
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
    "stomach wall and content",
    "stomach gas",
    "bowel",
    "lymph node",
    *(f"{side} {name}" for name in _PAIRED for side in BOTH),
)

LABEL: dict[str, int] = {name: n for n, name in enumerate(_LEAVES, start=1)}
FAT = len(_LEAVES) + 1
"""Fat between muscles and vertebral discs: no structure of their own."""
PLEURAL_SPACE = FAT + 1
"""Fluid or air between lung and chest wall."""
LUNG_LABELS = tuple(LABEL[name] for name in LOBES)

OVERLAY: dict[str, int] = {
    name: n
    for n, name in enumerate(
        (
            "artery",
            "vein",
            "airway lumen",
            "airway wall",
            "right oblique fissure",
            "left oblique fissure",
            "right horizontal fissure",
            "carina",
            "pericardium",
        ),
        start=1,
    )
}
"""What lies inside labelled structures, by its number in the overlay."""

_UNNAMED = frozenset(
    {"pulmonary artery branches", "stomach wall and content", "bowel", "lymph node"}
)
_MEDIASTINAL = ("mediastinal tissue", "azygos vein", "lymph node")


def lobes_of_side(side: str) -> tuple[str, ...]:
    """The lobes of ``right`` or ``left``."""
    return tuple(name for name in LOBES if name.startswith(side))


_AORTA = ("heart ascending aorta", "aortic arch", "descending aorta")
_PULMONARY = ("pulmonary trunk", "pulmonary artery branches")


def _composites() -> dict[str, tuple[str, ...]]:
    thoracic = (
        *_MEDIASTINAL, "trachea", *BRONCHI, *CHAMBERS, *_AORTA, *_PULMONARY,
        "superior vena cava", "esophagus", *LOBES,
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
        "aorta": _AORTA,
        "pulmonary artery": _PULMONARY,
        "mediastinal tissue": _MEDIASTINAL,
        "bronchie": BRONCHI,
        "stomach": ("stomach wall and content", "stomach gas"),
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
    groups["thyroid gland"] = groups["thyroid"]
    groups["body"] = _LEAVES
    return groups


def _overlaid() -> dict[str, tuple[str, ...]]:
    """Structures of the overlay; those of the airways go on from the label layer."""
    return {
        "lung vessel": ("artery", "vein"),
        "airway": ("airway lumen", "airway wall"),
        **{name: (name,) for name in tuple(OVERLAY)[4:]},
    }


@lru_cache(maxsize=1)
def organ_segments() -> tuple[Segment, ...]:
    """Every structure by its name in the tree: labels of layer 0, and of layer 1, the overlay."""
    composites = _composites()
    names = [*(name for name in _LEAVES if name not in composites), *composites]
    names = [name for name in names if name not in _UNNAMED]
    out = []
    for name in names:
        parts = tuple((0, LABEL[leaf]) for leaf in composites.get(name, (name,)))
        if name == "thoracic cavity":
            parts = (*parts, (0, PLEURAL_SPACE))
        if name == "body":
            parts = (*parts, (0, FAT), (0, PLEURAL_SPACE))
        out.append(Segment(name=name, parts=parts))
    airways = tuple((0, LABEL[leaf]) for leaf in ("trachea", *BRONCHI))
    for name, drawn in _overlaid().items():
        parts = tuple((1, OVERLAY[each]) for each in drawn)
        out.append(Segment(name=name, parts=(*airways, *parts) if name == "airway" else parts))
    return tuple(out)
