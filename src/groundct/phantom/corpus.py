"""Specs for a whole corpus of phantoms: seeded variety of bodies and findings."""

from __future__ import annotations

from typing import Literal

import numpy as np

from groundct.phantom.spec import PLEURAL, TYPES, Category, FindingSpec, PhantomSpec, sites_of

_FEW_MM: dict[str, tuple[float, float]] = {
    "nodule": (6, 18), "mass": (31, 42), "part_solid_nodule": (12, 22),
    "calcified_nodule": (4, 9), "air_cyst": (10, 22), "bulla": (20, 32),
    "pleural_effusion": (15, 45), "pneumothorax": (12, 40),
}  # fmt: skip


def corpus_specs(
    count: int, generator: np.random.Generator, like: PhantomSpec | None = None
) -> tuple[PhantomSpec, ...]:
    """``count`` specs on the grid of ``like``: men and women of all sizes, 0 to 4 findings each.

    Findings that need room (nodules, cysts) are put into whole lobes or lungs; at most one pleural
    finding a side, so that fluid and air do not compete.
    """
    base = like or PhantomSpec()
    return tuple(_one(base, generator) for _ in range(count))


def _one(base: PhantomSpec, generator: np.random.Generator) -> PhantomSpec:
    sex: Literal["female", "male"] = "female" if generator.random() < 0.5 else "male"
    wanted: list[FindingSpec] = []
    taken: set[str] = set()
    for _ in range(int(generator.integers(0, 5))):
        finding = _finding(generator)
        key = finding.site if finding.category in PLEURAL else finding.category
        if key not in taken:
            taken.add(key)
            wanted.append(finding)
    return PhantomSpec(
        seed=int(generator.integers(2**31)),
        shape=base.shape,
        spacing_mm=base.spacing_mm,
        orientation=base.orientation,
        sex=sex,
        size=round(float(generator.uniform(0.94, 1.06)), 3),
        noise_hu=base.noise_hu,
        findings=tuple(wanted),
    )


def _finding(generator: np.random.Generator) -> FindingSpec:
    categories: tuple[Category, ...] = tuple(TYPES)
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
        seed=int(generator.integers(2**31)),
    )
