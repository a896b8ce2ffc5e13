"""A sentence with all vocabulary entries that were found in it."""

from __future__ import annotations

from dataclasses import dataclass

from groundct.core.report import Span
from groundct.reports._rules.tokens import Token, tokenize
from groundct.vocabulary.lexicon import Hit, lexicon

MASK = "\0"
_CUES = ("negation", "uncertainty", "normality", "temporal", "recommendation", "laterality")


@dataclass(frozen=True)
class Parsed:
    """Tokens of a sentence, and hits by lexicon; hits count tokens."""

    span: Span
    tokens: tuple[Token, ...]
    words: tuple[str, ...]
    findings: tuple[Hit, ...]
    places: tuple[Hit, ...]
    relations: tuple[Hit, ...]
    cues: dict[str, tuple[Hit, ...]]

    def span_of(self, first: int, last: int) -> Span:
        """The characters of tokens ``first`` to ``last`` (exclusive)."""
        return Span(start=self.tokens[first].start, end=self.tokens[last - 1].end)

    def role(self, cue: str, *roles: str) -> tuple[Hit, ...]:
        """The hits of a cue lexicon with one of these roles."""
        return tuple(hit for hit in self.cues[cue] if hit.entry.meaning in roles)

    def scope_ends(self, first: int, last: int) -> bool:
        """Whether a word that ends scopes stands among tokens ``first`` to ``last`` (exclusive)."""
        return any(
            first <= hit.first and hit.last <= last for hit in self.role("negation", "ends_scope")
        )

    def any_word(self, first: int, last: int, signs: frozenset[str]) -> bool:
        """Whether one of these words stands among tokens ``first`` to ``last`` (exclusive)."""
        return any(word in signs for word in self.words[max(first, 0) : last])


def parse(text: str, span: Span, language: str) -> Parsed:
    """Look all lexicons up in a sentence; what a preamble says is hidden from the others."""
    tokens = tokenize(text, span)
    words = [token.word for token in tokens]
    relations = lexicon(language, "relation").find(words)
    for hit in relations:
        if hit.entry.meaning == "preamble":
            words[hit.first : hit.last] = [MASK] * (hit.last - hit.first)
    return Parsed(
        span=span,
        tokens=tokens,
        words=tuple(words),
        findings=lexicon(language, "findings", "type").find(words),
        places=lexicon(language, "anatomy", "key").find(words),
        relations=tuple(hit for hit in relations if hit.entry.meaning != "preamble"),
        cues={name: lexicon(language, name).find(words) for name in _CUES},
    )
