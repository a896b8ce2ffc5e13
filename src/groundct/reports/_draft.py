"""A reading whose spans still count from its sentences, moved into the report where that is due.

The values of a sentence that repeats are shared by all reports that have it. Moving them makes new
ones of nearly each, which takes longer than all else that is done for a known sentence.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple, TypeVar

from groundct.core.report import (
    Cue,
    Finding,
    Marked,
    Reading,
    Rewrite,
    SectionName,
    Sentence,
    Span,
)

M = TypeVar("M", bound=Marked)
_SPAN: Final = Span(start=0, end=1)
_SENTENCE: Final = Sentence(index=0, section="other", span=_SPAN)
_READING: Final = Reading(sentences=(), findings=())


class DraftSentence(NamedTuple):
    """A sentence at characters ``start`` to ``end`` of its report.

    ``standardized`` is what it says in American radiology English; its rewrites count from
    ``offset``, as the spans of a `DraftFinding` do. ``clashes``: it names a lobe that the lung of
    its side has not, None where the rules have not read it.
    """

    section: SectionName
    start: int
    end: int
    standardized: str
    regions: tuple[str, ...] = ()
    anatomy: tuple[str, ...] = ()
    rewrites: tuple[Rewrite, ...] = ()
    offset: int = 0
    clashes: bool | None = None

    def moved(self, index: int) -> Sentence:
        """The sentence with this index, its spans in the report."""
        # Made of checked values, as all below: nothing is left to check.
        return _SENTENCE.changed(
            index=index,
            section=self.section,
            span=_SPAN.changed(start=self.start, end=self.end),
            regions=self.regions,
            anatomy=self.anatomy,
            rewrites=all_moved(self.rewrites, self.offset),
        )


class DraftFinding(NamedTuple):
    """A finding, the sentences that speak of it, and where its spans count from.

    ``later``: its last cues are of later mentions; how many of each, and where these count from.
    """

    finding: Finding
    indices: tuple[int, ...]
    offset: int = 0
    later: tuple[tuple[int, int], ...] = ()

    def moved(self, name: str = "f") -> Finding:
        """The finding under this id, with its sentences and its spans in the report."""
        finding, offset = self.finding, self.offset
        if not (offset or self.later):
            return finding.changed(finding_id=name, sentence_indices=self.indices)
        return finding.changed(
            finding_id=name,
            sentence_indices=self.indices,
            span=finding.span.moved(offset),
            measurements=all_moved(finding.measurements, offset),
            relations=all_moved(finding.relations, offset),
            remarks=all_moved(finding.remarks, offset),
            cues=self._cues(),
        )

    def _cues(self) -> tuple[Cue, ...]:
        cues = self.finding.cues
        first = len(cues) - sum(number for number, _ in self.later)
        moved = list(all_moved(cues[:first], self.offset))
        for number, offset in self.later:
            moved += all_moved(cues[first : first + number], offset)
            first += number
        return tuple(moved)

    def words(self, text: str) -> str:
        """The finding's own words; ``text`` is its report's."""
        span = self.finding.span
        return text[span.start + self.offset : span.end + self.offset]


class Draft(NamedTuple):
    """The sentences of a report and its findings, both in order."""

    sentences: tuple[DraftSentence, ...]
    findings: tuple[DraftFinding, ...]

    def reading(self) -> Reading:
        """The reading that it is a draft of."""
        findings = [draft.moved(finding_id(n)) for n, draft in enumerate(self.findings)]
        return _READING.changed(
            sentences=tuple([draft.moved(n) for n, draft in enumerate(self.sentences)]),
            findings=tuple(findings),
        )


@lru_cache(maxsize=1 << 8)
def finding_id(number: int) -> str:
    """The id of a report's finding, whose ``number`` counts from 0."""
    return f"f{number + 1}"


def draft_of(reading: Reading, standardized: Iterable[str]) -> Draft:
    """A draft with the values of a reading, moved already, and its standardized sentences."""
    sentences = [
        DraftSentence(s.section, s.span.start, s.span.end, said, s.regions, s.anatomy, s.rewrites)
        for s, said in zip(reading.sentences, standardized, strict=True)
    ]
    findings = [DraftFinding(f, f.sentence_indices) for f in reading.findings]
    return Draft(tuple(sentences), tuple(findings))


def all_moved(values: tuple[M, ...], offset: int) -> tuple[M, ...]:
    """The same values where the text begins ``offset`` characters earlier, 0 or more."""
    return tuple([value.moved(offset) for value in values]) if values else values
