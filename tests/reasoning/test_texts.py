"""The data file of the steps' texts is complete, and its slots are those that are filled."""

import string

import pytest

from groundct.core.record import Box
from groundct.reasoning._texts import box_text, centre_text, step_text, step_texts

DRAWN = {"name", "box", "centre"}
DUE = {
    ("scan", "drawn"): DRAWN,
    **{(level, "drawn"): DRAWN for level in ("organ", "lobe", "segment")},
    **{(level, "approximate"): DRAWN for level in ("organ", "lobe", "segment")},
    **{(level, "named"): {"name"} for level in ("organ", "lobe", "segment")},
    ("finding", "found"): {*DRAWN, "extent"},
    ("finding", "placed"): DRAWN,
    ("finding", "left-out"): {"name"},
}
DUE["scan", "drawn"] = {"box", "centre"}


def test_all_kinds_of_steps_have_texts_and_no_others():
    assert set(step_texts()) == set(DUE)


@pytest.mark.parametrize("kind", sorted(DUE))
def test_each_text_has_exactly_its_slots(kind):
    for text in step_texts()[kind]:
        slots = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
        assert sorted(slots) == sorted(DUE[kind])
        if kind[1] == "approximate":
            assert "approximate" in text


def test_unknown_kind_of_step_is_refused():
    with pytest.raises(KeyError):
        step_text("finding", "imagined", ("a",), {})


def test_numbers_in_words():
    assert box_text(Box(low=(0, 1, 2), high=(3, 4, 5))) == "voxels i 0-2, j 1-3, k 2-4"
    assert centre_text((-0.04, 1.25, 3), (0, 0, 0)) == "(0.0, 1.2, 3.0) mm, voxel (0.0, 0.0, 0.0)"
