"""The texts of the steps: a data file, the choice among its rows, and numbers in words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import as_file, files
from types import MappingProxyType

from groundct.codecs.tables import read_csv_table
from groundct.core.record import Box, Region
from groundct.core.value import canonical_json

Texts = Mapping[tuple[str, str], tuple[str, ...]]


@cache
def step_texts() -> Texts:
    """(level, variant) -> its wordings, in the order of the file."""
    with as_file(files("groundct.reasoning") / "templates" / "steps.tsv") as path:
        rows = read_csv_table(path, required=("id", "level", "variant", "text"), key=("id",))
    texts: dict[tuple[str, str], tuple[str, ...]] = {}
    for row in rows:
        key = (row["level"], row["variant"])
        texts[key] = (*texts.get(key, ()), row["text"])
    return MappingProxyType(texts)


def step_text(level: str, variant: str, key: Iterable[str], slots: Mapping[str, str]) -> str:
    """A step's text; the wording depends on the SHA-256 of ``key`` alone."""
    wordings = step_texts()[level, variant]
    data = canonical_json([level, variant, *key]).encode()
    number = int.from_bytes(hashlib.sha256(data).digest()[:8], "big")
    return wordings[number % len(wordings)].format(**slots)


def box_text(box: Box) -> str:
    """``voxels i 0-511, j 0-511, k 0-139``: both ends are inside the box."""
    ends = (
        f"{axis} {low}-{high - 1}" for axis, low, high in zip("ijk", box.low, box.high, strict=True)
    )
    return "voxels " + ", ".join(ends)


def centre_text(centroid_mm: Sequence[float], centroid_index: Sequence[float]) -> str:
    """``(-52.3, 10.0, 81.5) mm, voxel (310.2, 200.0, 71.4)``: RAS+ mm, then the stored grid."""
    mm, index = (", ".join(_decimal(v) for v in values) for values in (centroid_mm, centroid_index))
    return f"({mm}) mm, voxel ({index})"


def extent_text(region: Region) -> str:
    """Voxels, volume and, where it was measured, the longest axial diameter."""
    text = f"{region.voxels} voxels, {region.volume_ml:.3g} ml"
    if region.longest_axial_diameter_mm is not None:
        text += f", longest axial diameter {_decimal(region.longest_axial_diameter_mm)} mm"
    return text


def _decimal(value: float) -> str:
    """One decimal, never a negative zero."""
    return f"{round(value, 1) + 0.0:.1f}"
