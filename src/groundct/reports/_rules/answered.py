"""Answers side by side behind a label that names a finding: "Effusion: right small, left none".

Each answer is read as if it stood alone behind the label, "Effusion: left none", and all count
where each gives one finding on its own side. A lone "+" or "-" says that it is there or is not.
"""

from __future__ import annotations

from typing import Final

from groundct.core.report import Finding
from groundct.reports._rules.american.wording import worded
from groundct.reports._rules.moved_back import Reader, moved_back
from groundct.reports._rules.words.parsed import Parsed, label_end

_PARTING: Final = frozenset(",;")
_PLUS: Final = frozenset(("+", "(+)"))
_MINUS: Final = frozenset(("-", "–", "(-)", "(–)"))
_LONGEST: Final = 200


def answers_by_side(parsed: Parsed, read: Reader) -> tuple[Finding, ...]:
    """The findings of a label's answers by side; empty where it has none, or they are unclear."""
    if ":" not in parsed.text or len(parsed.text) > _LONGEST:
        return ()
    end = label_end(parsed)
    starts = _starts(parsed, end) if end else []
    if len(starts) < 2:
        return ()
    label = parsed.text[: parsed.said.ends[end - 1]] + " "
    begins = [parsed.said.starts[n] for n in starts]
    stops = [parsed.said.starts[n - 1] for n in starts[1:]]
    out: list[Finding] = []
    for start, stop in zip(begins, (*stops, len(parsed.text)), strict=True):
        own = _answer(parsed, label, (start, stop), read)
        if own is None:
            return ()
        out.append(own)
    same = len({own.type for own in out}) == 1
    return tuple(out) if same and len({own.laterality for own in out}) == len(out) else ()


def _starts(parsed: Parsed, end: int) -> list[int]:
    """The side words that begin an answer each, the first right behind the label."""
    words, grammar = parsed.words, parsed.grammar
    leads = grammar.on | grammar.article
    starts = []
    for position in range(end, len(words)):
        if words[position] not in grammar.side:
            continue
        first = position
        while first > end and words[first - 1] in leads:
            first -= 1
        if first == end or words[first - 1] in _PARTING | grammar.joint:
            starts.append(first)
    return starts if starts[:1] == [end] else []


def _answer(parsed: Parsed, label: str, part: tuple[int, int], read: Reader) -> Finding | None:
    """The one finding of an answer at these characters; None where it is not clear."""
    start, stop = part
    said = parsed.text[start:stop].rstrip(" .,;")
    sign = said.rpartition(" ")[2]
    signed = sign in _PLUS | _MINUS
    found = read(
        label + (said.removesuffix(sign).rstrip() if signed else said) + ".", parsed.language
    )
    if len(found) != 1 or found[0].laterality not in ("right", "left"):
        return None
    own = _moved(found[0], len(label), start - len(label), len(label) + len(said))
    if sign in _MINUS and own is not None:
        return worded(own.changed(presence="absent"), parsed.text, parsed.language)
    return own


def _moved(finding: Finding, edge: int, by: int, end: int) -> Finding | None:
    """A finding whose spans behind the label are moved; None where its own is not the label's."""
    if finding.span.end > edge:
        return None
    kept = [cue for cue in finding.cues if cue.span.end <= end]
    cues = [cue.moved(by) if cue.span.start >= edge else cue for cue in kept]
    return moved_back(finding, finding.span, edge, by).changed(cues=tuple(cues))
