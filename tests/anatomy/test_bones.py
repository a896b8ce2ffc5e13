"""Vertebrae and ribs by number and side, and the bones of the shoulders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundct.anatomy._hu.bone.column import CLEAR_MERIT, Landmarks, find_column
from groundct.anatomy._hu.bone.label_regions import region_of, widened
from groundct.anatomy._hu.bone.levels import Levels, find_levels
from groundct.anatomy._hu.bone.numbering import (
    FIRST_LUMBAR,
    FIRST_THORACIC,
    HIDDEN_BELOW_MM,
    join_ribs,
    number,
    thoracic_level,
    vertebra_name,
)
from groundct.anatomy._hu.bone.rib_masks import bony, label_ribs
from groundct.anatomy._hu.bone.rib_tracks import RibTrack, apart, bone_weight, find_tracks
from groundct.anatomy._hu.bone.ribs import Bones, find_bones
from groundct.anatomy._hu.bone.spine import Spine, find_spine
from groundct.anatomy._hu.bone.spine_curve import across_mm, on_curve, spine_curve, straightened
from groundct.anatomy._hu.chest import find_chest
from groundct.anatomy._hu.grid import Working, working
from groundct.anatomy._hu.paint import paint
from groundct.anatomy._hu.wall.body import find_body
from groundct.core.geometry import Geometry
from groundct.core.volume import BoolArray, LabelMap, Volume
from groundct.phantom.make import Phantom, make_phantom
from groundct.phantom.spec import PhantomSpec
from groundct.vocabulary.anatomy import anatomy


def _track(root_s: float, length_mm: float = 200.0, *, right: bool = True) -> RibTrack:
    steps = np.arange(0.0, length_mm + 1, 3.0)
    points = np.column_stack([steps, np.full(steps.size, root_s), np.zeros(steps.size)])
    return RibTrack(right, root_s, points, cut=False, gaps=())


def _levels(count: int, pitch: float = 24.0, first: float = 20.0) -> Levels:
    at = first + pitch * np.arange(count)
    return Levels(np.asarray(at, dtype=np.float64), np.zeros(count), np.ones(count - 1))


def _ribs(levels: Levels, cells: range, lengths: dict[int, float]) -> list[RibTrack]:
    out = []
    for cell in cells:
        root = levels.s_mm[cell - 1] + 0.65 * 24
        for right in (False, True):
            out.append(_track(root, lengths.get(cell, 250.0), right=right))
    return out


class TestNumbering:
    def test_twelve_pairs_between_bare_vertebrae_are_one_to_twelve(self) -> None:
        levels = _levels(16)
        # Cells 2..13 bear ribs; 1 is L1 and 14 is C7.
        tracks = _ribs(levels, range(2, 14), {2: 80, 3: 140, 12: 180, 13: 110})
        found = number(levels, join_ribs(levels, tracks), 410.0, None, None)
        assert found is not None
        assert found.first_rib
        assert found.last_rib
        assert vertebra_name(found.ordinals[13]) == "thoracic vertebrae 1 (t1)"
        assert vertebra_name(found.ordinals[2]) == "thoracic vertebrae 12 (t12)"
        assert vertebra_name(found.ordinals[1]) == "lumbar vertebrae 1 (l1)"
        assert vertebra_name(found.ordinals[14]) == "cervical vertebrae 7 (c7)"

    def test_ribs_in_the_middle_alone_are_not_numbered(self) -> None:
        levels = _levels(8)
        tracks = _ribs(levels, range(1, 8), {})
        assert number(levels, join_ribs(levels, tracks), 200.0, None, None) is None

    def test_a_rib_that_is_seen_near_the_end_of_the_scan_counts(self) -> None:
        # The twelfth pair begins 27 mm above the scan's end, where none might have been missed.
        levels = _levels(15, first=11.0)
        tracks = _ribs(levels, range(1, 13), {1: 80, 2: 140, 11: 180, 12: 115})
        assert tracks[0].root_s_mm < HIDDEN_BELOW_MM
        found = number(levels, join_ribs(levels, tracks), 390.0, None, None)
        assert found is not None
        assert found.ordinals[1] == FIRST_LUMBAR - 1
        others = number(levels, join_ribs(levels, tracks[2:]), 390.0, None, None)
        assert others is None or others.sure < found.sure

    def test_a_count_that_puts_the_carina_elsewhere_is_not_given(self) -> None:
        levels = _levels(16)
        tracks = _ribs(levels, range(2, 14), {2: 80, 3: 140, 12: 180, 13: 115})
        ribs = join_ribs(levels, tracks)
        at_t6 = float(levels.s_mm[7] + 5)
        given = number(levels, ribs, 410.0, at_t6, None)
        assert given is not None
        assert thoracic_level(levels, given.ordinals[0], at_t6) == pytest.approx(6.8, abs=0.1)
        assert number(levels, ribs, 410.0, float(levels.s_mm[2]), None) is None

    def test_a_carina_alone_does_not_number(self) -> None:
        levels = _levels(8)
        tracks = _ribs(levels, range(1, 8), {})
        assert number(levels, join_ribs(levels, tracks), 200.0, 120.0, None) is None

    def test_level_grows_downwards(self) -> None:
        levels = _levels(10)
        start = FIRST_THORACIC + 8
        assert thoracic_level(levels, start, 100.0) < thoracic_level(levels, start, 90.0)
        assert thoracic_level(levels, start, levels.s_mm[4] - 0.01) == pytest.approx(5.0, abs=0.01)

    @given(st.lists(st.floats(0, 330), max_size=14, unique=True))
    def test_joined_ribs_keep_their_order(self, roots: list[float]) -> None:
        levels = _levels(13)
        joined = join_ribs(levels, [_track(root) for root in roots])
        cells = sorted(joined)
        assert [joined[cell].root_s_mm for cell in cells] == sorted(
            joined[cell].root_s_mm for cell in cells
        )

    def test_every_name_is_in_the_vocabulary(self) -> None:
        names = [vertebra_name(ordinal) for ordinal in range(1, 25)]
        assert all(name is not None and anatomy().is_mask_name(name) for name in names)
        assert vertebra_name(0) is None
        assert vertebra_name(25) is None


class TestTracks:
    def test_two_lines_on_one_rib_become_one(self) -> None:
        near = _track(0.0)
        bent = _track(3.0)
        points = bent.points_mm.copy()
        points[:4, 1] += [18.0, 12.0, 6.0, 2.0]
        bent = RibTrack(True, 20.0, points, cut=False, gaps=())
        assert apart([near, bent]) == [near]

    def test_lines_on_two_ribs_stay(self) -> None:
        assert len(apart([_track(0.0), _track(20.0)])) == 2

    def test_bone_ends_at_a_gap_in_front_and_goes_on_after_one_behind(self) -> None:
        line = _track(0.0).points_mm
        front = RibTrack(True, 0.0, line, cut=False, gaps=(50,))
        behind = RibTrack(True, 0.0, line, cut=False, gaps=(10,))
        assert len(bony(front, 400.0)) == 50
        assert len(bony(behind, 400.0)) == len(line)
        assert bony(behind, 90.0)[-1, 0] == pytest.approx(90.0, abs=3.1)


class TestLevels:
    def test_discs_between_bright_endplates_are_found(self) -> None:
        straight = _straight(np.arange(15, 300, 24))
        levels = find_levels(straight)
        assert levels is not None
        inner = levels.s_mm[(levels.s_mm > 10) & (levels.s_mm < 290)]
        wanted = np.arange(15, 300, 24)
        assert all(np.abs(wanted - s).min() <= 2 for s in inner)
        assert np.median(np.diff(levels.s_mm)) == pytest.approx(24, abs=1)
        assert levels.merit.mean() > CLEAR_MERIT

    def test_a_column_without_discs_is_unclear(self) -> None:
        noise = np.random.default_rng(3).normal(200, 5, size=_straight(np.array([])).shape)
        levels = find_levels(noise.astype(np.float32))
        assert levels is None or levels.merit.mean() < CLEAR_MERIT


def _straight(discs: np.ndarray) -> np.ndarray:
    """A column of bodies with pedicles in their upper halves, 300 mm long."""
    x, y = across_mm()
    s = np.arange(300)
    out = np.full((x.size, y.size, s.size), 40.0, dtype=np.float32)
    body = (np.abs(x)[:, None] < 16) & (y > 7)[None, :] & (y < 32)[None, :]
    beside = (np.abs(x)[:, None] > 8) & (np.abs(x)[:, None] < 15) & (np.abs(y - 2) < 6)[None, :]
    along = np.full(s.size, 220.0)
    pedicles = np.full(s.size, 30.0)
    for at in discs:
        along[np.abs(s - at) <= 2] = 70
        along[(np.abs(s - at) > 2) & (np.abs(s - at) <= 4)] = 450
        pedicles[np.abs(s - at - 16) <= 5] = 350
    out[body] = along
    out[beside] = np.maximum(out[beside], pedicles)
    return out


@dataclass(frozen=True, eq=False)
class _Chest:
    phantom: Phantom
    grid: Working
    spine: Spine
    bones: Bones
    labels: LabelMap


def _both_lungs(phantom: Phantom, grid: Working) -> BoolArray:
    index = [
        np.minimum(np.arange(n) * m // n, m - 1)
        for n, m in zip(grid.hu.shape, phantom.spec.shape, strict=True)
    ]
    return np.asarray(phantom.organs.mask("lung")[np.ix_(*index)])


def _found(phantom: Phantom, volume: Volume, lungs: BoolArray) -> _Chest:
    grid = working(volume)
    body = find_body(grid)
    assert body is not None
    spine = find_spine(grid, body)
    assert spine is not None
    chest = find_chest(grid, lungs, lungs)
    bones = find_bones(grid, body, lungs, chest, spine, None)
    return _Chest(phantom, grid, spine, bones, paint(grid, bones.structures))


@pytest.fixture(scope="module")
def thorax() -> _Chest:
    phantom = make_phantom(PhantomSpec(seed=4, shape=(160, 160, 128)))
    return _found(phantom, phantom.volume, _both_lungs(phantom, working(phantom.volume)))


def _dice(a: BoolArray, b: BoolArray) -> float:
    total = int(np.count_nonzero(a)) + int(np.count_nonzero(b))
    return 2 * int(np.count_nonzero(a & b)) / max(1, total)


class TestThorax:
    def test_vertebrae_have_the_numbers_of_the_truth(self, thorax: _Chest) -> None:
        names = [name for name in thorax.labels.names if name.startswith("thoracic vertebrae ")]
        assert len(names) == 12
        for name in names:
            assert _dice(thorax.labels.mask(name), thorax.phantom.organs.mask(name)) > 0.6, name

    def test_ribs_have_the_sides_and_numbers_of_the_truth(self, thorax: _Chest) -> None:
        names = [f"{side} rib {n}" for side in ("left", "right") for n in range(1, 13)]
        found = [name for name in names if name in thorax.labels.names]
        assert len(found) >= 22
        for name in found:
            assert _dice(thorax.labels.mask(name), thorax.phantom.organs.mask(name)) > 0.5, name

    def test_parts_lie_within_their_wholes_and_do_not_meet(self, thorax: _Chest) -> None:
        labels = thorax.labels
        bone = labels.mask("bone")
        left, right = labels.mask("left rib"), labels.mask("right rib")
        assert not (left & right).any()
        for name in ("vertebrae", "left rib", "right rib", "sternum", "left scapula"):
            assert not (labels.mask(name) & ~bone).any()
        assert not (labels.mask("left rib 5") & ~left).any()
        assert not (labels.mask("left rib 5") & labels.mask("left rib 6")).any()

    def test_bones_of_the_shoulders_are_on_their_sides(self, thorax: _Chest) -> None:
        for bone in ("clavicle", "scapula", "humerus"):
            for side in ("left", "right"):
                name = f"{side} {bone}"
                own = thorax.labels.mask(name)
                assert _dice(own, thorax.phantom.organs.mask(name)) > 0.4, name

    def test_a_mirrored_scan_has_mirrored_sides(self, thorax: _Chest) -> None:
        source = thorax.phantom.volume
        flipped = Volume(source.hu[::-1].copy(order="F"), source.geometry, source.stored)
        lungs = _both_lungs(thorax.phantom, thorax.grid)[::-1]
        mirrored = _found(thorax.phantom, flipped, np.asarray(lungs)).labels
        for n in (2, 6, 11):
            here, there = f"left rib {n}", f"right rib {n}"
            assert _dice(thorax.labels.mask(here)[::-1], mirrored.mask(there)) > 0.8
            assert _dice(thorax.labels.mask(here)[::-1], mirrored.mask(here)) < 0.1

    def test_thick_slices_are_not_numbered(self, thorax: _Chest) -> None:
        hu = thorax.phantom.volume.hu[:, :, ::3]
        rows = thorax.phantom.volume.geometry.matrix
        rows[:3, 2] *= 3
        geometry = Geometry.of(hu.shape, rows)
        grid = working(Volume(hu, geometry, geometry))
        body = find_body(grid)
        assert body is not None
        spine = find_spine(grid, body)
        assert spine is not None
        curve = spine_curve(grid, spine.centers)
        reason = find_column(grid, spine, curve, [], Landmarks(None, None))
        assert isinstance(reason, str)
        assert "thick" in reason

    def test_without_ribs_none_is_labelled(self, thorax: _Chest) -> None:
        curve = spine_curve(thorax.grid, thorax.spine.centers)
        nothing = np.zeros(thorax.grid.hu.shape, dtype=np.bool_)
        weight = bone_weight(thorax.grid, nothing)
        assert find_tracks(thorax.grid, weight, curve) == []
        assert not label_ribs(thorax.grid, ~nothing, curve, [], []).any()

    def test_the_straightened_scan_and_its_coordinates_agree(self, thorax: _Chest) -> None:
        curve = spine_curve(thorax.grid, thorax.spine.centers)
        straight = straightened(thorax.grid, curve)
        where = np.zeros(thorax.grid.hu.shape, dtype=np.bool_)
        middle = len(curve.points_mm) // 2
        place = curve.points_mm[middle] + 10 * curve.right[middle] + 15 * curve.front[middle]
        voxel = np.rint(place / thorax.grid.spacing_mm).astype(int)
        where[tuple(voxel)] = True
        found = tuple(float(v) for v in on_curve(thorax.grid, curve, where)[0])
        assert found == pytest.approx((10, 15, middle), abs=2)
        assert straight.shape == (across_mm()[0].size, across_mm()[1].size, len(curve.points_mm))


class TestRegions:
    def test_a_region_is_the_nearest_label(self, thorax: _Chest) -> None:
        labels = np.zeros(thorax.grid.hu.shape, dtype=np.int16)
        labels[20:30, 40:50, 30:40] = 7
        region = region_of(thorax.grid, labels, (7,))
        assert region is not None
        share = region.count / thorax.phantom.volume.hu.size
        assert share == pytest.approx(1000 / labels.size, rel=0.2)
        assert region_of(thorax.grid, labels, (8,)) is None

    def test_widening_keeps_labels_and_grows_by_one_voxel(self) -> None:
        labels = np.zeros((9, 9, 9), dtype=np.int16)
        labels[4, 4, 4], labels[4, 4, 5] = 1, 2
        wide = widened(labels)
        assert wide[4, 4, 4] == 1
        assert wide[4, 4, 5] == 2
        assert wide[3, 4, 4] == 1
        assert np.count_nonzero(wide) == 12
