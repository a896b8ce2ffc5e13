"""A small chest for grounding tests: two lungs in soft tissue, ribs around, and what is put in."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from groundct.core.geometry import Geometry, reorientation_to
from groundct.core.report import Finding, Measurement, Reading, Report, Sentence, Span
from groundct.core.volume import BoolArray, LabelMap, RegionMask, Volume, label_map_of_masks

SHAPE = (96, 72, 52)
SPACING_MM = 2.5
LUNG_HU, TISSUE_HU, BONE_HU = -860, 45, 500


@dataclass
class Chest:
    """Voxels under construction, in RAS order; centres are indices, radii mm."""

    hu: np.ndarray
    organs: dict[str, BoolArray]
    orientation: str = "LPS"
    index: np.ndarray = field(default_factory=lambda: np.indices(SHAPE))

    def ball(self, centre: tuple[float, float, float], radius_mm: float) -> BoolArray:
        gaps = [(self.index[a] - centre[a]) * SPACING_MM for a in range(3)]
        return np.asarray(gaps[0] ** 2 + gaps[1] ** 2 + gaps[2] ** 2 <= radius_mm**2)

    def put(self, mask: BoolArray, hu: int) -> BoolArray:
        noise = np.random.default_rng(7).normal(0, 12, SHAPE)
        self.hu[mask] = (hu + noise)[mask].astype(np.int16)
        return mask

    def geometry(self) -> tuple[Geometry, Geometry]:
        affine = np.diag([SPACING_MM] * 3 + [1.0])
        affine[:3, 3] = (-120, -90, -65)
        here = Geometry.of(SHAPE, affine)
        return here, reorientation_to(here, self.orientation).apply_geometry(here)

    def volume(self) -> Volume:
        here, stored = self.geometry()
        return Volume(np.asfortranarray(self.hu), here, stored)

    def label_map(self) -> LabelMap:
        here, stored = self.geometry()
        named = [(name, RegionMask.of(mask)) for name, mask in self.organs.items()]
        return label_map_of_masks(named, here, stored)


def _make_chest(orientation: str = "LPS") -> Chest:
    rng = np.random.default_rng(1)
    hu = np.full(SHAPE, TISSUE_HU, dtype=np.int16)
    chest = Chest(hu, {}, orientation)
    i, j, k = chest.index
    across = ((i - 47.5) / 44) ** 2 + ((j - 35.5) / 32) ** 2
    hu[across > 1] = -1000
    ring = (across < 0.93) & (across > 0.80)
    ribs = ring & (k % 8 < 4)
    hu[ribs] = BONE_HU
    tall = ((k - 25.5) / 24) ** 2
    for name, centre in (("left lung", 26.0), ("right lung", 69.0)):
        lung = ((i - centre) / 17) ** 2 + ((j - 35.5) / 24) ** 2 + tall < 1
        chest.organs[name] = lung
        hu[lung] = LUNG_HU
    chest.organs["rib"] = ribs
    hu += rng.normal(0, 15, SHAPE).astype(np.int16)
    return chest


@pytest.fixture
def chest() -> Chest:
    return _make_chest()


PATHS = {
    "left lung": "lung/lung/left lung",
    "right lung": "lung/lung/right lung",
    "lung": "lung/lung",
    "pleura": "pleura/pleura",
    "left lung lower lobe": "lung/lung/left lung/left lung lower lobe",
}


def _finding(finding_id: str = "f1", category: str = "2d", **fields: object) -> Finding:
    types = {
        "1a": "bronchial_wall_thickening", "1b": "bronchiectasis", "1c": "emphysema",
        "1d": "septal_thickening", "1e": "micronodules", "1f": "mosaic_attenuation",
        "2a": "linear_atelectasis", "2b": "consolidation", "2c": "ground_glass", "2d": "nodule",
        "2e": "pleural_effusion", "2f": "honeycombing", "2g": "pneumothorax", "2h": "air_cyst",
        "3a": "lymphadenopathy",
    }  # fmt: skip
    size = fields.pop("size_mm", None)
    place = fields.pop("place", None)
    span = Span(start=0, end=4)
    known: dict[str, object] = {
        "finding_id": finding_id,
        "type": fields.pop("kind", types[category]),
        "category": category,
        "focal": category[0] != "1",
        "presence": "present",
        "span": span,
        "standardized": "a finding",
        "sentence_indices": (0,),
        "anatomy": (PATHS[str(place)],) if place else (),
        "measurements": (Measurement(span=span, values_mm=(float(str(size)),)),) if size else (),
    }
    return Finding.model_validate({**known, **fields})


def _reading(*findings: Finding, regions: tuple[str, ...] = ()) -> Reading:
    count = 1 + max((n for f in findings for n in f.sentence_indices), default=0)
    sentences = tuple(
        Sentence(index=n, section="findings", span=Span(start=n, end=n + 1), regions=regions)
        for n in range(count)
    )
    return Reading(sentences=sentences, findings=findings)


@pytest.fixture(scope="session")
def make_chest() -> Callable[..., Chest]:
    return _make_chest


@pytest.fixture(scope="session")
def finding() -> Callable[..., Finding]:
    return _finding


@pytest.fixture(scope="session")
def reading() -> Callable[..., Reading]:
    return _reading


@pytest.fixture(scope="session")
def report() -> Report:
    return Report(text="Text of a report.", sections=())


_STANDINS = Path(__file__).parent / "standins"


@pytest.fixture(scope="session")
def tool_options(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[Path, str], dict[str, str]]:
    """Options that lead to a stand-in; ``mood``, in its "weights", says what it does wrong."""
    python = tmp_path_factory.mktemp("env") / "python"
    python.write_text(
        f'#!/bin/sh\nPYTHONPATH="$PYTHONPATH:{_STANDINS}" exec "{sys.executable}" "$@"\n'
    )
    python.chmod(0o755)

    def options(folder: Path, mood: str) -> dict[str, str]:
        (folder / "fold_0").mkdir(exist_ok=True)
        for file in ("plans.json", "dataset.json", "fold_0/checkpoint_final.pth"):
            (folder / file).write_text("{}")
        (folder / "mood").write_text(mood)
        return {"python": str(python), "weights": str(folder), "timeout_s": "60"}

    return options
