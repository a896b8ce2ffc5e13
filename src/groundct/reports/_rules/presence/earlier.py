"""What a sentence says only of an earlier examination, and what a later clause takes back.

"In the previous CT there is a nodule in the left lung" does not say that it is there today; "...,
it is not seen in this examination" says that it is not.
"""

from __future__ import annotations

from groundct.reports._rules.presence.clauses import STOPS, in_open_bracket, of_earlier, verbs
from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.lexicon import Hit

_LEAD = 2
_ASIDE_SIGNS = frozenset(",;()")
_OF_EARLIER = frozenset(("exam",))


def taken_back(parsed: Parsed, last: int) -> Hit | None:
    """The cue of a clause such as "it is not seen" behind a mention that ends at ``last``.

    Another finding between takes it for itself.
    """
    for cue in parsed.role("negation", "negates_it"):
        between = any(last <= hit.first < cue.first for hit in parsed.findings)
        if last <= cue.first and not between and not of_earlier(parsed, cue):
            return cue
    return None


def only_earlier(parsed: Parsed, first: int, last: int) -> Hit | None:
    """The earlier examination that a mention is told of, where nothing is said of today.

    Its clause is led by "in the previous CT" or "previously", or by "there is" and ends in the
    former; no word of change, comparison or the examination at hand stands in it, no second verb,
    and no "the" before the mention, which would be of something known.
    """
    exams = parsed.role("temporal", "exam")
    if parsed.verb_last or not exams:
        return None
    low, high = _clause(parsed, first, last)
    inside = [hit for hit in parsed.cues["temporal"] if low <= hit.first < high]
    if {hit.entry.meaning for hit in inside} != _OF_EARLIER:
        return None
    exam = inside[0]
    leads = parsed.grammar.in_ | parsed.grammar.on | parsed.grammar.at
    before = parsed.words[max(low, exam.first - _LEAD) : exam.first + 1]
    if leads.isdisjoint(before) and in_aside(parsed, exam, first):
        sized = any(word[0].isdigit() for word in parsed.words[exam.last : first])
        return None if sized else exam  # "A solid nodule; previously ground glass".
    if leads.isdisjoint(before) or in_open_bracket(parsed, low, exam.first):
        return None
    told = [hit for hit in parsed.role("negation", "introduces") if low <= hit.first < high]
    told += verbs(parsed, low, high)
    closes = parsed.role("negation", "ends_scope")
    if len(told) > 1 or any(low <= hit.first < high for hit in closes):
        return None
    leading = exam.last <= first and exam.first - low <= _LEAD
    ending = exam.first >= last and bool(told) and told[0].first <= first
    begins = [hit.last for hit in told if hit.last <= first]
    begins += [n + 1 for n in range(low, first) if parsed.words[n] == ","]
    phrase = max((low, exam.last if leading else low, *begins))
    known = parsed.any_word(phrase, first, parsed.grammar.article)
    return exam if (leading or ending) and not known else None


def in_aside(parsed: Parsed, exam: Hit, position: int) -> bool:
    """Whether an earlier examination leads an aside in which a token stands: "(previously ...)"."""
    begins = exam.first > 0 and parsed.words[exam.first - 1] in _ASIDE_SIGNS
    return (
        begins and exam.last <= position and not parsed.any_word(exam.last, position, _ASIDE_SIGNS)
    )


def _clause(parsed: Parsed, first: int, last: int) -> tuple[int, int]:
    """The tokens of a mention's clause: to stops, and to a joint or comma before "there is"."""
    joints = parsed.grammar.joint | {","}
    anew = [
        hit.first
        for hit in parsed.role("negation", "introduces", "negates_it")
        if hit.first and parsed.words[hit.first - 1] in joints
    ]
    stops = [n + 1 for n, word in enumerate(parsed.words) if word in STOPS]
    low = max((n for n in (*anew, *stops) if n <= first), default=0)
    high = min((n for n in (*anew, *stops) if n >= last), default=len(parsed.words))
    # "In the previous CT, there is a nodule" is one clause.
    if low in anew and not _named(parsed, 0, low):
        low = max((n for n in stops if n < low), default=0)
    return low, high


def _named(parsed: Parsed, low: int, high: int) -> bool:
    return any(low <= hit.first < high for hit in parsed.findings)
