"""The side of a finding: of its sites, of its own words, or of the words beside it.

Right and left are never passed on by nearness alone: a side that leads the next finding, that an
organ has, or that stands in a comparison is no other finding's.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from functools import lru_cache

from groundct.core.report import Laterality
from groundct.reports._rules.mention.apart import is_excepted
from groundct.reports._rules.mention.mentions import Mention
from groundct.reports._rules.mention.neighbours import beside
from groundct.reports._rules.mention.normal import in_normal_clause
from groundct.reports._rules.mention.verb_last import Thing, own_before
from groundct.reports._rules.places.side_words import emphasised, side_words
from groundct.reports._rules.places.site import side_of, sides_of
from groundct.reports._rules.places.sites import Site
from groundct.reports._rules.words.parsed import Parsed, once
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings
from groundct.vocabulary.grammar import grammar
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.places import places
from groundct.vocabulary.words import is_beside

_SIDE_REACH = 3
_PLEURA = "pleura/pleura"
_BODY = frozenset(("others",))
_CUT = frozenset(";")
_DEVICES = "11"
_PARTS = frozenset(("bronchus", "pulmonary artery"))
_ARTERY = "mediastinum/pulmonary artery"
_HEART = "heart"
_AIRWAYS = "trachea and bronchie"
_UNPAIRED = frozenset((_HEART, "esophagus"))
_CHEST = frozenset(("lung", "pleura", "trachea and bronchie", "others"))


def laterality_of(
    parsed: Parsed,
    mention: Mention,
    sites: tuple[Site, ...],
    spoken: tuple[Mention, ...],
    paths: tuple[str, ...],
) -> Laterality | None:
    """The side of a mention with these sites and anatomy paths; None where the text gives none."""
    if parsed.cues["laterality"]:
        sides = _said_sides(parsed, mention, sites, spoken, paths)
    else:
        sides = sides_of(sites) or _sides_of_paths(paths)
    if len(sides) == 2:
        return "bilateral"
    return ("right" if "right" in sides else "left") if sides else None


def _said_sides(
    parsed: Parsed,
    mention: Mention,
    sites: tuple[Site, ...],
    spoken: tuple[Mention, ...],
    paths: tuple[str, ...],
) -> Set[str]:
    """The sides of a mention in a sentence that has words of sides."""
    sides: Set[str] = sides_of(sites)
    home = findings().types[mention.type].anatomy
    if home == _PLEURA:
        # "right pleural effusion and left lower lobe consolidation": its own side comes first.
        own = _nearby_sides(parsed, mention, spoken) if parsed.verb_last else None
        own = own or adjective_sides(parsed, mention, spoken)
        near = set() if own or parsed.verb_last else _nearby_sides(parsed, mention, spoken)
        sides = own or (near if near > sides else sides)
    elif sides and home == _ARTERY and spoken == (mention,):
        # "In the left main artery and the right lower lobe": arteries are no sites of the lungs.
        sides = sides | _nearby_sides(parsed, mention, spoken)
    if not sides and _is_device(mention) and _HEART in map(anatomy().top_region, paths):
        sides = _access_sides(parsed, mention, spoken)
    sides = sides or _sides_of_paths(paths)
    if not sides and mention.hit.entry.meaning != "normal":
        own_lobe = parsed.verb_last and bool(sites)
        sides = (_sides_ahead if own_lobe else _nearby_sides)(parsed, mention, spoken)
    return sides


@lru_cache(maxsize=1 << 12)
def _sides_of_paths(paths: tuple[str, ...]) -> Set[str]:
    """The sides that anatomy paths tell themselves."""
    tree = anatomy().structures
    named = [tree.get(anatomy().leaf(path)) for path in paths]
    return {s.laterality for s in named if s is not None and s.laterality is not None}


def before_in_turn(
    parsed: Parsed, things: Sequence[Thing], mention: Mention, spoken: tuple[Mention, ...]
) -> tuple[Thing, ...]:
    """The things that belong to a mention where all is said before it; normal ones stand alone."""
    if mention not in spoken:
        return own_before(parsed, things, (mention,), 0)
    return own_before(parsed, things, spoken, spoken.index(mention))


def sided(
    parsed: Parsed, sites: tuple[Site, ...], mention: Mention, spoken: tuple[Mention, ...]
) -> tuple[Site, ...]:
    """A mention's sites; those without a side have the one that stands before its verb.

    "Üst lobda fibrotik bantlar sağda izlenmiştir." Beside a lung "solda" is the other one: "sağ
    akciğerde iki, solda üç nodül".
    """
    if not sites:
        return sites
    plain = _plain_sides(parsed, mention)
    if any(site.side is not None for site in sites):
        floor = floor_of(mention, spoken)
        named = sides_of(sites)
        return sites + tuple(
            Site(hit.first, hit.last, side_of(hit), None)
            for hit in plain
            if floor <= hit.first < mention.first
            and is_beside(parsed.surface(hit.last - 1), parsed.language)
            and hit.entry.meaning not in (*named, "bilateral")
        )
    plain = [hit for hit in plain if hit.first >= mention.last]
    told = before_in_turn(parsed, plain, mention, spoken)
    if len({side_of(hit) for hit in told}) != 1:
        return sites
    return tuple(site._replace(side=side_of(told[0])) for site in sites)


def on_own_side(
    parsed: Parsed, mention: Mention, spoken: tuple[Mention, ...], paths: tuple[str, ...]
) -> tuple[str, ...]:
    """A mention's paths, on its own side where its place was named before another finding.

    "Sağ böbrekte taş, solda kist": the cyst is in the left kidney.
    """
    if not parsed.verb_last:
        return paths
    floor = floor_of(mention, spoken)
    if not floor or any(p.first >= floor for p in mention.places):
        return paths
    own = _sides_ahead(parsed, mention, spoken)
    if len(own) != 1:
        return paths
    side = own.pop()
    tree = anatomy()
    swapped = [(path, f"{side} {tree.leaf(path).partition(' ')[2]}") for path in paths]
    return tuple(tree.path_of(n) if tree.is_mask_name(n) else path for path, n in swapped)


def _plain_sides(parsed: Parsed, mention: Mention) -> list[Hit]:
    """The sides that are no other organ's, and not where it is most.

    "Solda" is where something is, also before an organ's name; "sol" may be the organ's.
    """
    others = _of_other_organs(parsed, _top(mention))
    hits = parsed.sides
    return [
        h
        for h in hits
        if not emphasised(parsed, h.first)
        and (h.last not in others or is_beside(parsed.surface(h.last - 1), parsed.language))
    ]


def _sides_ahead(parsed: Parsed, mention: Mention, spoken: tuple[Mention, ...]) -> set[str]:
    """The sides between the mention before and this one: a lobe takes no other finding's side."""
    floor = floor_of(mention, spoken)
    ahead = [h for h in _plain_sides(parsed, mention) if floor <= h.first < mention.last]
    return _single({hit.entry.meaning for hit in ahead})


def _nearby_sides(parsed: Parsed, mention: Mention, spoken: tuple[Mention, ...]) -> set[str]:
    """Sides said of a mention without a site: right before it, else after it, else before."""
    if parsed.verb_last:
        plain = _plain_sides(parsed, mention)
        return _single(
            {hit.entry.meaning for hit in before_in_turn(parsed, plain, mention, spoken)}
        )
    if not side_words(parsed):
        return set()
    adjectives = adjective_sides(parsed, mention, spoken)
    if adjectives or (_top(mention) in _UNPAIRED and not _is_device(mention)):
        return adjectives
    limit = limit_of(parsed, mention, spoken)
    floor = floor_of(mention, spoken)
    topic = min([m.first for m in spoken], default=mention.first)
    words = [
        hit
        for hit in side_words(parsed)
        if hit.first < limit
        and (hit.first >= floor or hit.last <= topic)
        and not _owned(parsed, hit, mention, spoken)
        and (hit.entry.meaning == "bilateral" or not emphasised(parsed, hit.first))
    ]
    if not words:
        return set()
    listing = parsed.grammar.listing
    ahead = [h for h in words if floor <= h.first and h.last <= mention.first]
    if floor:
        ahead = [
            h
            for h in ahead
            if (listing | _CUT).isdisjoint(parsed.words[h.last : mention.first])
            or _begins(parsed, h, mention.first)
        ]
    after = _after(parsed, [h for h in words if mention.first <= h.first < limit], mention, spoken)
    follows = limit < len(parsed.words)
    parted = bool(after) and parsed.any_word(mention.last, after[0].first, listing | {";"})
    parted = parted and follows
    if ahead and (not after or parted):
        return _single({hit.entry.meaning for hit in ahead})
    if after and not (parted and _sided_first(parsed, after[-1], spoken)):
        return _single({hit.entry.meaning for hit in after})
    first = [
        h for h in words if h.last <= topic and not parsed.any_word(h.last, mention.first, _CUT)
    ]
    return _single({hit.entry.meaning for hit in first})


def _is_device(mention: Mention) -> bool:
    return (findings().types[mention.type].code or "").startswith(_DEVICES)


def _access_sides(parsed: Parsed, mention: Mention, spoken: tuple[Mention, ...]) -> set[str]:
    """The sides that a device with its tip in the heart has: "left", "from the left subclavian".

    None are those of the heart's chambers.
    """
    limit = limit_of(parsed, mention, spoken)
    known = places().places
    chambers = {p.first for p in parsed.places if _HEART in known[p.entry.meaning].tops}
    behind = [
        hit
        for hit in side_words(parsed)
        if mention.first <= hit.first < limit and hit.last not in chambers
    ]
    named = {hit.entry.meaning for hit in _after(parsed, behind, mention, spoken)}
    # "On the left with a lead in the right ventricle": the left is of what has the lead.
    led = parsed.any_word(mention.first - _SIDE_REACH, mention.first, parsed.grammar.with_)
    own = set() if led else adjective_sides(parsed, mention, spoken)
    return own or _single(named)


def floor_of(mention: Mention, spoken: tuple[Mention, ...]) -> int:
    """The token behind the mention before this one, 0 where none is before."""
    return max([m.last for m in spoken if m.last <= mention.first], default=0)


def limit_of(parsed: Parsed, mention: Mention, spoken: tuple[Mention, ...]) -> int:
    """The first token of the next mention that no lone "and" joins to this one."""
    last = mention.last
    behind = [m for m in spoken if m.first >= last]
    for following in sorted(behind, key=lambda m: m.first) if behind else ():
        gap = parsed.words[last : following.first]
        if len(gap) != 1 or gap[0] not in parsed.grammar.joint:
            return following.first
        last = following.last
    return len(parsed.words)


def _begins(parsed: Parsed, side: Hit, first: int) -> bool:
    """Whether "on the left," stands before the words that lead a mention."""
    grammar = parsed.grammar
    leading = parsed.words[max(0, side.first - 2) : side.first]
    led = not (grammar.on | grammar.in_ | grammar.at).isdisjoint(leading)
    comma = parsed.words[side.last : side.last + 1] == (",",)
    return led and comma and grammar.listing.isdisjoint(parsed.words[side.last + 1 : first])


def _after(
    parsed: Parsed, hits: list[Hit], mention: Mention, spoken: tuple[Mention, ...]
) -> list[Hit]:
    """The sides after a mention, up to one that leads the next mention or a new clause."""
    out = []
    for hit in hits:
        if _leads(parsed, hit, spoken) or parsed.any_word(mention.last, hit.first, _CUT):
            break
        out.append(hit)
    return out


def _sided_first(parsed: Parsed, side: Hit, spoken: tuple[Mention, ...]) -> bool:
    """Whether a side begins the clause of the next mention: "... and on the left nodules"."""
    following = [m.first for m in spoken if m.first >= side.last]
    if not following:
        return False
    ends = parsed.grammar.joint | {";"}
    return not parsed.any_word(side.last, following[0], ends)


def _leads(parsed: Parsed, side: Hit, spoken: tuple[Mention, ...]) -> bool:
    """Whether a side is the adjective of the next mention: "effusion and left pneumothorax"."""
    near = [m.first for m in spoken if 0 <= m.first - side.last <= _SIDE_REACH]
    if not near:
        return False
    grammar = parsed.grammar
    if parsed.any_word(side.first - 2, side.first, grammar.on | grammar.in_ | grammar.at):
        return False
    parting = grammar.listing | grammar.with_ | {";", "."}
    return not all(parsed.any_word(side.last, first, parting) for first in near)


def _owned(parsed: Parsed, side: Hit, mention: Mention, spoken: tuple[Mention, ...]) -> bool:
    """Whether a side belongs to another finding's own words, an organ or a neighbour."""
    if len(spoken) > 1 and [
        m for m in spoken if m.first <= side.first < m.last and m is not mention
    ]:
        return True
    if mention.first <= side.first < mention.last:
        return False
    if in_normal_clause(parsed, mention, side) or is_excepted(parsed, mention, side):
        return True
    for place in parsed.places:
        if 0 <= place.first - side.last <= 1 or place.first <= side.first < place.last:
            if parsed.any_word(side.last, place.first, parsed.grammar.listing):
                continue
            if place.first in [own.first for own in mention.places] or _is_home(mention, place):
                continue
            if (
                place.first in _of_other_organs(parsed, _top(mention))
                or _of_one_alike(place, mention, spoken)
                or beside(parsed, place)
                or place.entry.meaning in _PARTS
            ):
                return True
    return False


def _of_one_alike(place: Hit, mention: Mention, spoken: tuple[Mention, ...]) -> bool:
    """Whether a place is what the same words name at, "no mass in the spleen and both kidneys"."""
    alike = [m for m in spoken if m is not mention and m.hit == mention.hit]
    return any(place.first == own.first for m in alike for own in m.places)


def _is_home(mention: Mention, place: Hit) -> bool:
    """Whether findings of a mention's type lie at a place by their nature.

    What lies in the airways and closes a bronchus is in that bronchus.
    """
    home, paths = findings().types[mention.type].anatomy, places().places[place.entry.meaning].paths
    return home in paths or (home == _AIRWAYS and any(p.startswith(home) for p in paths))


@once
def _of_other_organs(parsed: Parsed, top: str) -> set[int]:
    """The first tokens of places, and those before them, in organs that do not go with a region."""
    own = [p.first for p in parsed.places if _is_other_organ(p.entry.meaning, top)]
    return {*own, *[first - 1 for first in own]}


@lru_cache(maxsize=1 << 10)
def _is_other_organ(key: str, top: str) -> bool:
    """Whether a place is in an organ that findings of a top region cannot be in.

    The chest's halves and its wall have no side of their own: they are the body's.
    """
    regions = places().places[key].tops
    chest = top in _CHEST and regions <= _CHEST
    return bool(top) and top not in _BODY | regions and not chest and regions != _BODY


def _top(mention: Mention) -> str:
    return anatomy().top_region(findings().types[mention.type].anatomy)


def _single(sides: set[str]) -> set[str]:
    return {"right", "left"} if "bilateral" in sides else sides


def adjective_sides(parsed: Parsed, mention: Mention, spoken: tuple[Mention, ...]) -> set[str]:
    """Sides right before a mention: "small left and trace right pleural effusion" has both."""
    edge = mention.first
    hits = [hit for hit in side_words(parsed) if hit.last <= edge]
    if not hits or edge - hits[-1].last > _SIDE_REACH or mention.named is not None:
        return set()
    floor = floor_of(mention, spoken)
    parting = _parting(parsed.language)
    close: set[str] = set()
    for hit in reversed(hits):
        if hit.first < floor or edge - hit.last > _SIDE_REACH:
            break
        listed = not close and parsed.any_word(hit.last, edge, parsed.grammar.listing)
        parted = listed or parsed.any_word(hit.last, edge, parting)
        if parted or _owned(parsed, hit, mention, spoken):
            break
        close.add(hit.entry.meaning)
        edge = hit.first
    return _single(close)


@lru_cache(maxsize=8)
def _parting(language: str) -> frozenset[str]:
    """The words behind a side that is no adjective of what follows."""
    own = grammar(language)
    return own.lung | own.lobe | own.segment | own.in_ | own.on | _CUT
