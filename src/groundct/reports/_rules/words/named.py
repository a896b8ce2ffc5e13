"""Which findings the hits of a sentence's words name: some are but parts of another's words."""

from __future__ import annotations

from typing import Final

from groundct.vocabulary.grammar import Grammar
from groundct.vocabulary.lexicon import Found, Hit

_PARTING: Final = frozenset(",;")
_UNITS: Final = frozenset(("mm", "cm"))
_TO_SIZE: Final = 3
_UNSEEN: Final = "~unseen"
"""The general word of an organ that was looked for and is not there."""


def named_by(
    hits: tuple[Hit, ...], words: list[str], found: Found, known: Grammar
) -> tuple[Hit, ...]:
    """The findings of which a lexicon's hits are the names."""
    # Without the "or" that tells an entry from another: "nodular or ...".
    findings = tuple(
        [h._replace(last=h.last - 1) if words[h.last - 1] in known.joint else h for h in hits]
    )
    if len(findings) > 1:
        findings = _own(findings, words, found)
    if _UNSEEN in [hit.entry.meaning for hit in findings]:
        findings = _unseen(findings, words, known)
    return _without_measures(findings, words, known) if len(findings) > 1 else findings


def _own(findings: tuple[Hit, ...], words: list[str], found: Found) -> tuple[Hit, ...]:
    """The findings without "mm and increased" where that is said of the finding before it.

    "The dilatation of the aorta is 40 mm and increased" has one; in "plaques, the pulmonary trunk
    is 33 mm and increased" there are two.
    """
    units = {hit.first for hit in found.get("units", ()) if hit.entry.meaning in _UNITS}
    if units.isdisjoint([hit.first for hit in findings]):
        return findings
    return tuple(
        hit
        for number, hit in enumerate(findings)
        if hit.first not in units
        or not number
        or not _PARTING.isdisjoint(words[findings[number - 1].last : hit.first])
    )


def _unseen(findings: tuple[Hit, ...], words: list[str], known: Grammar) -> tuple[Hit, ...]:
    """The findings without organs that are but where nothing was seen.

    "The left kidney was not observed" tells of the kidney, "a stone in the left kidney was not
    observed" of the stone.
    """
    small = known.article | known.side | known.both
    leads = known.in_ | known.of | known.on | known.at
    kept = []
    for hit in findings:
        position = hit.first
        while position and words[position - 1] in small:
            position -= 1
        listed = position and words[position - 1] in leads | known.joint
        if hit.entry.meaning != _UNSEEN or not listed:
            kept.append(hit)
    return tuple(kept)


def _without_measures(
    findings: tuple[Hit, ...], words: list[str], known: Grammar
) -> tuple[Hit, ...]:
    """The findings without what only tells of a size of the one before.

    "A cavity with a wall thickness of 3 mm", "a cavity, wall thickness 3 mm".
    """
    return tuple(
        [
            hit
            for number, hit in enumerate(findings)
            if not (
                number and words[hit.last - 1] in known.neutral and _is_measure(hit, words, known)
            )
        ]
    )


def _is_measure(hit: Hit, words: list[str], known: Grammar) -> bool:
    """Whether a comma or "with" leads a finding's words, and a number follows them."""
    led = hit.first - (words[hit.first - 1] in known.article | known.article_one)
    sized = any(word[0].isdigit() for word in words[hit.last : hit.last + _TO_SIZE])
    return sized and (words[led - 1] == "," or words[led - 1] in known.with_)
