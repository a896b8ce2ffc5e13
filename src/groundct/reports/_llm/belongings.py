"""Sizes and lung sites right beside a finding's words are its own, or it is contradicted.

The rules have to give them to the same finding; where they do not, the model decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from groundct.core.report import Measurement
from groundct.reports._llm.clause import clause_end
from groundct.reports._llm.compose import Said
from groundct.reports._llm.placing import paths_of_site, sites_quoted
from groundct.reports._llm.quotes import Quote
from groundct.reports._llm.source import Source
from groundct.reports.language_model.failures import quoted

_SIGNS: Final = frozenset(",;:()")
Fault = tuple[str, str]
"""A failure's code, and what is wrong."""


def lost_sizes(said: tuple[Said, ...], source: Source) -> Iterator[Fault]:
    """Sizes that the rules give to a finding, and an answer to none or to another one."""
    for finding in source.spoken:
        own = [told for told in said if source.shares_words(told.quote, finding.span)]
        parts = [f for f in source.spoken if (f.span, f.type) == (finding.span, finding.type)]
        for size in finding.measurements:
            what = quoted(size.span.of(source.said.parsed.text))
            # What the rules tell apart by sizes has each of them at its own side or place.
            needed = sum(_has(part.measurements, size) for part in parts) if len(parts) > 1 else 0
            if _count(said, size) < max(needed, 1):
                yield "size-lost", what
            elif own and (
                _count(own, size) < needed
                or (
                    not _count(own, size)
                    and any(_stands_beside(size, told, said, source) for told in own)
                )
            ):
                yield "size-moved", what


def moved_places(said: tuple[Said, ...], source: Source) -> Iterator[Fault]:
    """Sites right after a finding, or a sentence's only one, that an answer does not give it."""
    for told in said:
        if told.rules is not None:
            continue
        quoted_sites = sites_quoted(source.said, told.places)
        end = clause_end(source.said.parsed, told.quote, _others(told, said))
        sites = source.said.sites
        beside = [s for s in sites if told.quote.last <= s.first < end or len(sites) == 1]
        paths = {p for f in source.named(told.quote, told.type) for p in f.anatomy}
        of_others = [q for o in said if o is not told and told.shares_words(o) for q in o.places]
        told_apart = sites_quoted(source.said, tuple(of_others))
        own = [
            s
            for s in beside
            if s.level is not None
            and s not in told_apart
            and paths.issuperset(paths_of_site(s, None))
        ]
        # Words that stand several times are quoted for any of their places.
        words = {source.words(place).lower() for place in told.places}
        quoted_too = any(source.words(Quote(s.first, s.last)).lower() in words for s in own)
        if own and not quoted_too and not any(site in quoted_sites for site in own):
            what = quoted(source.words(Quote(own[0].first, own[0].last)))
            yield "place-moved" if quoted_sites else "place-lost", what


def _others(told: Said, said: tuple[Said, ...]) -> tuple[Quote, ...]:
    return tuple(other.quote for other in said if other is not told)


def _count(said: Iterable[Said], size: Measurement) -> int:
    """How many findings have a size."""
    return sum(_has(told.sizes, size) for told in said)


def _has(sizes: tuple[Measurement, ...], size: Measurement) -> bool:
    return any(own.values_mm == size.values_mm for own in sizes)


def _stands_beside(size: Measurement, told: Said, said: tuple[Said, ...], source: Source) -> bool:
    """Whether a size stands right before a finding's words, or in what is said right after."""
    parsed = source.said.parsed
    first = next((n for n, t in enumerate(parsed.tokens) if t.end > size.span.start), None)
    if first is None:
        return False
    if first >= told.quote.last:
        return first < clause_end(parsed, told.quote, _others(told, said))
    last = next((n for n, t in enumerate(parsed.tokens) if t.start >= size.span.end), first)
    # "A 14 mm solid pulmonary nodule": nothing but words of one phrase stands between.
    grammar = parsed.grammar
    parting = grammar.listing | grammar.but | grammar.with_ | grammar.in_ | grammar.on | grammar.at
    parting |= grammar.of | _SIGNS
    named = any(last <= hit.first < told.quote.first for hit in parsed.findings)
    return not named and parting.isdisjoint(parsed.words[last : told.quote.first])
