"""How a text says that a nodule looks, and what that asks of its voxels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from groundct.core.report import Finding
from groundct.grounding._hu_text.stated import stated_diameter_mm

Texture = Literal["solid", "haze", "mixed", "calcified", "any"]

_ANY_RADII_MM = (2.2, 3.2, 4.8, 7.5, 11.5, 17.0)
_HAZE_RADII_MM = (4.0, 6.5, 10.0, 15.0)
_SIZE_WORDS_MM = {"tiny": 4.0, "subcentimeter": 7.0, "small": 8.0, "large": 35.0}
_WORD_TOLERANCE = 0.7


@dataclass(frozen=True)
class Look:
    """Stated size in mm (None when none is stated), texture, and the size that a word suggests."""

    stated_mm: float | None
    texture: Texture
    suggested_mm: float | None

    @property
    def radii_mm(self) -> tuple[float, ...]:
        """The scales at which blobs are sought."""
        if self.stated_mm is not None:
            return tuple(max(1.8, share * self.stated_mm) for share in (0.3, 0.42, 0.58))
        return _HAZE_RADII_MM if self.texture == "haze" else _ANY_RADII_MM

    def size_fit(self, diameter_mm: float) -> float:
        """How well a size fits what the text says of it, 0..1; larger is likelier without words."""
        if self.stated_mm is not None:
            return _fit(diameter_mm, self.stated_mm, _TOLERANCE)
        free = float(1 - np.exp(-diameter_mm / 6.0))
        if self.suggested_mm is None:
            return free
        return free * _fit(diameter_mm, self.suggested_mm, _WORD_TOLERANCE)

    def texture_fit(self, inner_hu: float, brightest_hu: float) -> float:
        """How well the density of a region fits the words for it, 0..1."""
        solid = _rising(inner_hu, -450.0, -250.0)
        match self.texture:
            case "haze":
                return 1.0 - 0.85 * solid
            case "solid":
                return 0.3 + 0.7 * solid
            case "calcified":
                return 0.3 + 0.7 * _rising(brightest_hu, 100.0, 250.0)
            case _:
                return 1.0


_TOLERANCE = 0.3
_DEAD_MM = 1.0


def _fit(measured_mm: float, stated_mm: float, tolerance: float) -> float:
    """Falls with the log of the ratio; a millimetre is within any reading's error."""
    gap_mm = abs(measured_mm - stated_mm)
    if gap_mm <= _DEAD_MM:
        return 1.0
    nearer = measured_mm + float(np.sign(stated_mm - measured_mm)) * _DEAD_MM
    return float(np.exp(-0.5 * (np.log(max(nearer, 0.1) / stated_mm) / tolerance) ** 2))


def _rising(value: float, low: float, high: float) -> float:
    return float(np.clip((value - low) / (high - low), 0.0, 1.0))


def look_of(finding: Finding) -> Look:
    """What a finding's size, type and standard words say."""
    words = set(finding.modifiers)
    texture: Texture = "any"
    if "calcified" in words or (finding.type == "calcified_nodule" and "noncalcified" not in words):
        texture = "calcified"
    elif "part-solid" in words:
        texture = "mixed"
    elif "ground-glass" in words:
        texture = "mixed" if "solid" in words else "haze"
    elif finding.type == "part_solid_nodule":
        texture = "mixed"
    elif "solid" in words:
        texture = "solid"
    suggested = next((mm for word, mm in _SIZE_WORDS_MM.items() if word in words), None)
    if suggested is None and finding.type == "mass":
        suggested = _SIZE_WORDS_MM["large"]
    return Look(stated_diameter_mm(finding), texture, suggested)
