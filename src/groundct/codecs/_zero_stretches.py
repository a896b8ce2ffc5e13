"""gzip files whose long stretches of zeros are passed over, not unpacked.

Zeros are packed as one pair of codes, said again and again: the compressed bytes repeat with a
short period. Of such a stretch a little is inflated. When that is zeros, one pair of codes stands
for 258 of them, deflate's longest copy, and what follows in the stretch is known without unpacking
it. Length and checksum of the whole are verified, with what was passed over in them; a file that
is not as was guessed is `UnclearError`, and to be inflated in full.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from math import gcd, lcm
from pathlib import Path
from typing import Final, cast

import numpy as np
from isal import igzip_lib, isal_zlib
from numpy.typing import NDArray

from groundct.codecs._inflate import member_start

MOST_BYTES: Final = 1 << 25
"""Longer files are inflated in full: what is dense has no stretches, and they are in memory."""
_MOST = 1 << 20
"""Bytes that are made at once: what a processor's cache holds when they are looked at."""
_COPY = 258
_HISTORY = 1 << 15
"""deflate copies from this many bytes before, which must be zeros where some are passed over."""
_DENSEST = 1032
_RATIO = 32
"""Bytes that one of a stretch stands for, at least; more than that is expected."""
_LEAST = 192
"""Bytes of a stretch that is worth the trouble."""
_PROBE = 33
_SAMPLES, _SAMPLE, _LONGEST_PERIOD = 512, 32, 64
_EQUAL = np.uint64(0x0101010101010101)
_BLOCK = 1 << 17
_IsalError = cast("type[Exception]", igzip_lib.error)
_Stretch = tuple[int, int, int]
"""From where, up to where (exclusive), and after how many of them compressed bytes repeat."""


class UnclearError(Exception):
    """Nothing is said of the file: inflate it in full."""


@dataclass(frozen=True)
class Zeros:
    """So many zeros in a row."""

    count: int


def sparse_pieces(path: Path, size: int) -> Iterator[bytes | Zeros]:
    """What a gzip file holds, in order, verified once exhausted.

    Raises UnclearError when it cannot be told so: there are no stretches, the file is broken, it
    does not hold ``size`` bytes. What came till then may be wrong. Raises OSError.
    """
    if path.stat().st_size > MOST_BYTES:
        raise UnclearError
    data = path.read_bytes()
    stretches = _stretches(data)
    if not stretches:
        raise UnclearError
    try:
        yield from _Members(data, size).pieces(stretches)
    except _IsalError as problem:
        raise UnclearError from problem


class _Members:
    """The members of a file, inflated from ``at`` on as far as is asked for."""

    def __init__(self, data: bytes, size: int) -> None:
        self.data = data
        self.left = size
        self.at = 0
        self.probe: dict[int, int] = {}
        self.checksum = self.length = 0
        self.inflater: igzip_lib.IgzipDecompressor | None = None

    def pieces(self, stretches: list[_Stretch]) -> Iterator[bytes | Zeros]:
        for start, stop, period in stretches:
            # The byte before a stretch may still hold bits of other codes, and so may its first.
            start = max(self.at, start + 1)
            if stop - start >= max(_LEAST, 4 * self._width(period)):
                yield from self.to(start)
                yield from self._past(stop, period)
        yield from self.to(len(self.data))
        if self.inflater is not None or self.left:
            raise UnclearError

    def to(self, stop: int) -> Iterator[bytes]:
        """What compressed bytes up to ``stop`` hold."""
        while self.at < stop:
            if self.inflater is None:
                self._begin()
                continue
            yield from self._inflated(stop)

    def _width(self, period: int) -> int:
        """Bytes of a stretch that have to be inflated for as many zeros as copies look back."""
        return self.probe.get(period, -(-_PROBE // period) * period)

    def _past(self, stop: int, period: int) -> Iterator[bytes | Zeros]:
        width = self._width(period)
        while self.at + 3 * width < stop:
            out = b"".join(self.to(self.at + width))
            if self.inflater is None or out != _zeros(len(out)) or len(out) < _RATIO * width:
                yield out
                return
            enough = -(-width * (_HISTORY + 2 * _COPY) // len(out) // period) * period
            if len(out) >= _HISTORY:
                self.probe[period] = enough
                yield Zeros(len(out) + self._passed(stop, period, 8 * width, len(out)))
                return
            yield Zeros(len(out))
            width = enough

    def _passed(self, stop: int, period: int, bits: int, zeros: int) -> int:
        """How many zeros were passed over on the way to ``stop``, where ``bits`` gave ``zeros``."""
        copies, rest = divmod(zeros, _COPY)
        each = round(bits / copies)  # bits of a copy
        # At the probe's ends a copy may be cut.
        if rest or not each or abs(bits - copies * each) > each:
            return 0
        whole = lcm(period, each // gcd(each, 8))
        passed = (stop - self.at) // whole * whole
        count = passed * 8 // each * _COPY
        self.at += passed
        self.checksum = isal_zlib.crc32_combine(self.checksum, _checksum_of_zeros(count), count)
        self._count(count)
        return count

    def _inflated(self, stop: int) -> Iterator[bytes]:
        assert self.inflater is not None
        start, self.at = self.at, stop
        most = min(_MOST, _DENSEST * (stop - start) + _HISTORY)
        fed = memoryview(self.data)[start:stop]
        while True:
            out = self.inflater.decompress(fed, most)
            if out:
                self.checksum = isal_zlib.crc32(out, self.checksum)
                self._count(len(out))
                yield out
            if self.inflater.eof:
                self._end(stop - len(self.inflater.unused_data))
                return
            if self.inflater.needs_input and len(out) < most:
                return
            fed = memoryview(b"")

    def _count(self, more: int) -> None:
        self.length += more
        self.left -= more
        if self.left < 0:
            raise UnclearError

    def _begin(self) -> None:
        """At ``at`` a member starts."""
        start = member_start(self.data[self.at : self.at + _HISTORY])
        if start is None:
            raise UnclearError
        self.at += start
        self.checksum = self.length = 0
        self.inflater = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_DEFLATE)

    def _end(self, at: int) -> None:
        """At ``at`` a member's codes have ended."""
        told = self.checksum.to_bytes(4, "little")
        told += (self.length & 0xFFFFFFFF).to_bytes(4, "little")
        if self.data[at : at + 8] != told:
            raise UnclearError
        self.at = at + 8
        self.inflater = None


@lru_cache(maxsize=16)
def _zeros(count: int) -> bytes:
    return bytes(count)


@lru_cache(maxsize=4096)
def _checksum_of_zeros(count: int) -> int:
    if count <= _HISTORY:
        return isal_zlib.crc32(bytes(count))
    half = _checksum_of_zeros(count // 2)
    both = isal_zlib.crc32_combine(half, half, count // 2)
    return isal_zlib.crc32(b"\0", both) if count % 2 else both


def _stretches(data: bytes) -> list[_Stretch]:
    """Where compressed bytes repeat, in order; none lies within another."""
    found = [stretch for period in _periods(data) for stretch in _repeating(data, period)]
    kept: list[_Stretch] = []
    for stretch in sorted(found):
        if not kept or stretch[1] > kept[-1][1]:
            kept.append(stretch)
    return kept


def _periods(data: bytes) -> list[int]:
    """After how many bytes stretches repeat, told from samples; the usual ones."""
    seen = Counter[int]()
    for at in range(0, len(data), max(1, len(data) // _SAMPLES)):
        sample = data[at : at + _SAMPLE]
        again = data.find(sample, at + 1, at + _SAMPLE + _LONGEST_PERIOD)
        seen[again - at] += again > at
    return [period for period, times in seen.most_common(3) if times > 2]


def _repeating(data: bytes, period: int) -> Iterator[_Stretch]:
    codes = np.frombuffer(data, np.uint8)
    equal = np.empty(_BLOCK, dtype=np.bool_)
    full = np.zeros((len(codes) - period) // 8 + 2, dtype=np.bool_)  # of eight bytes each
    for at in range(0, len(full) - 2, _BLOCK // 8):
        width = min(_BLOCK // 8, len(full) - 2 - at)
        start, stop = 8 * at, 8 * (at + width)
        np.equal(codes[start:stop], codes[start + period : stop + period], out=equal[: 8 * width])
        words = equal[: 8 * width].view(np.uint64)
        np.equal(words, _EQUAL, out=full[at + 1 : at + width + 1])
    edges = np.flatnonzero(full[1:] != full[:-1]).reshape(-1, 2) * 8
    first, last = edges[edges[:, 1] - edges[:, 0] + period >= _LEAST].T
    first -= _goes_on(codes, first, -1 - np.arange(8), period)
    last += _goes_on(codes, last, np.arange(8), period) + period
    return zip(first.tolist(), last.tolist(), repeat(period), strict=False)


def _goes_on(
    codes: NDArray[np.uint8], at: NDArray[np.int64], steps: NDArray[np.int64], period: int
) -> NDArray[np.int64]:
    """How many of the ``steps`` from ``at`` on are to bytes that repeat too."""
    place = at[:, None] + steps
    inside = (place >= 0) & (place < len(codes) - period)
    place = np.where(inside, place, 0)
    equal = inside & (codes[place] == codes[place + period])
    return np.asarray(np.logical_and.accumulate(equal, axis=1).sum(axis=1))
