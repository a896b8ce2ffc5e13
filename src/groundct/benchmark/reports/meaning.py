"""What two texts state, against one another: labels, findings, relations, facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

import numpy as np

from groundct.benchmark._summary import Score, mean_of, ratio_of, scores_of_counts
from groundct.benchmark.reports.judges import Judge, Statement, statements_of
from groundct.core.contracts import Extractor
from groundct.core.report import Finding, Reading
from groundct.metrics.counts import Counts
from groundct.metrics.entities import Graph, GraphCounts, graph_of, score_graphs
from groundct.metrics.facts import FactCounts, Judged, count_facts
from groundct.metrics.findings import ATTRIBUTES, count_findings
from groundct.metrics.labels import LABEL_SCORES, label_counts, label_table
from groundct.reports.labels import labels_of
from groundct.reports.sections import split_sections

_REPEATED_TEXTS: Final = 1 << 16
FINDING_NAMES: Final = ("type", *ATTRIBUTES, "joint")


@dataclass(frozen=True, eq=False)
class Meaning:
    """What a text states, in the forms that are compared."""

    labels: dict[str, bool]
    findings: tuple[Finding, ...]
    graph: Graph
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Comparison:
    """Two meanings against one another.

    ``positive`` are the findings that are present or uncertain; ``precision`` looks from the
    prediction's sentences to the reference, ``recall`` the other way round.
    """

    findings: dict[str, Counts]
    positive: dict[str, Counts]
    graph: GraphCounts
    precision: FactCounts
    recall: FactCounts


def reader_of(extractor: Extractor, language: str) -> Callable[[str], Meaning]:
    """A function that reads a text, each different one once."""

    @lru_cache(maxsize=_REPEATED_TEXTS)
    def read(text: str) -> Meaning:
        reading = extractor.extract(split_sections(text, language)) if text.strip() else _NOTHING
        return Meaning(
            labels_of(reading),
            reading.findings,
            graph_of(reading, text),
            statements_of(reading, text),
        )

    return read


_NOTHING: Final = Reading(sentences=(), findings=())


def compare(reference: Meaning, prediction: Meaning, judge: Judge) -> Comparison:
    """All comparisons of two texts but those of labels."""
    due, given = reference.statements, prediction.statements
    places = [[statement.boxes for statement in side] for side in (due, given)]
    return Comparison(
        findings=count_findings(reference.findings, prediction.findings),
        positive=count_findings(_positive(reference.findings), _positive(prediction.findings)),
        graph=score_graphs(reference.graph, prediction.graph),
        precision=count_facts(_with_own_boxes(judge.judge(given, due), given), places[0]),
        recall=count_facts(_with_own_boxes(judge.judge(due, given), due), places[1]),
    )


def sample_scores(comparison: Comparison) -> dict[str, float | None]:
    """The scores of one text by the names that its region's have."""
    out: dict[str, float | None] = {}
    for prefix, counts in _finding_groups(comparison):
        out |= {f"{prefix}{name}_f1": counts[name].f1 for name in ("type", "joint")}
    facts = (comparison.precision, comparison.recall)
    return out | {
        "entity_f1": comparison.graph.entities.f1,
        "relation_f1": comparison.graph.relations.f1,
        "graph_f1": comparison.graph.f1,
        "logical_precision": _share(facts[0]),
        "logical_recall": _share(facts[1]),
    }


def finding_scores(comparisons: Sequence[Comparison]) -> dict[str, Score]:
    """Precision, recall and F1 of findings, pooled over texts: all, and the positive ones."""
    groups = [dict(_finding_groups(comparison)) for comparison in comparisons]
    return {
        score: value
        for prefix in ("finding_", "positive_finding_")
        for name in FINDING_NAMES
        for score, value in scores_of_counts(
            f"{prefix}{name}_", [group[prefix][name] for group in groups]
        ).items()
    }


def graph_scores(comparisons: Sequence[Comparison]) -> dict[str, Score]:
    """Entities and relations pooled over texts, and the mean over texts of RadGraph's F1."""
    return (
        scores_of_counts("entity_", [c.graph.entities for c in comparisons])
        | scores_of_counts("relation_", [c.graph.relations for c in comparisons])
        | {"graph_f1": mean_of([c.graph.f1 for c in comparisons])}
    )


def place_scores(comparisons: Sequence[Comparison]) -> dict[str, Score]:
    """RadFact's grounding and spatial scores of sentences with boxes, pooled over texts."""
    out: dict[str, Score] = {}
    for side in ("precision", "recall"):
        facts = [getattr(comparison, side) for comparison in comparisons]
        hits = [fact.placed for fact in facts]
        out[f"grounding_{side}"] = ratio_of(hits, [fact.entailed_grounded for fact in facts])
        out[f"spatial_{side}"] = ratio_of(hits, [fact.grounded for fact in facts])
    return out


def fact_scores(comparisons: Sequence[Comparison]) -> dict[str, Score]:
    """Shares of sentences that the other side entails or contradicts, pooled over texts."""
    out: dict[str, Score] = {}
    for side in ("precision", "recall"):
        facts = [getattr(comparison, side) for comparison in comparisons]
        sentences = [fact.sentences for fact in facts]
        out[f"logical_{side}"] = ratio_of([fact.entailed for fact in facts], sentences)
        out[f"contradicted_{side}"] = ratio_of([fact.contradicted for fact in facts], sentences)
    return out


def clinical_scores(
    reference: Sequence[dict[str, bool]], prediction: Sequence[dict[str, bool]]
) -> tuple[dict[str, Score], dict[str, dict[str, float]]]:
    """Clinical efficacy over the labels, and the numbers of each label."""
    names = tuple(reference[0])
    counts = label_counts(_table(reference, names), _table(prediction, names))
    table = label_table(counts.sum(axis=0, keepdims=True))
    labels = {
        name: {score: float(values[0, n]) for score, values in table.items()}
        for n, name in enumerate(names)
    }
    scores = {f"clinical_{name}": Score(counts, score) for name, score in LABEL_SCORES.items()}
    return scores, labels


def _with_own_boxes(judged: Sequence[Judged], own: Sequence[Statement]) -> list[Judged]:
    return [replace(j, boxes=statement.boxes) for j, statement in zip(judged, own, strict=True)]


def _table(rows: Sequence[dict[str, bool]], names: Sequence[str]) -> Any:
    return np.array([[row[name] for name in names] for row in rows], dtype=np.bool_)


def _finding_groups(comparison: Comparison) -> tuple[tuple[str, dict[str, Counts]], ...]:
    return ("finding_", comparison.findings), ("positive_finding_", comparison.positive)


def _positive(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.presence != "absent")


def _share(facts: FactCounts) -> float | None:
    return facts.entailed / facts.sentences if facts.sentences else None
