"""Words of sides as they count: pairs, comparisons and "contralateral" resolved."""

from __future__ import annotations

from groundct.reports._rules.mention.neighbours import NEAR
from groundct.reports._rules.words.parsed import Parsed, once
from groundct.vocabulary.lexicon import Hit, meant

_EMPHASIS_REACH = 4
_STOPS = frozenset(";:")
_OWN_VERB = 3
_SIDES = ("right", "left", "bilateral")
_OTHER = {"right": "left", "left": "right"}


@once
def side_words(parsed: Parsed) -> tuple[Hit, ...]:
    """The hits "right", "left" and "bilateral" of a sentence, in order.

    "Right and left" and "right more than left" are one bilateral hit; "contralateral" is the
    other side of the one named before; a side that another is compared with is left out.
    """
    if not parsed.sides:
        return ()
    hits = _resolved(parsed)
    compares = parsed.role("laterality", "compares")
    if len(hits) < 2 and not compares:
        return hits
    out: list[Hit] = []
    for hit in hits:
        before = out[-1] if out else None
        if before is not None and _paired(parsed, before, hit):
            out[-1] = Hit(before.first, hit.last, meant(hit.entry, "bilateral"))
        elif not compares or _compares_before(parsed, hit) is None:
            out.append(hit)
    return tuple(out)


def says_most(parsed: Parsed) -> bool:
    """Whether a sentence says where a thing is most, or the largest of several."""
    return bool(parsed.role("laterality", "emphasis", "emphasis_near", "largest"))


def emphasised(parsed: Parsed, position: int) -> bool:
    """Whether a side at a token only says where a thing is most: "more on the right".

    Also where the largest of several is: "the largest, 8 mm, in the right upper lobe".
    """
    if not says_most(parsed):
        return False
    cues = parsed.role("laterality", "emphasis", "emphasis_near")
    if parsed.verb_last:
        return any(0 < hit.first - position <= _EMPHASIS_REACH for hit in cues)
    if any(
        0 <= position - hit.last <= _EMPHASIS_REACH
        for hit in cues
        if _stresses(parsed, hit, position)
    ):
        return True
    return any(
        hit.last <= position and not _parted(parsed, hit.last, position)
        for hit in parsed.role("laterality", "largest")
    )


def on_the_side(parsed: Parsed, first: int, last: int) -> set[str]:
    """The sides that "on the left" names among these tokens, when no other noun follows."""
    if not parsed.any_word(first - 2, last, parsed.grammar.on):
        return set()
    taken = {p.first for p in parsed.places if p.entry.meaning not in ("pleura", "hemithorax")}
    return {
        hit.entry.meaning
        for hit in parsed.role("laterality", "right", "left")
        if first <= hit.first < last
        and parsed.any_word(hit.first - 2, hit.first, parsed.grammar.on)
        and hit.last not in taken
        and not emphasised(parsed, hit.first)
    }


def side_behind(parsed: Parsed, last: int) -> Hit | None:
    """The side that "on the left" names right behind a word, no organ's: "increased on the left".

    Not where it says where a thing is most, "more prominent on the left".
    """
    grammar = parsed.grammar
    leads = grammar.on | grammar.at | grammar.in_
    if not parsed.any_word(last, last + 1, leads):
        return None
    small = leads | grammar.article
    while parsed.any_word(last, last + 1, small):
        last += 1
    side = _free_sides(parsed).get(last)
    return None if side is None or emphasised(parsed, side.first) else side


@once
def _free_sides(parsed: Parsed) -> dict[int, Hit]:
    """The sides "right" and "left" that stand before no organ, by their first tokens."""
    organs = {place.first for place in parsed.places}
    sides = parsed.role("laterality", "right", "left")
    return {side.first: side for side in sides if side.last not in organs}


def _stresses(parsed: Parsed, cue: Hit, position: int) -> bool:
    """Whether a word is no mere adjective of a finding: "prominent effusion on the right"."""
    if cue.entry.meaning == "emphasis":
        return True
    return not any(cue.last <= hit.first < position for hit in parsed.findings)


def _parted(parsed: Parsed, first: int, last: int) -> bool:
    """Whether a stop, another finding or the verb of all stands between two tokens.

    "The largest of which is observed in ..." has a verb of its own, right behind it.
    """
    told = (*parsed.findings, *parsed.role("negation", "asserts"))
    others = (hit for hit in told if first <= hit.first < last)
    own = parsed.role("negation", "asserts")
    return parsed.any_word(first, last, _STOPS) or any(
        hit not in own or hit.first - first > _OWN_VERB for hit in others
    )


def _resolved(parsed: Parsed) -> tuple[Hit, ...]:
    """All side hits; "contralateral" and "ipsilateral" by the one side named before them."""
    # "To the right of the trachea" is a relation, "to the right of the midline" a side.
    near = [hit for hit in parsed.relations if hit.entry.meaning.startswith(NEAR)]
    if near:
        middle = {hit.first for hit in parsed.role("laterality", "midline")}
        near = [hit for hit in near if middle.isdisjoint((hit.last, hit.last + 1))]
    if not (near or parsed.role("laterality", "opposite", "same")):
        return parsed.sides
    out: list[Hit] = []
    for hit in parsed.role("laterality", *_SIDES, "opposite", "same"):
        if near and any(other.first <= hit.first < other.last for other in near):
            continue
        meaning = hit.entry.meaning
        if meaning in ("opposite", "same"):
            named = {other.entry.meaning for other in out}
            if len(named) != 1 or named == {"bilateral"}:
                continue
            side = named.pop()
            meaning = side if meaning == "same" else _OTHER[side]
            hit = hit._replace(entry=meant(hit.entry, meaning))
        out.append(hit)
    return tuple(out)


def _paired(parsed: Parsed, before: Hit, hit: Hit) -> bool:
    """Whether two sides are named as a pair: joined directly, or compared with each other."""
    if "bilateral" in (before.entry.meaning, hit.entry.meaning) or _alike(before, hit):
        return False
    comparing = _compares_before(parsed, hit)
    if comparing is not None:
        return comparing.first - before.last <= 1
    gap = parsed.words[before.last : hit.first]
    joined = len(gap) == 1 and gap[0] in parsed.grammar.joint | {"/"}
    leading = parsed.words[max(0, before.first - 2) : before.first]
    led = not (parsed.grammar.on | parsed.grammar.in_).isdisjoint(leading)
    # "On the right and left lung nodule": the second side may lead another finding.
    return joined and not (led and _leads_on(parsed, hit))


def _leads_on(parsed: Parsed, side: Hit) -> bool:
    """Whether nothing parts a side from the next finding: "left lung nodule", "left, a nodule"."""
    following = next((m.first for m in parsed.findings if m.first >= side.last), None)
    grammar = parsed.grammar
    parts = grammar.with_ | grammar.is_
    return following is not None and not parsed.any_word(side.last, following, parts)


def _alike(one: Hit, other: Hit) -> bool:
    return one.entry.meaning == other.entry.meaning


def _compares_before(parsed: Parsed, hit: Hit) -> Hit | None:
    """The comparison that a side stands in, "than the left"."""
    for cue in parsed.role("laterality", "compares"):
        if cue.last == hit.first:
            return cue
    return None
