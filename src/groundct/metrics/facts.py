"""Sentences against sentences: is each one entailed, and does it point to the same place?

Logical precision and recall, grounding and spatial precision and recall follow RadFact (Bannur et
al. 2024, MAIRA-2): precision looks from the prediction's sentences to the reference, recall the
other way round. Who judges entailment is open: `judge_findings` does it by what readings state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from groundct.core.report import Finding
from groundct.metrics.boxes import Bounds, covered_share
from groundct.metrics.findings import largest_mm, sizes_agree
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings as finding_vocabulary

Verdict = Literal["entailed", "contradicted", "neutral"]
COVERED_SHARE: Final = 0.5
"""A box points to the same place when the evidence covers this share of it, as in RadFact."""
_GENERAL_SUFFIX: Final = "_finding"


@dataclass(frozen=True)
class Judged:
    """A sentence and what the other side says of it.

    ``evidence``: indices of the sentences that entail it. ``boxes`` are its own, in the same
    coordinates as the other side's; empty when it has none.
    """

    verdict: Verdict
    evidence: tuple[int, ...] = ()
    boxes: tuple[Bounds, ...] = ()


@dataclass(frozen=True)
class FactCounts:
    """Of one side's sentences, how many hold.

    ``entailed`` of ``sentences``; of the ``grounded`` ones (with boxes) ``entailed_grounded`` are
    entailed, and of these ``placed`` also point to where their evidence does.
    """

    sentences: int
    entailed: int
    contradicted: int
    grounded: int
    entailed_grounded: int
    placed: int


def count_facts(judged: Sequence[Judged], evidence_boxes: Sequence[Sequence[Bounds]]) -> FactCounts:
    """Counts of one direction; ``evidence_boxes`` are the boxes of the other side's sentences.

    RadFact's logical score is entailed / sentences, its grounding score placed /
    entailed_grounded, its spatial score placed / grounded.
    """
    entailed = [sentence for sentence in judged if sentence.verdict == "entailed"]
    grounded = [sentence for sentence in entailed if sentence.boxes]
    placed = 0
    for sentence in grounded:
        others = [box for index in sentence.evidence for box in evidence_boxes[index]]
        placed += covered_share(sentence.boxes, others) >= COVERED_SHARE
    return FactCounts(
        sentences=len(judged),
        entailed=len(entailed),
        contradicted=sum(sentence.verdict == "contradicted" for sentence in judged),
        grounded=sum(bool(sentence.boxes) for sentence in judged),
        entailed_grounded=len(grounded),
        placed=placed,
    )


def judge_findings(hypothesis: Sequence[Finding], premises: Sequence[Finding]) -> Verdict:
    """Whether everything that a sentence states follows from what other sentences state.

    Entailed: every finding of the hypothesis follows from one of the premises, and there is one.
    Contradicted: a premise says the opposite of one of them. Neutral otherwise.
    """
    if any(contradicts(premise, own) for own in hypothesis for premise in premises):
        return "contradicted"
    holds = all(any(entails(premise, own) for premise in premises) for own in hypothesis)
    return "entailed" if hypothesis and holds else "neutral"


def entails(premise: Finding, hypothesis: Finding) -> bool:
    """Whether a finding follows from another.

    A present one follows from one of its type or a narrower one, in its place or a part of it, with
    all the details that it states. An absent one follows from the denial of its type, a wider one
    or anything abnormal, in its place or one around it.
    """
    if premise.presence != hypothesis.presence:
        return False
    if hypothesis.presence == "absent":
        return _denies(premise, hypothesis)
    return (
        _is_kind_of(premise.type, hypothesis.type)
        and _lies_in(premise, hypothesis)
        and _details_follow(premise, hypothesis)
    )


def contradicts(premise: Finding, hypothesis: Finding) -> bool:
    """Whether one is denied where the other is present; uncertain ones contradict nothing."""
    if (premise.presence, hypothesis.presence) == ("absent", "present"):
        return _denies(premise, hypothesis)
    if (premise.presence, hypothesis.presence) == ("present", "absent"):
        return _denies(hypothesis, premise)
    return False


def _denies(denial: Finding, other: Finding) -> bool:
    """Whether a denial says that there is no such thing at the other's place."""
    anything = denial.type == "other" or denial.type.endswith(_GENERAL_SUFFIX)
    if not (anything or _is_kind_of(other.type, denial.type)):
        return False
    if denial.laterality not in (None, "bilateral", other.laterality):
        return False
    if denial.lung_segments and not (
        other.lung_segments and set(other.lung_segments) <= set(denial.lung_segments)
    ):
        return False
    if not denial.anatomy:
        return not anything or denial.type == "other"
    return bool(other.anatomy) and all(
        any(_covers(outer, inner) for outer in denial.anatomy) for inner in other.anatomy
    )


def _lies_in(premise: Finding, hypothesis: Finding) -> bool:
    """Whether every place of the hypothesis has one of the premise's in it."""
    sides = (None, premise.laterality)
    both = premise.laterality == "bilateral" and hypothesis.laterality in ("left", "right")
    return (
        (hypothesis.laterality in sides or both)
        and set(hypothesis.lung_segments) <= set(premise.lung_segments)
        and all(
            any(_covers(outer, inner) for inner in premise.anatomy) for outer in hypothesis.anatomy
        )
    )


def _details_follow(premise: Finding, hypothesis: Finding) -> bool:
    size, stated = largest_mm(hypothesis), largest_mm(premise)
    return (
        (size is None or (stated is not None and sizes_agree(stated, size)))
        and hypothesis.count in (None, premise.count)
        and hypothesis.change in (None, premise.change)
        and set(hypothesis.modifiers) <= set(premise.modifiers)
    )


def _is_kind_of(narrow: str, wide: str) -> bool:
    return narrow == wide or narrow in finding_vocabulary().narrower(wide)


def _covers(outer: str, inner: str) -> bool:
    """Whether a place is another or a part of it, by any path of its structure."""
    structure = anatomy().structures.get(anatomy().leaf(inner))
    paths = (inner, *(structure.paths if structure else ()))
    return any(path == outer or path.startswith(outer + "/") for path in paths)
