"""Vessels are followed where they are drawn, and not where nothing is."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.spatial import cKDTree

from groundct.anatomy._hu.bone.spine import Spine
from groundct.anatomy._hu.center.aorta import Tube, fill_tube, find_aorta
from groundct.anatomy._hu.center.esophagus import find_esophagus
from groundct.anatomy._hu.center.field import Field, find_field
from groundct.anatomy._hu.center.pulmonary import find_cava, find_pulmonary
from groundct.anatomy._hu.center.tracking import best_path, roundness, track_of
from groundct.anatomy._hu.grid import Working, working
from groundct.core.geometry import Geometry
from groundct.core.volume import BoolArray, Volume

SHAPE = (80, 90, 110)
CANAL = (40.0, 8.0)
CARINA = (41, 36, 62)
FAT, SOFT, LUNG, BLOOD = -90, 40, -850, 320


def disc(a: float, b: float, radius: float) -> BoolArray:
    """In voxels of 2 mm."""
    i, j = np.arange(SHAPE[0])[:, None], np.arange(SHAPE[1])[None, :]
    return np.asarray(np.hypot(i - a, j - b) <= radius)


def tube(points: list[tuple[float, float, float]], radius: float) -> BoolArray:
    """Balls of a radius in voxels along a line through points."""
    line = [
        (1 - share) * np.array(start) + share * np.array(end)
        for start, end in pairwise(points)
        for share in np.linspace(0, 1, 40)
    ]
    places = np.indices(SHAPE).reshape(3, -1).T
    near = cKDTree(line).query(places, distance_upper_bound=radius + 1e-6)[0]
    return np.asarray(np.isfinite(near).reshape(SHAPE))


DOWN = [(28.0, 29.0, 0.0), (28.0, 29.0, 74.0)]
ARCH = [(28.0, 29.0, 74.0), (33.0, 40.0, 84.0), (44.0, 55.0, 82.0), (46.0, 60.0, 72.0)]
UP = [(46.0, 60.0, 72.0), (44.0, 58.0, 44.0)]
TRUNK = [(30.0, 62.0, 40.0), (31.0, 54.0, 54.0), (26.0, 40.0, 58.0)]
RIGHT = [(31.0, 50.0, 54.0), (44.0, 46.0, 53.0), (60.0, 42.0, 50.0)]
CAVA = [(58.0, 54.0, 84.0), (58.0, 52.0, 46.0)]


def made(blood: int) -> tuple[Working, Spine, dict[str, BoolArray]]:
    """A middle of a chest: spine, aorta, pulmonary arteries and cava in fat between lungs."""
    hu = np.full(SHAPE, LUNG, dtype=np.int16, order="F")
    hu[16:68, 8:80] = FAT
    vertebrae = np.zeros(SHAPE, dtype=np.bool_, order="F")
    vertebrae[disc(40, 19, 8.5)] = True
    hu[vertebrae] = 480
    hu[disc(40, 19, 7.5)] = 160
    parts = {"aorta": tube(DOWN, 6) | tube(ARCH, 6.5) | tube(UP, 7.5)}
    parts["pulmonary"] = (tube(TRUNK, 6) | tube(RIGHT, 4.5)) & ~parts["aorta"]
    parts["cava"] = tube(CAVA, 4.5) & ~parts["aorta"] & ~parts["pulmonary"]
    for mask in parts.values():
        hu[mask] = blood
    gullet = np.zeros(SHAPE, dtype=np.bool_)
    gullet[disc(39, 33, 3.5)] = True
    parts["esophagus"] = gullet & ~parts["aorta"] & ~parts["pulmonary"]
    hu[parts["esophagus"]] = SOFT
    for k in range(CARINA[2], SHAPE[2]):
        hu[disc(CARINA[0], 42, 4.5), k] = -1000
    noise = np.random.default_rng(5).normal(0, 8, SHAPE)
    hu = np.asfortranarray(np.clip(hu + noise, -1024, 3000).astype(np.int16))
    geometry = Geometry.of(SHAPE, np.diag([2.0, 2.0, 2.0, 1.0]))
    centers = np.tile(np.array(CANAL), (SHAPE[2], 1))
    canal = np.zeros(SHAPE, dtype=np.bool_, order="F")
    spine = Spine(canal=canal, vertebrae=vertebrae, centers=centers)
    return working(Volume(hu, geometry, geometry)), spine, parts


def dice(a: BoolArray, b: BoolArray) -> float:
    return float(2 * (a & b).sum() / (a.sum() + b.sum()))


@pytest.fixture(scope="module", params=[SOFT, BLOOD], ids=["plain", "enhanced"])
def chest(request: pytest.FixtureRequest) -> tuple[Field, dict[str, BoolArray]]:
    grid, spine, parts = made(request.param)
    return find_field(grid, spine, (float(CARINA[0]), float(CARINA[1]), float(CARINA[2]))), parts


def test_the_field_tells_whether_blood_is_enhanced(
    chest: tuple[Field, dict[str, BoolArray]],
) -> None:
    field, parts = chest
    assert field.enhanced == (float(field.hu[field.take(parts["aorta"])].mean()) > 200)


def test_the_windpipe_ends_at_the_carina() -> None:
    grid, spine, _ = made(SOFT)
    field = find_field(grid, spine, None)
    assert field.carina is not None
    assert abs(field.carina[2] - CARINA[2]) <= 4


def test_the_aorta_is_followed_over_the_arch(chest: tuple[Field, dict[str, BoolArray]]) -> None:
    field, parts = chest
    aorta = find_aorta(field, field.clipped())
    assert aorta is not None and aorta.arch is not None and aorta.ascending is not None
    assert dice(field.give(aorta.whole), parts["aorta"]) > 0.85
    overlap = [aorta.descending & aorta.arch, aorta.arch & aorta.ascending]
    assert not any(both.any() for both in overlap)
    heights = [np.argwhere(part)[:, 2].mean() for part in (aorta.descending, aorta.arch)]
    assert heights[0] < heights[1]
    left = np.argwhere(aorta.descending)[:, 0].mean()
    assert left < np.argwhere(aorta.ascending)[:, 0].mean(), "the descending aorta is on the left"


def test_pulmonary_arteries_and_cava_beside_it(
    chest: tuple[Field, dict[str, BoolArray]],
) -> None:
    field, parts = chest
    clipped = field.clipped()
    aorta = find_aorta(field, clipped)
    assert aorta is not None
    pulmonary = find_pulmonary(field, clipped, aorta)
    cava = find_cava(field, clipped, aorta)
    assert pulmonary is not None and cava is not None
    assert dice(field.give(pulmonary.whole), parts["pulmonary"]) > 0.6
    assert not (pulmonary.whole & aorta.whole).any()
    assert not (pulmonary.trunk & ~pulmonary.whole).any()
    assert dice(field.give(cava), parts["cava"]) > 0.5


def test_the_oesophagus_before_the_spine(chest: tuple[Field, dict[str, BoolArray]]) -> None:
    field, parts = chest
    lumen = np.zeros(field.hu.shape, dtype=np.bool_, order="F")
    lumen[:, :, CARINA[2] :] = (field.hu < -900)[:, :, CARINA[2] :] & (np.abs(field.x) < 14)[
        :, :, CARINA[2] :
    ]
    lungs = np.asarray((field.hu < -400) & ~lumen)
    aorta = find_aorta(field, field.clipped())
    found = find_esophagus(field, aorta, lumen, lungs, 20.0)
    assert found is not None
    assert dice(field.give(found.mask)[:, :, 12:], parts["esophagus"][:, :, 12:]) > 0.6
    assert find_esophagus(field, aorta, lumen, lungs, 120.0) is None, "too little in view"


def test_no_aorta_where_there_is_only_fat() -> None:
    grid, spine, parts = made(SOFT)
    hu = grid.volume.hu.copy(order="F")
    for mask in parts.values():
        hu[mask] = FAT
    empty = working(Volume(hu, grid.volume.geometry, grid.volume.stored))
    field = find_field(empty, spine, (41.0, 36.0, 62.0))
    assert find_aorta(field, field.clipped()) is None


def test_edges_vote_for_the_centre_and_radius() -> None:
    hu = np.full((*SHAPE[:2], 2), FAT, dtype=np.float32)
    hu[disc(30, 50, 6)] = SOFT
    rounds = roundness(hu, (2.0, 2.0), (8.5, 10.0, 12.0, 14.0))
    a, b, _ = np.unravel_index(int(rounds.score.argmax()), rounds.score.shape)
    assert (abs(a - 30), abs(b - 50)) <= (1, 1)
    assert rounds.radius_mm[a, b, 0] in (10.0, 12.0)
    assert rounds.score[70, 10, 0] < 0.05


def test_a_dark_disc_gets_no_votes() -> None:
    hu = np.full((*SHAPE[:2], 1), SOFT, dtype=np.float32)
    hu[disc(30, 50, 6)] = FAT
    rounds = roundness(hu, (2.0, 2.0), (12.0,))
    assert rounds.score[30, 50, 0] < 0.1


def test_the_best_path_follows_what_moves_and_bridges_a_gap() -> None:
    score = np.zeros((20, 20, 10), dtype=np.float32)
    for n in range(10):
        if n != 5:
            score[4 + n, 8, n] = 1
    path = best_path(score, np.ones(score.shape, dtype=np.bool_), 1, 0.1)
    assert path is not None
    assert path[:, 0].tolist() == pytest.approx([4 + n for n in range(10)], abs=1)
    assert path[0].tolist() == [4, 8, 0] and path[-1].tolist() == [13, 8, 9]


def test_no_path_where_none_is_allowed_or_the_way_is_too_far() -> None:
    score = np.ones((9, 9, 3), dtype=np.float32)
    allowed = np.zeros(score.shape, dtype=np.bool_)
    assert best_path(score, allowed, 1, 0.1) is None
    allowed[0, 0, 0] = allowed[8, 8, 1] = allowed[8, 8, 2] = True
    assert best_path(score, allowed, 1, 0.1) is None


def test_a_track_has_the_radii_of_its_places() -> None:
    hu = np.full((*SHAPE[:2], 12), FAT, dtype=np.float32)
    hu[disc(30, 50, 5)] = SOFT
    rounds = roundness(hu, (2.0, 2.0), (8.0, 10.0, 12.0))
    path = best_path(rounds.score, np.ones(hu.shape, dtype=np.bool_), 2, 0.05)
    assert path is not None
    track = track_of(rounds, path, 6)
    assert np.abs(track.points[:, :2] - (30, 50)).max() <= 1
    assert np.all((track.radius_mm >= 8) & (track.radius_mm <= 12))


def test_a_tube_is_filled_within_its_radius_only(
    chest: tuple[Field, dict[str, BoolArray]],
) -> None:
    field, parts = chest
    line = np.column_stack(
        [np.full(30, DOWN[0][0]), np.full(30, DOWN[0][1] - field.box[1].start), np.arange(20, 50)]
    )
    mask = fill_tube(field, Tube(line, np.full(30, 12.0)))
    inner = slice(22, 48)
    outside = mask[:, :, inner] & ~field.take(parts["aorta"])[:, :, inner]
    assert outside.sum() < 0.1 * mask[:, :, inner].sum()
    assert not mask[:, :, :18].any() and not mask[:, :, 58:].any()
    for far in (np.zeros((0, 3)), np.array([[2.0, 60.0, 100.0]])):
        assert not fill_tube(field, Tube(far, np.full(len(far), 8.0))).any()
