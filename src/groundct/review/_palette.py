"""Colours: calm ones for organs, bright ones for findings, the same on the page and the sheet."""

from __future__ import annotations

import colorsys
from collections.abc import Iterable

Rgb = tuple[int, int, int]

SITE_COLOR: Rgb = (158, 140, 236)

_ORGANS: tuple[tuple[str, Rgb], ...] = (
    ("right lung", (96, 156, 226)),
    ("left lung", (72, 190, 190)),
    ("lung", (92, 170, 210)),
    ("trachea", (150, 220, 250)),
    ("bronch", (150, 220, 250)),
    ("airway", (150, 220, 250)),
    ("heart", (214, 104, 122)),
    ("aorta", (226, 84, 84)),
    ("mediastin", (196, 132, 176)),
    ("rib", (226, 214, 178)),
    ("vertebra", (206, 190, 140)),
    ("bone", (216, 204, 164)),
    ("spinal", (240, 200, 90)),
    ("liver", (172, 112, 84)),
    ("pleura", (150, 140, 220)),
)

_FINDINGS: tuple[Rgb, ...] = (
    (255, 149, 0),
    (255, 64, 129),
    (255, 230, 60),
    (124, 255, 92),
    (199, 125, 255),
    (255, 99, 71),
    (64, 224, 255),
    (255, 186, 160),
)


def organ_color(name: str, position: int) -> Rgb:
    """The colour of an organ: by its name where one is set, else spread by its position."""
    for word, color in _ORGANS:
        if word in name:
            return color
    red, green, blue = colorsys.hls_to_rgb((position * 0.618) % 1.0, 0.62, 0.42)
    return round(red * 255), round(green * 255), round(blue * 255)


def finding_colors(finding_ids: Iterable[str]) -> dict[str, Rgb]:
    """A colour for each finding, in the order given; they repeat after eight."""
    return {key: _FINDINGS[n % len(_FINDINGS)] for n, key in enumerate(finding_ids)}
