"""Misspelt words: the lexicons' word that a report means.

Reports are typed fast and translated by machines: "atelectesis", "condolidation". A word that
stands in ``<language>/spelling.tsv`` is what that table says (itself, where it only looks like
another one). Of the others, one that no lexicon knows is read as the one lexicon word that is a
slip or two away by insertion, deletion, substitution or swap of neighbours (optimal string
alignment, Boytsov 2011). Its beginning must be right, since beginnings tell hypo- from hyper- and
intra- from infra-, but for two neighbours that changed places; two equally near words leave it as
it is. In words of six or seven letters only a swap of neighbours is set right. Guesses are words of
findings, places and lung segments: a word that only cues know (negation, uncertainty, time) is
never guessed. Where a language is spelt in two ways, ``<language>/spelt_as.tsv`` has the letters
("haemothorax", "hemothorax"): either spelling of a lexicon word is that word, and so is what sounds
like one word alone, "kardiomegaly", by ``<language>/sounds.tsv``. What is written for
words, "w/o" or "LNs", is those: ``<language>/shorthand.tsv``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from groundct.vocabulary._kept import Kept
from groundct.vocabulary._tables import has_table, read_table
from groundct.vocabulary.lexicon import lexicon, words_of
from groundct.vocabulary.segments import segment_words
from groundct.vocabulary.words import normal_word

_GUESSED: Final = (("findings", "type"), ("anatomy", "key"))
_CUES: Final = (
    *((name, "role") for name in ("negation", "uncertainty", "normality", "temporal", "relation")),
    *((name, "role") for name in ("recommendation", "laterality", "sites")),
    ("modifiers", "modifier"),
    ("measurement", "kind"),
)
_TABLE: Final = "spelling.tsv"
_SPELT_AS: Final = "spelt_as.tsv"
_SOUNDS: Final = "sounds.tsv"
_SHORTHAND: Final = "shorthand.tsv"
APOSTROPHES: Final = "'’ʼ‘`´"
_BEGINNING = 3
_SHORTEST = 8
_SWAPPED = 6
"""Of words this long or longer, but shorter than others, two neighbours may change places."""
_LONGEST = 24
_LONG = 10


@lru_cache(maxsize=1 << 17)
def known_word(word: str, language: str) -> str:
    """The normal form of a word, of its right spelling where the lexicons leave no doubt.

    Languages without a table of spellings take words as they are. Of shorthand it is what that
    stands for, which may be several words; ".5" is "0.5".
    """
    if word[:1] == "." and word[1:].isdecimal():
        return f"0{word}"
    written = shorthand(language)
    short = written.get(word) or written.get(word.lower())
    if short is not None:
        return short
    normal = normal_word(word, language)
    listed = _listed(language)
    if listed is None:
        return normal
    said = listed.get(normal)
    if said is not None:
        return said
    if not _SWAPPED <= len(normal) <= _LONGEST or normal in lexicon_words(language):
        return normal
    meant = _spelt_otherwise(normal, language) or _sounding(normal, language)
    return meant or _nearest(normal, language)


def _spelt_otherwise(word: str, language: str) -> str | None:
    """The lexicon word of which a word is the other spelling, or which it is but for one swap."""
    known = lexicon_words(language)
    for letters, plain in _letters(language, _SPELT_AS):
        other = normal_word(word.replace(letters, plain), language)
        if other != word and other in known:
            return other
    swapped = (word[:n] + word[n + 1] + word[n] + word[n + 2 :] for n in range(1, len(word) - 1))
    meant = {other for other in swapped if other in _guessed(language)}
    return meant.pop() if len(meant) == 1 else None


def _sounding(word: str, language: str) -> str | None:
    """The one lexicon word that sounds like a word: "kardiomegaly", "limphadenopathy"."""
    meant = _sounds(language).get(_sound(word, language), ())
    return meant[0] if len(meant) == 1 else None


def _sound(word: str, language: str) -> str:
    """A word in the letters of its sound."""
    for letters, sound in _letters(language, _SOUNDS):
        word = word.replace(letters, sound)
    return word


@lru_cache(maxsize=8)
def _sounds(language: str) -> dict[str, tuple[str, ...]]:
    """The words that a misspelt one may mean, by their sound."""
    out: dict[str, tuple[str, ...]] = {}
    for word in sorted(_guessed(language)):
        sound = _sound(word, language)
        out[sound] = (*out.get(sound, ()), word)
    return out


@lru_cache(maxsize=8)
def known_words(language: str) -> Mapping[str, str]:
    """`known_word` of any word of a language."""
    return Kept(lambda word: known_word(word, language))


def _nearest(word: str, language: str) -> str:
    """The one lexicon word with the fewest slips between; the word itself where none is."""
    allowed = 2 if len(word) >= _LONG else 1
    short = len(word) < _SHORTEST
    letters = set(word)
    best: dict[int, list[str]] = {}
    for other in _guesses(language).get(word[:_BEGINNING], ()):
        if abs(len(other) - len(word)) > allowed or (short and sorted(other) != sorted(word)):
            continue
        # Two slips near the beginning or at the end may be another prefix or another ending.
        sure = word[_BEGINNING] == other[_BEGINNING] and word[-1] == other[-1]
        most = allowed if sure else 1
        # A slip puts one letter in another's place at most.
        if len(letters.symmetric_difference(other)) > 2 * most:
            continue
        slips = distance(word, other)
        if slips <= most:
            best.setdefault(slips, []).append(other)
    nearest = best[min(best)] if best else []
    return nearest[0] if len(nearest) == 1 else word


def distance(one: str, other: str) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours that turn one into the other."""
    # What both begin or end with needs none.
    same = _alike(one, other)
    one, other = one[same:], other[same:]
    same = _alike(one[::-1], other[::-1])
    one, other = one[: len(one) - same], other[: len(other) - same]
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        last, before, row = before, row, [i]
        for j, wanted in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _alike(one: str, other: str) -> int:
    """How many letters two words begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


@lru_cache(maxsize=8)
def _listed(language: str) -> dict[str, str] | None:
    """The table's words in their normal form; None for a language without one."""
    path = f"{language}/{_TABLE}"
    if not has_table(path):
        return None
    rows = read_table(path, ("word", "means"))
    return {normal_word(r["word"], language): normal_word(r["means"], language) for r in rows}


@lru_cache(maxsize=8)
def shorthand(language: str) -> Mapping[str, str]:
    """What is written for words, and the words in their normal form.

    Small letters stand for capitals too, but where these have a row of their own: "Rt" and "RT".
    An apostrophe stands for each sign that is written for it.
    """
    path = f"{language}/{_SHORTHAND}"
    rows = read_table(path, ("written", "means")) if has_table(path) else ()
    return {
        row["written"].replace("'", sign): " ".join(
            normal_word(word, language) for word in row["means"].split()
        )
        for row in rows
        for sign in (APOSTROPHES if "'" in row["written"] else "'")
    }


@lru_cache(maxsize=16)
def _letters(language: str, table: str) -> tuple[tuple[str, str], ...]:
    """The letters of a table, of another spelling or of a sound, with what they stand for."""
    path = f"{language}/{table}"
    rows = read_table(path, ("letters", "spelt")) if has_table(path) else ()
    return tuple((row["letters"], row["spelt"]) for row in rows)


@lru_cache(maxsize=8)
def _guessed(language: str) -> frozenset[str]:
    """All words that a misspelt one may mean."""
    return frozenset(word for same in _guesses(language).values() for word in same)


@lru_cache(maxsize=8)
def lexicon_words(language: str) -> frozenset[str]:
    """All words that a lexicon knows, in their normal form."""
    cues = {word for name, column in _CUES for word in _of_lexicon(language, name, column)}
    return frozenset(cues) | {word for same in _guesses(language).values() for word in same}


@lru_cache(maxsize=8)
def _guesses(language: str) -> dict[str, tuple[str, ...]]:
    """The words that a misspelt one may mean, by their beginning."""
    words = {w for name, column in _GUESSED for w in _of_lexicon(language, name, column)}
    words |= segment_words(language).words
    out: dict[str, list[str]] = {}
    for word in sorted(words - set(_listed(language) or ())):
        out.setdefault(word[:_BEGINNING], []).append(word)
    return {beginning: tuple(same) for beginning, same in out.items()}


def _of_lexicon(language: str, name: str, column: str) -> set[str]:
    terms = (entry.term for entry in lexicon(language, name, column).entries)
    return {normal_word(word, language) for term in terms for word in words_of(term)}
