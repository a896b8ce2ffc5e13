"""Texts that are made to be slow to read: each is a way to write n characters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.resources import files

import numpy as np

from groundct.vocabulary.lexicon import expand, lexicon

Write = Callable[[np.random.Generator, int], str]

SIGNS = {
    "commas": ",", "periods": ".", "question marks": "?", "brackets": "(", "closing brackets": ")",
    "quotes": '"', "hyphens": "-", "spaces": " ", "lines": "\n", "empty lines": "\n\n",
    "bullets": "• ", "colons": ":", "slashes": "/", "digits": "9", "digits and points": "1.",
    "letters": "a", "capitals": "A", "full stops and digits": "1. ", "sizes in a row": "5 x ",
    "sizes": "5x6x7 mm ", "ranges": "1-2-", "years": "01.02.2024 ", "no": "no ", "and": "and ",
    "nodules without spaces": "nodule", "nodules and brackets": "(nodule ", "labels": "Lungs: ",
    "headings": "Findings:\n", "capital headings": "IMPRESSION\n", "tags": "<p>",
    "open tags": "<b ", "angles": "<", "tags without an end": "<p =", "open values": "<b x=",
    "closing tags": "</p>", "open names": "&a",
    "entities": "&#305;", "open entities": "&", "comments": "<!--",
    "scripts": "<script>", "accents": "e\u0301", "accents alone": "\u0301", "invisible": "\u200b",
    "overrides": "\u202e", "right to left": "א", "emoji": "😀", "nul": "\0", "small i": "İ",
    "ligatures": "ﬁ", "negations in a row": "no no nodule but ",
    "lists": "nodule, mass, or effusion and ",
    "questions": "nodule? ", "T4": "T4.vertebra ", "left right": "left right ",
}  # fmt: skip
"""One piece, again and again."""

_SENTENCES = (
    "A {n} mm nodule in the right upper lobe. ",
    "Nodule no. {n} is {n} mm; no effusion. ",
    "No {w} was observed in segment {n}. ",
    "In this localization there are {n} nodules, the largest {n}x{n} mm. ",
)


def adversaries() -> dict[str, Write]:
    """Every adversary by its name: signs, words of each lexicon, sentences that all differ."""
    found: dict[str, Write] = {name: _again(piece) for name, piece in SIGNS.items()}
    for name, phrases in sorted(phrases_by_lexicon().items()):
        found[f"words of {name}"] = _words(phrases, " ")
    mixed = tuple(phrase for phrases in phrases_by_lexicon().values() for phrase in phrases)
    found["all words"] = _words(mixed, " ")
    found["all words with commas"] = _words(mixed, ", ")
    found["all words without spaces"] = _words(mixed, "")
    found["all words as sentences"] = _words(mixed, ". ")
    found["misspelt words"] = _misspelt(mixed)
    found["letters at random"] = _random
    for n, sentence in enumerate(_SENTENCES):
        found[f"sentences that differ {n + 1}"] = _sentences(sentence)
    found["rich text"] = lambda rng, length: "{\\rtf1 " + "{\\b x}\\'e9" * (length // 10) + "}"
    return found


@lru_cache(maxsize=1)
def phrases_by_lexicon() -> dict[str, tuple[str, ...]]:
    """The phrases of each lexicon of English."""
    found: dict[str, tuple[str, ...]] = {}
    for item in sorted(files("groundct.vocabulary").joinpath("en").iterdir(), key=str):
        heading = item.read_text(encoding="utf-8").partition("\n")[0].split("\t")
        if len(heading) == 3 and heading[:2] == ["id", "term"]:
            name = item.name.removesuffix(".tsv")
            entries = lexicon("en", name, heading[2]).entries
            phrases = {" ".join(words) for entry in entries for words in expand(entry.term)}
            found[name] = tuple(sorted(phrases))
    return found


def _again(piece: str) -> Write:
    return lambda rng, length: piece * (length // len(piece))


def _words(phrases: tuple[str, ...], joint: str) -> Write:
    def write(rng: np.random.Generator, length: int) -> str:
        return _filled(length, (phrases[int(n)] + joint for n in _numbers(rng, len(phrases))))

    return write


def _misspelt(phrases: tuple[str, ...]) -> Write:
    words = sorted({word for phrase in phrases for word in phrase.split() if len(word) > 6})

    def pieces(rng: np.random.Generator) -> Iterator[str]:
        for n in _numbers(rng, len(words)):
            word = words[int(n)]
            at = int(rng.integers(3, len(word)))
            yield f"{word[:at]}{chr(97 + int(rng.integers(26)))}{word[at + 1 :]} "

    return lambda rng, length: _filled(length, pieces(rng))


def _random(rng: np.random.Generator, length: int) -> str:
    return "".join(chr(97 + int(n)) for n in rng.integers(0, 26, length))


def _sentences(sentence: str) -> Write:
    words = tuple(word for phrases in phrases_by_lexicon().values() for word in phrases)

    def pieces(rng: np.random.Generator) -> Iterator[str]:
        for n in _numbers(rng, 10**6):
            yield sentence.format(n=int(n), w=words[int(n) % len(words)])

    return lambda rng, length: _filled(length, pieces(rng))


def _numbers(rng: np.random.Generator, below: int) -> Iterator[np.int64]:
    while True:
        yield from rng.integers(0, below, 256)


def _filled(length: int, pieces: Iterator[str]) -> str:
    out: list[str] = []
    total = 0
    for piece in pieces:
        out.append(piece)
        total += len(piece)
        if total >= length:
            break
    return "".join(out)[:length]
