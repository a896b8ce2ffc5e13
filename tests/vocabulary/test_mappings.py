"""Every class of another tool is something in the tree, or said to be nothing in it."""

from __future__ import annotations

import pytest

from groundct.core.issues import TableError
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings
from groundct.vocabulary.mappings import TOOLS, mapping, parse_mapping

HEADING = "task\tlabel\tclass\trelation\tstructures\tnote\n"


@pytest.mark.parametrize("tool", TOOLS)
def test_targets_are_known_and_classes_have_one_row_a_relation(tool: str) -> None:
    classes = mapping(tool).classes
    unknown = [c.name for c in classes if not set(c.structures) <= set(anatomy().structures)]
    assert unknown == []
    rows = [(each.task, each.name, each.relation) for each in classes]
    assert len(set(rows)) == len(rows)


@pytest.mark.parametrize("tool", ["totalsegmentator", "sat"])
def test_sides_of_classes_are_those_of_their_structures(tool: str) -> None:
    for each in mapping(tool).classes:
        words = each.name.replace("_", " ").split()
        if each.relation != "exact" or "segment" in words:
            continue
        structure = anatomy().structures[each.structures[0]]
        assert [w for w in words if w in ("left", "right")] == [
            side for side in (structure.laterality,) if side
        ], each


def test_every_class_of_the_whole_body_model_is_there_with_its_label() -> None:
    total = mapping("totalsegmentator").of_task("total")
    assert [each.label for each in total] == list(range(1, 118))
    assert mapping("totalsegmentator").made_of("total")["left lung upper lobe"] == (
        "lung_upper_lobe_left",
    )
    old = mapping("totalsegmentator").of_task("total_v1")
    assert [each.label for each in old] == list(range(1, 105))


def test_labels_of_a_task_are_its_own() -> None:
    tool = mapping("totalsegmentator")
    for task in tool.tasks:
        numbered = {(each.label, each.name) for each in tool.of_task(task) if each.label}
        assert len({label for label, _ in numbered}) == len(numbered), task


def test_a_structure_may_be_made_of_several_classes() -> None:
    tool = mapping("totalsegmentator")
    assert tool.made_of("body")["body"] == ("body_trunc", "body_extremities")
    assert set(tool.made_of("trunk_cavities")["thoracic cavity"]) == {
        "thoracic_cavity",
        "pericardium",
        "mediastinum",
    }
    assert "bone" not in tool.made_of("appendicular_bones")


def test_a_class_is_found_by_name_and_task() -> None:
    tool = mapping("totalsegmentator")
    assert tool.find("aorta", "total") != tool.find("aorta", "heartchambers_highres")
    assert tool.find("aorta", "lung_vessels") is None
    assert tool.of_task("no_such_task") == ()


def test_sat_has_all_mask_names() -> None:
    names = {each.name for each in mapping("sat").classes if each.relation == "exact"}
    assert set(anatomy().mask_names) <= names


def test_all_codes_of_the_ontology_are_there() -> None:
    assert {each.name for each in mapping("rexgroundingct").classes} == set(findings().codes)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("a\t1\tb\tsame\tlung\t", "unknown-relation"),
        ("a\t1\tb\texact\t\t", "structures-of-relation"),
        ("a\t1\tb\tnone\tlung\t", "structures-of-relation"),
        ("a\t1\tb\texact\tlung|heart\t", "structures-of-relation"),
        ("a\tx\tb\texact\tlung\t", "label-of-class"),
    ],
)
def test_broken_rows_are_refused(row: str, fault: str) -> None:
    with pytest.raises(TableError, match=fault):
        parse_mapping("other", f"{HEADING}{row}\n")


def test_a_tool_without_a_table_is_refused() -> None:
    with pytest.raises(TableError, match="unknown-tool"):
        mapping("other")
