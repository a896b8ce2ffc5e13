from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from groundct.anatomy._hu.airway.airway_tree import LEFT_LOWER, LEFT_MAIN, LEFT_UPPER, Branch
from groundct.anatomy._hu.grid import Working, working
from groundct.anatomy._hu.lobe.fissure_frame import frame_of, places_mm
from groundct.anatomy._hu.lobe.fissure_surface import cheapest_heights, thin_plate
from groundct.anatomy._hu.lobe.hila import find_hila
from groundct.anatomy._hu.lobe.lobes import LungLobes, Side, find_lobes
from groundct.anatomy._hu.lobe.lung_parts import lung_parts
from groundct.anatomy._hu.lobe.segments import find_segments
from groundct.anatomy._hu.structure import Structure
from groundct.core.geometry import Geometry
from groundct.core.volume import Abstention, BoolArray, RegionMask, Volume
from groundct.vocabulary.segments import segments as vocabulary_segments

SHAPE = (70, 90, 100)
STEP_MM = 2.0
GRID = Geometry.of(SHAPE, np.diag([STEP_MM, STEP_MM, STEP_MM, 1.0]))
LUNG_HU, WATER_HU, FISSURE_HU = -860, 30, -740


@dataclass(frozen=True, eq=False)
class Made:
    grid: Working
    lung: RegionMask
    lower: BoolArray
    middle: BoolArray


def _made(*, fissures: bool = True, cut: bool = False, seed: int = 1) -> Made:
    """A lung like half an egg with a curved oblique and a level horizontal fissure, and noise."""
    generator = np.random.default_rng(seed)
    x, y, z = (STEP_MM * axis for axis in np.ogrid[: SHAPE[0], : SHAPE[1], : SHAPE[2]])
    lung = ((x - 70) / 60) ** 2 + ((y - 90) / 80) ** 2 + ((z - 100) / 90) ** 2 <= 1
    lung = np.asfortranarray(np.broadcast_to(lung, SHAPE))
    if cut:
        lung[:, :, :50] = lung[:, :, 50:51]
        lung[:, :, :40] = False
        lung = np.asfortranarray(lung[:, :, 40:])
    oblique = z - (100 - 1.1 * (y - 90) + 0.0015 * (x - 70) ** 2)
    level = z - (95 + 0.1 * (x - 70))
    if cut:
        oblique, level = oblique[:, :, 40:], level[:, :, 40:]
    hu = generator.normal(LUNG_HU, 25, size=lung.shape)
    if fissures:
        thin = np.abs(oblique) < 1.6
        thin |= (np.abs(level) < 1.2) & (oblique > 0)
        hu[np.broadcast_to(thin, lung.shape)] = FISSURE_HU
    hu[~lung] = WATER_HU
    geometry = GRID if not cut else Geometry.of(lung.shape, GRID.matrix)
    volume = Volume(np.asfortranarray(hu.astype(np.int16)), geometry, geometry)
    lower = np.asarray(lung & (oblique < 0))
    return Made(
        working(volume), RegionMask.of(lung), lower, np.asarray(lung & ~lower & (level < 0))
    )


def _dice(a: BoolArray, b: BoolArray) -> float:
    return float(2 * (a & b).sum() / (a.sum() + b.sum()))


def _found(made: Made, side: Side, branches: tuple[Branch, ...] = ()) -> LungLobes:
    found = find_lobes(made.grid, side, made.lung, branches)
    assert isinstance(found, LungLobes)
    return found


def _branch(index: int, points: list[tuple[float, float, float]], label: str) -> Branch:
    line = np.linspace(points[0], points[1], 12)
    return Branch(index, None, line, np.full(12, 2.0), label, 2, label)


@pytest.fixture(scope="module")
def made() -> Made:
    return _made()


def test_a_visible_oblique_fissure_parts_the_lung(made: Made) -> None:
    found = _found(made, "left")
    inside = made.lung.dense(SHAPE)
    assert _dice(found.lobes["left lung lower lobe"] & inside, made.lower) > 0.97
    assert found.oblique.share_seen > 0.5
    assert found.horizontal is None


def test_the_right_lung_has_a_middle_lobe(made: Made) -> None:
    found = _found(made, "right")
    inside = made.lung.dense(SHAPE)
    assert _dice(found.lobes["right lung middle lobe"] & inside, made.middle) > 0.9
    total = sum(mask.astype(int) for mask in found.lobes.values())
    assert np.array_equal(total[inside], np.ones(inside.sum()))


def test_without_a_visible_fissure_lobes_are_said_to_rest_on_other_things() -> None:
    made = _made(fissures=False)
    found = _found(made, "left")
    assert found.oblique.share_seen < 0.2
    share = found.lobes["left lung lower lobe"][made.lung.dense(SHAPE)].mean()
    assert 0.35 < share < 0.6
    lung = Structure("left lung", made.lung, "intensity", 0.9)
    parts = {s.name: s for s in lung_parts(made.grid, (lung,), ())}
    assert isinstance(parts["left oblique fissure"], Abstention)
    assert isinstance(parts["right lung upper lobe"], Abstention)
    lower = parts["left lung lower lobe"]
    assert isinstance(lower, Structure) and lower.confidence < 0.6 and "typical" in lower.note


def test_bronchi_stay_on_their_side_of_a_fissure_that_is_not_seen() -> None:
    made = _made(fissures=False)
    # Where the typical fissure lies the lower lobe's bronchus runs, and above it the upper's.
    lower = _branch(1, [(60, 90, 105), (80, 100, 112)], LEFT_LOWER)
    upper = _branch(2, [(60, 100, 130), (80, 110, 140)], LEFT_UPPER)
    lobes = _found(made, "left", (lower, upper)).lobes
    for branch, name in ((lower, "left lung lower lobe"), (upper, "left lung upper lobe")):
        index = np.rint(branch.points_mm / STEP_MM).astype(int)
        assert lobes[name][tuple(index.T)].mean() > 0.8
    without = _found(made, "left").lobes["left lung lower lobe"]
    index = np.rint(lower.points_mm / STEP_MM).astype(int)
    assert without[tuple(index.T)].mean() < 0.8


def test_a_lung_that_is_too_small_or_cut_without_a_fissure_is_refused() -> None:
    made = _made(fissures=False, cut=True)
    assert "part of the lung" in str(find_lobes(made.grid, "left", made.lung, ()))
    speck = RegionMask((30, 40, 40), np.ones((8, 8, 8), dtype=np.bool_, order="F"))
    assert "ml of lung" in str(find_lobes(made.grid, "left", speck, ()))


def test_segments_share_out_their_lobe(made: Made) -> None:
    lobes = _found(made, "right").lobes
    inside = made.lung.dense(SHAPE)
    names = set()
    for name, lobe in lobes.items():
        parts = find_segments(made.grid, name, lobe, inside, ())
        total = sum(mask.astype(int) for mask in parts.masks.values())
        assert np.array_equal(total, lobe.astype(int))
        assert not parts.seen
        names |= set(parts.masks)
    assert names == {s.name for s in vocabulary_segments() if s.name.startswith("right")}


def test_a_segment_is_turned_to_its_bronchus(made: Made) -> None:
    lobe, inside = made.lower, made.lung.dense(SHAPE)
    name = "left lung lower lobe"
    still = find_segments(made.grid, name, lobe, inside, ())
    root = np.array([75.0, 85.0, 95.0])
    target = "left lung lower lobe superior segment"
    aim = np.argwhere(still.masks[target]).mean(axis=0) * STEP_MM + (10, 0, 8)
    main = _branch(1, [tuple(root), tuple(root)], LEFT_LOWER)
    tip = Branch(2, 1, np.linspace(root, aim, 9), np.ones(9), None, 3, LEFT_LOWER)
    turned = find_segments(made.grid, name, lobe, inside, (main, tip))
    assert turned.seen == {target}
    before, after = (np.argwhere(s.masks[target]).mean(axis=0) for s in (still, turned))
    assert np.linalg.norm(after * STEP_MM - aim) < np.linalg.norm(before * STEP_MM - aim)


def test_a_hilum_is_soft_tissue_around_the_lobar_bronchi(made: Made) -> None:
    main = _branch(0, [(150, 90, 110), (134, 90, 105)], LEFT_MAIN)
    upper = _branch(1, [(134, 90, 105), (128, 95, 115)], LEFT_UPPER)
    lung = Structure("left lung", made.lung, "intensity", 0.9)
    left, right = find_hila(made.grid, (lung,), (main, upper))
    assert isinstance(left, Structure) and isinstance(left.mask, np.ndarray)
    assert isinstance(right, Abstention) and "right lung" in right.reason
    where = np.argwhere(left.mask) * STEP_MM
    assert np.linalg.norm(where.mean(axis=0) - (134, 92, 108)) < 12
    bare = find_hila(made.grid, (lung,), ())
    assert isinstance(bare[0], Abstention) and "bronchi" in bare[0].reason
    spine = Structure("vertebrae", np.asarray(left.mask), "intensity", 0.9)
    assert isinstance(find_hila(made.grid, (lung, spine), (main, upper))[0], Abstention)


def test_a_frame_tells_height_above_a_sheet(made: Made) -> None:
    frame = frame_of(made.grid.volume, made.lung, 50.0)
    level = np.full(frame.inside.shape[:2], 100.0)
    above = frame.height_above(level, places_mm(GRID, GRID))
    steps = np.gradient(above.astype(np.float64), STEP_MM)
    assert np.allclose(steps[0], 0, atol=1e-3)
    assert np.allclose(steps[1], np.sin(np.radians(50)), atol=1e-3)
    assert np.allclose(steps[2], np.cos(np.radians(50)), atol=1e-3)
    point = np.array([[70.0, 90.0, 100.0]])
    height = frame.columns_of(point)[0, 2] - 100.0
    assert above[35, 45, 50] == pytest.approx(height, abs=1e-2)


def test_the_cheapest_sheet_follows_its_evidence() -> None:
    u, w = np.ogrid[:20, :30]
    truth = np.asarray(12 + np.rint(4 * np.sin(u / 8) + w / 10), dtype=np.intp)
    cost = np.zeros((20, 30, 40), dtype=np.float32)
    np.put_along_axis(cost, truth[:, :, None], -1.0, axis=2)
    # A gap in the evidence is bridged.
    cost[8:12, 10:20] = 0
    assert np.abs(cheapest_heights(cost, 0.1) - truth).max() <= 1


def test_a_thin_plate_forgets_outliers() -> None:
    u, w = np.ogrid[:21, :27]
    plane: NDArray[np.float64] = 10 + 0.3 * u - 0.2 * w
    seen = plane.copy()
    seen[5:8, 5:8] += 25
    found = thin_plate(seen, np.ones_like(plane), np.full_like(plane, plane.mean()), 5.0, 1e-4)
    assert np.abs(found - plane).max() < 0.5
