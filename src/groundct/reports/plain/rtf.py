r"""Rich Text Format: the text that it shows; in linear time.

Read as its specification 1.9.1 says: groups, control words, ``\'hh`` in the code page of the font
or the document, ``\uN`` with its replacement skipped. What is no text (tables of fonts, colours,
styles, pictures, fields' instructions) is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from groundct.core.issues import DataError, TableError
from groundct.reports.plain.markup import visible
from groundct.reports.plain.origins import Pieces, PlainText

_START = re.compile(r"\s*\{\\rtf\d?(?![A-Za-z])")
_PART = re.compile(
    r"\\([A-Za-z]{1,32})(-?\d{1,10})? ?|\\'([0-9A-Fa-f]{2})|\\([^A-Za-z'])|([{}])"
    r"|([\r\n]+)|([^\\{}\r\n]+)|(.)",
    re.DOTALL,
)
_NOT_TEXT = frozenset(
    re.findall(
        r"\w+",
        "fonttbl colortbl stylesheet info pict object header headerl headerr headerf footer "
        "footerl footerr footerf listtable listoverridetable rsidtbl generator themedata "
        "colorschememapping latentstyles datastore xmlnstbl fldinst revtbl filetbl bkmkstart "
        "bkmkend annotation",
    )
)
_SHOWN: Final = {
    "par": "\n\n", "sect": "\n\n", "page": "\n\n", "row": "\n\n", "line": "\n", "tab": "\t",
    "cell": "\t", "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’",
    "ldblquote": "“", "rdblquote": "”",
}  # fmt: skip
_SIGNS: Final = {"~": "\xa0", "_": "-", "{": "{", "}": "}", "\\": "\\", "\n": "\n\n", "\r": "\n\n"}
_CODE_PAGES: Final = {
    0: 1252, 128: 932, 161: 1253, 162: 1254, 163: 1258, 177: 1255, 178: 1256, 186: 1257,
    204: 1251, 222: 874, 238: 1250,
}  # fmt: skip


@dataclass(frozen=True)
class _Group:
    """What holds inside a pair of braces."""

    shown: bool = True
    in_fonts: bool = False
    font: int | None = None
    fallback: int = 1


def is_rtf(text: str) -> bool:
    """Whether a text is an RTF document."""
    return _START.match(text) is not None


def without_rtf(text: str) -> PlainText:
    """The text that an RTF document shows.

    Raises TableError when its braces are not paired or a character is not in its code page.
    """
    pieces = Pieces(text)
    groups = [_Group()]
    pages: dict[int | None, int] = {None: 1252}
    skip = 0
    for part in _PART.finditer(text):
        word, number, byte, sign, brace, _, run, stray = part.groups()
        start, end = part.span()
        group = groups[-1]
        if stray is not None:
            raise _broken("it holds a backslash that begins nothing")
        if brace == "{":
            groups.append(group)
        elif brace == "}":
            groups.pop()
            if not groups:
                raise _broken("it closes a group that is not open")
        elif word is not None:
            if word == "u" and number is not None:
                skip = group.fallback
                if group.shown:
                    pieces.put(visible(_unicode(int(number))), start, end)
                continue
            groups[-1] = _under(group, word, int(number) if number else None, pages)
            if group.shown and word in _SHOWN:
                pieces.put(_SHOWN[word], start, end)
        elif sign == "*":
            groups[-1] = replace(group, shown=False)
        elif sign is not None and group.shown:
            pieces.put(_SIGNS.get(sign, ""), start, end)
        elif byte is not None and not skip and group.shown:
            pieces.put(visible(_character(byte, pages, group)), start, end)
        elif run is not None and group.shown:
            pieces.copy(min(start + skip, end), end)
        if byte is not None:
            skip = max(skip - 1, 0)
        elif run is not None:
            skip = max(skip - len(run), 0)
        elif word is not None or brace is not None:
            skip = 0
    if len(groups) > 1:
        raise _broken(f"{len(groups) - 1} groups are not closed")
    return pieces.done()


def _under(group: _Group, word: str, number: int | None, pages: dict[int | None, int]) -> _Group:
    """The group after a control word; code pages of the document and of fonts are noted."""
    if word in _NOT_TEXT:
        return replace(group, shown=False, in_fonts=word == "fonttbl")
    if word == "ansicpg" and number:
        pages[None] = number
    elif word == "f":
        return replace(group, font=number)
    elif word == "fcharset" and group.in_fonts and number in _CODE_PAGES and number:
        pages[group.font] = _CODE_PAGES[number]
    elif word == "uc" and number is not None:
        return replace(group, fallback=min(max(number, 0), 8))
    elif word == "plain":
        return replace(group, font=None)
    return group


def _character(byte: str, pages: dict[int | None, int], group: _Group) -> str:
    page = pages.get(group.font, pages[None])
    try:
        return bytes.fromhex(byte).decode(f"cp{page}")
    except (UnicodeDecodeError, LookupError) as problem:
        raise _broken(f"byte 0x{byte} is no character of code page {page}") from problem


def _unicode(number: int) -> str:
    r"""The character of ``\uN``; halves of pairs and what is no character are shown as such."""
    number += 0x10000 if number < 0 else 0
    known = 0 < number < 0xD800 or 0xDFFF < number < 0x10000
    return chr(number) if known else "\ufffd"


def _broken(what: str) -> DataError:
    return TableError.of(
        "broken-rtf",
        "report",
        f"the text is RTF and {what}.",
        "Export the report again, as plain text if possible.",
    )
