"""A sentence that is asked about, with all that the rules read in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Final

from groundct.core.report import Finding, Measurement, Presence, Sentence, Span
from groundct.reports._llm.quotes import Quote, find_quotes
from groundct.reports._rules.details.measures import measurements_of
from groundct.reports._rules.reading import SentenceReading, read_sentence

MOST: Final = 64
"""The most places of the same words that are looked at."""


@dataclass(frozen=True)
class Source:
    """A sentence and the rules' reading of it; spans of the reading count from its start.

    ``carried`` are the rules' findings with what they take over from the sentence before; an answer
    may say that, and need not: it is put in afterwards.
    """

    sentence: Sentence
    said: SentenceReading
    carried: tuple[Finding, ...]

    @cached_property
    def ruled_out(self) -> tuple[Finding, ...]:
        """What statements of normality rule out. It is read by the rules, and not asked about."""
        return tuple(finding for finding in self.said.findings if self._is_ruled_out(finding))

    @cached_property
    def alone(self) -> tuple[Finding, ...]:
        """The rules' findings as its words alone tell them, without a list or a heading above."""
        return read_sentence(self.said.text, self.said.language).findings

    @cached_property
    def spoken(self) -> tuple[Finding, ...]:
        """Those of them that its own words name."""
        return tuple(finding for finding in self.alone if not self._is_ruled_out(finding))

    @cached_property
    def put_in(self) -> tuple[Finding, ...]:
        """What only sentences before name, of a sentence that names nothing: an item of a list."""
        return () if self.spoken else self.said.findings

    @cached_property
    def known(self) -> tuple[tuple[Finding, ...], ...]:
        """The findings that may be said: each by its words alone, then with what it takes over."""
        ways: tuple[tuple[Finding, ...], ...] = (self.alone, self.said.findings, self.carried)
        if len({len(way) for way in ways}) > 1:
            ways = (self.carried or self.said.findings,)
        return tuple(
            tuple(dict.fromkeys(versions))
            for versions in zip(*ways, strict=True)
            if not self._is_ruled_out(versions[0])
        )

    @cached_property
    def agreed_presence(self) -> Presence | None:
        """What all findings of the sentence are, if that is not present and nothing is in doubt."""
        presences = {finding.presence for finding in self.spoken} - {"present"}
        alike = len({finding.presence for finding in self.spoken}) == 1
        return presences.pop() if alike and presences and not self.said.doubts else None

    @cached_property
    def sizes(self) -> tuple[Measurement, ...]:
        """The sizes in the sentence."""
        return measurements_of(self.said.parsed)

    @cached_property
    def _all(self) -> tuple[Finding, ...]:
        """The rules' findings, as the sentence alone tells them and with what they take over."""
        return tuple(dict.fromkeys((*self.alone, *self.said.findings, *self.carried)))

    def quotes(self, text: str) -> tuple[Quote, ...]:
        """Where words stand in the sentence, the first places of many."""
        if text not in self._found:
            found = find_quotes(text, self.sentence, self.said.parsed)
            self._found[text] = tuple(islice(found, MOST))
        return self._found[text]

    @cached_property
    def _found(self) -> dict[str, tuple[Quote, ...]]:
        return {}

    def words(self, quote: Quote) -> str:
        """The characters of a quote."""
        return self.span(quote).of(self.said.parsed.text)

    def span(self, quote: Quote) -> Span:
        """Where a quote stands in the sentence."""
        return self.said.parsed.span_of(quote.first, min(quote.last, len(self.said.parsed.tokens)))

    def shares_words(self, quote: Quote, other: Span) -> bool:
        """Whether a quote and a span share a character."""
        span = self.span(quote)
        return span.start < other.end and other.start < span.end

    def named(self, quote: Quote, kind: str | None = None) -> tuple[Finding, ...]:
        """The rules' findings, of one type if it is given, that share words with a quote."""
        return tuple(
            finding
            for finding in self._all
            if kind in (None, finding.type) and self.shares_words(quote, finding.span)
        )

    def _is_ruled_out(self, finding: Finding) -> bool:
        normal = {h.entry.entry_id for h in self.said.parsed.role("normality", "normal")}
        return any(cue.role == "finding" and cue.entry in normal for cue in finding.cues)
