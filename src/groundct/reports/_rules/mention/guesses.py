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
    led = bool(leads) and hit.first - leads[-1] <= _CLOSE
    led = led and not parsed.any_word(last, hit.first, _ENDS)
    # "Sclerotic focus in T9; metastasis not excluded".
    doubts = parsed.role("uncertainty", "uncertain_before")
    if not (led or any(0 <= cue.first - hit.last < _CLOSE for cue in doubts)):
        return False
    return not any(last <= place.first < hit.first for place in parsed.places)
