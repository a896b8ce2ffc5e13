"""Structures of two label maps are scored in one pass as they are one by one."""

from dataclasses import replace

import numpy as np
import pytest

from groundct.core.geometry import Geometry
from groundct.core.volume import LabelMap, Segment
from groundct.metrics.organs import joint_counts, organ_scores

GRID = Geometry.of((9, 8, 7), np.diag([0.7, 0.8, 2.5, 1.0]))


def label_map(layers, parts):
    segments = tuple(Segment(name=name, parts=tuple(held)) for name, held in parts.items())
    return LabelMap(tuple(layers), segments, GRID, GRID)


def random_map(rng, names, layers=1, largest=6):
    held = [
        rng.integers(0, largest, GRID.shape).astype(np.uint16, order="F") for _ in range(layers)
    ]
    parts = {}
    for name in names:
        count = int(rng.integers(0, 3))
        parts[name] = {
            (int(rng.integers(layers)), int(rng.integers(1, largest))) for _ in range(count)
        }
    return label_map(held, parts)


@pytest.mark.parametrize("layers", [1, 2, 5])
def test_equal_to_a_loop_over_names(layers):
    rng = np.random.default_rng(5)
    for _ in range(20):
        reference = random_map(rng, ("lung", "left lung", "heart", "spleen"), layers)
        prediction = random_map(rng, ("heart", "lung", "spleen", "liver"), layers)
        result = organ_scores(reference, prediction)
        assert result.missing == ("left lung",)
        assert result.extra == ("liver",)
        values = []
        for score in result.scores:
            a = reference.mask(score.name)
            known = score.name in prediction.names
            b = prediction.mask(score.name) if known else np.zeros_like(a)
            assert score.reference_voxels == a.sum()
            assert score.predicted_voxels == (b.sum() if known else None)
            assert score.shared_voxels == (a & b).sum()
            dice = 2 * (a & b).sum() / (a.sum() + b.sum()) if a.any() else None
            assert score.dice == (None if dice is None else pytest.approx(dice))
            assert score.reference_ml == pytest.approx(a.sum() * 0.0014)
            assert score.volume_error_ml == pytest.approx((int(b.sum()) - int(a.sum())) * 0.0014)
            values += [dice] if dice is not None else []
        assert result.mean_dice == (pytest.approx(np.mean(values)) if values else None)


def test_the_same_whatever_the_order_of_the_voxels_in_memory():
    rng = np.random.default_rng(8)
    reference, prediction = (random_map(rng, ("lung", "heart", "liver"), 3) for _ in range(2))
    turned = tuple(np.ascontiguousarray(layer) for layer in prediction.layers)
    flipped = tuple(np.flip(np.flip(layer, 0).copy(order="F"), 0) for layer in reference.layers)
    again = organ_scores(replace(reference, layers=flipped), replace(prediction, layers=turned))
    assert again == organ_scores(reference, prediction)


def test_numbers_of_labels_are_no_matter():
    rng = np.random.default_rng(6)
    one = rng.integers(0, 5, GRID.shape).astype(np.uint16)
    two = rng.integers(0, 5, GRID.shape).astype(np.uint8)
    names = ("a", "b", "c", "d")
    few = organ_scores(
        label_map([one], {name: [(0, n)] for n, name in enumerate(names, 1)}),
        label_map([two], {name: [(0, n)] for n, name in enumerate(names, 1)}),
    )
    renumbered = np.array([0, 60000, 3, 1024, 65535], dtype=np.uint16)[one]
    order = [60000, 3, 1024, 65535]
    many = organ_scores(
        label_map([renumbered], {name: [(0, n)] for name, n in zip(names, order, strict=True)}),
        label_map([two], {name: [(0, n)] for n, name in enumerate(names, 1)}),
    )
    assert few == many


def test_joint_counts_by_label():
    one = np.array([[[0, 1], [2000, 2000]]], dtype=np.uint16)
    two = np.array([[[3, 3], [3, 0]]], dtype=np.uint8)
    counts = joint_counts(one, two)
    assert counts.of([2000], [3]) == 1
    assert counts.of([2000], None) == 2
    assert counts.of([1, 2000], [3]) == 2
    assert counts.of([7], [3]) == counts.of([5000], None) == 0
    with pytest.raises(ValueError, match="differ"):
        joint_counts(one, two[:, :1])


def test_maps_without_layers_and_other_grids():
    bare = label_map([], {"heart": []})
    full = label_map([np.ones(GRID.shape, dtype=np.uint8)], {"heart": [(0, 1)]})
    score = organ_scores(full, bare).scores[0]
    assert (score.dice, score.predicted_voxels) == (0.0, 0)
    assert organ_scores(bare, full).scores[0].dice is None
    assert organ_scores(bare, full).mean_dice is None
    other = Geometry.of((9, 8, 7), np.diag([0.7, 0.8, 2.0, 1.0]))
    moved = LabelMap(full.layers, full.segments, other, other)
    with pytest.raises(ValueError, match="one grid"):
        organ_scores(full, moved)
