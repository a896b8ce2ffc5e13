"""What a report says that cannot be: told to whoever reads it, never set right in silence."""

from __future__ import annotations

from collections.abc import Iterable

from groundct.core.issues import Issue
from groundct.reports._rules.reading import read_sentence
from groundct.reports.rules import PLUGIN

_SHOWN = 160


def impossible_places(sentences: Iterable[str], language: str) -> tuple[Issue, ...]:
    """A warning for each sentence with a lobe that the lung of its side has not.

    "Left middle lobe", "lingula of the right lung": one of the two words is wrong, and nothing
    tells which. Findings keep the side as it is said, and no lobe. Sentences of a language that
    the rules do not read are not looked at.
    """
    if language not in PLUGIN.languages:
        return ()
    return tuple(
        _issue(sentence) for sentence in sentences if read_sentence(sentence, language).clashes
    )


def _issue(sentence: str) -> Issue:
    words = " ".join(sentence.split())
    shown = words if len(words) <= _SHOWN else f"{words[:_SHOWN]} ..."
    return Issue(
        code="impossible-place",
        where="report",
        what=f"{shown!r} names a lobe that the lung of that side has not; the side is kept as it "
        "is said, and the lobe is left out.",
        remedy="Look at the scan, and set right the side or the lobe.",
        severity="warning",
    )
