"""gzip, both ways: inflated to its very end with every checksum verified, written reproducibly.

libdeflate inflates a file of one member in one shot, never further than the length that the
header declares. Whatever it does not accept, and whatever is streamed, goes through ISA-L piece by
piece, which reads files of several members; what that refuses goes through zlib, which tells
exactly what is wrong.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from gzip import BadGzipFile
from mmap import ACCESS_READ, mmap
from pathlib import Path
from types import ModuleType
from typing import BinaryIO, cast

import deflate
from isal import igzip, isal_zlib

from groundct.codecs._files import unreadable
from groundct.core.issues import DataError, VolumeError

MAGIC = b"\x1f\x8b"
_PIECE = 1 << 18
_MOST = 1 << 19
"""Bytes of output that are made at once: what a processor's cache holds when they are looked at."""
_DENSEST = 1032
"""deflate makes at most this many bytes of one."""
_LEVEL = 6
_IsalError = cast("type[Exception]", isal_zlib.error)
_MEMBER_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"


def inflate_start(data: bytes, size: int) -> bytes:
    """Up to ``size`` bytes of the start; fewer when the stream is broken before that."""
    start = b""
    try:
        while data and len(start) < size:
            member = zlib.decompressobj(31)
            start += member.decompress(data, size - len(start))
            data = member.unused_data
    except zlib.error:
        return start
    return start


def inflate(path: Path, data: bytes, size: int) -> bytes | bytearray:
    """All of a gzip file, which must hold exactly ``size`` bytes.

    Raises VolumeError; memory is taken only when ``data`` is long enough to hold that much.
    """
    if size > _DENSEST * len(data):
        raise _too_short(path, size, None)
    out = _one_shot(data, size)
    if out is not None:
        return out
    whole = bytearray(size)
    at = 0
    try:
        for piece in _pieces(path, iter((data,)), size, isal_zlib):
            whole[at : at + len(piece)] = piece
            at += len(piece)
    except _IsalError as problem:
        raise _diagnosis(path, iter((data,)), size) from problem
    return whole


def inflate_pieces(path: Path, size: int | None) -> Iterator[bytes]:
    """The bytes of a gzip file, piece by piece, checked as in ``inflate`` once exhausted.

    Without ``size`` any length is right.
    """
    try:
        with path.open("rb") as stream:
            try:
                if size is not None and _is_framed(stream, size):
                    yield from _framed_pieces(path, stream, size)
                else:
                    yield from _pieces(path, _blocks(stream), size, isal_zlib)
            except (_IsalError, BadGzipFile, EOFError) as problem:
                stream.seek(0)
                raise _diagnosis(path, _blocks(stream), size) from problem
    except OSError as problem:
        raise unreadable(path, VolumeError, problem) from problem


def deflate_members(chunks: Iterable[bytes | bytearray]) -> Iterator[bytes]:
    """Each chunk as one gzip member without name or time: equal chunks give equal bytes."""
    for chunk in chunks:
        yield _MEMBER_HEAD
        yield bytes(deflate.deflate_compress(chunk, _LEVEL))
        yield struct.pack("<II", deflate.crc32(chunk), len(chunk) & 0xFFFFFFFF)


def _one_shot(data: bytes, size: int) -> bytearray | None:
    start = member_start(data)
    trailer = data[-8:]
    if start is None or len(data) < start + 8:
        return None
    checksum, length = struct.unpack("<II", trailer)
    # The trailer must be the first of its kind, else something may hide between the two.
    if length != size & 0xFFFFFFFF or data.find(trailer, start) != len(data) - 8:
        return None
    try:
        out = deflate.deflate_decompress(memoryview(data)[start:-8], size)
    except deflate.DeflateError:
        return None
    return out if len(out) == size and deflate.crc32(out) == checksum else None


def member_start(data: bytes) -> int | None:
    """Where the first member's deflate stream starts; None where zlib has to look closer."""
    if len(data) < 18 or data[:3] != b"\x1f\x8b\x08" or data[3] & 0b11100010:
        return None
    at = 10
    if data[3] & 4:
        at += 2 + int.from_bytes(data[at : at + 2], "little")
    for flag in (8, 16):
        if data[3] & flag:
            end = data.find(b"\0", at, at + 4096)
            if end < 0:
                return None
            at = end + 1
    return at


def _is_framed(stream: BinaryIO, size: int) -> bool:
    """Whether a file is one plain member, or several as `deflate_members` writes them.

    Nothing lies between them when the lengths that their ends state add up to ``size``.
    """
    with mmap(stream.fileno(), 0, access=ACCESS_READ) as data:
        ends = []
        at = data.find(_MEMBER_HEAD, 1)
        while at > 0:
            ends.append(at)
            at = data.find(_MEMBER_HEAD, at + 1)
        ends.append(len(data))
        lengths = [int.from_bytes(data[end - 4 : end], "little") for end in ends]
        return _is_plain(data[:4]) and 0 not in lengths and (sum(lengths) - size) % (1 << 32) == 0


def _framed_pieces(path: Path, stream: BinaryIO, size: int) -> Iterator[bytes]:
    """``_pieces`` of such a file: each is written once, in a buffer of its final length."""
    members = igzip.IGzipFile(fileobj=stream, mode="rb")  # type: ignore[no-untyped-call]
    produced = 0
    while piece := members.read1(min(size - produced + 1, _MOST)):
        produced += len(piece)
        if produced > size:
            raise _too_long(path, size)
        yield piece
    if produced < size:
        raise _too_short(path, size, produced)


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    while block := stream.read(1 << 22):
        yield block


def _diagnosis(path: Path, blocks: Iterator[bytes], size: int | None) -> DataError:
    """What zlib says of a stream that ISA-L refuses."""
    try:
        for _ in _pieces(path, blocks, size, zlib):
            pass
    except DataError as problem:
        return problem
    return _broken(path, zlib.error("two programs disagree about it"))


def _pieces(
    path: Path, blocks: Iterator[bytes], size: int | None, module: ModuleType
) -> Iterator[bytes]:
    produced = 0
    member = None
    for rest in _cut(blocks):
        full = False
        while rest or (full and member is not None and not member.eof):
            if member is None or member.eof:
                if member is not None and not MAGIC.startswith(rest[:2]) and rest[:2] != MAGIC:
                    raise _garbage(path)
                member = (module if _is_plain(rest) else zlib).decompressobj(31)
            # One byte more than is due, so that an overlong stream shows.
            limit = _MOST if size is None else min(size - produced + 1, _MOST)
            try:
                piece = member.decompress(rest, limit)
            except zlib.error as problem:
                if produced and "header" in str(problem):
                    raise _garbage(path) from problem
                raise _broken(path, problem) from problem
            produced += len(piece)
            if size is not None and produced > size:
                raise _too_long(path, size)
            yield piece
            # zlib may hold back output that did not fit although it took all input.
            full = len(piece) == limit
            rest = member.unused_data if member.eof else member.unconsumed_tail
    if member is None or not member.eof:
        raise VolumeError.of(
            "truncated-gzip",
            path,
            f"the compressed stream stops before its end, after {produced} bytes.",
            "Copy or download the file again.",
        )
    if size is not None and produced < size:
        raise _too_short(path, size, produced)


def _is_plain(start: bytes) -> bool:
    """Whether a member starts with no flags but a name or a comment; zlib checks the others."""
    return start[:3] == b"\x1f\x8b\x08" and len(start) > 3 and not start[3] & 0b11100110


def _cut(blocks: Iterator[bytes]) -> Iterator[bytes]:
    for block in blocks:
        view = memoryview(block)
        for at in range(0, len(view), _PIECE):
            yield bytes(view[at : at + _PIECE])


def _garbage(path: Path) -> DataError:
    return VolumeError.of(
        "trailing-garbage",
        path,
        "bytes that are not gzip follow the compressed stream.",
        "Copy or download the file again; the end may belong to another file.",
    )


def _broken(path: Path, problem: zlib.error) -> DataError:
    checksum = "data check" in str(problem) or "length check" in str(problem)
    code = "gzip-checksum" if checksum else "broken-gzip"
    what = (
        "the voxels do not have the checksum that the file states: some bytes were changed."
        if checksum
        else f"the compressed stream cannot be read: {problem}."
    )
    return VolumeError.of(code, path, what, "Copy or download the file again.")


def _too_long(path: Path, size: int) -> DataError:
    return VolumeError.of(
        "longer-than-header",
        path,
        f"the file holds more than the {size} bytes that its header declares.",
        "Convert or download the volume again.",
    )


def _too_short(path: Path, size: int, found: int | None) -> DataError:
    held = "fewer bytes" if found is None else f"{found} bytes"
    return VolumeError.of(
        "shorter-than-header",
        path,
        f"the file holds {held} where its header declares {size}.",
        "Convert or download the volume again.",
    )
