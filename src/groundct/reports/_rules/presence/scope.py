"""Presence of a mention: which negation and uncertainty cues reach it.

A cue works in one direction, up to a word that ends scopes, a semicolon or colon, or an assertion
of something else. This is groundct's own method; it follows the idea of scopes with terminators of
NegEx (Chapman et al. 2001) in both directions. The forms that occur, with counts and the cases that
test them, stand in ``docs/quality/negation.md``.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from groundct.core.report import Presence
from groundct.reports._rules.presence.anew import asserted_anew, is_conceded
from groundct.reports._rules.presence.appearances import is_appearance
from groundct.reports._rules.presence.clauses import (
    ENDERS,
    STOPS,
    clause_end,
    in_open_bracket,
    is_introduced,
    is_location,
    is_told,
    lists_on,
    named,
    of_earlier,
    opening,
    role_between,
    some,
    verbs,
)
from groundct.reports._rules.presence.doubted import doubt_cut, told_apart
from groundct.reports._rules.presence.earlier import only_earlier, taken_back
from groundct.reports._rules.presence.slips import (
    acted_on,
    answers,
    asked,
    headed,
    led_by_in,
    minus,
    nowhere,
    questioned,
    slipped,
)
from groundct.reports._rules.words.parsed import MASK, Parsed, line_starts
from groundct.vocabulary.grammar import grammar
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.words import is_beside, is_place

_BRACKETS = frozenset("()")
_CHOICE_REACH = 4
_AMOUNTS = frozenset(("~thickening", "~density", "~density_loss", "~enlargement", "~dilatation"))

_DENYING = (
    *("negates_after", "negates_next", "negates_of", "negates_before", "negates_it"),
    "ignored",
)
"""Roles of words that may say that a finding is not there, or left open."""


def presence_of(parsed: Parsed, first: int, last: int) -> tuple[Presence, Hit | None]:
    """Presence of the mention at tokens ``first`` to ``last``, and the cue that decided."""
    if first in parsed.again:
        told = parsed.again[first]
        return ("absent", told.cue) if told.denied else ("present", None)
    if parsed.cues["negation"] and parsed.role("negation", *_DENYING):
        back = taken_back(parsed, last)
        if back is not None:
            return "absent", back
        left_open = _left_open(parsed, first, last)
        if left_open is not None:
            return "uncertain", left_open
        negating = _negating(parsed, first, last)
        if negating is not None:
            return "absent", negating
    if "(" in parsed.text and minus(parsed, last):
        return "absent", None
    doubting = _doubting(parsed, first, last) if parsed.cues["uncertainty"] else None
    if doubting is not None:
        return "uncertain", doubting
    if "?" in parsed.text and (questioned(parsed, last) or asked(parsed, first)):
        return "uncertain", None
    doubting = _one_of_two(parsed, first, last) if parsed.cues["uncertainty"] else None
    if doubting is None and parsed.cues["temporal"]:
        doubting = only_earlier(parsed, first, last)
    return ("present", None) if doubting is None else ("uncertain", doubting)


def _doubting(parsed: Parsed, first: int, last: int) -> Hit | None:
    """The word of doubt that reaches a mention, from its left or from its right."""
    for cue in parsed.role("uncertainty", "uncertain_after", "uncertain_between"):
        low = cue.last
        apart = low < first and (
            _cut(parsed, low, first, last)
            or told_apart(parsed, low, first, last)
            or _holds_another(parsed, low, first)
        )
        if cue.first < first and not apart:
            return cue
    for cue in parsed.role("uncertainty", "describes"):
        if cue.first < first < cue.last:
            return cue  # "likely infective process", not "likely infective nodules"
    for cue in parsed.role("uncertainty", "uncertain_before"):
        if cue.first >= last and not doubt_cut(parsed, last, cue.first):
            if parsed.verb_last and _blocked_before(parsed, (first, last), cue):
                continue  # "nodül izlendi, ... olabilir": the verb has said it
            if acted_on(parsed, first):
                continue  # "biopsy of the mass should be considered"
            return cue
    for cue in parsed.role("uncertainty", "uncertain_between"):
        if _is_of(parsed, last, cue) and not is_appearance(parsed, last):
            return cue
    for cue in parsed.role("uncertainty", "uncertain_of"):
        if _is_of(parsed, last, cue):
            return cue
    return None


def _one_of_two(parsed: Parsed, first: int, last: int) -> Hit | None:
    """What explains a finding as one of two: "consistent with atelectasis or a scar"."""
    explaining = parsed.role("uncertainty", "explains")
    if not explaining:
        return None
    either = parsed.grammar.either - parsed.grammar.not_
    joined = [
        parsed.any_word(low.last, high.first, either) and high.first - low.last <= _CHOICE_REACH
        for low, high in pairwise(parsed.findings)
        if first < low.last <= last or first <= high.first < last
    ]
    for cue in explaining if any(joined) else ():
        of_list = [hit for hit in parsed.findings if hit.first >= cue.last]
        near = cue.last <= first and not _cut(parsed, cue.last, first, last)
        if near and of_list[0].first - cue.last <= _CHOICE_REACH:
            return cue
    return None


def _is_of(parsed: Parsed, last: int, cue: Hit) -> bool:
    """Whether a cue that speaks of the words right before it speaks of a mention that ends there.

    "Metastaz lehine", "pnömoni ya da tüberküloz varlığı açısından": only what is listed and what
    a thing may be called stands between. In "odak, kemik adası lehinedir" a comma lists nothing,
    and in "konsolidasyon (enfarkt lehine)" the doubt stays in its brackets.
    """
    if cue.first < last or doubt_cut(parsed, last, cue.first):
        return False
    if in_open_bracket(parsed, last, cue.first):
        return False
    joints = parsed.grammar.joint | parsed.grammar.to | {"/"}
    if "," in parsed.words[last : cue.first] and not parsed.any_word(last, cue.first, joints):
        return False
    named = {n for hit in parsed.findings for n in range(hit.first, hit.last)}
    small = parsed.grammar.listing | parsed.grammar.form | parsed.grammar.with_ | _BRACKETS | {MASK}
    return all(n in named or parsed.words[n] in small for n in range(last, cue.first))


def _left_open(parsed: Parsed, first: int, last: int) -> Hit | None:
    """The cue of "cannot be excluded", which a negation before it does not touch."""
    ignored = parsed.role("negation", "ignored")
    if not ignored:
        return None
    refused = {hit.first for hit in ignored}
    for cue in parsed.role("uncertainty", "uncertain_before"):
        strong = not refused.isdisjoint(range(cue.first, cue.last))
        if strong and cue.first >= last and not doubt_cut(parsed, last, cue.first):
            denied = _negating(parsed, first, last) if named(parsed, last, cue.first) else None
            if denied is None:
                return cue
    for cue in parsed.role("uncertainty", "uncertain_after"):
        strong = not refused.isdisjoint(range(cue.first, cue.last))
        cut = _cut(parsed, cue.last, first, last) or _holds_another(parsed, cue.last, first)
        if strong and cue.last <= first and not cut:
            return cue
    return None


def _holds_another(parsed: Parsed, low: int, first: int) -> bool:
    """Whether a mention is but where another is: "suspicion of a mass in the consolidated area"."""
    return named(parsed, low, first) and is_location(parsed, low, first)


def _negating(parsed: Parsed, first: int, last: int) -> Hit | None:
    """The negation that reaches a mention, from its left, from its right or across a slip."""
    for cue in parsed.role("negation", "negates_after"):
        if cue.first < first and not _blocked_after(parsed, cue, first, last):
            return cue
        if answers(parsed, cue, last) or slipped(parsed, cue, first, last):
            return cue
        if nowhere(parsed, cue, last):
            return cue
    for cue in parsed.role("negation", "negates_next"):
        if cue.last == first or nowhere(parsed, cue, last):
            return cue
    for cue in parsed.role("negation", "negates_after", "negates_before", "negates_of"):
        if headed(parsed, cue) and cue.last < first and not _cut(parsed, cue.last + 1, first, last):
            return cue
    for cue in parsed.role("negation", "negates_of"):
        if _is_of(parsed, last, cue) or answers(parsed, cue, last):
            return cue
    for cue in parsed.role("negation", "negates_before"):
        if cue.first <= first and last <= cue.last:
            return cue  # "... is not enlarged", "... düşündürecek lezyon saptanmadı": one cue.
        if cue.first < last or of_earlier(parsed, cue):
            continue
        if answers(parsed, cue, last) or not _blocked_before(parsed, (first, last), cue):
            return cue
    return None


def _blocked_after(parsed: Parsed, cue: Hit, first: int, last: int) -> bool:
    """Whether the way from a cue to a mention on its right is cut, or it negates something else.

    The two may overlap: "no signs of" and "signs of infection".
    """
    low = cue.last
    return low < first and (
        _cut(parsed, low, first, last)
        or _of_aspect(parsed, low, first)
        or is_location(parsed, low, first)
        or asserted_anew(parsed, low, first, last)
        or is_conceded(parsed, low, first, last)
        or _tells_of_each(parsed, low, first, last)
        or (
            in_open_bracket(parsed, low, first)
            and not any(low <= hit.first < first for hit in parsed.findings)
        )
    )


def _cut(parsed: Parsed, low: int, first: int, last: int) -> bool:
    """Whether a stop, a word that ends scopes or a verb with something new after it comes first."""
    if parsed.any_word(low, first, STOPS) or role_between(parsed, ENDERS, low, first):
        return True
    starts = line_starts(parsed)
    if starts and any(low < position <= first for position in starts):
        return True
    for verb in verbs(parsed, low, first):
        position = opening(parsed, verb.last, first)
        if position is not None and not _continues(parsed, position, first, last):
            return True
    return False


def _continues(parsed: Parsed, position: int, first: int, last: int) -> bool:
    """Whether a list goes on behind its verb: "no nodule is seen, mass or effusion"."""
    either = parsed.grammar.either
    told = next((h for h in parsed.findings if h.last == position), None)
    torn = told is not None and lists_on(parsed, told.first) and led_by_in(parsed, told.first)
    if torn and not verbs(parsed, last, clause_end(parsed, last)):
        return True  # "No node was seen in free fluid, collection, pathological size".
    if parsed.any_word(position, position + 2, either):
        return not verbs(parsed, last, clause_end(parsed, last))
    end = clause_end(parsed, last)
    listed = parsed.words[position] == "," and parsed.any_word(position, end, either)
    return listed and some(parsed, first) is None and not verbs(parsed, last, end)


def _of_aspect(parsed: Parsed, low: int, first: int) -> bool:
    """Whether what is denied is a change or a feature of the mention: "no growth of the nodule"."""
    grammar, linked = parsed.grammar, _linked(parsed.language)
    for position in range(first - 1, low - 1, -1):
        if parsed.words[position] in grammar.joint or parsed.words[position] == ",":
            return False
        if parsed.words[position] in grammar.aspect:
            inside = any(hit.first <= position < hit.last for hit in parsed.findings)
            return not inside and parsed.any_word(position, first, linked)
        if parsed.words[position] in grammar.amount and parsed.any_word(position, first, linked):
            # "No increase in wall thickness" denies the thickening.
            own = next((hit for hit in parsed.findings if hit.first <= first < hit.last), None)
            return own is not None and own.entry.meaning not in _AMOUNTS
    return False


@lru_cache(maxsize=8)
def _linked(language: str) -> frozenset[str]:
    """The words that lead from a change or a feature to what has it."""
    return grammar(language).of | grammar(language).in_ | grammar(language).with_


def _tells_of_each(parsed: Parsed, low: int, first: int, last: int) -> bool:
    """Whether "none of the nodules" is led to what they do, and not to whether they are seen."""
    if parsed.words[low] not in parsed.grammar.of or any(
        low <= hit.first < first for hit in parsed.findings
    ):
        return False
    end = clause_end(parsed, last)
    beside = parsed.grammar.has | parsed.grammar.shows | parsed.grammar.is_
    if verbs(parsed, last, end) or not parsed.any_word(last, last + 1, beside):
        return False
    if parsed.any_word(last, end, parsed.grammar.enlarged):
        return False  # "None of the lymph nodes is enlarged" denies what enlarged ones are.
    grown = any(last <= hit.first < end for hit in parsed.cues["temporal"])
    return grown or any(last <= hit.first < end for hit in parsed.findings)


def _blocked_before(parsed: Parsed, mention: tuple[int, int], cue: Hit) -> bool:
    """Whether the way from a mention to a cue on its right is cut, or it negates something else."""
    first, last = mention
    if parsed.any_word(last, cue.first, STOPS) or is_introduced(parsed, first):
        return True
    if parsed.verb_last and _is_beside(parsed, last, cue.first):
        return True
    # "The heart is enlarged, pericardial effusion was not detected": a verb of its own has said it.
    others = any(last <= hit.first and hit.last <= cue.first for hit in parsed.findings)
    if others and (is_told(parsed, first, last) or _is_doubted(parsed, last, cue.first)):
        return True
    told = [
        verb
        for verb in parsed.role("negation", "asserts", "described")
        if of_earlier(parsed, verb) and last <= verb.first < cue.first
    ]
    for hit in parsed.role("negation", "ends_scope", "introduces"):
        aside = any(0 <= verb.first - hit.last <= 1 for verb in told)
        aside = aside or _says_no_more(parsed, hit.last, cue.first)
        if last <= hit.last and hit.first < cue.first and not aside:
            return True
    closing = ("asserts", "described", "negates_after", "negates_before", "negates_of")
    for verb in parsed.role("negation", *closing):
        if not last <= verb.first < cue.first or verb in told:
            continue
        if verb.entry.meaning != "described" or opening(parsed, verb.last, cue.first) is not None:
            return True
    return is_location(parsed, _clause_start(parsed, first), first)


def _is_doubted(parsed: Parsed, last: int, high: int) -> bool:
    """Whether a mention is left open before another is named: "effusion is possible, no mass"."""
    others = [hit.first for hit in parsed.findings if last <= hit.first < high]
    doubts = parsed.role("uncertainty", "uncertain_before")
    return any(last <= doubt.first < min(others) for doubt in doubts)


def _says_no_more(parsed: Parsed, first: int, last: int) -> bool:
    """Whether a last verb has no subject of its own: "gerilemiş olup bugün izlenmemektedir"."""
    times = {n for hit in parsed.cues["temporal"] for n in range(hit.first, hit.last)}
    return parsed.verb_last and all(n in times for n in range(first, last))


def _is_beside(parsed: Parsed, last: int, verb: int) -> bool:
    """Whether a mention's ending makes it the place of another: "nodülde kalsifikasyon yok".

    What is not in it need be no finding: "efüzyonda septasyon izlenmedi".
    """
    if not is_beside(parsed.surface(last - 1), parsed.language):
        return False
    if is_place(parsed.surface(last - 1), parsed.language):
        return any(word.isalpha() for word in parsed.words[last:verb])
    return any(last <= hit.first < verb for hit in parsed.findings)


def _clause_start(parsed: Parsed, first: int) -> int:
    """The token after the last verb, ender or stop before a mention."""
    marks = [hit.last for hit in parsed.cues["negation"] if hit.last <= first]
    marks += [n + 1 for n in range(first) if parsed.words[n] in STOPS or parsed.words[n] == ","]
    return max(marks, default=0)
