"""Organs of a drawn upper abdomen, and none where nothing tells them from what they touch."""

import numpy as np
import pytest

from groundct.anatomy._hu.abdomen.abdomen import find_abdomen
from groundct.anatomy._hu.chest import find_chest
from groundct.anatomy._hu.grid import Working, working
from groundct.anatomy._hu.lung.lungs import Lungs
from groundct.anatomy._hu.structure import Structure
from groundct.core.geometry import Geometry
from groundct.core.volume import Abstention, BoolArray, Volume

SHAPE = (110, 84, 70)
SPACING = (3.0, 3.0, 3.0)
FAT, MUSCLE, AIR = -95, 55, -850
DOME = 50.0
II, JJ, KK = np.indices(SHAPE)


def ball(center: tuple[float, float, float], radii: tuple[float, float, float]) -> BoolArray:
    """An ellipsoid in voxels."""
    parts = zip((II, JJ, KK), center, radii, strict=True)
    return np.asarray(sum(((axis - c) / r) ** 2 for axis, c, r in parts) <= 1)


BODY = ((II - 55) / 52) ** 2 + ((JJ - 42) / 38) ** 2 <= 1
INNER = ((II - 55) / 46) ** 2 + ((JJ - 42) / 32) ** 2 <= 1
ORGANS = {
    "liver": ball((76, 44, 30), (22, 24, 18)),
    "spleen": ball((23, 28, 34), (8, 13, 13)),
    "right kidney": ball((76, 24, 6), (8, 8, 14)),
    "left kidney": ball((34, 24, 4), (8, 8, 14)),
}
ORGANS["right kidney"] &= ~ORGANS["liver"] & (np.arange(SHAPE[2]) < 16)
STOMACH = ball((32, 54, 32), (12, 12, 11)) & ~ORGANS["spleen"]


def made(stomach_hu: int) -> tuple[Working, Lungs]:
    """Lungs on domes, and under them organs in fat."""
    hu = np.full(SHAPE, -1000, dtype=np.int16)
    hu[BODY] = MUSCLE
    hu[INNER] = FAT
    lungs = {}
    for side, middle in (("left", 30), ("right", 78)):
        dome = DOME - 0.03 * ((II - middle) ** 2 + (JJ - 42) ** 2)
        lungs[side] = np.asfortranarray(INNER & (np.abs(II - middle) < 21) & (dome < KK))
        hu[lungs[side]] = AIR
    hu[STOMACH & ~lungs["left"]] = stomach_hu
    hu[STOMACH & (JJ > 58)] = -990
    for name, mask in ORGANS.items():
        hu[mask & ~lungs["left"] & ~lungs["right"]] = 62 if name == "liver" else 50
    hu[((II - 55) ** 2 + (JJ - 16) ** 2) < 49] = 300
    noise = np.random.default_rng(3).normal(0, 6, SHAPE)
    hu = np.asfortranarray(np.clip(hu + noise, -1024, 2000).astype(np.int16))
    geometry = Geometry.of(SHAPE, np.diag([*SPACING, 1.0]))
    aerated = lungs["left"] | lungs["right"]
    return working(Volume(hu, geometry, geometry)), lungs_of(lungs["left"], lungs["right"], aerated)


def lungs_of(left: BoolArray | None, right: BoolArray | None, aerated: BoolArray) -> Lungs:
    """The lungs without what the stages of the abdomen do not look at."""
    lungs = object.__new__(Lungs)
    for name, value in (("left", left), ("right", right), ("aerated", aerated)):
        object.__setattr__(lungs, name, value)
    return lungs


LUNGS = made(15)[1].both


def found(grid: Working, lungs: Lungs) -> dict[str, Structure | Abstention]:
    body = np.asfortranarray(BODY)
    domed = lungs.right if lungs.right is not None else lungs.both
    chest = find_chest(grid, lungs.both, domed)
    taken = lungs.both | (body & (grid.hu > 180))
    return {one.name: one for one in find_abdomen(grid, body, lungs, chest, None, taken)}


def dice(a: BoolArray, b: BoolArray) -> float:
    return float(2 * (a & b).sum() / (a.sum() + b.sum()))


@pytest.fixture(scope="module")
def organs() -> dict[str, Structure | Abstention]:
    grid, lungs = made(15)
    return found(grid, lungs)


@pytest.mark.parametrize("name", sorted(ORGANS))
def test_each_organ_is_found(organs: dict[str, Structure | Abstention], name: str) -> None:
    one = organs[name]
    assert isinstance(one, Structure), one
    assert isinstance(one.mask, np.ndarray)
    assert dice(one.mask, ORGANS[name] & ~LUNGS) > 0.8


def test_the_gas_of_the_stomach_ends_in_a_level(
    organs: dict[str, Structure | Abstention],
) -> None:
    gas = organs["stomach gas"]
    assert isinstance(gas, Structure) and isinstance(gas.mask, np.ndarray)
    assert dice(gas.mask, STOMACH & (JJ > 58)) > 0.7


def test_organs_and_the_rest_do_not_overlap(
    organs: dict[str, Structure | Abstention],
) -> None:
    masks = [one.mask for one in organs.values() if isinstance(one, Structure)]
    total = np.sum([mask for mask in masks if isinstance(mask, np.ndarray)], axis=0)
    assert total.max() == 1


def test_what_is_not_there_is_not_found() -> None:
    grid, lungs = made(15)
    hu = grid.volume.hu.copy(order="F")
    for mask in (*ORGANS.values(), STOMACH):
        hu[mask & (hu > -500)] = FAT
    hu[STOMACH] = FAT
    empty = found(working(Volume(hu, grid.volume.geometry, grid.volume.stored)), lungs)
    for name in (*ORGANS, "stomach gas"):
        assert isinstance(empty[name], Abstention), name


def test_gas_without_a_level_may_be_the_colons() -> None:
    grid, lungs = made(15)
    hu = grid.volume.hu.copy(order="F")
    hu[STOMACH] = 15
    hu[ball((32, 56, 33), (6, 6, 6))] = -990
    round_ = found(working(Volume(hu, grid.volume.geometry, grid.volume.stored)), lungs)
    assert isinstance(round_["stomach gas"], Abstention)


def test_a_spleen_as_dense_as_the_stomach_it_touches_is_not_given() -> None:
    grid, lungs = made(50)
    hu = grid.volume.hu.copy(order="F")
    bridge = ball((30, 42, 32), (11, 26, 12)) & INNER & ~lungs.both & (II < 50)
    hu[bridge] = 50
    joined = found(working(Volume(hu, grid.volume.geometry, grid.volume.stored)), lungs)
    assert isinstance(joined["spleen"], Abstention)


def test_without_a_left_lung_nothing_is_said_of_its_side() -> None:
    grid, lungs = made(15)
    right = lungs_of(None, lungs.right, lungs.aerated)
    one_sided = found(grid, right)
    assert isinstance(one_sided["spleen"], Abstention)
    assert isinstance(one_sided["liver"], Structure)
