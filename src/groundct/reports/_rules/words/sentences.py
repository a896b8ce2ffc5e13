"""Split a section into sentences, as places in the untouched text.

Periods inside numbers, after abbreviations and list numbers, or before a small letter end nothing;
a missing space after a period, quotes, bullets, empty lines, list lines and two spaces before a
capital do, as does a line's end before a capitalized word. A question inside brackets ends nothing,
nor does a quote around a few words, or the end of a line that a label fills. "2- Goiter" begins an
item of a list that stands on one line. Where most words have two spaces between them, as in text
that was set flush on both sides, these end nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache

from groundct.core.report import Span
from groundct.vocabulary.grammar import grammar
from groundct.vocabulary.sizes import unit_words
from groundct.vocabulary.spelling import shorthand

_CANDIDATE = re.compile(
    r"[.!?]+|[\"“”•●▪]|\n|(?<=[^\W_]|\))[ \t]{2,}(?=[^\W\d_])|[ \t](?=\d{1,2}\)[ \t])"
)
# The same for a text without two spaces in a row and numbers of a list: many times as fast.
_SIGN = re.compile(r"[.!?\"“”•●▪\n](?:(?<=[.!?])[.!?]*)?")
_GAP = re.compile(r"[ \t](?:[ \t]|\d{1,2}\)[ \t])")
_GAP_SIGNS = ("  ", "\t", ") ")
"""Signs of which one stands in every gap; looking for them is quicker."""
# Gaps of two spaces and more before a small letter, and gaps of one between words.
_WIDE = re.compile(r"(?<=[^\W_]|[),;:])[ \t]{2,}(?=[a-zçğıöşü])")
_NARROW = re.compile(r"(?<=[^\W_]|[),;:])[ \t](?=[^\W_])")
_FEWEST_WIDE = 8
_WORD_BEFORE = re.compile(r"([^\W\d_]+(?:\.[^\W\d_])?)$")
_DASHED = r"\d{1,2}[ ]?[-–]\s*(?=[A-ZÇĞİÖŞÜ][^\W\d_])"
_LIST_MARK = re.compile(
    rf"\s*(?:\(?\d{{1,2}}[.)](?!\d)|#\d{{1,2}}[.):]?(?!\w)|[*•●▪>]|[-–]\s|{_DASHED})\s*"
)
_ITEM = re.compile(
    r"\n|(?<![^\s.:;,])(?:(?P<number>\d{1,2})[ ]?[-–]\s*(?=[^\W\d_]{2})(?![cm]m\b)"
    r"|\((?P<bracket>\d{1,2})\)\s*|\(?(?P<letter>[a-z])\)\s+"
    r"|(?P<dash>[-–*>])\s+(?=[A-ZÇĞİÖŞÜ][^\W\d_]))"
)
_FIRST_ITEMS = {
    "-": ("1-", "1 -", "- "),
    "–": ("1–", "1 –", "– "),
    ")": ("(1)", "a)"),
    "*": ("* ",),
    ">": ("> ",),
}
"""How lists on one line begin, by the sign that each of them has."""
_LABEL = re.compile(r"[ \t]*([^\W\d_])(?:[^\W\d_]|[/& \u0300-\u036f]){0,40}:")
_QUOTES = '"“”'
_QUOTED = re.compile(
    r'["“](?:[^\W\dA-Z_][^"“”.!?\n]{0,60}["”]|\d(?:[^"“”.!?\n]|[.]\d){0,15}["”]'
    r'|[^\W\d_][^"“”.!?\n]{1,40}["”](?=[,;:)]| [a-z]))'
)
_CAPITALIZED = re.compile(r"[ \t]*[A-ZÇĞİÖŞÜ][a-zçğıöşü]+ ")
_ASKS = (":", "?")
_OPEN_ENDS = (":", ",", "-", "/", "(")
_LOOK = 16
_LINE = 60
_NEAR = 100
LONGEST = 1000
"""Characters after which a sentence is cut at a space."""


def sentence_places(text: str, section: Span, language: str) -> list[tuple[int, int]]:
    """Where each sentence of a section begins and ends: trimmed, not empty, none overlapping."""
    places: list[tuple[int, int]] = []
    edges = [section.start, *(edge for mark in _items(text, section) for edge in mark)]
    edges.append(section.end)
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        _split(text, (start, end), language, places)
    return places


def _items(text: str, section: Span) -> list[tuple[int, int]]:
    """Where the marks of lists on one line stand: "1- Cyst 2- Goiter", "* Cyst * Goiter".

    The first item begins a line or follows a sign, numbers and letters run on, and the list has two
    items or more: "1-month follow-up" has none.
    """
    part = text[section.start : section.end]
    signs = [sign for sign in _FIRST_ITEMS if sign in part]
    if not [item for sign in signs for item in _FIRST_ITEMS[sign] if item in part]:
        return []
    lists: list[list[tuple[int, int]]] = []
    running: dict[str, list[tuple[int, int]]] = {}
    for match in _ITEM.finditer(text, section.start, section.end):
        kind = match.lastgroup
        if kind is None:  # Dashes of another line are of another list.
            for dash in "-–*>":
                running.pop(dash, None)
            continue
        before = text[max(section.start, match.start() - _LOOK) : match.start()].rstrip(" \t")
        begins = not before or before[-1] in "\n.:;"
        sign = match[kind]
        name, place = (sign, 1) if kind == "dash" else (kind, _place(sign))
        known = running.get(name, [])
        if known and (kind == "dash" or place == len(known) + 1):
            known.append(match.span())
        elif begins and place == 1:
            running[name] = [match.span()]
            lists.append(running[name])
    return sorted(mark for marks in lists if len(marks) > 1 for mark in marks)


def _place(mark: str) -> int:
    """The place in a list that a number or a letter tells."""
    return int(mark) if mark.isdecimal() else ord(mark) - ord("a") + 1


def _split(text: str, part: tuple[int, int], language: str, places: list[tuple[int, int]]) -> None:
    """Add the sentences of a part of a section."""
    start, end = part
    gaps = [sign for sign in _GAP_SIGNS if text.find(sign, start, end) >= 0]
    candidates = _CANDIDATE if gaps and _GAP.search(text, start, end) else _SIGN
    if candidates is _CANDIDATE and _is_spread(text, start, end):
        candidates = _SIGN
    for match in candidates.finditer(text, start, end):
        first, last = match.span()
        if first >= start and _ends(text, match, (start, end), language):
            _keep(text, start, last, places)
            start = last
    _keep(text, start, end, places)


def _is_spread(text: str, start: int, end: int) -> bool:
    """Whether most words have two spaces between them."""
    wide = sum(1 for _ in _WIDE.finditer(text, start, end))
    return wide >= _FEWEST_WIDE and wide > sum(1 for _ in _NARROW.finditer(text, start, end))


@lru_cache(maxsize=8)
def _abbreviations(language: str) -> frozenset[str]:
    """The words whose periods seldom end a sentence, in small letters."""
    return grammar(language).abbreviation | {word.lower() for word in shorthand(language)}


@lru_cache(maxsize=8)
def _sides(language: str) -> frozenset[str]:
    """The shorthand for sides, in small letters: what they are of follows."""
    side = grammar(language).side
    return frozenset(word.lower() for word, means in shorthand(language).items() if means in side)


def _ends(text: str, match: re.Match[str], rest: tuple[int, int], language: str) -> bool:
    """Whether a sign ends the sentence in ``rest``, where it begins and where the section ends."""
    start, end = rest
    sign = match.group()
    first, last = match.span()
    if sign == "." and last + 1 < end and text[last] == " " and text[last + 1].isupper():
        # By far the most: a word, its period, a space and a capital.
        word = text[text.rfind(" ", start, first) + 1 or start : first]
        if len(word) > 1 and word.isalpha() and word.lower() not in _abbreviations(language):
            return True
    if sign in _QUOTES:
        return not _is_quoting(text, first, rest)
    if sign in "•●▪":
        return True
    if sign[0] in " \t":
        # Impressions part their statements by two spaces, or by "2)", where the period was lost.
        if text[last].isdigit():
            before = text[max(start, first - _NEAR) : first]
            return before.rfind("(") <= before.rfind(")")
        return text[last].isupper()
    if sign == "\n":
        return _newline_ends(text, match, rest)
    after = text[last : min(end, last + _LOOK)]
    if not after.strip():
        return True
    if sign == "?":
        leads = first == start or text[first - 1] in " ("
        if leads and after.lstrip(" \t")[0].isalpha():
            return False  # "- ? Empyema"
        inside = _in_brackets(text, match, rest)
        return after[0].isspace() and not (inside or after.lstrip()[0].islower())
    return _period_ends(text[max(start, first - _LOOK) : first], after, language)


def _in_brackets(text: str, match: re.Match[str], rest: tuple[int, int]) -> bool:
    """Whether a sign stands in brackets that open in its sentence and close soon after it."""
    start, end = rest
    opened = text.rfind("(", max(start, match.start() - _NEAR), match.start())
    if opened < 0 or text.find(")", opened, match.start()) >= 0:
        return False
    closed = text.find(")", match.end(), min(end, match.end() + _NEAR))
    return closed >= 0 and text.find("(", match.end(), closed) < 0


def _is_quoting(text: str, position: int, rest: tuple[int, int]) -> bool:
    """Whether a quote opens or closes a quotation: a size, or words that are or go on small."""
    start, end = rest
    if _QUOTED.match(text, position, end):
        return True
    opened = max(text.rfind(sign, max(start, position - _NEAR), position) for sign in _QUOTES)
    quoted = _QUOTED.match(text, opened, end) if opened >= 0 else None
    return quoted is not None and quoted.end() == position + 1


def _period_ends(before: str, after: str, language: str) -> bool:
    """Whether a period between these characters ends a sentence."""
    if after[0].isdigit() or not before.strip() or after[0] in ",;:)":
        return False
    if after[0] in "-–" and before[-1].isdigit() and after[1:2].isalnum():
        return False  # "L1.-L2. vertebrae"
    following = after.lstrip(" \t")
    word = _WORD_BEFORE.search(before)
    name = word[1].lower() if word is not None else ""
    short = len(name) == 1 or name in _abbreviations(language)
    if following[:1].islower():
        # "T4. vertebra", "6 mm. nodule"; a small letter after a space ends only after a word.
        worded = before[-1].isalpha() and not short and name not in unit_words(language)
        return worded and after[0] in " \t"
    if before.strip().isdigit() and len(before.strip()) <= 2:
        return False  # a list number at the start of a sentence
    if short and ("." in name or name in _sides(language)):
        return False  # "e.g.", "Rt."
    if short and word is not None and name in grammar(language).not_:
        short = before[: word.start()].rstrip()[-1:] not in _ASKS  # "Effusion: No. 3 nodules"
    return not short or not (following[:1].isdigit() or len(before) < 3)


def _newline_ends(text: str, match: re.Match[str], rest: tuple[int, int]) -> bool:
    start, end = rest
    line = text[match.end() : min(end, match.end() + _LINE)]
    if not line.strip() or line.lstrip(" \t").startswith("\n") or _LIST_MARK.match(line):
        return True
    label = _LABEL.match(line)
    if label is not None:
        return label[1].isupper()
    before = text[max(start, match.start() - _LOOK) : match.start()].rstrip()
    return before[-1:] not in _OPEN_ENDS and _CAPITALIZED.match(line) is not None


def _keep(text: str, start: int, end: int, places: list[tuple[int, int]]) -> None:
    """Add the place without white space, list marks and quotes at its ends, if a word is left."""
    if start < end and text[start] == " ":
        start += 1
    if 0 < end - start <= LONGEST and text[start].isalpha() and text[end - 1] == ".":
        places.append((start, end))  # By far the most: a letter first, a period last.
        return
    while start < end and (text[start].isspace() or text[start] in '"“”•●▪*'):
        start += 1
    while end - start > LONGEST:
        # Not a sentence of a report; cutting it keeps the time linear in the text's length.
        cut = text.rfind(" ", start, start + LONGEST) + 1 or start + LONGEST
        _keep(text, start, cut, places)
        start = cut
    mark = None if text[start : start + 1].isalpha() else _LIST_MARK.match(text, start, end)
    if mark is not None and mark.end() < end:
        start = mark.end()
    while end > start and (text[end - 1].isspace() or text[end - 1] in '"“”•●▪'):
        end -= 1
    if end > start and (text[start].isalnum() or any(map(str.isalnum, text[start:end]))):
        places.append((start, end))
