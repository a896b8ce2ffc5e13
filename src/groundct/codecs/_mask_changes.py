"""Where the labels of a mask (findings, i, j, k) change, told while its voxels stream by.

The findings' labels at one voxel stand side by side in the file: a finding goes on ``count`` places
later.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from groundct.codecs._zero_stretches import Zeros

_SOME: Final = 1 << 13
Changes = tuple[NDArray[np.int64], NDArray[np.uint8]]
"""Places in the file's order where a label differs from that at the voxel before; those labels."""


def changes(pieces: Iterator[NDArray[np.uint8] | Zeros], count: int) -> Iterator[Changes]:
    """The changes of ``count`` findings, piece by piece; before the first voxel all are 0."""
    last = np.zeros(count, dtype=np.uint8)
    start = 0
    look = _Look()
    for piece in pieces:
        if isinstance(piece, Zeros):
            if last.any():
                at = np.flatnonzero(last[: piece.count])
                yield at + start, np.zeros(len(at), dtype=np.uint8)
            length = piece.count
            piece = np.zeros(min(length, count), dtype=np.uint8)
        else:
            length = len(piece)
            # The first voxels mostly tell it.
            if piece[:_SOME].any() or last.any() or piece.max(initial=0):
                at = look.changed(last, piece)
                yield at + start, piece[at]
        last = piece[-count:] if len(piece) >= count else np.append(last[len(piece) :], piece)
        start += length


class _Look:
    """Compares labels with those before, in memory that is taken once."""

    def __init__(self) -> None:
        self._reserve(0)

    def changed(self, last: NDArray[np.uint8], labels: NDArray[np.uint8]) -> NDArray[np.intp]:
        """Where labels differ from those before; ``last`` are the last ones known."""
        size, head = len(labels), min(len(last), len(labels))
        words = -(-size // 8)
        if words > len(self.words):
            self._reserve(words)
        np.not_equal(labels[:head], last[:head], out=self.differs[:head])
        np.not_equal(labels[head:], labels[: size - head], out=self.differs[head:size])
        self.differs[size : 8 * words] = False
        # Eight are looked at at once: most differ in nothing.
        np.not_equal(self.words[:words], 0, out=self.some[:words])
        word = self.some[:words].nonzero()[0]
        inside = self.words[word].view(np.bool_).nonzero()[0]
        return np.asarray((word[inside >> 3] << 3) + (inside & 7))

    def _reserve(self, words: int) -> None:
        self.words = np.empty(words, dtype=np.uint64)
        self.differs = self.words.view(np.bool_)
        self.some = np.empty(words, dtype=np.bool_)
