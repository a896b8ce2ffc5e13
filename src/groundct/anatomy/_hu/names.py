"""What ``hu`` answers for: RadGenome's mask names, and one name of groundct's own."""

from __future__ import annotations

from typing import Final

OWN_NAMES: Final = ("body",)
"""RadGenome has no mask of these: "body" is the patient without the table, cavities included."""

LABELS: Final[dict[str, int]] = {
    "left lung": 1,
    "right lung": 2,
    "trachea": 3,
    "bronchie": 4,
    "vertebrae": 5,
    "left rib": 6,
    "right rib": 7,
    "sternum": 8,
    "other bone": 9,
    "heart": 10,
    "mediastinal tissue": 11,
    "spinal canal": 12,
    "liver": 13,
}
"""Labels of layer 0, where structures are disjoint; "other bone" has no segment of its own."""

CAVITY_LABELS: Final[dict[str, int]] = {"body": 1, "thoracic cavity": 2}
"""Labels of layer 1; label 1 is the body without the thoracic cavity."""

SEGMENTS: Final[dict[str, tuple[str, ...]]] = {
    "body": ("body", "thoracic cavity"),
    "thoracic cavity": ("thoracic cavity",),
    "lung": ("left lung", "right lung"),
    "left lung": ("left lung",),
    "right lung": ("right lung",),
    "trachea": ("trachea",),
    "bronchie": ("bronchie",),
    "heart": ("heart",),
    "mediastinal tissue": ("mediastinal tissue",),
    "bone": ("vertebrae", "left rib", "right rib", "sternum", "other bone"),
    "vertebrae": ("vertebrae",),
    "spinal canal": ("spinal canal",),
    "rib": ("left rib", "right rib"),
    "left rib": ("left rib",),
    "right rib": ("right rib",),
    "sternum": ("sternum",),
    "liver": ("liver",),
}
"""Every segment's name and the labels that it is the union of."""
