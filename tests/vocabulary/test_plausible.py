"""What is plausible of masks: tables without contradictions, and rows that are refused."""

from __future__ import annotations

import pytest

from groundct.core.issues import TableError
from groundct.vocabulary import plausible as module
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.plausible import plausible, positions
from groundct.vocabulary.segments import segments

OPPOSITE = {"left": "right", "front": "back", "above": "below"}
OPPOSITE |= {b: a for a, b in OPPOSITE.items()}


def test_every_name_is_in_the_tree_and_every_figure_has_a_source() -> None:
    tree = anatomy().structures
    assert [name for name in plausible() if name not in tree] == []
    assert [name for name, one in plausible().items() if not one.source] == []
    named = {name for each in positions() for name in (each.name, each.other)}
    assert sorted(named - set(tree)) == []


def test_left_and_right_have_the_same_bounds() -> None:
    for name, one in plausible().items():
        other = plausible().get(name.replace("left", "right", 1))
        if name.startswith("left ") and other is not None and "lung" not in name:
            assert (one.low_ml, one.high_ml, one.low_hu) == (
                other.low_ml, other.high_ml, other.low_hu,
            ), name  # fmt: skip


def test_no_two_positions_contradict_one_another() -> None:
    said = {(each.name, each.direction, each.other) for each in positions()}
    assert len(said) == len(positions())
    for name, direction, other in said:
        assert (name, OPPOSITE[direction], other) not in said
        assert (other, direction, name) not in said


def test_sides_are_those_of_the_names() -> None:
    for each in positions():
        if each.other == "vertebrae" and each.direction in ("left", "right"):
            assert each.name.startswith(each.direction), each
    assert {s.name for s in segments()} <= {each.name for each in positions()}


@pytest.mark.parametrize(
    "row",
    [
        {"low_ml": "9", "high_ml": "3"},
        {"low_hu": "50", "high_hu": "50"},
        {"low_ml": "much"},
    ],
)
def test_bounds_that_cannot_be_are_refused(
    monkeypatch: pytest.MonkeyPatch, row: dict[str, str]
) -> None:
    empty = dict.fromkeys(("low_ml", "high_ml", "low_hu", "high_hu", "pieces"), "")
    rows = ({"name": "liver", "source": "x", **empty, **row},)
    monkeypatch.setattr(module, "read_table", lambda path, columns: rows)
    with pytest.raises(TableError):
        plausible.__wrapped__()


def test_an_unknown_direction_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = ({"name": "liver", "direction": "beside", "other": "heart"},)
    monkeypatch.setattr(module, "read_table", lambda path, columns: rows)
    with pytest.raises(TableError):
        positions.__wrapped__()
