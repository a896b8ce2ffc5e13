"""HTML's tags and entities, invisible characters, ligatures and split letters; in linear time.

Only tags that HTML knows count: "<5 mm" and "a < b" are text.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

from groundct.reports.plain.origins import Pieces, PlainText

INVISIBLE: Final = frozenset(
    "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
)
"""Characters without width: joiners, soft hyphens, marks of direction."""
OVERRIDES: Final = re.compile("[\u202d\u202e]")
"""Marks that show characters in another order than they are stored in."""

_SPECIAL = re.compile("[<&\ufb00-\ufb06]|[\u0300-\u036f]+|[" + "".join(sorted(INVISIBLE)) + "]+")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,10})(?=[\s/>])")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_LONGEST_TAG = 2000
_PARAGRAPHS = frozenset(
    re.findall(
        r"\w+",
        "address article blockquote body center dd div dl dt fieldset footer form header hr html "
        "li main ol p pre section table tbody tfoot thead tr ul",
    )
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_CELLS = frozenset(("td", "th"))
_HIDDEN = frozenset(("head", "script", "style", "title"))
_INLINE = frozenset(
    re.findall(
        r"\w+",
        "a abbr acronym b basefont bdi bdo big br caption cite code col colgroup del em font i "
        "img input ins kbd label link mark meta o q s samp small span strike strong sub sup tt u "
        "var wbr",
    )
)
_KNOWN = _PARAGRAPHS | _HEADINGS | _CELLS | _HIDDEN | _INLINE


def has_markup(text: str) -> bool:
    """Whether a text may hold anything that `without_markup` takes out or changes."""
    if text.isascii():
        return "<" in text or "&" in text
    return _SPECIAL.search(text) is not None


def without_markup(text: str) -> PlainText:
    """The text as a reader sees it: tags and invisible characters gone, entities as characters."""
    pieces = Pieces(text)
    endless: set[str] = set()
    at = 0
    while (found := _SPECIAL.search(text, at)) is not None:
        start, end = found.span()
        sign = found.group()
        if sign[0] == "<":
            end, shown = _tag(text, start, endless)
        elif sign == "&":
            entity = _ENTITY.match(text, start)
            end = entity.end() if entity else end
            shown = visible(html.unescape(entity.group())) if entity else sign
        elif sign[0] in INVISIBLE:
            shown = ""
        elif "\u0300" <= sign[0] <= "\u036f" and start > at:
            start -= 1  # the letter that the marks belong to
            shown = unicodedata.normalize("NFC", text[start:end])
        else:
            shown = unicodedata.normalize("NFKC", sign)
        if shown == text[start:end]:
            pieces.copy(at, end)
        else:
            pieces.copy(at, start)
            pieces.put(shown, start, end)
        at = end
    pieces.copy(at, len(text))
    return pieces.done()


def visible(text: str) -> str:
    """A text without its invisible characters."""
    return "".join(character for character in text if character not in INVISIBLE)


def _tag(text: str, start: int, endless: set[str]) -> tuple[int, str]:
    """Where a tag at ``start`` ends and what stands for it; the sign itself when it is none.

    ``endless`` collects what was sought in vain, so that it is sought once.
    """
    if text.startswith("<!--", start):
        end = _find(text, "-->", start, endless)
        return (end, "") if end else (start + 1, "<")
    if text[start : start + 9].lower() == "<!doctype":
        end = text.find(">", start, start + _LONGEST_TAG) + 1
        return (end, "") if end else (start + 1, "<")
    tag = _TAG.match(text, start)
    end = text.find(">", start, start + _LONGEST_TAG) + 1 if tag else 0
    name = tag[2].lower() if tag else ""
    if tag is None or not end or name not in _KNOWN:
        return start + 1, "<"
    inside = text[tag.end() : end - 1].strip()
    if "<" in inside or not ("=" in inside or inside in ("", "/")):
        return start + 1, "<"
    if name in _HIDDEN and not tag[1]:
        end = _find(text, f"</{name}>", end, endless) or end
    if name == "br":
        return end, "\n"
    if name in _HEADINGS:
        return end, "\n\n" if tag[1] else "\n\n# "  # a mark that headings of texts have
    return end, "\n\n" if name in _PARAGRAPHS else "\t" if name in _CELLS else ""


def _find(text: str, sign: str, start: int, endless: set[str]) -> int:
    """Where a sign ends, in small or capital letters; 0 when it does not come."""
    if sign not in endless:
        found = re.compile(re.escape(sign), re.IGNORECASE).search(text, start)
        if found is not None:
            return found.end()
        endless.add(sign)
    return 0
