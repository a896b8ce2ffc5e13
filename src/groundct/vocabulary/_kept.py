"""Answers of a function of one word, kept: the quickest way to ask for those of many words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

V = TypeVar("V")
_MOST: Final = 1 << 17


class Kept(dict[str, V]):
    """What a pure function says of words, as far as it was asked for; emptied when full."""

    def __init__(self, answer: Callable[[str], V]) -> None:
        """Keep the answers of a function."""
        super().__init__()
        self._answer = answer

    def __missing__(self, word: str) -> V:
        """Ask for a word that is new."""
        if len(self) >= _MOST:
            self.clear()
        found = self[word] = self._answer(word)
        return found
