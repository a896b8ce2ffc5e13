"""A sentence's words in American radiology English, each with the words that it stands for.

Phrases stand in ``<language>/rewriting.tsv``. In its third column "*" follows a noun that takes the
number of the phrase's last word, "^" one that takes the number of the same noun in the phrase, and
"!" ends one without a plural, so that "are" after it becomes "is" and "a" before it goes; "="
keeps a phrase as it is.
Misspelt words are set right by the table of spellings, and decimal commas become points. Nothing
here may change what is read: `bench/bench_rewriting.py` and the tests read every sentence again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from groundct.core.report import Rewrite, rewritten_part, span_at
from groundct.reports._rules.words.parsed import Parsed
from groundct.reports._rules.words.sizes import sizes_of
from groundct.vocabulary._kept import Kept
from groundct.vocabulary._tables import has_table
from groundct.vocabulary.american import plural_word
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.spelling import known_word
from groundct.vocabulary.words import is_plural, normal_word

_TABLE: Final = "rewriting"
_REWRITE: Final = Rewrite(span=span_at(0, 1), text="", entry="")
DECIMAL: Final = "decimal"
SPELLING: Final = "spelling"
_OF_LAST = "*"
_OF_SAME = "^"
_SINGULAR = "!"
_KEPT = "="
_VERBS: Final = {"are": "is", "were": "was", "have": "has"}
_COMMA = re.compile(r"(?<=\d),(?=\d)")
_ARTICLES = frozenset(("a", "an"))
_VOWELS = frozenset("aeiou")


def rewrites_of(parsed: Parsed) -> tuple[Rewrite, ...]:
    """The rewrites of a sentence in order, none overlapping; none in a language without a table."""
    respelt = _respelt(parsed.language)
    if respelt is None:
        return ()
    words = _spelt(parsed, respelt)
    if "," in parsed.text and "units" in parsed.found:
        words += _decimal(parsed)
    if not (words or parsed.rewriting):
        return ()
    out = [_phrased(parsed, hit) for hit in parsed.rewriting if hit.entry.meaning != _KEPT]
    if words:
        out = sorted(out + words, key=lambda rewrite: rewrite.span.start)
    return tuple([rewrite for rewrite in out if rewrite.text != rewrite.span.of(parsed.text)])


def american_text(text: str, rewrites: tuple[Rewrite, ...]) -> str:
    """A text with the rewrites of it, whose spans count from its start."""
    if not rewrites:
        return text
    return rewritten_part(text, 0, len(text), rewrites)


def _phrased(parsed: Parsed, hit: Hit) -> Rewrite:
    """The rewrite of a phrase of the table."""
    first, last, entry = hit
    marked = _OF_LAST in entry.meaning or _OF_SAME in entry.meaning
    text = _agreeing(parsed, hit) if marked else entry.meaning.removesuffix(_SINGULAR)
    if entry.meaning.endswith(_SINGULAR):
        verb = parsed.surface(last) if last < len(parsed.words) else ""
        if verb in _VERBS:
            text, last = f"{text} {_VERBS[verb]}", last + 1
        first -= bool(first) and parsed.surface(first - 1).lower() in _ARTICLES
    return _rewrite(parsed, (first, last), text, entry.entry_id)


def _agreeing(parsed: Parsed, hit: Hit) -> str:
    """The new words, the marked noun in the number of the word that it stands for."""
    first, last, entry = hit
    mark = _OF_LAST if _OF_LAST in entry.meaning else _OF_SAME
    head, _, tail = entry.meaning.partition(mark)
    before, _, noun = head.rpartition(" ")
    same = [n for n in range(first, last) if parsed.said.words[n] == noun]
    place = same[-1] if mark == _OF_SAME and same else last - 1
    if is_plural(parsed.surface(place), parsed.language):
        noun = plural_word(noun)
    return f"{before} {noun}{tail}".lstrip()


def _spelt(parsed: Parsed, respelt: Mapping[str, str | None]) -> list[Rewrite]:
    """Words that are misspelt and not taken by a phrase, with their right spelling."""
    surfaces = parsed.said.surfaces
    if parsed.text.isupper():  # "RT" may be "Rt" then
        surfaces = [surface.lower() for surface in surfaces]
    if not any(map(respelt.__getitem__, surfaces)):
        return []
    taken = {n for hit in parsed.rewriting for n in range(hit.first, hit.last)}
    return [
        _rewrite(parsed, (number, number + 1), text, SPELLING)
        for number, surface in enumerate(surfaces)
        if (text := respelt[surface]) is not None and number not in taken
    ]


@lru_cache(maxsize=8)
def _respelt(language: str) -> Mapping[str, str | None] | None:
    """`_right_spelling` of any word of a language; None for one without a table of phrases."""
    if not has_table(f"{language}/{_TABLE}.tsv"):
        return None
    return Kept(lambda surface: _right_spelling(surface, language))


def _right_spelling(surface: str, language: str) -> str | None:
    """The right spelling of a misspelt word; None for a word that has it."""
    word = known_word(surface, language)
    if word == normal_word(surface, language) or not word.isalpha():
        return None
    return plural_word(word) if is_plural(surface, language) else word


def _decimal(parsed: Parsed) -> list[Rewrite]:
    """Sizes with a decimal point in place of a comma."""
    out: list[Rewrite] = []
    for size in sizes_of(parsed):
        for number in range(size.first, size.last):
            surface = parsed.surface(number)
            if _COMMA.search(surface):
                span = parsed.span_of(number, number + 1)
                out.append(Rewrite(span=span, text=_COMMA.sub(".", surface), entry=DECIMAL))
    return out


def _rewrite(parsed: Parsed, tokens: tuple[int, int], text: str, entry: str) -> Rewrite:
    """A rewrite that keeps a capital, and takes in an article before it that would not fit."""
    first, last = tokens
    span = parsed.span_of(first, last)
    surfaces = parsed.said.surfaces
    surface = surfaces[first]
    if span.start == 0 or (surface[0].isupper() and not surface.isupper()):
        text = text[0].upper() + text[1:]
    article = surfaces[first - 1] if first else ""
    if article.lower() in _ARTICLES:
        fitting = "an" if text[0].lower() in _VOWELS else "a"
        if fitting != article.lower():
            fitting = fitting.capitalize() if article[0].isupper() else fitting
            start = parsed.said.starts[first - 1]
            span, text = span.changed(start=start), f"{fitting} {text}"
    return _REWRITE.changed(span=span, text=text, entry=entry)
