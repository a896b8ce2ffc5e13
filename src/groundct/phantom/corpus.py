"""Specs for a whole corpus of phantoms: seeded variety of people, scanners and findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from groundct.phantom.spec import (
    PLEURAL,
    TYPES,
    Calcification,
    Category,
    Device,
    FindingSpec,
    PhantomSpec,
    ReportStyle,
    sites_of,
)

_FEW_MM: dict[str, tuple[float, float]] = {
    "nodule": (6, 18), "mass": (31, 42), "part_solid_nodule": (12, 22),
    "calcified_nodule": (4, 9), "air_cyst": (10, 22), "bulla": (20, 32),
    "pleural_effusion": (15, 45), "pleural_thickening": (4, 10), "pneumothorax": (12, 40),
}  # fmt: skip

Contrast = Literal["none", "venous", "arterial", "mixed"]
Wording = Literal["plain", "translated", "american", "mixed"]


@dataclass(frozen=True)
class Wishes:
    """What a corpus shall hold.

    ``categories`` are drawn from, none for healthy lungs; ``contrast`` and ``wording`` "mixed"
    take one of each at random, contrast agent in a third of the scans.
    """

    categories: tuple[Category, ...] = tuple(TYPES)
    contrast: Contrast = "none"
    wording: Wording = "mixed"


def corpus_specs(
    count: int,
    generator: np.random.Generator,
    like: PhantomSpec | None = None,
    wishes: Wishes | None = None,
) -> tuple[PhantomSpec, ...]:
    """``count`` specs on the grid of ``like``: people, scanners and 0 to 4 findings each.

    Findings that need room (nodules, cysts) are put into whole lobes or lungs; at most one pleural
    finding a side, so that fluid and air do not compete.
    """
    base, wanted = like or PhantomSpec(), wishes or Wishes()
    return tuple(_one(base, wanted, generator) for _ in range(count))


def _one(base: PhantomSpec, wishes: Wishes, generator: np.random.Generator) -> PhantomSpec:
    sex: Literal["female", "male"] = "female" if generator.random() < 0.5 else "male"
    wanted: list[FindingSpec] = []
    taken: set[str] = set()
    for _ in range(int(generator.integers(0, 5)) if wishes.categories else 0):
        finding = _finding(wishes.categories, generator)
        key = finding.site if finding.category in PLEURAL else finding.category
        if key not in taken:
            taken.add(key)
            wanted.append(finding)
    fat = 2.85 if sex == "female" else 2.65
    # Thick slices collect more quanta.
    thin = float(np.clip(np.sqrt(2.0 / (base.slice_mm or 2.0)), 0.6, 1.3))
    age = int(np.clip(generator.normal(58, 15), 20, 92))
    return base.model_copy(
        update={
            "seed": int(generator.integers(2**31)),
            "sex": sex,
            "size": round(float(generator.uniform(0.94, 1.06)), 3),
            "age": age,
            "inspiration": round(float(1 - 0.6 * generator.beta(1.2, 4)), 3),
            "fat_mm": round(float(np.clip(generator.lognormal(fat, 0.35), 5, 34)), 1),
            "noise_hu": round(base.noise_hu * thin * float(generator.uniform(0.5, 1.2)), 1),
            "kernel": ("soft", "medium", "medium", "sharp")[int(generator.integers(4))],
            "padding_hu": -2048 if generator.random() < 0.3 else base.padding_hu,
            "contrast": _contrast(wishes, generator),
            "calcifications": _calcifications(age, generator),
            "devices": _devices(generator),
            "style": _style(wishes, generator),
            "findings": tuple(wanted),
        }
    )


def _contrast(wishes: Wishes, generator: np.random.Generator) -> str:
    share = generator.random()
    if wishes.contrast != "mixed":
        return wishes.contrast
    return "none" if share < 0.67 else ("venous" if share < 0.87 else "arterial")


def _calcifications(age: int, generator: np.random.Generator) -> tuple[Calcification, ...]:
    """Calcium comes with age."""
    odds: tuple[tuple[Calcification, float], ...] = (
        ("coronary", (age - 48) / 60),
        ("aortic wall", (age - 45) / 50),
        ("lymph node", 0.12),
        ("costal cartilage", (age - 35) / 70),
    )
    return tuple(kind for kind, odd in odds if generator.random() < odd)


def _devices(generator: np.random.Generator) -> tuple[Device, ...]:
    odds: tuple[tuple[Device, float], ...] = (
        ("central venous line", 0.04),
        ("pacemaker", 0.03),
        ("sternal wires", 0.05),
        ("surgical clips", 0.03),
        ("port", 0.03),
    )
    return tuple(device for device, odd in odds if generator.random() < odd)


def _style(wishes: Wishes, generator: np.random.Generator) -> ReportStyle:
    wording = wishes.wording
    translated = generator.random() < 0.6
    if wording == "mixed":
        wording = "translated" if translated else "american"
    return ReportStyle(wording=wording, misspelling_rate=0.0 if wording == "plain" else 0.03)


def _finding(categories: tuple[Category, ...], generator: np.random.Generator) -> FindingSpec:
    category = categories[int(generator.integers(len(categories)))]
    kinds = TYPES[category]
    kind = kinds[int(generator.integers(len(kinds)))]
    sites = sites_of(category)
    if kind in _FEW_MM and category not in PLEURAL:
        sites = tuple(s for s in sites if "segment" not in s and "middle" not in s)
    if kind == "mass":
        sites = tuple(s for s in sites if s.endswith("lung"))
    size = None
    if kind in _FEW_MM:
        size = float(round(generator.uniform(*_FEW_MM[kind])))
    return FindingSpec(
        category=category,
        site=sites[int(generator.integers(len(sites)))],
        type=kind,
        size_mm=size,
        margin="spiculated" if kind == "mass" and generator.random() < 0.5 else "smooth",
        loculated=kind == "pleural_effusion" and generator.random() < 0.2,
        seed=int(generator.integers(2**31)),
    )
