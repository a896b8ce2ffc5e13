"""Stages of tumors by TNM, "T2aN1M0" or "T1b": their T is no thoracic vertebra."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import Final

from groundct.reports._rules.words.tokens import Tokens

_N: Final = r"[ ,/]{0,2}[cpyr]{0,2}N[0-3Xx](?:mi|[a-c])?"
_M: Final = r"(?:[ ,/]{0,2}[cpyr]{0,2}M[01Xx][a-c]?\d?)?"
_STAGE = re.compile(
    rf"(?<![^\W_])[cpyr]{{0,2}}T(?:(?:is|[0-4Xx])(?:mi|[a-d])?{_N}{_M}|[1-4](?:mi|[a-d])(?![^\W_]))"
)
"""T with N, and M where it is said, or T alone with the letter that no vertebra has."""


def stages(text: str, tokens: Tokens) -> list[tuple[int, int]]:
    """The tokens, first and behind the last, of each stage that a text names."""
    if "T" not in text:
        return []
    return [
        (bisect_right(tokens.ends, match.start()), bisect_left(tokens.starts, match.end()))
        for match in _STAGE.finditer(text)
    ]
