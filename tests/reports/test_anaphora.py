"""A lung is carried over by "below it" where nothing else can be meant, and never otherwise."""

from __future__ import annotations

import pytest

from groundct.core.report import Finding, report_of_columns
from groundct.reports.rules import PLUGIN
from groundct.vocabulary.anatomy import anatomy

MASS = "There is a mass in the left lower lobe. "


def _last(text: str) -> tuple[str | None, list[str]]:
    finding = PLUGIN.extract(report_of_columns([("findings", text)])).findings[-1]
    return finding.laterality, [anatomy().leaf(path) for path in finding.anatomy]


@pytest.mark.parametrize(
    "text",
    [
        "A ground-glass opacity may be present directly below it.",
        "A nodule is seen adjacent to it.",
    ],
)
def test_the_lung_is_carried_over_but_not_the_lobe(text: str) -> None:
    assert _last(MASS + text) == ("left", ["left lung"])
    finding = PLUGIN.extract(report_of_columns([("findings", MASS + text)])).findings[-1]
    assert finding.standardized.endswith("in the left lung")
    assert finding.cues[-1].role == "anaphor"


@pytest.mark.parametrize(
    "text",
    [
        # Nothing refers to what stands before, or it stands farther away.
        MASS + "A nodule is seen.",
        MASS + "The scan was done twice. A nodule is seen below it.",
        "A nodule is seen below it.",
        # Several findings, both sides, none, or a neighbour that may be meant.
        "There is a mass in the left lower lobe and emphysema. A nodule is seen below it.",
        "Masses in both lungs. A nodule is seen below it.",
        "No mass in the left lung. A nodule is seen below it.",
        "A mass in the left lung, adjacent to the mediastinum. A nodule is seen below it.",
        # The sentence speaks of another side.
        MASS + "A nodule is seen in this location of the contralateral lung.",
        MASS + "A nodule is seen in this location on the opposite side.",
        # Nothing is there.
        MASS + "No nodule is seen below it.",
    ],
)
def test_otherwise_no_side_is_given(text: str) -> None:
    assert _last(text) == (None, ["lung"])


def test_several_findings_of_one_lung() -> None:
    first = "Consolidation and a nodule are seen in the left lower lobe. "
    found = PLUGIN.extract(
        report_of_columns([("findings", first + "Fibrosis and emphysema are seen at this level.")])
    ).findings
    assert [f.laterality for f in found] == ["left"] * 4
    assert [anatomy().leaf(path) for path in found[-1].anatomy] == ["left lung lower lobe"]


@pytest.mark.parametrize(
    "text",
    [
        "There is consolidation in this location.",
        "Bronchiectasis is seen in the affected areas.",
        "Fibrosis is also seen at this level.",
        "It is accompanied by emphysema.",
        "The described findings are accompanied by septal thickening.",
        "Accompanying ground glass is seen.",
        # Advice stands between.
        "Follow-up is recommended. Fibrosis is seen in this area.",
    ],
)
def test_in_this_location_is_the_very_place(text: str) -> None:
    assert _last(MASS + text) == ("left", ["left lung lower lobe"])


@pytest.mark.parametrize(
    ("text", "place"),
    [
        # Of two places the lung that both are in; of two lungs nothing.
        ("A mass in the left lower lobe and a cyst in the left upper lobe. ", "left lung"),
        ("A mass in the left lower lobe and a cyst in the right upper lobe. ", "lung"),
        ("A mass in the left lower lobe. A cyst in the left kidney. ", "lung"),
        ("Masses in both lower lobes. The heart is large. ", "lung"),
        ("No mass in the left lower lobe. ", "lung"),
    ],
)
def test_in_these_locations_is_no_closer_than_all_were(text: str, place: str) -> None:
    assert _last(text + "Fibrosis is seen in these areas.")[1] == [place]


def test_in_these_locations_may_be_on_both_sides() -> None:
    both = "Consolidation in the lower lobes of both lungs. "
    assert _last(both + "Fibrosis is seen in these areas.")[0] == "bilateral"
    assert _last(both + "It is accompanied by fibrosis in the left lung.")[0] == "left"
    assert _last(both + "It is accompanied by an effusion.")[0] is None


def test_an_own_side_or_organ_stays() -> None:
    assert _last(MASS + "Below it, a nodule in the right lung.") == ("right", ["right lung"])
    assert _last(MASS + "A cyst in the liver is seen below it.") == (None, ["liver"])
    assert _last(MASS + "A pleural effusion is seen below it.") == (None, ["pleura"])


def test_no_place_is_carried_into_another_section() -> None:
    report = report_of_columns([("findings", MASS), ("impression", "A nodule below it.")])
    assert PLUGIN.extract(report).findings[-1].laterality is None


def _only(text: str) -> Finding:
    (finding,) = PLUGIN.extract(report_of_columns([("findings", text)])).findings
    return finding


def test_it_lies_somewhere() -> None:
    finding = _only("A nodule is seen. It lies in the superior segment of the right lower lobe.")
    assert finding.laterality == "right"
    assert [anatomy().leaf(path) for path in finding.anatomy] == ["right lung lower lobe"]
    assert finding.lung_segments == ("right lung lower lobe superior segment",)
    assert finding.sentence_indices == (0, 1)
    assert finding.standardized.endswith("right lower lobe")
    closer = _only("A nodule in the left lung. It lies in the left upper lobe.")
    assert [anatomy().leaf(path) for path in closer.anatomy] == ["left lung upper lobe"]


@pytest.mark.parametrize(
    "text",
    [
        "A nodule in the left lung. It lies in the right upper lobe.",
        "A nodule in the left lung. It lies in the left lobe of the liver.",
        "A nodule in the left lung. The scan was done in the right lung.",
    ],
)
def test_a_place_that_contradicts_or_is_not_said_of_it_changes_nothing(text: str) -> None:
    finding = _only(text)
    assert finding.laterality == "left"
    assert [anatomy().leaf(path) for path in finding.anatomy] == ["left lung"]
    assert finding.sentence_indices == (0,)


def test_of_two_findings_none_takes_the_place_of_the_next_sentence() -> None:
    text = "A nodule and a mass are seen. It lies in the left upper lobe."
    for finding in PLUGIN.extract(report_of_columns([("findings", text)])).findings:
        assert finding.laterality is None


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("Nodule in the left lung. In this location, pleural thickening is seen.", "left"),
        ("Fracture of the right 6th rib. In this area, there is pleural thickening.", "right"),
        # Nothing points back, both sides, two sides, a side of its own.
        ("Nodule in the left lung. There is pleural thickening.", None),
        ("Nodules in both lungs. In these areas, pleural thickening is seen.", None),
        ("Right rib fracture, left effusion. In this area pleural thickening is seen.", None),
        ("Nodule in the left lung. In this area on the right, pleural thickening.", "right"),
    ],
)
def test_pleura_in_this_area_takes_the_side_alone(text: str, side: str | None) -> None:
    assert _last(text) == (side, ["pleura"])
