"""Denials by signs alone, and those that a slip of the pen tore from what they deny."""

from __future__ import annotations

from groundct.reports._rules.presence.clauses import STOPS, some, verbs
from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.lexicon import Hit

_CLOSERS = frozenset(",;(")
_LEADING = frozenset("(,;:")
_ASIDE = ("(", "?", ")")
_ASKING = frozenset(",:")
_REACH = 4
_ACT_REACH = 8
_PLACE_REACH = 2
_KIN = (
    frozenset(("~effusion", "~thickening", "~fluid", "pleural_effusion")),
    frozenset(("infiltrate", "consolidation", "~mass", "~nodule", "pneumonia")),
)


def slipped(parsed: Parsed, cue: Hit, first: int, last: int) -> bool:
    """Whether "effusion - no thickening was detected" stands for "no effusion or thickening"."""
    gap = parsed.words[last : cue.first]
    if (
        cue.first < last
        or gap not in ((), (",",))
        or parsed.words[cue.first] not in parsed.grammar.not_
    ):
        return False
    own = next((hit for hit in parsed.findings if first <= hit.first and hit.last == last), None)
    other = next((hit for hit in parsed.findings if hit.first >= cue.last), None)
    if own is None or other is None or some(parsed, first) is not None:
        return False
    pair = {own.entry.meaning, other.entry.meaning}
    start = max((n + 1 for n in range(first) if parsed.words[n] in STOPS), default=0)
    told = verbs(parsed, other.last, len(parsed.words))
    seen = bool(told) and told[0].entry.meaning in ("asserts", "described")
    return (
        seen
        and any(pair <= kin for kin in _KIN)
        and not verbs(parsed, start, first)
        and not any(start <= hit.first < first for hit in parsed.role("negation", "introduces"))
    )


def answers(parsed: Parsed, cue: Hit, last: int) -> bool:
    """Whether a cue is the whole answer to a list that a mention stands in.

    "Effusion: none", "nodes: none enlarged", "effusion none.", "effusion, no", "effusion - no",
    "effusion or pneumothorax: none", "effusion: left none".
    """
    rest = parsed.words[cue.last :]
    sided = parsed.words[last : last + 1] == (":",) and last + 1 < cue.first
    grammar = parsed.grammar
    small = grammar.side | grammar.both | grammar.on | grammar.in_ | grammar.article
    if sided and all(word in small | _ASKING for word in parsed.words[last : cue.first]):
        return not any(word.isalnum() and word not in small for word in rest)
    behind = "".join(parsed.words[cue.last : cue.last + 1])
    whole = not behind.isalpha() or behind in parsed.grammar.enlarged
    whole = whole or all(word in small | {"."} for word in rest)
    signed = parsed.words[max(cue.first - 1, 0)] in _ASKING
    edge = cue.first - 1 if signed else cue.first
    alone = last == cue.first and parsed.words[cue.last :] in ((), (".",))
    if not whole or last > edge or not (alone or signed or _dashed(parsed, edge)):
        return False
    named = {n for hit in parsed.findings for n in range(hit.first, hit.last)}
    return all(n in named or parsed.words[n] in parsed.grammar.listing for n in range(last, edge))


def headed(parsed: Parsed, cue: Hit) -> bool:
    """Whether a cue is the head of a list: "Not observed: effusion, mass"."""
    first = not cue.first or parsed.words[cue.first - 1] in STOPS
    return first and parsed.words[cue.last : cue.last + 1] == (":",)


def nowhere(parsed: Parsed, cue: Hit, last: int) -> bool:
    """Whether a cue denies the place of a mention before it.

    "Effusion in neither pleura", "the effusion is not on the right".
    """
    grammar = parsed.grammar
    leads = grammar.in_ | grammar.on | grammar.at
    if not last < cue.first < cue.last < len(parsed.words):
        return False
    said = parsed.words[cue.first - 1] in grammar.is_ and parsed.words[cue.last] in leads
    if not said and parsed.words[cue.first - 1] not in leads:
        return False
    placed = (*parsed.places, *parsed.sides)
    return any(0 <= hit.first - cue.last <= _PLACE_REACH for hit in placed) and not any(
        last <= hit.first < cue.last + _PLACE_REACH for hit in parsed.findings
    )


def _dashed(parsed: Parsed, position: int) -> bool:
    """Whether a dash between spaces stands before a token."""
    gap = parsed.text[parsed.said.ends[position - 1] : parsed.said.starts[position]]
    return gap[:1].isspace() and gap[-1:].isspace() and not gap.isspace()


def minus(parsed: Parsed, last: int) -> bool:
    """Whether "(-)" follows a mention; hyphens are no tokens, so the brackets stand together."""
    if parsed.words[last : last + 2] != ("(", ")"):
        return False
    inside = parsed.text[parsed.said.ends[last] : parsed.said.starts[last + 1]]
    return bool(inside.strip())


def led_by_in(parsed: Parsed, first: int) -> bool:
    """Whether "in" and the verb of a denial stand right before a finding."""
    within = range(max(first - _REACH, 1), first)
    ends = {hit.last for hit in parsed.role("negation", "asserts")}
    return any(n in ends and parsed.words[n] in parsed.grammar.in_ for n in within)


def acted_on(parsed: Parsed, first: int) -> bool:
    """Whether a mention is what a biopsy or follow-up is of."""
    return any(
        hit.last <= first <= hit.last + _ACT_REACH
        and not parsed.any_word(hit.last, first, STOPS | {","})
        for hit in parsed.role("recommendation", "acts_on")
    )


def hyphened(parsed: Parsed, last: int, first: int) -> bool:
    """Whether a hyphen alone, which is no token, stands between two tokens."""
    return parsed.text[parsed.tokens[last - 1].end : parsed.tokens[first].start].strip() == "-"


def questioned(parsed: Parsed, last: int) -> bool:
    """Whether a question mark follows before anything else: "mass?", "mass in the lung (?)"."""
    closers = _CLOSERS | parsed.grammar.joint
    for position in range(last, len(parsed.words)):
        aside = parsed.words[position : position + len(_ASIDE)] == _ASIDE
        if aside or parsed.words[position] == "?":
            own = not any(last <= hit.first < position for hit in parsed.findings)
            return own and (aside or not _leads(parsed, position))
        if parsed.words[position] in closers:
            return False
    return False


def asked(parsed: Parsed, first: int) -> bool:
    """Whether a question mark leads a mention, or one that it is an alternative to.

    "?Empyema", "effusion ?infected", "?infarct or infection".
    """
    closers = _CLOSERS | parsed.grammar.with_ | (parsed.grammar.joint - parsed.grammar.either)
    for position in range(first - 1, -1, -1):
        if parsed.words[position] == "?":
            return _leads(parsed, position)
        if parsed.words[position] in closers:
            return False
    return False


def _leads(parsed: Parsed, position: int) -> bool:
    """Whether a question mark asks for what follows it: it begins a clause, or a word.

    "? early pneumonia", "(?metastasis)", "effusion ?empyema". One that stands free asks for the
    finding behind it, "opacity ? collapse", but in a text whose marks end what they ask for.
    """
    if _trails(parsed, position):
        return False
    if not position or parsed.words[position - 1] in _LEADING:
        return True
    if parsed.said.ends[position - 1] == parsed.said.starts[position]:
        return False
    if parsed.said.ends[position] == parsed.said.starts[position + 1]:
        return True
    following = next((hit.first for hit in parsed.findings if hit.first > position), None)
    grammar = parsed.grammar
    parting = _CLOSERS | grammar.in_ | grammar.on | grammar.at | grammar.with_
    return (
        following is not None
        and not parsed.any_word(position + 1, following, parting)
        and not any(_trails(parsed, n) for n in range(following, len(parsed.words)))
    )


def _trails(parsed: Parsed, position: int) -> bool:
    """Whether a token is a question mark without a word right behind it."""
    after = parsed.words[position + 1 : position + 2]
    return parsed.words[position] == "?" and not (after and after[0][0].isalnum())
