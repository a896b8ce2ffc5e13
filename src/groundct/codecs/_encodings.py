"""Which encoding a table is in: what its bytes prove, or what the user says; and what to tell.

UTF-8 and the byte order marks of UTF-16 and UTF-32 are proof. A table that is not UTF-8 is read as
Windows-1254 when every byte beyond ASCII in it is a Turkish letter or a common sign there, and
this is told. Every other table is read as UTF-8, and rows that are not are set aside.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from groundct.core.issues import Issue, TableError

_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NO_TABLES: Final = (
    (b"PK\x03\x04", "an archive or a spreadsheet (.xlsx, .ods)"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet or document (.xls, .doc)"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "gzip"),
    (b"PAR1", "Parquet"),
)
_TURKISH: Final = frozenset("çÇğĞıİöÖşŞüÜâîÎûÛéÉè’‘“”–—…•\xa0«»°±²³´µ·½¼×÷\xad".encode("cp1254"))
_ASCII: Final = bytes(range(128))
_INVALID = re.compile("[\udc80-\udcff]")
_LOOKED_AT = 4096


@dataclass(frozen=True)
class Encoding:
    """How to decode a file: the codec and its way with errors, and what to tell of it.

    ``clean`` says that no cell can hold NUL or a byte that is not in the encoding.
    """

    name: str
    errors: str
    clean: bool
    issue: Issue | None = None


def encoding_of(path: Path, blocks: Iterable[bytes], said: str | None) -> Encoding:
    """The encoding of a file, all of which is looked at; ``said`` is the one that the user names.

    Raises TableError for a file that is no text, and for one that is not in the encoding said.
    """
    stream = iter(blocks)
    head = next(stream, b"")
    if not head:
        raise TableError.of(
            "empty-file", path, "the file has no bytes.", "Copy or download the file again."
        )
    _require_text(path, head, said)
    name = said or next((name for mark, name in _MARKS if head.startswith(mark)), "utf-8")
    strict = not _is_utf_8(path, name)
    decoder = codecs.getincrementaldecoder(name)("strict" if strict else "surrogateescape")
    high: set[int] = set()
    line, nul, invalid = 1, False, False
    block, last = head, False
    while not last:
        following = next(stream, b"")
        last = not following
        try:
            text = decoder.decode(block, last)
        except UnicodeDecodeError as problem:
            raise _not_in(path, line, name, problem) from problem
        line += text.count("\n")
        nul = nul or "\0" in text
        if not strict and not block.isascii():
            high.update(block.translate(None, _ASCII))
            invalid = invalid or _INVALID.search(text) is not None
        block = following
    if invalid and said is None and high <= _TURKISH:
        return Encoding("cp1254", "strict", not nul, _as_turkish(path))
    return Encoding(name, "strict" if strict else "surrogateescape", not (nul or invalid))


def _is_utf_8(path: Path, name: str) -> bool:
    try:
        "".encode(name)  # refuses codecs that are no text encodings, too
    except (LookupError, UnicodeError) as problem:
        raise TableError.of(
            "unknown-encoding",
            path,
            f"{name!r} is no text encoding.",
            "Name one that Python knows, such as utf-8, cp1254 or latin-1.",
        ) from problem
    return codecs.lookup(name).name in ("utf-8", "utf-8-sig")


def _require_text(path: Path, head: bytes, said: str | None) -> None:
    for magic, what in _NO_TABLES:
        if head.startswith(magic):
            raise TableError.of(
                "not-a-table", path, f"the file is {what}.", "Save the table as CSV in UTF-8."
            )
    start = head[:_LOOKED_AT]
    marked = any(head.startswith(mark) for mark, _ in _MARKS)
    if said is None and not marked and start.count(0) * 5 > len(start):
        raise TableError.of(
            "nul-byte",
            path,
            f"{start.count(0)} of the first {len(start)} bytes are NUL, as in UTF-16 without mark.",
            "Say the encoding (utf-16-le is likeliest), or save the table in UTF-8.",
        )


def _not_in(path: Path, line: int, name: str, problem: UnicodeDecodeError) -> TableError:
    line += problem.object[: problem.start].count(b"\n")
    return TableError(
        Issue(
            code="not-in-encoding",
            where=f"{path} line {line}",
            what=f"byte 0x{problem.object[problem.start]:02x} there is not {name}.",
            remedy="Say the right encoding, or save the table in UTF-8.",
        )
    )


def _as_turkish(path: Path) -> Issue:
    return Issue(
        code="encoding-detected",
        where=str(path),
        what="the table is not UTF-8; it is read as Windows-1254, in which every byte of it is "
        "a Turkish letter or a common sign.",
        remedy="Nothing if it is; else say the encoding, or save the table in UTF-8.",
        severity="warning",
    )
