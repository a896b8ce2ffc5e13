"""Which mentions name one thing: "opacity (pneumonia?)", "densities in favor of a scar"."""

from __future__ import annotations

from groundct.reports._rules.mention.mentions import Mention
from groundct.reports._rules.places.linked import one_region
from groundct.reports._rules.places.side_words import side_words
from groundct.reports._rules.presence.clauses import opening
from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.lexicon import Hit

_RENAMING_REACH = 4
MEANINGS = frozenset(("pneumonia", "infiltrate", "bronchiolitis"))
"""What is no appearance, and lies where the appearances are that are taken for it."""


def same_thing(
    parsed: Parsed, mention: Mention, spoken: tuple[Mention, ...]
) -> tuple[Mention, ...]:
    """The mentions beside one that name the same thing: "opacity (pneumonia?)"."""
    if "(" not in parsed.words and not _guesses(parsed):
        return ()
    index = spoken.index(mention)
    out: list[Mention] = []
    for step in (-1, 1):
        position = index
        while 0 <= position + step < len(spoken):
            one, other = spoken[position], spoken[position + step]
            pair = (one, other) if one.first <= other.first else (other, one)
            if not _renames(parsed, *pair):
                break
            out.append(spoken[position + step])
            position += step
    return tuple(out)


def _guesses(parsed: Parsed) -> tuple[Hit, ...]:
    """The words behind which stands what a finding may be: "consistent with"."""
    return parsed.role("uncertainty", "uncertain_after", "explains")


def _renames(parsed: Parsed, first: Mention, second: Mention) -> bool:
    """Whether a mention is another name of the one before: in brackets, or "consistent with"."""
    low, high = first.last, second.first
    gap = parsed.words[low:high]
    bracketed = gap[-1:] == ("(",)
    near = [cue for cue in _guesses(parsed) if low <= cue.first and high - 2 <= cue.last <= high]
    if not (bracketed or near) or not one_region(first, second):
        return False
    if ";" in gap or ")" in gap or not parsed.grammar.but.isdisjoint(gap):
        return False
    if any(low <= hit.first < high for hit in parsed.role("negation", "introduces")):
        return False
    return bracketed or not _anew(parsed, (low, near[-1].first), second)


def _anew(parsed: Parsed, span: tuple[int, int], second: Mention) -> bool:
    """Whether something new is named on the way to a mention: "and density increases ...".

    "... and they were evaluated in favor of pneumonia" names what was seen, at no place of its own.
    """
    position = opening(parsed, *span)
    if position is None:
        return False
    if second.type in MEANINGS and all(h.last <= position for h in side_words(parsed)):
        return False
    return parsed.words[position] in parsed.grammar.joint or span[1] - position > _RENAMING_REACH
