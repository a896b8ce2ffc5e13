"""A lexicon's terms for people: which words are alternatives, and which may be left out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from math import prod

_PART = re.compile(r"[()|]|[^()|]+")


@dataclass(frozen=True)
class Choice:
    """Alternatives, each a row of words and further choices; an empty one may be left out."""

    options: tuple[tuple[str | Choice, ...], ...]

    def html(self) -> str:
        """The choice as ``(a / b)``, or as ``[a / b]`` where it may be left out."""
        words = " / ".join(_row_html(option) for option in self.options if option)
        if () in self.options:
            return f'<span class="opt">[{words}]</span>'
        return f'<span class="any">({words})</span>'

    def count(self) -> int:
        """How many phrases it stands for."""
        return sum(_row_count(option) for option in self.options)


def phrase_html(term: str) -> str:
    """A term for people: ``(a / b)`` is one of them, ``[a / b]`` may be left out."""
    return " / ".join(_row_html(option) for option in _choice(_PART.findall(term)[::-1]).options)


def phrase_count(term: str) -> int:
    """How many phrases a term stands for, counting doubles and the empty one."""
    return _choice(_PART.findall(term)[::-1]).count()


def _choice(parts: list[str]) -> Choice:
    """The choice that the parts make, last part first, up to the bracket that closes it."""
    options: list[tuple[str | Choice, ...]] = []
    row: tuple[str | Choice, ...] = ()
    while parts:
        part = parts.pop()
        if part == ")":
            break
        if part == "|":
            options.append(row)
            row = ()
        else:
            row = (*row, _choice(parts) if part == "(" else part)
    return Choice((*options, row))


def _row_html(row: tuple[str | Choice, ...]) -> str:
    return "".join(escape(part) if isinstance(part, str) else part.html() for part in row)


def _row_count(row: tuple[str | Choice, ...]) -> int:
    return prod(1 if isinstance(part, str) else part.count() for part in row)
