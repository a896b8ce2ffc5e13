"""What ``hu`` answers for: base structures; composites are derived from them for all."""

from __future__ import annotations

from typing import Final

from groundct.vocabulary.segments import segments

ANSWERS_FOR: Final = (
    "body",
    "thoracic cavity",
    "left lung",
    "right lung",
    "left lung upper lobe",
    "left lung lower lobe",
    "right lung upper lobe",
    "right lung middle lobe",
    "right lung lower lobe",
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
    "heart",
    "mediastinal tissue",
    "vertebrae",
    "spinal canal",
    "left rib",
    "right rib",
    "sternum",
    "liver",
)

WHOLES: Final = {
    "lung": ("left lung", "right lung"),
    "rib": ("left rib", "right rib"),
    "bone": ("vertebrae", "left rib", "right rib", "sternum", "other bone"),
}
"""Unions of what was found; "other bone" is bone that has no name yet."""

UNNAMED: Final = ("other bone",)
"""What is a part of a union only."""
