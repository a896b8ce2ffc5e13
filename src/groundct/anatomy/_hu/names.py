"""What ``hu`` answers for: base structures; composites are derived from them for all."""

from __future__ import annotations

from typing import Final

from groundct.vocabulary.segments import segments

ANSWERS_FOR: Final = (
    "body",
    "skin",
    "subcutaneous fat",
    "muscle",
    "left breast",
    "right breast",
    "thoracic cavity",
    "left lung",
    "right lung",
    "left lung upper lobe",
    "left lung lower lobe",
    "right lung upper lobe",
    "right lung middle lobe",
    "right lung lower lobe",
    "lung vessel",
    "left oblique fissure",
    "right oblique fissure",
    "right horizontal fissure",
    *(segment.name for segment in segments()),
    "airway",
    "trachea",
    "carina",
    "bronchie",
    "left main bronchus",
    "right main bronchus",
    "right upper lobe bronchus",
    "bronchus intermedius",
    "right middle lobe bronchus",
    "right lower lobe bronchus",
    "left upper lobe bronchus",
    "left lower lobe bronchus",
    "left hilum",
    "right hilum",
    "heart",
    "pericardium",
    "heart ascending aorta",
    "aortic arch",
    "descending aorta",
    "pulmonary artery",
    "pulmonary trunk",
    "superior vena cava",
    "esophagus",
    "left thyroid",
    "right thyroid",
    "mediastinal tissue",
    "bone",
    "vertebrae",
    *(f"cervical vertebrae {n} (c{n})" for n in range(1, 8)),
    *(f"thoracic vertebrae {n} (t{n})" for n in range(1, 13)),
    *(f"lumbar vertebrae {n} (l{n})" for n in range(1, 6)),
    "spinal canal",
    "spinal cord",
    "left rib",
    "right rib",
    *(f"{side} rib {n}" for side in ("left", "right") for n in range(1, 13)),
    "sternum",
    "manubrium of sternum",
    *(
        f"{side} {bone}"
        for bone in ("clavicle", "scapula", "humerus")
        for side in ("left", "right")
    ),
    "liver",
    "spleen",
    "left kidney",
    "right kidney",
    "stomach gas",
    "abdominal tissue",
)

WHOLES: Final = {
    "lung": ("left lung", "right lung"),
    "rib": ("left rib", "right rib"),
}
"""Unions of what was found."""

UNNAMED: Final[tuple[str, ...]] = ()
"""What is a part of a union only."""
