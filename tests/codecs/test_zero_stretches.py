"""Zeros that are passed over are there in the end; what cannot be told is said to be unclear."""

import gzip
import struct
import zlib

import deflate
import numpy as np
import pytest
from isal import igzip

from groundct.codecs import _zero_stretches
from groundct.codecs._inflate import deflate_members
from groundct.codecs._zero_stretches import UnclearError, Zeros, sparse_pieces


def sparse(seed, gaps=(300_000, 1_000_000, 70_000, 2_000_000)):
    rng = np.random.default_rng(seed)
    parts = [bytes(352)]
    for gap in gaps:
        parts += [rng.integers(0, 3, 40_000).astype(np.uint8).tobytes(), bytes(gap + seed)]
    return b"".join([*parts, b"\1"])


DATA = sparse(0)
SIZE = len(DATA)
PACKED = {
    **{f"zlib {level}": gzip.compress(DATA, level, mtime=0) for level in (1, 2, 4, 6, 9)},
    **{f"isal {level}": igzip.compress(DATA, level) for level in (1, 2, 3)},
    **{f"libdeflate {level}": deflate.gzip_compress(DATA, level) for level in (2, 6, 12)},
    "ours": b"".join(deflate_members([DATA[:352], DATA[352:1_500_000], DATA[1_500_000:]])),
    "fixed codes": gzip.compress(b"", mtime=0)[:10],
    "a name": b"\x1f\x8b\x08\x08" + bytes(6) + b"m.nii\0" + gzip.compress(DATA, 6, mtime=0)[10:],
}
fixed = zlib.compressobj(6, wbits=-15, strategy=zlib.Z_FIXED)
PACKED["fixed codes"] += fixed.compress(DATA) + fixed.flush()
PACKED["fixed codes"] += struct.pack("<II", zlib.crc32(DATA), len(DATA))


def told(path, stored, size=SIZE):
    """What a file holds, and how much of it was passed over; None where it is unclear."""
    path.write_bytes(stored)
    out, passed = [], 0
    try:
        for piece in sparse_pieces(path, size):
            if isinstance(piece, Zeros):
                passed += piece.count
            out.append(bytes(piece.count) if isinstance(piece, Zeros) else piece)
    except UnclearError:
        return None, 0
    return b"".join(out), passed


@pytest.mark.parametrize("name", PACKED)
def test_all_bytes_are_there(tmp_path, name):
    out, passed = told(tmp_path / "m.gz", PACKED[name])
    assert out == DATA
    assert passed > 1_000_000


@pytest.mark.parametrize("most", [33_000, 100_000])
@pytest.mark.parametrize("seed", range(1, 5))
def test_wherever_zeros_begin_and_pieces_end(tmp_path, monkeypatch, seed, most):
    monkeypatch.setattr(_zero_stretches, "_MOST", most)
    data = sparse(seed, (90_000 * seed, 400_000))
    for level in (1, 6):
        out, passed = told(tmp_path / "m.gz", gzip.compress(data, level), len(data))
        assert out == data
        assert passed > 100_000


@pytest.mark.parametrize("name", ["zlib 1", "zlib 6", "ours"])
def test_a_changed_byte_changes_nothing_unseen(tmp_path, name):
    rng = np.random.default_rng(7)
    stored = PACKED[name]
    for at in [*range(3, 24), *rng.integers(0, len(stored), 20).tolist(), *range(-12, 0)]:
        changed = bytearray(stored)
        changed[at] ^= 1 << int(rng.integers(8))
        out, _ = told(tmp_path / "m.gz", bytes(changed))
        assert out in (None, DATA)


BROKEN = {
    "zeros behind": PACKED["zlib 6"] + bytes(3),
    "text behind": PACKED["zlib 6"] + b"text",
    "a second member": PACKED["zlib 6"] + gzip.compress(b"more"),
    "cut in its end": PACKED["zlib 6"][:-3],
    "members cut": PACKED["ours"][:-900],
    "many zeros behind": PACKED["ours"] + bytes(512),
    "a flag of no meaning": PACKED["zlib 6"][:3] + b"\x40" + PACKED["zlib 6"][4:],
    "one byte more": gzip.compress(DATA + b"\0"),
    "one byte less": gzip.compress(DATA[:-1]),
    "another file": gzip.compress(bytes(1000)),
    "no gzip": b"no gzip at all",
    "nothing": b"",
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_unclear(tmp_path, name):
    assert told(tmp_path / "m.gz", BROKEN[name]) == (None, 0)


def copies(length_code, extra, extra_bits, length, count):
    """A member of one fixed block: ``count`` copies of so many zeros after the first one."""
    bits = [1, 1, 0, *code(0x30, 8)]
    one = [*code(length_code, 7 if length_code < 24 else 8)]
    one += [extra >> n & 1 for n in range(extra_bits)] + [0] * 5
    bits += one * count + [0] * 7
    packed = np.packbits(np.array(bits, dtype=np.uint8), bitorder="little").tobytes()
    zeros = bytes(1 + length * count)
    head = gzip.compress(b"", mtime=0)[:10]
    return head + packed + struct.pack("<II", zlib.crc32(zeros), len(zeros)), zeros


def code(value, width):
    return [value >> n & 1 for n in reversed(range(width))]


@pytest.mark.parametrize(
    ("length_code", "extra", "extra_bits", "length"),
    [(0xC5, 0, 0, 258), (0xC4, 30, 5, 257), (0xC4, 0, 5, 227), (0x15, 0, 4, 67), (0x01, 0, 0, 3)],
)
def test_shorter_copies_are_not_taken_for_the_longest(
    tmp_path, length_code, extra, extra_bits, length
):
    stored, zeros = copies(length_code, extra, extra_bits, length, 20_000)
    assert gzip.decompress(stored) == zeros
    out, passed = told(tmp_path / "m.gz", stored, len(zeros))
    assert out in (None, zeros)
    assert passed < 40_000 or length == 258


def test_long_files_are_read_in_full(tmp_path, monkeypatch):
    monkeypatch.setattr(_zero_stretches, "MOST_BYTES", 1000)
    assert told(tmp_path / "m.gz", PACKED["zlib 6"]) == (None, 0)
