"""Guesses at what a finding is, which lie where it does."""

from __future__ import annotations

from typing import Final

from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.places import places

_CLOSE = 2
_ENDS: Final = frozenset(";:.()")


def is_guess(parsed: Parsed, hit: Hit, last: int, kind: str) -> bool:
    """Whether a hit is a guess at a finding of type ``kind`` whose words end at token ``last``.

    "Left adrenal nodule, likely an adenoma": words of doubt lead it, and no other place does.
    """
    meaning = hit.entry.meaning
    if hit.first < last or kind not in (meaning, *places().types_of(meaning)):
        return False
    cues = parsed.role("uncertainty", "uncertain_after", "uncertain_between", "explains")
    leads = [cue.last for cue in cues if last <= cue.first and cue.last <= hit.first]
    named = any(last <= place.first < hit.first for place in parsed.places)
    led = bool(leads) and hit.first - leads[-1] <= _CLOSE
    return led and not (named or parsed.any_word(last, hit.first, _ENDS))
