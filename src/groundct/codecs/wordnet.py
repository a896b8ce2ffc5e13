"""Synonyms from WordNet's own dictionary files, such as Debian's package ``wordnet-base``.

Files: ``index.*``, ``data.*`` and ``*.exc`` of WordNet 3.0 (Princeton; format in its ``wndb``
manual). A word's base forms are found by WordNet's rules of detachment (its ``morphy`` manual).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from groundct.core.issues import SourceError

USUAL_FOLDER: Final = Path("/usr/share/wordnet")
_PARTS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "noun": (
        ("s", ""), ("ses", "s"), ("ves", "f"), ("xes", "x"), ("zes", "z"), ("ches", "ch"),
        ("shes", "sh"), ("men", "man"), ("ies", "y"),
    ),
    "verb": (
        ("s", ""), ("ies", "y"), ("es", "e"), ("es", ""), ("ed", "e"), ("ed", ""), ("ing", "e"),
        ("ing", ""),
    ),
    "adj": (("er", ""), ("est", ""), ("er", "e"), ("est", "e")),
    "adv": (),
}  # fmt: skip


@dataclass(frozen=True)
class WordNet:
    """WordNet's files in a folder; they are read when first used."""

    folder: Path

    def synonyms(self, word: str) -> frozenset[str]:
        """The single words that share a meaning with a word, as they are written in WordNet."""
        found: set[str] = set()
        for part in _PARTS:
            for form in self._base_forms(word.lower(), part):
                for offset in self._index[part][form]:
                    found.update(self._words(part, offset))
        return frozenset(name for name in found if "_" not in name)

    @cached_property
    def _index(self) -> dict[str, dict[str, tuple[int, ...]]]:
        """By part of speech: the places of each lemma's meanings in the data file."""
        out: dict[str, dict[str, tuple[int, ...]]] = {}
        for part in _PARTS:
            lemmas: dict[str, tuple[int, ...]] = {}
            for line in self._text(f"index.{part}").splitlines():
                if not line.startswith(" "):
                    cells = line.split()
                    lemmas[cells[0]] = tuple(int(cell) for cell in cells[-int(cells[2]) :])
            out[part] = lemmas
        return out

    @cached_property
    def _exceptions(self) -> dict[str, dict[str, list[str]]]:
        return {
            part: {
                cells[0]: cells[1:]
                for cells in (line.split() for line in self._text(f"{part}.exc").splitlines())
                if cells
            }
            for part in _PARTS
        }

    @cached_property
    def _data(self) -> dict[str, str]:
        return {part: self._text(f"data.{part}") for part in _PARTS}

    def _words(self, part: str, offset: int) -> list[str]:
        """The words of the meaning that stands at an offset of a data file."""
        data = self._data[part]
        cells = data[offset : data.index("|", offset)].split()
        count = int(cells[3], 16)
        return [cells[4 + 2 * n].partition("(")[0] for n in range(count)]

    def _base_forms(self, word: str, part: str) -> list[str]:
        """The base forms of a word that WordNet lists, by exceptions, else by detachment."""
        known = self._index[part]
        if word in self._exceptions[part]:
            return _listed([word, *self._exceptions[part][word]], known)
        forms = _detached([word], part)
        found = _listed([word, *forms], known)
        while forms and not found:
            forms = _detached(forms, part)
            found = _listed(forms, known)
        return found

    def _text(self, name: str) -> str:
        path = self.folder / name
        try:
            return path.read_bytes().decode("latin-1")
        except OSError as error:
            raise SourceError.of(
                "no-wordnet",
                path,
                f"WordNet's file cannot be read: {error.strerror}.",
                "Install WordNet 3.0 (Debian: apt-get install wordnet-base) or name its folder.",
            ) from error


def _detached(forms: list[str], part: str) -> list[str]:
    return [
        form[: len(form) - len(old)] + new
        for form in forms
        for old, new in _PARTS[part]
        if form.endswith(old)
    ]


def _listed(forms: list[str], known: Mapping[str, tuple[int, ...]]) -> list[str]:
    return [form for form in dict.fromkeys(forms) if form in known]
