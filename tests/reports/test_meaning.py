"""A pneumonia that opacities are taken for lies where they do, unless a sentence places it."""

from __future__ import annotations

import pytest

from groundct.core.report import Finding, report_of_columns
from groundct.reports.rules import PLUGIN
from groundct.vocabulary.anatomy import anatomy

LEFT = "Consolidation is seen in the posterobasal segment of the left lower lobe. "
BOTH = "Ground-glass opacities in the right upper lobe and the left lower lobe. "


def _pneumonia(findings: str, impression: str = "") -> Finding:
    report = report_of_columns([("findings", findings), ("impression", impression)])
    (found,) = [f for f in PLUGIN.extract(report).findings if f.type == "pneumonia"]
    return found


def _leaves(finding: Finding) -> list[str]:
    return [anatomy().leaf(path) for path in finding.anatomy]


@pytest.mark.parametrize(
    "second",
    [
        "The described findings are consistent with pneumonia.",
        "It was evaluated in favor of viral pneumonia.",
        "The appearance is suspicious for pneumonia.",
        # Nothing but what they mean is said, at once or after advice.
        "Pneumonia should be considered.",
        "Bacterial pneumonia?",
        "Clinical correlation is recommended. Infectious pneumonia cannot be excluded.",
    ],
)
def test_it_lies_where_the_opacities_do(second: str) -> None:
    found = _pneumonia(LEFT + second)
    assert (found.laterality, _leaves(found)) == ("left", ["left lung lower lobe"])
    assert found.lung_segments == ("left lung lower lobe posterior basal segment",)
    assert found.standardized.endswith("left lower lobe")
    both = _pneumonia(BOTH + second)
    assert (both.laterality, len(both.anatomy)) == ("bilateral", 2)


@pytest.mark.parametrize(
    "text",
    [
        "A hiatal hernia. It was evaluated in favor of pneumonia.",
        "Emphysema in the left lung. The appearance is suspicious for pneumonia.",
        "Consolidation is seen. The findings may be pneumonia.",
        LEFT + "The heart is large. The findings may be pneumonia.",
        LEFT + "No nodule in the liver. Pneumonia should be considered.",
    ],
)
def test_otherwise_it_has_no_side(text: str) -> None:
    found = _pneumonia(text)
    assert (found.laterality, _leaves(found)) == (None, ["lung"])


def test_a_place_that_is_said_stays() -> None:
    own = _pneumonia(LEFT + "The findings may be pneumonia of the right lung.")
    assert own.laterality == "right"
    later = _pneumonia(LEFT + "The findings may be pneumonia.", "Pneumonia in both lungs.")
    assert (later.laterality, later.presence) == ("bilateral", "present")
    assert _leaves(later) == ["lung"]


@pytest.mark.parametrize(
    "text",
    [
        # One reading of the same opacities, in other words.
        LEFT + "It may be viral pneumonia. These findings are also seen in Covid-19 pneumonia.",
        LEFT + "It may be viral pneumonia. Other pneumonias can be considered.",
        LEFT + "Covid-19 pneumonia or other viral pneumonias may be considered.",
    ],
)
def test_what_is_said_of_the_same_opacities_is_one_pneumonia(text: str) -> None:
    found = _pneumonia(text)
    assert (found.laterality, _leaves(found)) == ("left", ["left lung lower lobe"])


def test_pneumonias_of_other_opacities_are_several() -> None:
    text = LEFT + "It may be pneumonia. Ground-glass opacity in the right upper lobe, pneumonia?"
    report = report_of_columns([("findings", text)])
    found = [f for f in PLUGIN.extract(report).findings if f.type == "pneumonia"]
    assert [f.laterality for f in found] == ["left", "right"]


def test_the_findings_are_all_of_the_lungs_and_it_is_the_last() -> None:
    two = LEFT + "A 4 mm nodule in the left lung. Ground-glass opacity in the right upper lobe. "
    assert _pneumonia(two + "The findings may be pneumonia.").laterality == "bilateral"
    assert _pneumonia(two + "It may be pneumonia.").laterality == "right"
    assert (
        _pneumonia(LEFT + "The heart is large. The findings may be pneumonia.").laterality is None
    )


@pytest.mark.parametrize(
    ("findings", "impression", "side"),
    [
        (LEFT + "The heart is large.", "Findings consistent with pneumonia.", "left"),
        (LEFT + "The heart is large.", "Ground-glass areas, pneumonia?", None),
        ("Consolidation is seen.", "Consolidation in the right lung, pneumonia?", "right"),
        # What the impression adds to the opacities holds for what they are taken for.
        ("Consolidation. It may be pneumonia.", "Consolidation in the right lung.", "right"),
        # Of opacities on one side and the other no one knows which are meant.
        (LEFT + "Ground glass in the right lung.", "Findings of viral pneumonia.", None),
        # An atelectasis is not what pneumonia looks like.
        ("Atelectasis in the left lower lobe.", "Findings of viral pneumonia.", None),
    ],
)
def test_the_impression_takes_the_opacities_of_the_findings_for_it(
    findings: str, impression: str, side: str | None
) -> None:
    assert _pneumonia(findings, impression).laterality == side
