"""Composites are what the recipes say, and say what they lack."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundct.anatomy.composites import complete
from groundct.anatomy.composites._evidence import weakest_confidence, weakest_method
from groundct.core.geometry import Geometry
from groundct.core.volume import Abstention, LabelMap, Method, Segment
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.recipes import composite_names, recipes_of

SHAPE = (40, 24, 20)
LUNGS = {"left lung": 1, "right lung": 2}


def grid(spacing_mm: float = 1.0) -> Geometry:
    return Geometry.of(SHAPE, np.diag([spacing_mm] * 3 + [1.0]))


def label_map(
    names: dict[str, int],
    abstained: tuple[str, ...] = (),
    methods: dict[str, Method] | None = None,
) -> LabelMap:
    """Boxes side by side along i, one a label; two of them are 4 voxels apart."""
    layer = np.zeros(SHAPE, np.uint8, order="F")
    for label in set(names.values()):
        layer[4 + 16 * (label - 1) : 16 + 16 * (label - 1), 6:18, 5:15] = label
    segments = tuple(
        Segment(
            name=name,
            parts=((0, label),),
            method=(methods or {}).get(name, "intensity"),
            confidence=1 - label / 10,
        )
        for name, label in names.items()
    )
    reasons = tuple(Abstention(name=name, reason="Not seen.") for name in abstained)
    return LabelMap((layer,), segments, grid(), grid(), reasons)


def test_a_union_is_its_members_and_costs_no_voxels() -> None:
    labels = label_map(LUNGS)
    out = complete(labels)
    assert np.array_equal(out.mask("lung"), labels.mask("left lung") | labels.mask("right lung"))
    assert out.segment("lung").confidence == 0.8
    assert out.segment("lung").note == ""
    assert out.layers[0] is labels.layers[0]


def test_what_is_needed_is_needed() -> None:
    one_sided = complete(label_map({"left lung upper lobe": 1}))
    assert "lung upper lobe" not in one_sided.names
    assert complete(label_map({"left lung": 1})).segment("lung").note == "Without right lung."
    assert "mediastinum" not in complete(label_map({"aorta": 1})).names
    assert "mediastinum" in complete(label_map({"mediastinal tissue": 1})).names


def test_where_any_member_will_do_the_note_says_what_is_missing() -> None:
    out = complete(label_map({"left rib 3": 1, "left rib 4": 2}))
    assert out.segment("left rib").note == (
        "Without left rib 1, left rib 2, left rib 5 and 7 more."
    )
    assert "Incomplete: left rib" in out.segment("rib").note
    assert "right rib" not in out.names


def test_it_rests_on_the_weakest() -> None:
    out = complete(label_map(LUNGS, methods={"left lung": "model", "right lung": "shape prior"}))
    assert out.segment("lung").method == "shape prior"
    assert weakest_method(["truth", "model"]) == "model"
    assert weakest_method(["truth", None]) is None
    assert weakest_confidence([0.5, 0.2]) == 0.2
    assert weakest_confidence([0.5, None]) is None


def test_an_abstention_is_handed_on_with_its_reason() -> None:
    out = complete(label_map({"right lung": 1}, abstained=("left lung",)))
    reasons = {each.name: each.reason for each in out.abstained}
    assert reasons["left lung"] == "Not seen."
    assert reasons["left pleura"] == "It is made of what was not found. left lung: Not seen."
    assert "pleura" not in out.names
    assert reasons["pleura"] == reasons["left pleura"]


def test_what_is_there_or_was_refused_stays() -> None:
    labels = label_map({**LUNGS, "lung": 1}, abstained=("left pleura",))
    out = complete(labels)
    assert out.segment("lung").parts == ((0, 1),)
    assert "left pleura" not in out.names
    assert out.names[:3] == labels.names


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_a_union_is_always_its_members_that_are_there(data: st.DataObject) -> None:
    base = sorted(set(anatomy().structures) - composite_names())
    names = data.draw(st.lists(st.sampled_from(base), max_size=12, unique=True))
    gone = data.draw(st.lists(st.sampled_from(base), max_size=4, unique=True))
    layer = np.arange(60, dtype=np.uint8).reshape((5, 4, 3), order="F")
    geometry = Geometry.of((5, 4, 3), np.eye(4))
    segments = tuple(
        Segment(name=name, parts=((0, n + 1),), method="model", confidence=0.5)
        for n, name in enumerate(names)
    )
    missing = tuple(Abstention(name=n, reason="Why.") for n in gone if n not in names)
    out = complete(LabelMap((layer,), segments, geometry, geometry, missing))
    for name in set(out.names) - set(names):
        recipe = next(r for r in recipes_of(name) if r.can_be_made_of(out.names))
        if recipe.rule == "union":
            there = [out.mask(m) for m in recipe.members if m in out.names]
            assert np.array_equal(out.mask(name), np.logical_or.reduce(there))
            assert ("ithout" in out.segment(name).note) == (len(there) < len(recipe.members))
    assert {each.name for each in out.abstained}.isdisjoint(out.names)
    assert set(out.names) <= {*names, *composite_names()}


def test_completing_twice_changes_nothing() -> None:
    once = complete(label_map(LUNGS, abstained=("aortic arch",)))
    twice = complete(once)
    assert twice.segments == once.segments
    assert twice.abstained == once.abstained


def test_a_difference_of_one_layer_is_labels_and_of_two_is_voxels() -> None:
    layer = np.zeros(SHAPE, np.uint8, order="F")
    layer[5:10, 5:10, :] = 1
    layer[10:15, 5:10, :] = 2
    airway = Segment(name="airway", parts=((0, 1), (0, 2)))
    same = LabelMap((layer,), (airway, Segment(name="trachea", parts=((0, 1),))), grid(), grid())
    assert complete(same).segment("bronchie").parts == ((0, 2),)
    two = LabelMap(
        (layer, (layer == 1).astype(np.uint8)),
        (airway, Segment(name="trachea", parts=((1, 1),))),
        grid(),
        grid(),
    )
    assert np.array_equal(complete(two).mask("bronchie"), layer == 2)
    assert complete(two).mask("trachea and bronchie").sum() == np.count_nonzero(layer)


def test_bronchi_are_preferred_to_what_is_left_of_the_airways() -> None:
    names = {"airway": 1, "trachea": 1, "left main bronchus": 1, "right main bronchus": 2}
    assert complete(label_map(names)).segment("bronchie").parts == ((0, 1), (0, 2))


@pytest.mark.parametrize("spacing_mm", [1.0, 0.6])
def test_the_pleura_is_a_shell_and_no_copy_of_the_lung(spacing_mm: float) -> None:
    geometry = grid(spacing_mm)
    layer = np.zeros(SHAPE, np.uint8, order="F")
    layer[7:27, 5:19, 5:15] = 1
    layer[29:38, 5:19, 5:15] = 2
    layer[:2] = 3
    segments = tuple(
        Segment(name=name, parts=((0, n + 1),), method="intensity", confidence=0.9)
        for n, name in enumerate(("left lung", "right lung", "bone"))
    )
    out = complete(LabelMap((layer,), segments, geometry, geometry))
    left, right = out.mask("left pleura"), out.mask("right pleura")
    lung, other = out.mask("left lung"), out.mask("right lung")
    assert not (left & right).any()
    assert not (left & other).any() and not (right & lung).any()
    assert not (left & out.mask("bone")).any()
    assert np.array_equal(out.mask("pleura"), left | right)
    line = left[:, 12, 10] * spacing_mm
    outside = line[:7].sum()
    assert 3 - 1.5 < outside <= 3 + spacing_mm
    assert 0 < line[7:17].sum() <= 1.5 + 2 * spacing_mm
    assert 0 < (left & lung).sum() < 0.9 * lung.sum()
    assert out.segment("left pleura").method == "spatial prior"
    assert "3 mm outside" in out.segment("left pleura").note


def test_a_lung_without_voxels_has_a_shell_without_voxels() -> None:
    labels = label_map({"left lung": 1})
    empty = Segment(name="right lung", parts=(), method="intensity", confidence=0.9)
    out = complete(
        LabelMap(labels.layers, (*labels.segments, empty), labels.geometry, labels.stored)
    )
    assert out.segment("right pleura").parts == ()
    assert out.mask("left pleura").any()
    none = LabelMap((), tuple(Segment(name=n, parts=()) for n in LUNGS), grid(), grid())
    assert complete(none).segment("pleura").parts == ()


def test_a_shell_of_lungs_that_are_made_of_lobes() -> None:
    labels = label_map({"left lung upper lobe": 1, "left lung lower lobe": 2})
    out = complete(labels)
    assert out.mask("left pleura").any()
    assert "lung upper lobe" not in out.names


def test_vessels_inside_a_lung_have_no_shell_and_a_lung_cut_by_the_scan_has_none_at_its_end() -> (
    None
):
    layer = np.zeros(SHAPE, np.uint8, order="F")
    layer[4:36, 3:21, 8:] = 1
    layer[18:22, 3:21, 12:16] = 0
    segments = (Segment(name="left lung", parts=((0, 1),)),)
    left = complete(LabelMap((layer,), segments, grid(), grid())).mask("left pleura")
    assert left[20, 12, 6] and left[20, 12, 8]
    assert not left[15:25, 12, 11:].any()
