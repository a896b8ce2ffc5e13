"""Who says whether a sentence follows from others: a contract, and the judge by findings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from groundct.core.report import Finding, Reading
from groundct.metrics.boxes import Bounds
from groundct.metrics.facts import Judged, judge_findings


@dataclass(frozen=True)
class Statement:
    """A sentence, the findings that it speaks of, and where it points to."""

    text: str
    findings: tuple[Finding, ...]
    boxes: tuple[Bounds, ...] = ()


class Judge(Protocol):
    """Says of each sentence whether the other side's sentences entail it."""

    @property
    def name(self) -> str:
        """What results call it."""

    def judge(
        self, hypotheses: Sequence[Statement], premises: Sequence[Statement]
    ) -> tuple[Judged, ...]:
        """A verdict for every hypothesis, in order; evidence are indices of premises."""

    def told(self) -> dict[str, str | int | float]:
        """What a result states of it, after its work; nothing secret."""


@dataclass(frozen=True)
class FindingsJudge:
    """Entailment by what an extractor reads; a sentence without findings follows from itself only.

    Which extractor reads is open: with one that asks a language model, that model reads the
    sentences and these rules compare what it read.
    """

    name: str = "findings"

    def told(self) -> dict[str, str | int | float]:
        """Its name alone: what it judges by is the extractor's."""
        return {"judge": self.name}

    def judge(
        self, hypotheses: Sequence[Statement], premises: Sequence[Statement]
    ) -> tuple[Judged, ...]:
        """See `Judge`."""
        by_words: dict[str, list[int]] = {}
        for n, premise in enumerate(premises):
            by_words.setdefault(plain_words(premise.text), []).append(n)
        pool = [finding for premise in premises for finding in premise.findings]
        return tuple(
            Judged("entailed", tuple(by_words[plain_words(own.text)]))
            if plain_words(own.text) in by_words
            else _judged(own, premises, pool)
            for own in hypotheses
        )


def statements_of(reading: Reading, text: str) -> tuple[Statement, ...]:
    """The sentences of a reading, without those that have no letters."""
    by_sentence: dict[int, list[Finding]] = {}
    for finding in reading.findings:
        for index in finding.sentence_indices:
            by_sentence.setdefault(index, []).append(finding)
    return tuple(
        Statement(words, tuple(by_sentence.get(sentence.index, ())))
        for sentence in reading.sentences
        if re.search(r"\w", words := sentence.span.of(text))
    )


def placed(
    statements: Sequence[Statement], boxes: Sequence[tuple[str, tuple[Bounds, ...]]]
) -> tuple[Statement, ...]:
    """The statements with the boxes of the sentences that they are, or are a part of."""
    known = [(f" {plain_words(sentence)} ", own) for sentence, own in boxes]
    return tuple(
        replace(
            statement,
            boxes=tuple(
                box
                for words, own in known
                if f" {plain_words(statement.text)} " in words
                for box in own
            ),
        )
        for statement in statements
    )


def _judged(own: Statement, premises: Sequence[Statement], pool: Sequence[Finding]) -> Judged:
    verdict = judge_findings(own.findings, pool)
    if verdict != "entailed":
        return Judged(verdict)
    evidence = (
        n
        for n, premise in enumerate(premises)
        if any(
            judge_findings([finding], premise.findings) == "entailed" for finding in own.findings
        )
    )
    return Judged(verdict, tuple(evidence))


def plain_words(text: str) -> str:
    """A text's words in small letters, without signs."""
    return " ".join(re.findall(r"\w+", text.casefold()))
