"""Distances are exact, obey the laws of the metric, and have no value where nothing is."""

import numpy as np
import pytest

from groundct.metrics.surface import SURFACE_METRICS, surface_metrics
from groundct.metrics.surface.empty import when_empty
from groundct.metrics.surface.nearest import Grid, nearest_mm, padding
from groundct.metrics.surface.surfels import cell_volumes, surfel_areas_mm2

SLICE = np.ones((3, 4), dtype=np.bool_)
ALL = {"names": SURFACE_METRICS, "tolerances_mm": (0.0, 0.8, 2.0)}


def random_pair(rng):
    shape = tuple(rng.integers(1, 9, 3))
    reference, prediction = (rng.random((2, *shape)) < rng.uniform(0.1, 0.9)).astype(np.bool_)
    reference[tuple(rng.integers(0, shape))] = True
    prediction[tuple(rng.integers(0, shape))] = True
    return reference, prediction, tuple(rng.uniform(0.3, 4, 3))


def border(mask):
    padded = np.pad(mask, 1)
    return [
        place
        for place in zip(*np.nonzero(mask), strict=True)
        if not all(
            padded[tuple(np.add(place, 1) + sign * np.eye(3, dtype=int)[axis])]
            for axis in range(3)
            for sign in (-1, 1)
        )
    ]


def by_hand(reference, prediction, spacing):
    """Every distance between border voxels, one by one."""
    ends = [np.array(border(mask)) * spacing for mask in (reference, prediction)]
    apart = np.sqrt(((ends[0][:, None] - ends[1][None]) ** 2).sum(axis=2))
    return apart.min(axis=1), apart.min(axis=0)


def test_exact_against_all_pairs_of_border_voxels():
    rng = np.random.default_rng(1)
    for _ in range(60):
        reference, prediction, spacing = random_pair(rng)
        there, back = by_hand(reference, prediction, spacing)
        got = surface_metrics(reference, prediction, spacing, **ALL)
        both = np.concatenate([there, back])
        assert got["hd:border"] == pytest.approx(both.max(), abs=1e-9)
        assert got["hd95:pooled"] == pytest.approx(np.percentile(both, 95), abs=1e-9)
        worse = max(np.percentile(there, 95), np.percentile(back, 95))
        assert got["hd95:max"] == pytest.approx(worse, abs=1e-9)
        assert got["assd:pooled"] == pytest.approx(both.mean(), abs=1e-9)
        assert got["asd:reference"] == pytest.approx(there.mean(), abs=1e-9)
        assert got["asd:prediction"] == pytest.approx(back.mean(), abs=1e-9)
        assert got["nsd:border@2mm"] == pytest.approx((both <= 2.0).mean(), abs=1e-9)


def test_far_voxels_are_as_exact_as_near_ones():
    rng = np.random.default_rng(2)
    spacing = (0.7, 0.9, 2.5)
    pad = padding(spacing)
    grid = Grid((90, 80, 40), spacing)
    low, high = np.array(pad), np.array(grid.shape) - pad
    start, goal = (rng.integers(low, high, (n, 3)) for n in (900, 30))
    flat = [places @ grid.strides for places in (start, goal)]
    expected = np.sqrt((((start[:, None] - goal[None]) * spacing) ** 2).sum(axis=2)).min(axis=1)
    assert np.abs(nearest_mm(flat[0], flat[1], grid) - expected).max() < 1e-9
    assert np.isinf(nearest_mm(flat[0], flat[1][:0], grid)).all()


def same(one, two):
    return all(one[name] == pytest.approx(two[name], abs=1e-9) for name in one)


def test_laws():
    rng = np.random.default_rng(3)
    swap = {"asd:reference": "asd:prediction", "asd:surfel-reference": "asd:surfel-prediction"}
    swap |= {two: one for one, two in swap.items()}
    for _ in range(25):
        reference, prediction, spacing = random_pair(rng)
        got = surface_metrics(reference, prediction, spacing, **ALL)
        back = surface_metrics(prediction, reference, spacing, **ALL)
        assert same(got, {name: back[swap.get(name, name)] for name in got})
        room = [tuple(rng.integers(0, 4, 2)) for _ in range(3)]
        wide = [np.pad(mask, room) for mask in (reference, prediction)]
        assert same(got, surface_metrics(*wide, spacing, **ALL))
        axis = int(rng.integers(3))
        turned = [np.flip(mask, axis) for mask in (reference, prediction)]
        assert same(got, surface_metrics(*turned, spacing, **ALL))
        order = tuple(rng.permutation(3))
        turned = [mask.transpose(order) for mask in (reference, prediction)]
        moved = tuple(spacing[n] for n in order)
        assert same(got, surface_metrics(*turned, moved, **ALL))
        twice = surface_metrics(
            reference, prediction, tuple(2 * n for n in spacing), names=ALL["names"][:13]
        )
        assert same({name: 2 * got[name] for name in twice}, twice)
        self = surface_metrics(reference, reference, spacing, **ALL)
        assert all(value == (1 if "nsd" in name else 0) for name, value in self.items())


def test_memory_order_is_no_matter():
    rng = np.random.default_rng(4)
    pair = (rng.random((2, 24, 16, 8)) < 0.02).astype(np.bool_)
    one = surface_metrics(*pair, (1.0, 1.0, 2.0), **ALL)
    two = surface_metrics(*(np.asfortranarray(m) for m in pair), (1.0, 1.0, 2.0), **ALL)
    three = surface_metrics(*(m[::-1, :, ::-1] for m in pair), (1.0, 1.0, 2.0), **ALL)
    assert one == two
    assert same(one, three)


def test_empty_masks_have_no_distance():
    full = np.ones((2, 3, 4), dtype=np.bool_)
    void = ~full
    for reference, prediction in ((void, full), (full, void), (void, void)):
        got = surface_metrics(reference, prediction, (1.0, 1.0, 1.0), **ALL)
        missed = reference is full
        assert all(
            value == (0.0 if missed and "nsd" in name else None) for name, value in got.items()
        )


def test_when_empty_needs_an_empty_mask():
    with pytest.raises(ValueError, match="neither"):
        when_empty("nsd", reference_empty=False, prediction_empty=False)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"names": ("hd95",)}, "no surface metric is called hd95; known are hd:border"),
        ({"tolerances_mm": (-1.0,)}, "tolerances"),
        ({"tolerances_mm": (float("nan"),)}, "tolerances"),
        ({"spacing_mm": (1.0, 0.0, 1.0)}, "spacings over 0"),
        ({"spacing_mm": (1.0, float("inf"), 1.0)}, "spacings over 0"),
        ({"spacing_mm": (1.0, 1.0)}, "3 spacings"),
        ({"names": "hd95:max"}, r"names=\('hd95:max',\)"),
        ({"tolerances_mm": 2.0}, "tolerances_mm is 2.0"),
        ({"spacing_mm": 1.0}, "3 spacings"),
        ({"reference": np.ones(4, dtype=np.bool_)}, r"\(4,\); an array \(i, j\) or"),
        ({"reference": SLICE, "prediction": SLICE, "names": ("hd:surfel",)}, "of volumes"),
        ({"reference": SLICE, "prediction": SLICE}, "2 spacings"),
        ({"prediction": np.ones((2, 3, 5), dtype=np.bool_)}, "differ"),
        ({"prediction": np.ones((2, 3, 4))}, "float64, and bools or whole numbers"),
    ],
)
def test_what_does_not_fit_is_refused(change, said):
    mask = np.ones((2, 3, 4), dtype=np.bool_)
    given = {"reference": mask, "prediction": mask, "spacing_mm": (1.0, 1.0, 1.0)} | change
    with pytest.raises(ValueError, match=said):
        surface_metrics(**given)


def test_areas_of_cells():
    areas = surfel_areas_mm2((1.0, 1.0, 1.0))
    assert areas[0] == areas[255] == 0
    assert areas[1] == pytest.approx(3**0.5 / 8)
    assert areas[0b00001111] == pytest.approx(1)
    assert np.allclose(areas, areas[::-1])
    assert surfel_areas_mm2((1.0, 2.0, 3.0))[0b00001111] == pytest.approx(6)


def test_volume_inside_the_surface_of_a_box():
    constant, slope = cell_volumes()
    mask = np.pad(np.ones((3, 4, 5), dtype=np.bool_), 1)
    codes = np.zeros((6, 7, 8), dtype=int)
    for bit, (a, b, c) in enumerate(np.ndindex(2, 2, 2)):
        part = mask[a:, b:, c:][:4, :5, :6]
        codes[: part.shape[0], : part.shape[1], : part.shape[2]] += part.astype(int) << (7 - bit)
    places = np.argwhere((codes > 0) & (codes < 255))
    found = codes[tuple(places.T)]
    volume = constant[found].sum() + (places * slope[found]).sum()
    # The surface cuts the box's 8 corners and 12 edges.
    cut = 4 * (2 * 1 / 8 + 3 * 1 / 8 + 4 * 1 / 8) + 8 * (1 / 8 - 1 / 48)
    assert volume == pytest.approx(60 - cut)
