"""Find words that a model quotes in the sentence that it cites, as they are or as rewritten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from groundct.core.report import Sentence, rewritten
from groundct.reports._rules.words.parsed import Parsed

_LONGEST = 1000
_EDGES = " \t\r\n.,;:\"'"


@dataclass(frozen=True)
class Quote:
    """Words of a sentence: tokens ``first`` to ``last`` (exclusive)."""

    first: int
    last: int

    def meets(self, first: int, last: int) -> bool:
        """Whether tokens ``first`` to ``last`` (exclusive) are partly of this quote."""
        return self.first < last and first < self.last

    def distance(self, other: Quote) -> int:
        """Tokens between two quotes; 0 where they touch or meet."""
        return max(0, self.first - other.last, other.first - self.last)


def find_quotes(quote: str, sentence: Sentence, parsed: Parsed) -> Iterator[Quote]:
    """Where a quote stands in a sentence, whole words only; runs of white space are alike.

    First all places in the sentence's own words, then those in its standardised wording, led back
    to the words that it stands for. Letter case counts only where it tells places apart.
    """
    words = quote.strip(_EDGES).split()
    if not words or len(quote) > _LONGEST:
        return
    pattern = r"\s+".join(re.escape(word) for word in words)
    for text, origins in _wordings(sentence, parsed.text):
        for flags in (re.NOFLAG, re.IGNORECASE):
            found = [
                _tokens(parsed, origins[match.start()][0], origins[match.end() - 1][1])
                for match in re.finditer(pattern, text, flags)
            ]
            whole = [q for q in found if q is not None]
            yield from whole
            if whole:
                return


def _wordings(sentence: Sentence, text: str) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """A sentence's wordings, each with the original start and end behind every character."""
    yield text, [(n, n + 1) for n in range(len(text))]
    if not sentence.rewrites:
        return
    origins: list[tuple[int, int]] = []
    position = 0
    offset = sentence.span.start
    for rewrite in sentence.rewrites:
        start, end = rewrite.span.start - offset, rewrite.span.end - offset
        origins += [(n, n + 1) for n in range(position, start)]
        origins += [(start, end)] * len(rewrite.text)
        position = end
    origins += [(n, n + 1) for n in range(position, len(text))]
    yield rewritten(sentence, " " * offset + text), origins


def _tokens(parsed: Parsed, start: int, end: int) -> Quote | None:
    """The tokens that begin and end where a quote does; None for parts of words."""
    first = next((n for n, token in enumerate(parsed.tokens) if token.end > start), None)
    if first is None or parsed.tokens[first].start < start:
        return None
    last = first
    while last < len(parsed.tokens) and parsed.tokens[last].start < end:
        last += 1
    if last == first or parsed.tokens[last - 1].end > end:
        return None
    return Quote(first, last)
