from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from groundct.anatomy._hu.airway.wavefront import grow_tubes
from groundct.anatomy._hu.chest import find_chest
from groundct.anatomy._hu.grid import working
from groundct.anatomy.composites import complete
from groundct.anatomy.hu import PLUGIN
from groundct.core.geometry import Geometry
from groundct.core.volume import BoolArray, LabelMap, Volume
from groundct.phantom.make import Phantom

Thorax = Callable[[str, int], Phantom]

LEAST_DICE = {
    "body": 0.9,
    "left lung": 0.97,
    "right lung": 0.97,
    "lung": 0.97,
    "trachea": 0.8,
    "bronchie": 0.5,
    "bone": 0.85,
    "vertebrae": 0.75,
    "rib": 0.75,
    "left rib": 0.7,
    "right rib": 0.7,
    "sternum": 0.6,
    "spinal canal": 0.7,
    "heart": 0.7,
    "mediastinal tissue": 0.45,
    "liver": 0.75,
    "thoracic cavity": 0.85,
}


def dice(a: BoolArray, b: BoolArray) -> float:
    return float(2 * (a & b).sum() / (a.sum() + b.sum()))


def segmented(volume: Volume) -> LabelMap:
    return complete(PLUGIN.segment(volume))


@pytest.fixture(scope="module")
def found(thorax: Thorax) -> LabelMap:
    return segmented(thorax("LPS", 1).volume)


@pytest.mark.parametrize("name", [n for n in LEAST_DICE if n != "body"])
def test_every_structure_agrees_with_the_phantom(
    found: LabelMap, thorax: Thorax, name: str
) -> None:
    truth = thorax("LPS", 1).organs
    assert dice(found.mask(name), truth.mask(name)) > LEAST_DICE[name]


def test_it_answers_for_what_is_tested(found: LabelMap) -> None:
    assert set(LEAST_DICE) <= set(found.names)


def test_the_body_holds_everything(found: LabelMap) -> None:
    outside = ~found.mask("body")
    for name in found.names:
        assert (found.mask(name) & outside).mean() < 1e-3, name


def test_parts_make_their_wholes(found: LabelMap) -> None:
    lung = found.mask("left lung") | found.mask("right lung")
    assert np.array_equal(found.mask("lung"), lung)
    assert not (found.mask("left lung") & found.mask("right lung")).any()
    assert not (found.mask("rib") & ~found.mask("bone")).any()
    assert not (found.mask("trachea") & lung).any()
    tree = found.mask("trachea") | found.mask("bronchie")
    assert np.array_equal(found.mask("airway"), tree)


def test_a_mass_on_the_pleura_is_inside_the_lung(found: LabelMap, thorax: Thorax) -> None:
    phantom = thorax("LPS", 1)
    mass = phantom.findings[0].masks[0].dense(phantom.volume.geometry.shape)
    assert (mass & found.mask("left lung")).sum() > 0.9 * mass.sum()


def test_what_is_out_of_view_is_left_out(thorax: Thorax) -> None:
    volume = thorax("LPS", 1).volume
    organs = segmented(_cropped(volume, slice(50, 70)))
    assert "liver" not in organs.names
    assert {"left lung", "right lung", "body"} <= set(organs.names)


def test_a_scan_without_a_body_has_no_segments() -> None:
    grid = Geometry.of((40, 40, 30), np.diag([8.0, 8.0, 8.0, 1.0]))
    air = Volume(np.full(grid.shape, -1000, dtype=np.int16, order="F"), grid, grid)
    assert segmented(air).segments == ()


def test_a_water_bottle_is_a_body_and_nothing_else() -> None:
    grid = Geometry.of((50, 50, 40), np.diag([6.0, 6.0, 6.0, 1.0]))
    hu = np.full(grid.shape, -1000, dtype=np.int16, order="F")
    hu[10:40, 10:40] = 0
    assert segmented(Volume(hu, grid, grid)).names == ("body",)


def test_lungs_that_touch_in_front_are_parted(thorax: Thorax) -> None:
    phantom = thorax("LPS", 1)
    truth = phantom.organs
    lung, k = truth.mask("lung"), 50
    hu = phantom.volume.hu.copy(order="F")
    front = int(np.flatnonzero(lung[:, :, k].any(axis=0))[-1]) - 3
    row = np.flatnonzero(lung[:, front, k])
    hu[row[0] : row[-1], front, k : k + 8] = -850
    joined = segmented(replace(phantom.volume, hu=hu))
    for name in ("left lung", "right lung"):
        assert dice(joined.mask(name), truth.mask(name)) > 0.96


@pytest.mark.parametrize("lost", ["left", "right"])
def test_a_lung_without_air_is_not_segmented(thorax: Thorax, lost: str) -> None:
    phantom = thorax("LPS", 1)
    hu = phantom.volume.hu.copy(order="F")
    gone = phantom.organs.mask(f"{lost} lung")
    hu[gone] = np.maximum(hu[gone], 30)
    organs = segmented(replace(phantom.volume, hu=hu))
    kept = "right" if lost == "left" else "left"
    assert f"{lost} lung" not in organs.names
    assert dice(organs.mask(f"{kept} lung"), phantom.organs.mask(f"{kept} lung")) > 0.95
    assert np.array_equal(organs.mask("lung"), organs.mask(f"{kept} lung"))


def test_padding_outside_the_field_of_view_changes_nothing(thorax: Thorax) -> None:
    volume = thorax("LPS", 1).volume
    hu = volume.hu.copy(order="F")
    corner = hu[:6, :6]
    assert corner.max() < -800
    corner[...] = -2048
    padded = segmented(replace(volume, hu=hu))
    same = segmented(volume)
    assert np.array_equal(padded.mask("lung"), same.mask("lung"))


def test_a_tube_is_followed_and_a_burst_is_not() -> None:
    air = np.zeros((40, 40, 60), dtype=np.bool_)
    air[17:22, 17:22, 20:] = True
    start = air.copy()
    start[:, :, :55] = False
    whole = grow_tubes(air, start, start, 1.0, 60.0)
    assert whole.sum() == air.sum() - start.sum()
    air[:, :, :20] = True
    tube = grow_tubes(air, start, start, 1.0, 60.0)
    assert tube[:, :, 25:].sum() == whole[:, :, 25:].sum()
    assert tube[:, :, :20].sum() < 0.02 * air[:, :, :20].sum()


def test_the_hull_closes_over_the_room_between_the_lungs(thorax: Thorax) -> None:
    phantom = thorax("LPS", 1)
    grid = working(phantom.volume)
    lungs = phantom.organs.mask("lung")
    chest = find_chest(grid, lungs, phantom.organs.mask("right lung"))
    heart = phantom.organs.mask("heart")
    assert (heart & chest.inside).sum() > 0.9 * heart.sum()
    liver = phantom.organs.mask("liver")
    assert (liver & ~chest.above_floor).sum() > 0.85 * liver.sum()


def _cropped(volume: Volume, levels: slice) -> Volume:
    hu = volume.hu[:, :, levels]
    matrix = volume.geometry.matrix
    matrix[:3, 3] = volume.geometry.world_from_index((0, 0, levels.start))
    grid = Geometry.of(hu.shape, matrix)
    return Volume(hu, grid, grid)
