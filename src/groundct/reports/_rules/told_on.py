"""Last clauses of one side that name no finding, where the verb is last.

"Sağda effüzyon yok, solda mevcut." denies an effusion on the right and tells of one on the left.
The clause is read behind the finding's own words, "effüzyon solda mevcut".
"""

from __future__ import annotations

from typing import Final

from groundct.core.report import Finding
from groundct.reports._rules.moved_back import Reader, moved_back
from groundct.reports._rules.words.parsed import Parsed

_VERBS: Final = ("asserts", "described", "negates_before", "negates_of")
_ENDS: Final = frozenset(".;")
_TELLING: Final = ("anatomy", "sites", "laterality", "units", "modifiers", "measurement")


def told_on(parsed: Parsed, found: tuple[Finding, ...], read: Reader) -> tuple[Finding, ...]:
    """The findings, with the one that a last clause tells again on the other side."""
    if not parsed.verb_last or len(found) != 1 or "," not in parsed.words:
        return found
    first = len(parsed.words) - parsed.words[::-1].index(",")
    if not _tells_side(parsed, first):
        return found
    head = read(parsed.text[: parsed.said.starts[first - 1]] + ".", parsed.language)
    if len(head) != 1 or head[0].type != found[0].type:
        return found
    named = head[0].span.of(parsed.text) + " "
    start = parsed.said.starts[first]
    tail = read(named + parsed.text[start:], parsed.language)
    sides = {head[0].laterality, *[own.laterality for own in tail]}
    if len(tail) != 1 or tail[0].type != head[0].type or sides != {"right", "left"}:
        return found
    return (*head, _moved(tail[0], len(named), start, parsed))


def _tells_side(parsed: Parsed, first: int) -> bool:
    """Whether the words from a token on are a side, a verb, and what tells where or how large."""
    if any(hit.last > first for hit in parsed.findings):
        return False
    verbs = [hit for hit in parsed.role("negation", *_VERBS) if hit.first >= first]
    sides = [hit for hit in parsed.role("laterality", "right", "left") if hit.first >= first]
    if not (verbs and sides):
        return False
    hits = [*verbs, *[hit for name in _TELLING for hit in parsed.found.get(name, ())]]
    told = {n for hit in hits for n in range(hit.first, hit.last)}
    rest = [parsed.words[n] for n in range(first, len(parsed.words)) if n not in told]
    return all(word in _ENDS or word[0].isdigit() for word in rest)


def _moved(finding: Finding, edge: int, start: int, parsed: Parsed) -> Finding:
    """A finding of the clause that begins at character ``start``, its spans in the sentence.

    ``edge``: how many characters were put before the clause.
    """
    last = max(n for n, word in enumerate(parsed.words) if word not in _ENDS)
    first = next(n for n, begin in enumerate(parsed.said.starts) if begin == start)
    return moved_back(finding, parsed.span_of(first, last + 1), edge, start - edge)
