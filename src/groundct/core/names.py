"""Names that are asked for and are not there, told with those that are like them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable

from groundct.core.issues import DataError

_WORD = re.compile(r"[^\W_]+")


class UnknownNameError(DataError, KeyError):
    """A name that is asked for and is not there."""

    __str__ = Exception.__str__  # KeyError's own quotes the message


def written_otherwise(name: str, known: Collection[str]) -> tuple[str, ...]:
    """Known names of the same words, whatever their case, order and signs between them.

    >>> written_otherwise("Lung_Left", ["left lung", "right lung"])
    ('left lung',)
    """
    words = _words(name)
    return tuple(other for other in known if _words(other) == words)


def names_like(name: str, known: Collection[str], most: int = 3) -> tuple[str, ...]:
    """Known names that may be meant: of the same words, else of more words, else spelt alike."""
    if same := written_otherwise(name, known):
        return same[:most]
    words = set(_words(name))
    if words and (holding := [other for other in known if words <= set(_words(other))]):
        return tuple(sorted(holding, key=len)[:most])
    return tuple(difflib.get_close_matches(name, known, most))


def unknown_name(name: str, what: str, known: Collection[str]) -> UnknownNameError:
    """The error of a name that is not among those known; ``what`` says where it was looked for."""
    near = " or ".join(repr(other) for other in names_like(name, known))
    few = first_few(map(repr, known), 10)
    remedy = f"Did you mean {near}?" if near else f"Ask for one of: {few or 'it holds none'}."
    return UnknownNameError.of("unknown-name", repr(name), what, remedy)


def first_few(names: Iterable[object], most: int = 5) -> str:
    """The first names for a message, and "..." where there are more.

    >>> first_few(range(7), 3)
    '0, 1, 2, ...'
    """
    own = list(map(str, names))
    return ", ".join(own if len(own) <= most else [*own[:most], "..."])


def _words(name: str) -> tuple[str, ...]:
    return tuple(sorted(_WORD.findall(name.casefold())))
