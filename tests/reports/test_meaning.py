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
        LEFT + "Pneumonia should be considered.",
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
