"""Where findings lie to structures; a neighbour is never a finding's place."""

from __future__ import annotations

import pytest

from groundct.core.report import Finding, report_of_columns
from groundct.reports.rules import PLUGIN
from groundct.vocabulary.anatomy import anatomy


def findings_in(text: str) -> tuple[Finding, ...]:
    return PLUGIN.extract(report_of_columns([("findings", text)])).findings


def related(finding: Finding) -> list[tuple[str, str]]:
    return [(relation.kind, anatomy().leaf(relation.anatomy)) for relation in finding.relations]


@pytest.mark.parametrize(
    ("text", "relations", "leaves"),
    [
        (
            "A nodule in the right lower lobe adjacent to the pleura.",
            [("adjacent", "pleura")],
            ["right lung lower lobe"],
        ),
        (
            "A subpleural nodule in the left lower lobe.",
            [("subpleural", "pleura")],
            ["left lung lower lobe"],
        ),
        (
            "A nodule is seen in the left lower lobe, in a subpleural location.",
            [("subpleural", "pleura")],
            ["left lung lower lobe"],
        ),
        (
            "Nodule in the middle lobe along the minor fissure.",
            [("along", "lung")],
            ["right lung middle lobe"],
        ),
        (
            "A mass in the left upper lobe abutting the aorta.",
            [("abutting", "aorta")],
            ["left lung upper lobe"],
        ),
        (
            "A mass in the right lung compressing the right main bronchus.",
            [("compressing", "bronchie")],
            ["right lung"],
        ),
        (
            "Consolidation in the left lower lobe extending to the pleura and the diaphragm.",
            [("extending", "pleura"), ("extending", "thoracic cavity")],
            ["left lung lower lobe"],
        ),
        ("A perifissural nodule in the right lung.", [("perifissural", "lung")], ["right lung"]),
        ("A mass in the left lung invading the trachea.", [("invading", "trachea")], ["left lung"]),
        ("A nodule in the right upper lobe.", [], ["right lung upper lobe"]),
        (
            "A nodule in the right upper lobe and the trachea is open.",
            [],
            ["right lung upper lobe"],
        ),
    ],
)
def test_a_neighbour_is_a_relation_and_no_place(
    text: str, relations: list[tuple[str, str]], leaves: list[str]
) -> None:
    finding = findings_in(text)[0]
    assert related(finding) == relations
    assert [anatomy().leaf(path) for path in finding.anatomy] == leaves
    for relation in finding.relations:
        assert relation.span.end <= len(text)


def test_each_relation_has_its_finding() -> None:
    text = "A nodule adjacent to the pleura and a mass in the left lung abutting the aorta."
    nodule, mass = findings_in(text)
    assert related(nodule) == [("adjacent", "pleura")]
    assert related(mass) == [("abutting", "aorta")]
    assert mass.relations[0].span.of(text) == "abutting the aorta"


def test_a_stop_ends_what_a_relation_belongs_to() -> None:
    first, second = findings_in("Emphysema is seen; adjacent to the pleura there is a nodule.")
    assert related(first) == []
    assert related(second) == [("adjacent", "pleura")]
