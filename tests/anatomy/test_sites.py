import numpy as np
import pytest

from groundct.anatomy.sites import approximate_lobes, approximate_segments
from groundct.core.geometry import Geometry
from groundct.core.volume import LabelMap, RegionMask, label_map_of_masks
from groundct.vocabulary.segments import segments as vocabulary_segments

GRID = Geometry.of((60, 40, 50), np.diag([4.0, 4.0, 5.0, 1.0]))


def _ellipsoid(
    center: tuple[float, float, float], radius: tuple[float, float, float]
) -> RegionMask:
    grids = np.ogrid[: GRID.shape[0], : GRID.shape[1], : GRID.shape[2]]
    distance = sum(((g - c) / r) ** 2 for g, c, r in zip(grids, center, radius, strict=True))
    return RegionMask.of(np.asarray(distance <= 1))


def _lungs(*names: str) -> LabelMap:
    lungs = {
        "left lung": _ellipsoid((14, 20, 25), (11, 17, 22)),
        "right lung": _ellipsoid((45, 20, 25), (12, 17, 22)),
    }
    return label_map_of_masks([(name, lungs[name]) for name in names], GRID, GRID)


def _center(mask: RegionMask) -> np.ndarray:
    return np.argwhere(mask.voxels).mean(axis=0) + mask.offset


def test_lobes_part_each_lung() -> None:
    organs = _lungs("left lung", "right lung")
    lobes = approximate_lobes(organs)
    assert len(lobes) == 5
    for side in ("left lung", "right lung"):
        total = sum(m.dense(GRID.shape).astype(int) for n, m in lobes.items() if n.startswith(side))
        assert np.array_equal(total == 1, organs.mask(side))
        assert total.max() == 1


def test_lobes_stand_where_lobes_stand() -> None:
    lobes = approximate_lobes(_lungs("left lung", "right lung"))
    upper, middle, lower = (
        _center(lobes[f"right lung {n} lobe"]) for n in ("upper", "middle", "lower")
    )
    assert upper[2] > middle[2] and upper[2] > lower[2]
    assert middle[1] > lower[1] + 4
    left_upper, left_lower = (_center(lobes[f"left lung {n} lobe"]) for n in ("upper", "lower"))
    assert left_upper[2] > left_lower[2] and left_upper[1] > left_lower[1]
    assert (
        0.1
        < lobes["right lung middle lobe"].count / _lungs("right lung").mask("right lung").sum()
        < 0.25
    )


def test_a_lung_that_is_not_there_has_no_lobes() -> None:
    assert set(approximate_lobes(_lungs("left lung"))) == {
        "left lung upper lobe",
        "left lung lower lobe",
    }
    assert approximate_lobes(_lungs()) == {}
    empty = RegionMask((0, 0, 0), np.zeros((0, 0, 0), dtype=np.bool_))
    assert approximate_lobes(label_map_of_masks([("left lung", empty)], GRID, GRID)) == {}


def test_the_18_segments_have_the_names_of_the_vocabulary() -> None:
    names = {segment.name for segment in vocabulary_segments()}
    assert set(approximate_segments(_lungs("left lung", "right lung"))) == names


def test_the_18_segments_part_the_lobes() -> None:
    organs = _lungs("left lung", "right lung")
    lobes, segments = approximate_lobes(organs), approximate_segments(organs)
    assert len(segments) == 18
    for name, lobe in lobes.items():
        parts = [m.dense(GRID.shape) for n, m in segments.items() if n.startswith(name)]
        total = np.sum(parts, axis=0)
        assert total.max() == 1
        assert np.array_equal(total == 1, lobe.dense(GRID.shape))


@pytest.mark.parametrize(
    ("more", "less", "axis"),
    [
        ("right lung upper lobe apical segment", "right lung upper lobe anterior segment", 2),
        ("right lung upper lobe anterior segment", "right lung upper lobe posterior segment", 1),
        ("right lung middle lobe lateral segment", "right lung middle lobe medial segment", 0),
        (
            "right lung lower lobe superior segment",
            "right lung lower lobe posterior basal segment",
            2,
        ),
        (
            "right lung lower lobe anterior basal segment",
            "right lung lower lobe posterior basal segment",
            1,
        ),
        (
            "left lung upper lobe superior lingular segment",
            "left lung upper lobe inferior lingular segment",
            2,
        ),
        (
            "left lung lower lobe anteromedial basal segment",
            "left lung lower lobe lateral basal segment",
            0,
        ),
    ],
)
def test_segments_stand_in_order(more: str, less: str, axis: int) -> None:
    segments = approximate_segments(_lungs("left lung", "right lung"))
    assert _center(segments[more])[axis] > _center(segments[less])[axis] + 0.5
