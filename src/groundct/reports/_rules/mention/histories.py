"""Illnesses that a sentence names only as a reason or a history: no findings of the examination.

"Right lobectomy due to lung cancer" says what was operated on, "operated for rectal carcinoma" why,
"known lymphoma" and "follow-up for breast cancer" why the patient is here. What recurs is told by
words of its own, and stays; so does what a known illness is seen with, "known case of breast cancer
with metastases in both lungs".
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from groundct.reports._rules.mention.mentions import Mention
from groundct.reports._rules.presence.scope import presence_of
from groundct.reports._rules.words.parsed import Parsed, once
from groundct.vocabulary.grammar import grammar
from groundct.vocabulary.lexicon import Hit

OPERATED: Final = frozenset(("postoperative_change", "surgical_absence"))
"""The types of what an operation left."""
_FOLLOWED = ("history_illness", "acts_on")
_TO_REASON = 9
_TO_ILLNESS = 5
_STOPS = frozenset(",;:.()?")
_CHANGES = frozenset(("exam", "current", "compared", "since"))
_KNOWN: Final = "known"
"""The role of words before an illness that the patient still has: "known case of"."""
_HISTORIES: Final = ("history", _KNOWN)
_HISTORY_REACH = 4
_CLAUSE_ENDS = frozenset(",;:.")
_YEAR = 4
_JOINS: Final = "joins"


def unhistoric(parsed: Parsed, mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """The mentions without reasons of operations and treatments, and without known illnesses."""
    followed = parsed.cues["recommendation"] and parsed.role("recommendation", *_FOLLOWED)
    if not (mentions and (followed or not _telling(parsed.language).isdisjoint(parsed.words))):
        return mentions
    return tuple(
        [m for m in mentions if not (_is_reason(parsed, m, mentions) or _is_known(parsed, m))]
    )


def is_of_history(parsed: Parsed, mention: Mention) -> bool:
    """Whether words such as "history of" reach a mention."""
    if not any(
        _reaches(parsed, hit, mention) for hit in parsed.role("recommendation", *_HISTORIES)
    ):
        return False
    # "The diagnosis of metastasis cannot be excluded" is of today.
    presence, cue = presence_of(parsed, mention.first, mention.last)
    return not (presence == "uncertain" and cue is not None and cue.first >= mention.last)


def _reaches(parsed: Parsed, history: Hit, mention: Mention) -> bool:
    """Whether words of a history reach a mention: nothing between them tells of today."""
    low, high = history.last, mention.first
    if not low <= high <= low + _HISTORY_REACH or parsed.any_word(low, high, _CLAUSE_ENDS):
        return False
    if any(low <= cue.first < high for cue in parsed.cues["uncertainty"]):
        return False
    ends = parsed.role("recommendation", "ends_history")
    ends += parsed.role("negation", "introduces") + parsed.role("temporal", "current")
    told = parsed.any_word(low, high, parsed.grammar.shows)
    if told or any(low <= cue.first < high for cue in ends):
        return False
    if history.entry.meaning != _KNOWN:
        return True
    beside = [n for n in range(low, high) if parsed.words[n] in parsed.grammar.with_]
    return not (beside and _is_seen(parsed, beside[-1] + 1, mention))


def _is_seen(parsed: Parsed, first: int, mention: Mention) -> bool:
    """Whether words from ``first`` on say where a mention is, or its size, and not when it was.

    An adjective does not: "lung metastases" may be what the illness had spread to.
    """
    end = _clause_end(parsed, mention.last)
    words = parsed.words[first:end]
    dated = any(word.isdigit() and len(word) == _YEAR for word in words)
    if dated or not parsed.grammar.treatment.isdisjoint(words):
        return False
    sites = [hit for hit in parsed.found.get("sites", ()) if hit.entry.meaning != _JOINS]
    if any(mention.first < hit.first < end for hit in (*sites, *parsed.places)):
        return True
    near = (*parsed.sides, *parsed.found.get("units", ()))
    return any(first <= hit.first < end for hit in near)


@lru_cache(maxsize=8)
def _telling(language: str) -> frozenset[str]:
    """The words without which a sentence names no reason and no illness."""
    return grammar(language).reason | grammar(language).illness


def is_illness(parsed: Parsed, mention: Mention) -> bool:
    """Whether a mention's words name a malignant illness, "cancer" or "lymphoma"."""
    return parsed.any_word(mention.first, mention.last, parsed.grammar.illness)


def _is_reason(parsed: Parsed, mention: Mention, mentions: tuple[Mention, ...]) -> bool:
    """Whether an operation or a treatment, and a word such as "due to", lead a mention."""
    if mention.type in OPERATED:
        return False
    if parsed.verb_last:
        return _is_reason_before(parsed, mention, mentions)
    reason = _nearest(parsed, mention.first)
    if reason is None and is_illness(parsed, mention):
        named = {m.last for m in mentions if m.type in OPERATED}
        return parsed.words[mention.first - 1] == "(" and mention.first - 1 in named
    if reason is None:
        return False
    low = max(0, reason - _TO_REASON)
    operated = [m.last for m in mentions if m.type in OPERATED and low < m.last <= reason]
    treated = [n + 1 for n in range(low, reason) if parsed.words[n] in parsed.grammar.treatment]
    act = max((*operated, *treated), default=None)
    if act is None or parsed.any_word(act, reason, _STOPS):
        return False
    if any(act <= hit.first < mention.first for hit in parsed.findings):
        return False
    if not operated and _is_told_of(parsed, mention, parsed.found.get("units", ())):
        return False  # "Radiotherapy for a mass which measures 3 cm"
    # "Atelectasis after lobectomy due to pneumonia": the atelectasis may be what is due to it.
    before = any(m.last <= act and m.type not in OPERATED for m in mentions)
    return not before or is_illness(parsed, mention)


def _nearest(parsed: Parsed, first: int) -> int | None:
    """The word of a reason right before the words of a mention at ``first``."""
    cues = (*parsed.cues["uncertainty"], *parsed.cues["recommendation"])
    for position in range(first - 1, max(-1, first - 1 - _TO_ILLNESS), -1):
        if parsed.words[position] in _STOPS:
            return None
        if parsed.words[position] in parsed.grammar.reason:
            doubted = any(hit.first <= position < hit.last for hit in cues)  # "suspicious for"
            denied = parsed.role("negation", "negates_after", "negates_before")
            denied = tuple(hit for hit in denied if hit.first <= position)
            return None if doubted or any(position < hit.last for hit in denied) else position
    return None


def _is_reason_before(parsed: Parsed, mention: Mention, mentions: tuple[Mention, ...]) -> bool:
    """The same where the verb is last: "akciğer kanseri nedeniyle sağ üst lobektomi"."""
    reason = mention.last
    if parsed.words[reason : reason + 1] == () or parsed.words[reason] not in parsed.grammar.reason:
        return False
    high = min(len(parsed.words), reason + _TO_REASON)
    acts = [m.first for m in mentions if m.type in OPERATED and reason < m.first < high]
    acts += [n for n in range(reason, high) if parsed.words[n] in parsed.grammar.treatment]
    act = min(acts, default=None)
    if act is None or parsed.any_word(reason, act, _STOPS):
        return False
    return not any(reason <= hit.first < act for hit in parsed.findings)


def _is_known(parsed: Parsed, mention: Mention) -> bool:
    """Whether an illness is but known, or what the patient is followed for.

    One that has a place of the lung, a size or a change behind it is told of today.
    """
    if not is_illness(parsed, mention):
        return False
    for hit in parsed.role("recommendation", *_FOLLOWED):
        gap = parsed.words[hit.last : mention.first]
        if not (hit.last <= mention.first and set(gap) <= _leading(parsed)):
            continue
        told = (*parsed.found.get("sites", ()), *parsed.found.get("units", ()), *parsed.places)
        return not _is_told_of(parsed, mention, told)
    return False


def _is_told_of(parsed: Parsed, mention: Mention, told: tuple[Hit, ...]) -> bool:
    """Whether one of these hits, or a change, stands behind a mention in its clause."""
    end = _clause_end(parsed, mention.last)
    changes = [h for h in parsed.cues["temporal"] if h.entry.meaning not in _CHANGES]
    return any(mention.last <= h.first < end for h in (*told, *changes))


def _clause_end(parsed: Parsed, start: int) -> int:
    """The first token from ``start`` on that ends a clause."""
    known = len(parsed.words)
    return next((n for n in range(start, known) if parsed.words[n] in _STOPS), known)


@once
def _leading(parsed: Parsed) -> frozenset[str]:
    """The words that may stand between "known" and the illness: articles, places and sides."""
    hits = (*parsed.places, *parsed.sides)
    named = frozenset(word for h in hits for word in parsed.words[h.first : h.last])
    return named | parsed.grammar.article | parsed.grammar.article_one | parsed.grammar.of
