"""What the words of a quote can mean, by the vocabulary."""

from __future__ import annotations

from functools import lru_cache

from groundct.reports._llm.quotes import Quote
from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.catalogue import vocabulary_tables
from groundct.vocabulary.findings import findings
from groundct.vocabulary.lexicon import lexicon, words_of
from groundct.vocabulary.places import GENERAL, places
from groundct.vocabulary.words import normal_word

_MOST_WORDS = 16
_NAMING = frozenset(
    (
        "findings.tsv",
        "spelling.tsv",
        "spelt_as.tsv",
        "sounds.tsv",
        "shorthand.tsv",
        "senses.tsv",
        "rewriting.tsv",
        "endings.tsv",
    )
)


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
    """Whether a word of a quote stands nowhere in the language's tables but those of findings."""
    hits = (*parsed.findings, *parsed.places, *parsed.relations)
    known = {n for hit in hits for n in range(hit.first, hit.last)}
    return any(
        parsed.words[n].isalpha()
        and n not in known
        and parsed.words[n] not in _ordinary_words(parsed.language)
        for n in range(quote.first, quote.last)
    )


@lru_cache(maxsize=8)
def _ordinary_words(language: str) -> frozenset[str]:
    """The words of a language's tables that name no finding, in their normal form."""
    own = (t for t in vocabulary_tables(language) if t.path.startswith(f"{language}/"))
    terms = (
        row.cells[column]
        for table in own
        if table.path.rsplit("/", 1)[-1] not in _NAMING
        for column in ("term", "word")
        if column in table.columns
        for row in table.rows
    )
    return frozenset(normal_word(word, language) for term in terms for word in words_of(term))


def _at_places(parsed: Parsed, head: str) -> frozenset[str]:
    """What a general word means at the places that the sentence names; at any if it names none."""
    table = places()
    here = (table.resolve(head, place.entry.meaning) for place in parsed.places)
    found = {kind for kind in (*here, table.default(head)) if kind}
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
