"""Both ways of streaming gzip give the same bytes and refuse the same files."""

import gzip
import struct
import zlib

import numpy as np
import pytest

from groundct.codecs import _inflate
from groundct.codecs._inflate import deflate_members, inflate_pieces
from groundct.core.issues import DataError

DATA = np.random.default_rng(0).integers(0, 4, 70_000).astype(np.uint8).tobytes() + bytes(50_000)


def member(data: bytes, flags: int = 0) -> bytes:
    body = zlib.compress(data, wbits=-15)
    return struct.pack("<3sB6x", b"\x1f\x8b\x08", flags) + body + trailer(data)


def trailer(data: bytes) -> bytes:
    return struct.pack("<II", zlib.crc32(data), len(data))


ONE = gzip.compress(DATA)
OURS = b"".join(deflate_members([DATA[:352], DATA[352:60_000], DATA[60_000:]]))
HEAD = len(b"".join(deflate_members([DATA[:352]])))
FILES = {
    "one member": (ONE, None),
    "several of ours": (OURS, None),
    "several of others": (member(DATA[:9]) + member(DATA[9:]), None),
    "an empty member": (member(b"") + ONE, None),
    "zeros after it": (ONE + bytes(3), "trailing-garbage"),
    "zeros after ours": (OURS + bytes(512), "trailing-garbage"),
    "zeros between": (OURS[:HEAD] + bytes(2) + OURS[HEAD:], "trailing-garbage"),
    "text after it": (ONE + b"text", "trailing-garbage"),
    "cut": (ONE[:-900], "truncated-gzip"),
    "cut in the trailer": (OURS[:-3], "truncated-gzip"),
    "another checksum": (ONE[:-8] + b"\0\0\0\0" + ONE[-4:], "gzip-checksum"),
    "another length": (ONE[:-4] + b"\x01\0\0\0", "gzip-checksum"),
    "a bit of the voxels": (ONE[:500] + bytes([ONE[500] ^ 8]) + ONE[501:], None),
    "reserved flags": (member(DATA, 0x40), "broken-gzip"),
    "one byte more": (gzip.compress(DATA + b"\0"), "longer-than-header"),
    "one byte less": (gzip.compress(DATA[:-1]), "shorter-than-header"),
    "a member more": (ONE + member(b"x"), "longer-than-header"),
}


def outcome(path):
    try:
        return b"".join(inflate_pieces(path, len(DATA)))
    except DataError as problem:
        return problem.issues[0].code


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("most", [1000, 1 << 19])
def test_both_ways_agree(tmp_path, monkeypatch, name, most):
    stored, code = FILES[name]
    monkeypatch.setattr(_inflate, "_MOST", most)
    path = tmp_path / "m.gz"
    path.write_bytes(stored)
    fast = outcome(path)
    monkeypatch.setattr(_inflate, "_is_framed", lambda *_: False)
    assert fast == outcome(path)
    if name == "a bit of the voxels":
        assert fast in ("gzip-checksum", "broken-gzip")
    else:
        assert fast == (code or DATA)


@pytest.mark.parametrize("name", ["one member", "several of ours"])
def test_usual_files_take_the_short_way(tmp_path, monkeypatch, name):
    path = tmp_path / "m.gz"
    path.write_bytes(FILES[name][0])
    monkeypatch.setattr(_inflate, "_pieces", None)
    assert outcome(path) == DATA
