"""Presence of a mention: which negation and uncertainty cues reach it.

A cue works in one direction, up to a word that ends scopes, a semicolon or colon, or an assertion
of something else. This is groundct's own method; it follows the idea of scopes with terminators of
NegEx (Chapman et al. 2001) in both directions.
"""

from __future__ import annotations

from groundct.core.report import Presence
from groundct.reports._rules.parsed import Parsed
from groundct.vocabulary.lexicon import Hit

_STOPS = frozenset(";:")
_CLOSERS = frozenset(",;(")


def presence_of(parsed: Parsed, first: int, last: int) -> tuple[Presence, Hit | None]:
    """Presence of the mention at tokens ``first`` to ``last``, and the cue that decided."""
    for cue in parsed.role("negation", "negates_after"):
        if cue.last <= first and not _blocked_after(parsed, cue, first):
            return "absent", cue
    for cue in parsed.role("negation", "negates_before"):
        if cue.first >= last and not _blocked_before(parsed, last, cue):
            return "absent", cue
    for cue in parsed.role("uncertainty", "uncertain_after"):
        if cue.last <= first and not _ended(parsed, cue.last, first):
            return "uncertain", cue
    for cue in parsed.role("uncertainty", "uncertain_before"):
        if cue.first >= last and not _other_between(parsed, last, cue.first):
            if parsed.verb_last and _blocked_before(parsed, last, cue):
                continue  # "nodül izlendi, ... olabilir": the verb has said it
            return "uncertain", cue
    if _questioned(parsed, last):
        return "uncertain", None
    return "present", None


def _blocked_after(parsed: Parsed, cue: Hit, first: int) -> bool:
    """Whether the way from a cue to a mention on its right is cut."""
    if _ended(parsed, cue.last, first):
        return True
    verbs = parsed.role("negation", "asserts", "negates_before")
    joints = parsed.grammar.joint | parsed.grammar.with_ | {","}
    return any(
        cue.last <= verb.first < first and parsed.any_word(verb.last, first, joints)
        for verb in verbs
    )


def _blocked_before(parsed: Parsed, last: int, cue: Hit) -> bool:
    """Whether the way from a mention to a cue on its right is cut."""
    if _ended(parsed, last, cue.first):
        return True
    verbs = parsed.role("negation", "asserts", "negates_after", "negates_before")
    return any(last <= verb.first < cue.first for verb in verbs)


def _ended(parsed: Parsed, first: int, last: int) -> bool:
    return parsed.any_word(first, last, _STOPS) or parsed.scope_ends(first, last)


def _other_between(parsed: Parsed, first: int, last: int) -> bool:
    return _ended(parsed, first, last) or any(first <= hit.first < last for hit in parsed.findings)


def _questioned(parsed: Parsed, last: int) -> bool:
    """Whether a question mark follows before anything else is said."""
    closers = _CLOSERS | parsed.grammar.joint
    for position in range(last, len(parsed.words)):
        if parsed.words[position] == "?":
            return not any(last <= hit.first < position for hit in parsed.findings)
        if parsed.words[position] in closers:
            return False
    return False
