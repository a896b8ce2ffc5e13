"""Guesses at a finding's cause and advice: kept as remarks, never as findings that are there.

"Opacities suspicious for pneumonia" is one finding with the remark "suspicious for pneumonia"; the
pneumonia itself stays an uncertain finding of its own. Words: ``<language>/remarks.tsv`` and the
recommendations of ``<language>/recommendation.tsv``.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from groundct.core.report import Presence, Remark, RemarkKind, Span
from groundct.reports._rules.mention.mentions import Mention
from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.lexicon import Hit

_REMARK: Final = Remark(span=Span(start=0, end=1), kind="speculation")
_GUESSES = frozenset(("guesses", "guessed"))
_STOPS = frozenset(";:()")
_OPENING = 2
_END_SIGNS = frozenset(".,;:")


class Remarks(NamedTuple):
    """The remarks of each mention, and those of a sentence that says no finding to remark on."""

    owned: tuple[tuple[Remark, ...], ...]
    loose: tuple[Remark, ...]


def remarks_of(
    parsed: Parsed, mentions: tuple[Mention, ...], presences: tuple[Presence, ...]
) -> Remarks:
    """Give each guess and each advice to the last finding before it that is not denied.

    Advice that comes first belongs to the first finding after it. A guess belongs to no finding
    that is itself a part of the guess.
    """
    owned: list[list[Remark]] = [[] for _ in mentions]
    loose: list[Remark] = []
    said = [n for n, presence in enumerate(presences) if presence != "absent"]
    for kind, first, last in _clauses(parsed, mentions, presences):
        remark = _REMARK.changed(span=parsed.span_of(first, last), kind=kind)
        before = [n for n in said if mentions[n].last <= first]
        after = [n for n in said if mentions[n].first >= last] if kind == "recommendation" else []
        if kind == "recommendation" and not before and not after:
            after = said
        if before or after:
            sure = [n for n in before if presences[n] == "present"] or before
            owned[sure[-1] if sure else after[0]].append(remark)
            continue
        told = bool(mentions) if kind == "recommendation" else "present" in presences
        if not told and (kind == "recommendation" or _refers(parsed, first)):
            loose.append(remark)
    return Remarks(tuple(map(tuple, owned)), tuple(loose))


def may_remark(parsed: Parsed) -> bool:
    """Whether a sentence has words of advice or doubt, or such as lead a guess or end one."""
    if parsed.cues["recommendation"] or "?" in parsed.text:
        return True
    hits = parsed.found.get("remarks", ())
    return bool(hits) and not _GUESSES.isdisjoint([hit.entry.meaning for hit in hits])


def _refers(parsed: Parsed, first: int) -> bool:
    """Whether a sentence begins with words for what was said before: "the described findings"."""
    return any(
        hit.entry.meaning in ("again", "refers") and hit.first <= _OPENING and hit.last <= first
        for hit in parsed.found.get("remarks", ())
    )


def _clauses(
    parsed: Parsed, mentions: tuple[Mention, ...], presences: tuple[Presence, ...]
) -> list[tuple[RemarkKind, int, int]]:
    """Kind, first and last token (exclusive) of each remark in order; none overlaps another."""
    found: list[tuple[RemarkKind, int, int]] = []
    taken: set[int] = set()
    for hit in parsed.role("recommendation", "recommends"):
        first, last = _advice(parsed, hit, mentions)
        found.append(("recommendation", first, last))
        taken.update(range(first, last))
    guesses = _questions(parsed) if "?" in parsed.text else []
    for hit in parsed.found.get("remarks", ()):
        if hit.entry.meaning == "guesses":
            last = _guess_end(parsed, hit, mentions, presences)
            if last > hit.last:
                guesses.append((hit.first, last))
        elif hit.entry.meaning == "guessed":
            start = _guess_start(parsed, hit, mentions, presences)
            guesses += [(start, hit.last)] if start is not None else []
    for first, last in sorted(guesses):
        if first not in taken:
            end = min([n for n in taken if first < n < last], default=last) if taken else last
            end = _trimmed(parsed, first, end)
            found.append(("speculation", first, end))
            taken.update(range(first, end))
    if len(found) < 2:
        return found
    merged: list[tuple[RemarkKind, int, int]] = []
    for item in sorted(found, key=lambda place: place[1]):
        if merged and item[1] < merged[-1][2]:
            continue
        merged.append(item)
    return merged


def _advice(parsed: Parsed, hit: Hit, mentions: tuple[Mention, ...]) -> tuple[int, int]:
    """The clause of a recommendation: the words before it up to a sign, a joint or a finding."""
    grammar = parsed.grammar
    ends = _STOPS | grammar.listing | grammar.is_ | grammar.perceived
    floor = max((m.last for m in mentions if m.last <= hit.first), default=0)
    first = hit.first
    while first > floor and parsed.words[first - 1] not in ends:
        first -= 1
    last = hit.last
    while last < len(parsed.words) and parsed.words[last] not in _STOPS:
        last += 1
    return first, _trimmed(parsed, first, last)


def _guess_end(
    parsed: Parsed, hit: Hit, mentions: tuple[Mention, ...], presences: tuple[Presence, ...]
) -> int:
    """The end of a guess: a sign, a word that ends scopes, or the joint before another finding."""
    end = len(parsed.words)
    if parsed.any_word(hit.last, end, _STOPS):
        end = next(n for n in range(hit.last, end) if parsed.words[n] in _STOPS)
    for ender in parsed.role("negation", "ends_scope"):
        if hit.last <= ender.first < end:
            end = ender.first
    for verb in parsed.role("negation", "asserts", "negates_before"):
        if hit.last < verb.first < end:
            end = verb.first
    guessed = [m for m in mentions if hit.last <= m.first < end]
    if guessed:
        # The guess is its first finding and those that are guessed with it.
        for mention, presence in zip(mentions, presences, strict=True):
            if guessed[0].last <= mention.first < end and presence != "uncertain":
                joints = [
                    n
                    for n in range(guessed[0].last, mention.first)
                    if parsed.words[n] in parsed.grammar.listing
                ]
                end = min([end, *joints])
        if "," in parsed.words[guessed[0].last : end - 1]:
            signs = parsed.grammar.in_ | parsed.grammar.on
            places = [n for n in range(guessed[0].last, end - 1) if parsed.words[n] == ","]
            end = min([end, *(n for n in places if parsed.words[n + 1] in signs)])
    return _trimmed(parsed, hit.first, end)


def _guess_start(
    parsed: Parsed, hit: Hit, mentions: tuple[Mention, ...], presences: tuple[Presence, ...]
) -> int | None:
    """The start of a guess that ends in its cue: after a sign, or the uncertain finding itself."""
    guessed = [
        m.first
        for m, presence in zip(mentions, presences, strict=True)
        if m.last <= hit.first and presence == "uncertain"
    ]
    if not guessed:
        return None
    signs = [n + 1 for n in range(hit.first) if parsed.words[n] in _STOPS | {","}]
    inside = [n for n in guessed if n >= max(signs, default=0)]
    return inside[0] if inside else None


def _questions(parsed: Parsed) -> list[tuple[int, int]]:
    """What stands in brackets with a question mark: "nodule (metastasis?)"."""
    out = []
    opened: int | None = None
    for position, word in enumerate(parsed.words):
        if word == "(":
            opened = position + 1
        elif word == ")" and opened is not None:
            if "?" in parsed.words[opened:position] and position - opened > 1:
                out.append((opened, position))
            opened = None
    return out


def _trimmed(parsed: Parsed, first: int, last: int) -> int:
    """The end without signs and joints."""
    words, joint = parsed.words, parsed.grammar.joint
    while last > first + 1 and (words[last - 1] in _END_SIGNS or words[last - 1] in joint):
        last -= 1
    return last
