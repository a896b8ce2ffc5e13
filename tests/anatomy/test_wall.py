"""Skin, fat, muscle and breasts."""

from __future__ import annotations

import numpy as np
import pytest

from groundct.anatomy._hu.bone.ribs import find_bones
from groundct.anatomy._hu.bone.spine import find_spine
from groundct.anatomy._hu.chest import find_chest
from groundct.anatomy._hu.grid import working
from groundct.anatomy._hu.lung.lungs import Lungs
from groundct.anatomy._hu.scene import Scene
from groundct.anatomy._hu.structure import Structure
from groundct.anatomy._hu.wall.body import find_body
from groundct.anatomy._hu.wall.wall import find_wall
from groundct.core.volume import Abstention, BoolArray
from groundct.phantom.make import Phantom, make_phantom
from groundct.phantom.spec import PhantomSpec

Found = tuple[Phantom, Scene, dict[str, Structure | Abstention]]


def _wall(sex: str) -> Found:
    spec = PhantomSpec.model_validate({"seed": 5, "shape": (120, 120, 90), "sex": sex})
    phantom = make_phantom(spec)
    grid = working(phantom.volume)
    body = find_body(grid)
    assert body is not None
    spine = find_spine(grid, body)
    assert spine is not None
    left, right = (_on_grid(phantom, grid.hu.shape, f"{side} lung") for side in ("left", "right"))
    both = left | right
    lungs = Lungs(left, right, both)
    chest = find_chest(grid, both, right)
    bones = find_bones(grid, body, both, chest, spine, None)
    scene = Scene(grid, body, None, lungs, spine, chest, bones)
    return phantom, scene, {item.name: item for item in find_wall(scene)}


def _on_grid(phantom: Phantom, shape: tuple[int, ...], name: str) -> BoolArray:
    mask = phantom.organs.mask(name)
    index = [
        np.minimum(np.arange(n) * m // n, m - 1) for n, m in zip(shape, mask.shape, strict=True)
    ]
    return np.asarray(mask[np.ix_(*index)])


@pytest.fixture(scope="module")
def woman() -> Found:
    return _wall("female")


@pytest.fixture(scope="module")
def man() -> Found:
    return _wall("male")


def _mask(found: Found, name: str) -> BoolArray:
    item = found[2][name]
    assert isinstance(item, Structure)
    assert not hasattr(item.mask, "offset")
    return np.asarray(item.mask)


def _share(found: Found, name: str, truth: str) -> float:
    """How much of what was found lies in the truth."""
    mask = _mask(found, name)
    there = _on_grid(found[0], mask.shape, truth)
    return float(np.count_nonzero(mask & there) / np.count_nonzero(mask))


def test_skin_is_a_thin_shell_of_the_body(man: Found) -> None:
    skin = _mask(man, "skin")
    body = man[1].body
    assert not (skin & ~body).any()
    assert 0.02 < np.count_nonzero(skin) / np.count_nonzero(body) < 0.12


def test_muscle_is_outside_the_lungs_and_mostly_muscle(man: Found) -> None:
    muscle = _mask(man, "muscle")
    assert not (muscle & man[1].lungs.both).any()
    assert _share(man, "muscle", "muscle") > 0.7


def test_layers_do_not_overlap(woman: Found) -> None:
    names = [name for name, item in woman[2].items() if isinstance(item, Structure)]
    total = sum(_mask(woman, name).astype(int) for name in names if "breast" not in name)
    assert np.max(total) == 1


def test_fat_is_light_and_outside_the_muscles(man: Found) -> None:
    fat = _mask(man, "subcutaneous fat")
    assert np.median(man[1].grid.hu[fat]) < -60
    depth_of_fat = np.count_nonzero(fat & man[1].chest.inside) / np.count_nonzero(fat)
    assert depth_of_fat < 0.02


def test_breasts_are_found_on_their_sides(woman: Found) -> None:
    for side in ("left", "right"):
        assert _share(woman, f"{side} breast", f"{side} breast") > 0.7


def test_a_chest_without_glands_has_no_breast(man: Found) -> None:
    for side in ("left", "right"):
        assert isinstance(man[2][f"{side} breast"], Abstention)
