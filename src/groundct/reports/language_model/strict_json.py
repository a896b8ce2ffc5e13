"""JSON without what a careless reader lets pass: doubled names, NaN, endless depth."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final, NoReturn

DEEPEST: Final = 32
_DIGITS = 400
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


class NotJsonError(ValueError):
    """A text that is not JSON."""


class NotStrictError(ValueError):
    """JSON of which two readers may make two things."""


def parse_strict(text: str) -> Any:
    """The value of a JSON text.

    Raises NotJsonError, or NotStrictError for names that stand twice in an object, numbers that
    are no finite ones, more than ``DEEPEST`` levels, or text after the value.
    """
    _check_depth(text)
    decoder = json.JSONDecoder(
        object_pairs_hook=_object,
        parse_float=_finite,
        parse_int=_integer,
        parse_constant=_no_constant,
    )
    start = len(text) - len(text.lstrip(" \t\r\n"))
    try:
        value, end = decoder.raw_decode(text, start)
    except json.JSONDecodeError as problem:
        raise NotJsonError(f"{problem.msg} at character {problem.pos}") from None
    if text[end:].strip(" \t\r\n"):
        raise NotStrictError(f"text stands after its end at character {end}")
    return value


def _check_depth(text: str) -> None:
    depth = 0
    for match in _BRACKETS.finditer(text):
        sign = match.group()
        depth += sign in "[{"
        depth -= sign in "]}"
        if depth > DEEPEST:
            raise NotStrictError(f"it has more than {DEEPEST} levels")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise NotStrictError("a name stands twice in an object")
    return out


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise NotStrictError("a number is not finite")
    return value


def _integer(number: str) -> int:
    if len(number) > _DIGITS:
        raise NotStrictError(f"a number has more than {_DIGITS} digits")
    return int(number)


def _no_constant(name: str) -> NoReturn:
    raise NotStrictError(f"{name} is no number of JSON")
