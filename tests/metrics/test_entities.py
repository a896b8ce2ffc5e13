"""Entities and relations under RadGraph's scheme."""

from __future__ import annotations

from tests.metrics.made_findings import RUL, finding

from groundct.core.report import Reading, Remark, Span
from groundct.metrics.entities import Entity, EntityRelation, graph_of, score_graphs

TEXT = "Nodule, may be metastasis."


def graph(*findings):
    return graph_of(Reading(sentences=(), findings=findings), TEXT)


def test_a_finding_is_an_observation_with_its_places_and_details() -> None:
    nodule = Entity("nodule", "OBS-DP")
    remark = Remark(span=Span(start=8, end=25), kind="speculation")
    own = graph(finding(anatomy=(RUL,), mm=6.0, modifiers=("solid",), remarks=(remark,)))
    assert own.relations == {
        EntityRelation(nodule, "located_at", Entity("right lung upper lobe", "ANAT-DP")),
        EntityRelation(Entity("6 mm", "OBS-DP"), "modify", nodule),
        EntityRelation(Entity("solid", "OBS-DP"), "modify", nodule),
        EntityRelation(nodule, "suggestive_of", Entity("may be metastasis", "OBS-U")),
    }
    assert len(own.entities) == 5


def test_another_presence_is_another_entity() -> None:
    counts = score_graphs(graph(finding(anatomy=(RUL,))), graph(finding(presence="absent")))
    assert counts.entities.hits == 0
    assert counts.f1 == 0


def test_f1_is_the_mean_of_entities_and_relations() -> None:
    counts = score_graphs(graph(finding(anatomy=(RUL,))), graph(finding()))
    assert counts.entities.f1 == 2 / 3
    assert counts.relations.f1 == 0
    assert counts.f1 == 1 / 3


def test_empty_reports() -> None:
    assert score_graphs(graph(), graph()).f1 is None
    assert score_graphs(graph(finding()), graph()).f1 == 0
    assert score_graphs(graph(), graph(finding())).f1 == 0
    assert score_graphs(graph(finding()), graph(finding())).f1 == 1
