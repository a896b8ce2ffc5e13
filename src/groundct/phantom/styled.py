"""The sentences of a report in one of two registers, with what varies from report to report."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from groundct.phantom.lines import Line, Placed, anatomy_of, short_site_words, site_words
from groundct.phantom.spec import PLEURAL, ReportStyle
from groundct.phantom.wordings import CAUSES, EXTRAS, REGISTERS, SIZED, Register
from groundct.phantom.words import COUNTS, WORDING, Statement

T = TypeVar("T")

_CHANGED, _GUESSED, _TOLD = 0.25, 0.35, 0.85
"""The share of findings that are compared, explained; of normal structures that are told of."""
_PATCHY = frozenset({"consolidation", "ground_glass"})
_SPELLED = re.compile(
    r"\b(observed|detected|measuring|diameter|examination|evaluation|natural|appearance|"
    r"compared|previous|present|measures|thickest|attention)\b"
)


class Writer:
    """Writes the lines of one report; every choice is the generator's."""

    def __init__(self, style: ReportStyle, generator: np.random.Generator) -> None:
        self._style = style
        self._generator = generator
        self._register: Register = REGISTERS[style.wording]
        self._short = style.wording == "american"

    def technique(self) -> list[Line]:
        """How the scan was made."""
        return [Line(self._spelled(text)) for text in self._register.technique]

    def told(self, index: int, item: Placed) -> Line:
        """The sentence on a finding."""
        spec, words = item.spec, WORDING[item.spec.drawn_type]
        several = spec.count > 1 and words.plural != words.sentence
        phrase = words.many if several else words.one
        if spec.margin == "spiculated" and spec.category == "2d":
            phrase = f"spiculated {phrase}"
        phrase = phrase[0].lower() + phrase[1:]
        template = self._spelled(self._one_of(self._patterns(item, several=several)))
        size = self._size(item.measured_mm) if "{size}" in template else ""
        text = template.removesuffix(".")
        change = guess = None
        if self._chance(_CHANGED):
            clause, change = self._one_of(self._register.changes)
            text += self._spelled(clause)
        cause = CAUSES.get(spec.drawn_type)
        if cause is not None and self._chance(_GUESSED):
            guess = self._spelled(self._one_of(self._register.guesses)).format(cause=cause)
            text += guess
        text = text.format(
            one=phrase,
            site=self._site(spec.site),
            size=size,
            side=spec.site.split()[0],
            count=COUNTS.get(spec.count, str(spec.count)).lower(),
        )
        text, phrase = _capital(f"{text}.", phrase)
        path = anatomy_of(spec)
        return Line(
            text,
            (path.split("/")[0],),
            (path,),
            index,
            phrase,
            size,
            size_mm=_millimetres(size),
            change=change,
            guess=(guess or "").lstrip(", "),
        )

    def brief(self, index: int, item: Placed, told: Line) -> Line:
        """The finding again, in the impression."""
        template = self._spelled(self._one_of(self._register.brief))
        phrase = told.phrase[0].upper() + told.phrase[1:]
        if item.spec.category in PLEURAL:
            text = f"{phrase} on the {item.spec.site.split()[0]}."
        else:
            text = template.format(one=phrase, site=self._site(item.spec.site))
        return Line(text, told.regions, told.anatomy, index, phrase)

    def normal(self, types: set[str]) -> list[Line]:
        """What is in order, without what was placed."""
        out: list[Line] = []
        for choices in self._register.normal:
            statement: Statement = self._one_of(choices)
            if not types & set(statement.unless) and self._chance(_TOLD):
                text = self._spelled(statement.text)
                out.append(
                    Line(text, statement.regions, statement.anatomy, denies=statement.denies)
                )
        return out

    def all_well(self) -> Line:
        """The impression of a chest without findings."""
        return Line(self._one_of(self._register.all_well))

    def _patterns(self, item: Placed, *, several: bool) -> tuple[str, ...]:
        if item.spec.category in PLEURAL:
            return self._register.pleural
        if item.spec.drawn_type in SIZED:
            return self._register.sized_many if several else self._register.sized
        if item.spec.drawn_type in _PATCHY and not several:
            return self._register.patchy
        return self._register.many

    def _site(self, site: str) -> str:
        return short_site_words(site) if self._short else site_words(site)

    def _size(self, size_mm: int) -> str:
        if self._short and size_mm >= 10 and self._chance(0.5):
            return f"{size_mm / 10:.1f} cm"
        return f"{size_mm} mm"

    def _chance(self, share: float) -> bool:
        return float(self._generator.random()) < share

    def _one_of(self, choices: Sequence[T]) -> T:
        return choices[int(self._generator.integers(len(choices)))]

    def _spelled(self, text: str) -> str:
        """Now and then two letters of a word that carries no finding change places."""
        found = list(_SPELLED.finditer(text))
        if not found or not self._chance(self._style.misspelling_rate):
            return text
        word = self._one_of(found)
        at = word.start() + 1 + int(self._generator.integers(len(word[0]) - 3))
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def extra_lines(names: Sequence[str]) -> list[Line]:
    """Calcifications and devices; those that reports do not tell of are left out."""
    out: list[Line] = []
    for name in names:
        if name in EXTRAS:
            text, phrase, kind, code, path = EXTRAS[name]
            stated = ((phrase, kind, code, path),)
            out.append(Line(text, (path.split("/")[0],), (path,), states=stated))
    return out


def _capital(text: str, phrase: str) -> tuple[str, str]:
    """A sentence with its first letter large, its phrase likewise; "a air" becomes "an air"."""
    text = re.sub(r"\b([Aa]) (?=air\b)", r"\1n ", text)
    large = text[0].upper() + text[1:]
    return large, phrase if phrase in large else phrase[0].upper() + phrase[1:]


def _millimetres(size: str) -> float:
    if not size:
        return 0.0
    number, unit = size.split()
    return round(float(number) * (10 if unit == "cm" else 1), 1)
