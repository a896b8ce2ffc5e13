"""The sentinel flags every turn and rescale fault of a synthetic chest, and not the upright one."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from groundct.anatomy import ScanWarning, segment
from groundct.anatomy.sentinel import flags, look
from groundct.core.geometry import Geometry, Reorientation
from groundct.core.volume import Volume
from groundct.phantom.make import make_phantom
from groundct.phantom.spec import FindingSpec, PhantomSpec

TURNS = [
    Reorientation(axes=axes, flips=flips)
    for axes in itertools.permutations(range(3))
    for flips in itertools.product((False, True), repeat=3)
]


@pytest.fixture(scope="module")
def chest() -> Volume:
    return make_phantom(PhantomSpec(seed=1, shape=(80, 80, 64))).volume


def codes(volume: Volume, *, severity: str = "warning") -> set[str]:
    return {i.code for i in flags(look(volume), "scan.nii.gz") if i.severity == severity}


def turned(volume: Volume, turn: Reorientation) -> Volume:
    """The voxels laid otherwise, under a header that still says RAS."""
    hu = turn.apply(volume.hu)
    spacing = [volume.geometry.spacing_mm[axis] for axis in turn.axes]
    grid = Geometry.of(hu.shape, np.diag([*spacing, 1.0]))
    return Volume(hu, grid, grid)


def shifted(volume: Volume, offset: int) -> Volume:
    hu = np.clip(volume.hu.astype(np.int32) + offset, -32768, 32767).astype(np.int16)
    return Volume(hu, volume.geometry, volume.stored)


def test_an_upright_chest_is_not_flagged(chest):
    assert codes(chest) == set()
    assert codes(chest, severity="note") == set()


@pytest.mark.parametrize("turn", TURNS[1:8], ids=lambda t: str(t.flips))
def test_each_flip_is_named(chest, turn):
    names = ("left-right-flipped", "front-back-flipped", "head-feet-flipped")
    assert codes(turned(chest, turn)) == {n for n, f in zip(names, turn.flips, strict=True) if f}


@pytest.mark.parametrize("turn", TURNS[8:], ids=lambda t: f"{t.axes}{t.flips}")
def test_swapped_axes_are_named(chest, turn):
    assert codes(turned(chest, turn)) == {"axes-swapped"}


@pytest.mark.parametrize("offset", [1024, 8192, 1000])
def test_hu_that_were_never_made_are_named(chest, offset):
    assert codes(shifted(chest, offset)) == {"rescaled-never"}


@pytest.mark.parametrize("offset", [-1024, -8192])
def test_hu_that_were_made_twice_are_named(chest, offset):
    assert codes(shifted(chest, offset)) == {"rescaled-twice"}


def test_padding_does_not_hide_a_missing_rescale(chest):
    hu = shifted(chest, 1024).hu.copy()
    hu[:12], hu[-12:] = -1024, -1024  # reads as air where the air itself reads as tissue
    assert codes(Volume(hu, chest.geometry, chest.stored)) == {"rescaled-never"}


def test_values_that_cannot_be_hu_are_named(chest):
    window = np.clip((chest.hu.astype(np.int32) + 1000) // 8, 0, 255).astype(np.int16)
    assert codes(Volume(window, chest.geometry, chest.stored)) == {"not-hounsfield"}


def test_what_is_no_chest_is_named(chest):
    half = chest.hu.shape[2] // 2
    solid = chest.hu.copy()
    solid[(solid < -500) & (solid > -960)] = 40
    assert codes(Volume(solid, chest.geometry, chest.stored)) == {"not-a-chest"}
    abdomen = chest.hu[:, :, : half // 3]
    grid = Geometry.of(abdomen.shape, chest.geometry.matrix)
    assert codes(Volume(abdomen, grid, grid)) <= {"not-a-chest"}


def test_a_chest_without_a_side_gets_a_note_and_no_warning(chest):
    halves = np.concatenate([chest.hu[40:], np.flip(chest.hu[40:], 0)], axis=0)[::-1]
    mirrored = Volume(np.ascontiguousarray(halves), chest.geometry, chest.stored)
    assert codes(mirrored) == set()
    assert codes(mirrored, severity="note") == {"left-right-unsure"}


def test_flags_name_the_place_and_a_remedy(chest):
    (issue,) = flags(look(turned(chest, TURNS[4])), "scan.nii.gz")
    assert issue.where == "scan.nii.gz"
    assert issue.remedy


def test_large_effusions_leave_front_and_back_unsure_and_say_so():
    findings = tuple(
        FindingSpec(category="2e", site=side, size_mm=75) for side in ("right lung", "left lung")
    )
    sick = make_phantom(PhantomSpec(seed=1, shape=(80, 80, 64), findings=findings)).volume
    seen = look(sick)
    assert seen.lie is not None
    assert seen.lie.front < 0 < seen.lie.spine
    for volume in (sick, turned(sick, TURNS[2])):
        assert "front-back-flipped" not in codes(volume)
        assert "front-back-unsure" in codes(volume, severity="note")


def test_masks_of_a_mirrored_scan_come_with_a_warning(chest):
    mirror = Reorientation(axes=(0, 1, 2), flips=(True, False, False))
    segment(chest)  # and those of an upright one without: a warning would be an error
    with pytest.warns(ScanWarning, match="left and right are turned") as told:
        organs = segment(turned(chest, mirror))
    assert "left lung" in organs.names
    assert told[0].filename == __file__
