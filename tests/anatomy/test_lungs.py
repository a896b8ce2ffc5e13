import numpy as np
import pytest

from groundct.anatomy._hu.grid import Working, working
from groundct.anatomy._hu.lung.airless import airless_lung
from groundct.anatomy._hu.lung.lung_structures import closed_share, lung_structures, lung_vessels
from groundct.anatomy._hu.lung.lungs import find_lungs
from groundct.anatomy._hu.lung.regions import joined, pasted
from groundct.anatomy._hu.lung.vessel_shape import lying, without_flats, without_rounds
from groundct.anatomy._hu.lung.vessels import find_vessels
from groundct.anatomy._hu.structure import Structure
from groundct.anatomy._hu.wall.body import find_body
from groundct.core.geometry import Geometry
from groundct.core.volume import Abstention, BoolArray, RegionMask, Volume
from groundct.imaging.distances import distance_mm

SHAPE = (120, 90, 60)
CANAL = np.tile([60.0, 12.0], (60, 1))
SPACING = (2.0, 2.0, 2.0)


def _grid(hu: np.ndarray) -> Working:
    geometry = Geometry.of(hu.shape, np.diag([2.0, 2.0, 2.0, 1.0]))
    return working(Volume(np.asfortranarray(hu, dtype=np.int16), geometry, geometry))


def _ball(center: tuple[int, int, int], radius_mm: float) -> BoolArray:
    places = np.stack(np.meshgrid(*map(np.arange, SHAPE), indexing="ij"), axis=-1)
    return np.linalg.norm((places - np.array(center)) * 2.0, axis=-1) <= radius_mm


def _chest() -> tuple[np.ndarray, BoolArray, BoolArray]:
    """HU, left and right lung: two ellipsoids in soft tissue."""
    i, j, k = np.meshgrid(*map(np.arange, SHAPE), indexing="ij")
    left = ((i - 33) / 24) ** 2 + ((j - 45) / 36) ** 2 + ((k - 30) / 28) ** 2 < 1
    right = ((i - 87) / 24) ** 2 + ((j - 45) / 36) ** 2 + ((k - 30) / 28) ** 2 < 1
    hu = np.where(left | right, -860, 45)
    return hu, np.asfortranarray(left), np.asfortranarray(right)


@pytest.mark.parametrize(("lesion_hu", "inside"), [(45, True), (5, False)])
def test_what_is_dense_at_the_ribs_is_lung_unless_it_is_fluid(lesion_hu: int, inside: bool) -> None:
    hu, left, right = _chest()
    lesion = _ball((104, 45, 30), 28.0) & right
    hu[lesion] = lesion_hu
    more = airless_lung(_grid(hu), (right & ~lesion, left), "right", CANAL, 50.0)
    share = (more & lesion).sum() / lesion.sum()
    assert share > 0.7 if inside else share == 0
    assert (more & ~right).sum() < 0.1 * lesion.sum()


def test_beside_the_spine_the_other_lung_shows_how_far_a_lung_reaches() -> None:
    hu, left, right = _chest()
    gutter = right & (np.arange(SHAPE[0]) < 88)[:, None, None]
    gutter &= (np.arange(SHAPE[1]) < 42)[None, :, None]
    gutter &= ((np.arange(SHAPE[2]) > 18) & (np.arange(SHAPE[2]) < 46))[None, None, :]
    hu[gutter] = 40
    seen = (right & ~gutter, left)
    more = airless_lung(_grid(hu), seen, "right", CANAL, 50.0)
    assert (more & gutter).sum() > 0.4 * gutter.sum()


def test_a_healthy_lung_gains_nothing() -> None:
    hu, left, right = _chest()
    for side, own, other in (("left", left, right), ("right", right, left)):
        assert not airless_lung(_grid(hu), (own, other), side, CANAL, 50.0).any()


def test_the_share_of_closed_border_counts_what_is_far_from_air() -> None:
    hu, _, right = _chest()
    grid = _grid(hu)
    assert closed_share(grid, right, right) == 0
    half = right & (np.arange(SHAPE[2]) < 30)[None, None, :]
    assert 0.3 < closed_share(grid, right, half) < 0.6


def test_scans_without_lungs_say_so() -> None:
    grid = _grid(np.zeros(SHAPE))
    stage = lung_structures(grid, None)
    assert {a.name for a in stage if isinstance(a, Abstention)} == {"left lung", "right lung"}
    assert isinstance(lung_vessels(grid, stage, None), Abstention)


def _radius(threads: BoolArray) -> np.ndarray:
    return distance_mm(threads, (1.0, 1.0, 1.0))


def _things() -> tuple[BoolArray, BoolArray, BoolArray]:
    """A thread, a ball on a thin stalk, and a sheet, in 1 mm voxels."""
    thread, ball, sheet = (np.zeros((60, 60, 60), dtype=np.bool_) for _ in range(3))
    thread[8:13, 8:13, 5:55] = True
    i, j, k = np.meshgrid(*[np.arange(60)] * 3, indexing="ij")
    ball |= (i - 30) ** 2 + (j - 30) ** 2 + (k - 30) ** 2 <= 36
    ball[30, 30, 30:50] = True
    sheet[48:50, 10:50, 10:50] = True
    return thread, ball, sheet


def test_balls_and_sheets_are_no_vessels() -> None:
    thread, ball, sheet = _things()
    everything = thread | ball | sheet
    radius = _radius(everything)
    spacing = (1.0, 1.0, 1.0)
    kept = without_rounds(everything, radius, (np.ones_like(thread), np.zeros((0, 3))), spacing)
    # An end of a thick thread looks like a ball.
    assert np.array_equal((kept & thread)[:, :, 12:48], thread[:, :, 12:48])
    assert (kept & ball).sum() < 0.1 * ball.sum()
    kept = without_flats(kept, radius, spacing)
    assert (kept & thread)[:, :, 12:48].sum() > 0.9 * thread[:, :, 12:48].sum()
    assert (kept & sheet).sum() < 0.2 * sheet.sum()


def test_a_ball_whose_thread_leaves_the_lung_stays() -> None:
    _, ball, _ = _things()
    lung = np.zeros_like(ball)
    lung[30:] = True
    hilum = np.array([[20.0, 30.0, 30.0]])
    kept = without_rounds(ball & lung, _radius(ball), (lung, hilum), (1.0, 1.0, 1.0))
    assert kept.sum() == (ball & lung).sum()
    far = without_rounds(ball & lung, _radius(ball), (lung, hilum - 90), (1.0, 1.0, 1.0))
    assert far.sum() < 0.3 * kept.sum()


def test_a_sheet_of_one_slice_is_taken_out_at_the_border_only() -> None:
    sheet = np.zeros((30, 30, 20), dtype=np.bool_)
    sheet[5:25, 5:25, 10] = True
    deep = np.ones_like(sheet)
    assert not lying(sheet, deep, (1.0, 1.0, 2.5)).any()
    shallow = deep.copy()
    shallow[:, :, :9] = False
    assert lying(sheet, shallow, (1.0, 1.0, 2.5))[15, 15, 10]


def test_vessels_are_found_in_ground_glass_and_not_in_masses() -> None:
    hu, _, right = _chest()
    vessel = np.zeros(SHAPE, dtype=np.bool_)
    vessel[86:88, 44:46, 10:50] = True
    glass, mass = _ball((87, 45, 18), 16.0), _ball((87, 62, 30), 18.0)
    hu[glass & right] = -600
    hu[mass & right] = 40
    hu[vessel] = 60
    lung = RegionMask.of(right)
    (found,) = find_vessels(_grid(hu), (lung,), None)
    dense = found.dense(SHAPE)
    assert (dense & vessel).sum() > 0.8 * vessel.sum()
    assert (dense & ~vessel).sum() < 0.2 * vessel.sum()
    structure = lung_vessels(_grid(hu), (Structure("right lung", lung, "intensity", 0.9),), None)
    assert isinstance(structure, Structure) and structure.name == "lung vessel"


def test_regions_are_joined_and_pasted_by_their_place() -> None:
    one = RegionMask((1, 2, 3), np.ones((2, 2, 2), dtype=np.bool_))
    other = RegionMask((4, 4, 4), np.ones((1, 1, 1), dtype=np.bool_))
    both = joined(one, other)
    full = one.dense((6, 6, 6)) | other.dense((6, 6, 6))
    assert np.array_equal(both.dense((6, 6, 6)), full)
    assert pasted([other], one).sum() == 0
    assert pasted([other], both).sum() == 1


def test_a_lung_that_the_view_cuts_is_body_and_a_mattress_is_not() -> None:
    hu, left, right = _chest()
    narrow = hu[24:97]  # the outer parts of both lungs are out of view
    body = find_body(_grid(narrow))
    assert body is not None and body.all()
    high = np.full((120, 120, 60), -1000)
    high[:, 20:110] = hu
    high[:, :20] = -920
    body = find_body(_grid(high))
    assert body is not None
    assert not body[:, :18].any()
    assert (body[:, 20:110] & (left | right)).sum() == (left | right).sum()


def test_gas_is_no_lung() -> None:
    hu, left, right = _chest()
    lungs = find_lungs(_grid(hu), np.ones(SHAPE, dtype=np.bool_), None, None)
    assert lungs is not None
    assert lungs.left is not None and lungs.right is not None
    hu[left | right] = -1000
    assert find_lungs(_grid(hu), np.ones(SHAPE, dtype=np.bool_), None, None) is None
