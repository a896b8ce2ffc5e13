"""Answered findings -> the words of the sentence that they quote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from groundct.core.report import Finding, Measurement
from groundct.reports._llm.compose import Rules, Said
from groundct.reports._llm.match import agrees, strangeness, told_at_once
from groundct.reports._llm.placing import sites_quoted
from groundct.reports._llm.quotes import Quote
from groundct.reports._llm.schema import AnsweredFinding
from groundct.reports._llm.sides import sides_of
from groundct.reports._llm.source import MOST, Source
from groundct.reports.language_model.failures import failed, quoted


def located(id_: str, answered: Sequence[AnsweredFinding], source: Source) -> tuple[Said, ...]:
    """The findings of a sentence with their quotes found in it, in the order of their words.

    Findings that the rules read likewise stand where those do, whatever the order of the answer.
    Of the others, those whose words stand at fewer places go first, each to words that no other
    finding has and that are next to its places and sizes. Raises LanguageModelError for words that
    are not there, and for more findings than words can tell.
    """
    words = len(source.said.parsed.words)
    if len(answered) > MOST + words:
        what = f"{len(answered)} findings of {words} words."
        raise failed("finding-doubled", id_, what)
    spots: list[_Spot] = []
    for finding in answered:
        found = source.quotes(finding.text)
        if not found:
            raise failed("text-not-in-sentence", id_, f"{quoted(finding.text)}.")
        spots.append(_Spot(finding, tuple(_said(id_, finding, quote, source) for quote in found)))
    out, left = _as_the_rules(spots, source)
    for spot in sorted(left, key=lambda spot: len(spot.said)):
        out.append(_free(spot, out, source))
    return tuple(sorted(out, key=_position))


def _position(told: Said) -> tuple[int, int, int, int]:
    """Where a finding's words stand, its sizes and its places."""
    sizes = min((size.span.start for size in told.sizes), default=0)
    places = min((place.first for place in told.places), default=0)
    return told.quote.first, told.quote.last, sizes, places


class _Spot(NamedTuple):
    """A finding, and how it is said at each place where its words stand."""

    finding: AnsweredFinding
    said: tuple[Said, ...]


def _as_the_rules(spots: list[_Spot], source: Source) -> tuple[list[Said], list[_Spot]]:
    """What is said as the rules read it, each of their findings once; and what is left."""
    out: list[Said] = []
    free = dict(enumerate(source.known))
    left = list(spots)
    for number, versions in (*free.items(),):
        found = [
            (spot, replace(told, sizes=known.measurements, rules=Rules(number, known)))
            for spot in left
            for told in spot.said
            for known in versions
            if agrees(told, known, source)
        ]
        found.sort(key=lambda pair: strangeness(pair[1], versions[0], source))
        for spot, told in found[:1]:
            left.remove(spot)
            del free[number]
            out.append(told)
    for spot in (*left,):
        for told in spot.said:
            all_ = tuple((number, versions[-1]) for number, versions in free.items())
            parts = told_at_once(told, all_, source)
            if parts:
                left.remove(spot)
                for number, known in parts:
                    del free[number]
                    out.append(_part(told, number, known))
                break
    return out, left


def _part(told: Said, number: int, known: Finding) -> Said:
    rules = Rules(number, known)
    return replace(told, laterality=known.laterality, sizes=known.measurements, rules=rules)


def _free(spot: _Spot, others: list[Said], source: Source) -> Said:
    """How a finding is said at words that no other has, if there are any, and near its places."""

    def fit(told: Said) -> tuple[bool, int]:
        shared = any(told.quote.meets(o.quote.first, o.quote.last) for o in others)
        own = source.span(told.quote).start
        spans = (*map(source.span, told.places), *(size.span for size in told.sizes))
        return shared, sum(abs(span.start - own) for span in spans)

    return min(spot.said, key=fit)


def _said(id_: str, finding: AnsweredFinding, quote: Quote, source: Source) -> Said:
    sizes: set[Measurement] = set()
    for text in finding.sizes:
        sizes.update(_sizes(id_, text, quote, source))
    return Said(
        quote=quote,
        type=finding.type,
        presence=finding.presence,
        laterality=None if finding.laterality == "none" else finding.laterality,
        places=tuple(_place(id_, text, quote, finding, source) for text in finding.places),
        sizes=tuple(sorted(sizes, key=lambda size: size.span.start)),
    )


def _place(id_: str, text: str, own: Quote, finding: AnsweredFinding, source: Source) -> Quote:
    """Where words quoted for a place stand: on the finding's side, and nearest to its words."""
    found = source.quotes(text)
    if not found:
        raise failed("text-not-in-sentence", id_, f"{quoted(text)}.")
    sides = sides_of(finding.laterality)

    def elsewhere(quote: Quote) -> bool:
        named = {side for site in sites_quoted(source.said, (quote,)) for side in site.sides}
        return not named <= sides

    return min(found, key=lambda quote: (elsewhere(quote), quote.distance(own)))


def _sizes(id_: str, text: str, own: Quote, source: Source) -> tuple[Measurement, ...]:
    """The measurements in a quote, or that it is a part of; of equal ones the nearest."""
    for quote in sorted(source.quotes(text), key=lambda quote: quote.distance(own)):
        sizes = tuple(size for size in source.sizes if source.shares_words(quote, size.span))
        if sizes:
            return sizes
    raise failed("size-not-in-text", id_, f"{quoted(text)}.")
