"""A text made out of another one, with the place that each of its characters came from."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from groundct.core.report import Span


@dataclass(frozen=True)
class PlainText:
    """A text and its pieces: each begins at ``begins[n]`` and came from ``sources[n]``.

    A piece that was copied has as many characters as its source; of any other, every character
    came from the whole source.
    """

    text: str
    begins: tuple[int, ...]
    sources: tuple[tuple[int, int, bool], ...]

    def origin(self, span: Span) -> Span:
        """The characters of the first text that a span of this one was made from."""
        return Span(start=self._at(span.start)[0], end=self._at(span.end - 1)[1])

    def _at(self, place: int) -> tuple[int, int]:
        n = bisect_right(self.begins, place) - 1
        start, end, copied = self.sources[n]
        if not copied:
            return start, end
        start += place - self.begins[n]
        return start, start + 1


@dataclass
class Pieces:
    """Collects the pieces of a PlainText from left to right."""

    raw: str
    _parts: list[str] = field(default_factory=list)
    _begins: list[int] = field(default_factory=list)
    _sources: list[tuple[int, int, bool]] = field(default_factory=list)
    _length: int = 0

    def copy(self, start: int, end: int) -> None:
        """Take characters ``start`` to ``end`` of the first text as they are."""
        if end > start:
            self._add(self.raw[start:end], (start, end, True))

    def put(self, text: str, start: int, end: int) -> None:
        """Take ``text`` for characters ``start`` to ``end`` of the first text."""
        if text:
            self._add(text, (start, end, False))

    def done(self) -> PlainText:
        """The text so far."""
        return PlainText("".join(self._parts), tuple(self._begins), tuple(self._sources))

    def _add(self, text: str, source: tuple[int, int, bool]) -> None:
        self._parts.append(text)
        self._begins.append(self._length)
        self._sources.append(source)
        self._length += len(text)
