"""Answered findings -> the words of the sentence that they quote."""

from __future__ import annotations

from collections.abc import Sequence

from groundct.core.report import Measurement
from groundct.reports._llm.compose import Said
from groundct.reports._llm.placing import sites_quoted
from groundct.reports._llm.quotes import Quote, find_quotes
from groundct.reports._llm.schema import AnsweredFinding
from groundct.reports._llm.sides import sides_of
from groundct.reports._llm.source import Source
from groundct.reports.language_model.failures import failed, quoted


def located(id_: str, answered: Sequence[AnsweredFinding], source: Source) -> tuple[Said, ...]:
    """The findings of a sentence with their quotes found in it, in the order of their words.

    Words that stand several times are given to findings one by one; those of fewer places first,
    and places that no other finding has before shared ones. Raises LanguageModelError for words
    that are not there, and for a finding that is said twice.
    """
    places = []
    for finding in answered:
        found = [*find_quotes(finding.text, source.sentence, source.said.parsed)]
        if not found:
            raise failed("text-not-in-sentence", id_, f"{quoted(finding.text)}.")
        places.append((found, finding))
    out: list[Said] = []
    for found, finding in sorted(places, key=lambda pair: len(pair[0])):
        out.append(_said(id_, finding, _free(id_, found, finding, out), source))
    return tuple(sorted(out, key=lambda told: (told.quote.first, told.quote.last)))


def _free(id_: str, found: list[Quote], finding: AnsweredFinding, others: list[Said]) -> Quote:
    """The first of the places that no other finding has, else the first shared one."""
    alone = [q for q in found if not any(q.meets(o.quote.first, o.quote.last) for o in others)]
    taken = {(other.quote, other.type) for other in others}
    shared = [quote for quote in found if (quote, finding.type) not in taken]
    if not shared:
        raise failed("finding-doubled", id_, f"{quoted(finding.text)} as {finding.type}.")
    return (alone or shared)[0]


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
    found = [*find_quotes(text, source.sentence, source.said.parsed)]
    if not found:
        raise failed("text-not-in-sentence", id_, f"{quoted(text)}.")
    sides = sides_of(finding.laterality)

    def elsewhere(quote: Quote) -> bool:
        named = {side for site in sites_quoted(source.said, (quote,)) for side in site.sides}
        return not named <= sides

    return min(found, key=lambda quote: (elsewhere(quote), quote.distance(own)))


def _sizes(id_: str, text: str, own: Quote, source: Source) -> tuple[Measurement, ...]:
    """The measurements in a quote, or that it is a part of; of equal ones the nearest."""
    found = find_quotes(text, source.sentence, source.said.parsed)
    for quote in sorted(found, key=lambda quote: quote.distance(own)):
        sizes = tuple(size for size in source.sizes if source.shares_words(quote, size.span))
        if sizes:
            return sizes
    raise failed("size-not-in-text", id_, f"{quoted(text)}.")
