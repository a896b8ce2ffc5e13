"""Entities and relations of a reading, scored as RadGraph's reports are.

The scheme is RadGraph's (Jain et al., NeurIPS Datasets 2021): observations that are definitely
present, uncertain or definitely absent (OBS-DP, OBS-U, OBS-DA), anatomy (ANAT-DP), and the
relations located_at, suggestive_of and modify. Its entities are words that its model marks; these
are groundct's findings and places, so the score is RadGraph's definition and not RadGraph's score.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from groundct.core.report import Finding, Presence, Reading
from groundct.metrics.counts import Counts, set_counts
from groundct.metrics.findings import largest_mm, site_of

Label = Literal["OBS-DP", "OBS-U", "OBS-DA", "ANAT-DP"]
RelationKind = Literal["located_at", "suggestive_of", "modify"]

_LABELS: Final[dict[Presence, Label]] = {
    "present": "OBS-DP",
    "uncertain": "OBS-U",
    "absent": "OBS-DA",
}


class Entity(NamedTuple):
    """Standard words and their label."""

    words: str
    label: Label


class EntityRelation(NamedTuple):
    """``source`` stands in this relation to ``target``."""

    source: Entity
    kind: RelationKind
    target: Entity


@dataclass(frozen=True)
class Graph:
    """The entities and relations of a report, each once."""

    entities: frozenset[Entity]
    relations: frozenset[EntityRelation]


@dataclass(frozen=True)
class GraphCounts:
    """Entities and relations of a prediction that the reference has."""

    entities: Counts
    relations: Counts

    @property
    def f1(self) -> float | None:
        """The mean of both F1, as Yu et al. (Patterns 2023) define RadGraph F1.

        Where neither report has a relation it is the entities' alone; None when both are empty.
        """
        known = [f1 for f1 in (self.entities.f1, self.relations.f1) if f1 is not None]
        return sum(known) / len(known) if known else None


def graph_of(reading: Reading, text: str) -> Graph:
    """The graph of a reading; ``text`` is its report's."""
    relations: set[EntityRelation] = set()
    entities: set[Entity] = set()
    for finding in reading.findings:
        observation = Entity(finding.type, _LABELS[finding.presence])
        own = {*_places(finding, observation), *_details(finding, observation)}
        for remark in finding.remarks:
            if remark.kind == "speculation":
                guess = Entity(_words(remark.span.of(text)), "OBS-U")
                own.add(EntityRelation(observation, "suggestive_of", guess))
        relations |= own
        entities |= {observation, *(end for r in own for end in (r.source, r.target))}
    return Graph(frozenset(entities), frozenset(relations))


def score_graphs(reference: Graph, prediction: Graph) -> GraphCounts:
    """An entity is right with equal words and label; a relation with both its entities and kind."""
    return GraphCounts(
        set_counts(reference.entities, prediction.entities),
        set_counts(reference.relations, prediction.relations),
    )


def _places(finding: Finding, observation: Entity) -> set[EntityRelation]:
    return {
        EntityRelation(observation, "located_at", Entity(name, "ANAT-DP"))
        for name in site_of(finding)
    }


def _details(finding: Finding, observation: Entity) -> set[EntityRelation]:
    words = [*finding.modifiers, finding.change or "", finding.laterality or ""]
    size = largest_mm(finding)
    if size is not None:
        words.append(f"{size:g} mm")
    return {
        EntityRelation(Entity(word, observation.label), "modify", observation)
        for word in words
        if word
    }


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
