"""What the words of a quote can mean, by the vocabulary."""

from __future__ import annotations

from groundct.reports._llm.quotes import Quote
from groundct.reports._rules.parsed import Parsed
from groundct.vocabulary.findings import findings
from groundct.vocabulary.lexicon import lexicon
from groundct.vocabulary.places import GENERAL, places

_MOST_WORDS = 16


def types_named(parsed: Parsed, quote: Quote) -> frozenset[str]:
    """The finding types that known words of a quote can mean, wider and narrower ones too."""
    words = parsed.words[quote.first : quote.last]
    table = lexicon(parsed.language, "findings", "type")
    meanings = {hit.entry.meaning for hit in table.find(words)}
    if len(words) <= _MOST_WORDS:
        for first in range(len(words)):
            for last in range(first + 1, len(words) + 1):
                meanings |= {hit.entry.meaning for hit in table.find(words[first:last])}
    out: set[str] = set()
    for meaning in meanings:
        out |= _at_places(parsed, meaning) if meaning.startswith(GENERAL) else _kin(meaning)
    return frozenset(out)


def types_ruled_out(parsed: Parsed, quote: Quote) -> frozenset[str]:
    """The types that a normal statement of the quote's places rules out."""
    named = (p.entry.meaning for p in parsed.places if quote.meets(p.first, p.last))
    table = places().ruled_out
    return frozenset(table[key] for key in named if key in table)


def holds_unknown_word(parsed: Parsed, quote: Quote) -> bool:
    """Whether a word of a quote stands in no entry of the vocabulary that was found."""
    grammar = parsed.grammar
    small = (
        grammar.article | grammar.article_one | grammar.joint | grammar.with_ | grammar.of
        | grammar.in_ | grammar.on | grammar.at | grammar.to | grammar.both | grammar.but
        | grammar.is_ | grammar.past | grammar.pronoun | grammar.not_ | grammar.perceived
        | grammar.assessed | grammar.side | grammar.lung | grammar.lobe | grammar.segment
        | grammar.basal | grammar.elsewhere
    )  # fmt: skip
    hits = (*parsed.findings, *parsed.places, *parsed.relations)
    cues = (hit for found in parsed.cues.values() for hit in found)
    sites = lexicon(parsed.language, "sites").find(parsed.words)
    known = {n for hit in (*hits, *cues, *sites) for n in range(hit.first, hit.last)}
    return any(
        parsed.words[n].isalpha() and n not in known and parsed.words[n] not in small
        for n in range(quote.first, quote.last)
    )


def _at_places(parsed: Parsed, head: str) -> frozenset[str]:
    """What a general word means at the places that the sentence names; at any if it names none."""
    table = places()
    here = (table.resolve(head, place.entry.meaning) for place in parsed.places)
    found = {kind for kind in (*here, table.default(head)) if kind is not None}
    if parsed.places:
        return frozenset(found)
    return frozenset(kind for (own, _), kind in table.compounds.items() if own == head and kind)


def _kin(kind: str) -> frozenset[str]:
    """A type, those that it is a kind of, and those that are a kind of it."""
    table = findings()
    out = {kind, *table.narrower(kind)}
    above = table.wider.get(kind)
    while above is not None:
        out.add(above)
        above = table.wider.get(above)
    return frozenset(out)
