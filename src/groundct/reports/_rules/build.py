"""From a parsed sentence to findings with site, side, sizes and the cues that fired."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from groundct.core.report import Cue, Finding, Laterality, Presence, Span, span_at
from groundct.reports._rules.american.standard import standard_words
from groundct.reports._rules.american.told import Told
from groundct.reports._rules.american.wording import own_words
from groundct.reports._rules.details.details import Details, details_in_steps
from groundct.reports._rules.in_turn import SIDES, in_turn
from groundct.reports._rules.mention.again import with_again
from groundct.reports._rules.mention.apart import exceptions, is_excepted
from groundct.reports._rules.mention.explained import unexplained
from groundct.reports._rules.mention.histories import is_of_history, unhistoric
from groundct.reports._rules.mention.mentions import Mention, mentions_of
from groundct.reports._rules.mention.normal import (
    in_normal_clause,
    normal_mentions,
    statement_of,
)
from groundct.reports._rules.mention.normal_clauses import said_normal
from groundct.reports._rules.places.attach import (
    Words,
    adjective_sides,
    laterality_of,
    on_own_side,
    plain_sites,
    sites_of,
)
from groundct.reports._rules.places.link import exact
from groundct.reports._rules.places.linked import linked_to
from groundct.reports._rules.places.place_paths import paths_of_finding
from groundct.reports._rules.places.relations import relations_of
from groundct.reports._rules.places.side_words import says_most
from groundct.reports._rules.places.site import Site, site_paths
from groundct.reports._rules.presence.scope import presence_of
from groundct.reports._rules.sides_changed import Moves, sides_changed
from groundct.reports._rules.words.parsed import Parsed
from groundct.reports._rules.words.steps import Steps, at_once
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings
from groundct.vocabulary.lexicon import Hit
from groundct.vocabulary.places import places

_SAID_AFTER = {"recommends_before": 3, "history_before": 3}
_IN_LUNGS: Final = "mediastinum/pulmonary artery"
"""Where emboli are: in the lungs, whose sides and segments are theirs."""
_PLEURA: Final = "pleura/pleura"
_LUNG_LIKE = ("lung", "pleura", "trachea and bronchie")
_FINDING: Final = Finding(
    finding_id="f",
    type="",
    category="",
    focal=None,
    presence="present",
    span=Span(start=0, end=1),
    standardized="",
    sentence_indices=(0,),
)
_CUE: Final = Cue(span=Span(start=0, end=1), role="", entry="")
EARLIER: Final = "earlier"
"""The role of a cue that leaves a finding to an earlier examination."""
_ADVICE_ENDS = frozenset(";.)")
_NEAR_SIZE = 3
_DENSITY: Final = "~density"
_MEANINGS = frozenset(("pneumonia", "malignancy", "metastasis"))


def all_mentions(parsed: Parsed) -> tuple[Mention, ...]:
    """Mentions of findings that are not only recommended to be looked for, and ruled-out ones."""
    named = mentions_of(parsed)
    if parsed.again:
        named = with_again(parsed, named)
    if parsed.cues["recommendation"]:
        named = tuple([m for m in named if not _recommended(parsed, m)])
    if parsed.cues["normality"]:
        named = tuple([m for m in named if not _plain(parsed, m)])
    said = unexplained(parsed, unhistoric(parsed, named)) if named else named
    return (*said, *normal_mentions(parsed, said)) if parsed.cues["normality"] else said


def findings_of(words: Words, mentions: tuple[Mention, ...]) -> tuple[Finding, ...]:
    """The findings of a sentence; ids and sentence indices are given later."""
    return at_once(findings_in_steps(words, mentions))


def findings_in_steps(words: Words, mentions: tuple[Mention, ...]) -> Steps[tuple[Finding, ...]]:
    """As `findings_of`, for many sentences together."""
    if not mentions:
        return ()
    parsed = words.parsed
    spoken = mentions
    if parsed.cues["normality"]:
        spoken = tuple([m for m in mentions if m.hit.entry.meaning != "normal"])
    said = [_presence(parsed, mention) for mention in mentions]
    yield
    details = yield from details_in_steps(
        parsed, mentions, spoken, tuple([presence for presence, _ in said])
    )
    if words.sites and len(mentions) > 1:
        denied = [m for m, told in zip(mentions, said, strict=True) if told[0] == "absent"]
        words = Words(parsed, words.sites, frozenset(denied), {})
    near = relations_of(parsed, spoken) if parsed.relations else ()
    yield
    sites = [_sites(words, mention, spoken) if words.sites else () for mention in mentions]
    yield
    parts = [_parts(words, *own, spoken) for own in zip(mentions, sites, strict=True)]
    yield
    lying = zip(mentions, sites, parts, strict=True)
    spots = [_spot(parsed, spoken, *own) for own in lying]
    yield
    first: list[Finding] = []
    others: list[Finding] = []
    sides: list[Laterality | None] = []
    of_each = zip(mentions, spots, said, details, strict=True)
    for number, (mention, spot, told, own) in enumerate(of_each):
        finding = _finding(words, mention, spoken, spot, sides, told, own)
        sides.append(finding.laterality)
        if near and number < len(near) and near[number]:
            finding = finding.changed(relations=near[number])
        first.append(finding)
        several: tuple[Finding, ...] = ()
        if own.changes:
            moves = Moves(told, own.changes, words.sites)
            several = sides_changed(parsed, finding, mention, spoken, moves)
        if not several and (len(spot.sites) > 1 or len(own.measurements) == len(SIDES)):
            several = in_turn(parsed, finding, spot.sites)
        if several:
            # The first of several keeps its mention's number; the others follow behind.
            first[-1], *more = several
            others += more
    return (*first, *others)


class _Spot(NamedTuple):
    """Where a finding lies: its own lung sites, anatomy paths, lung segments and side."""

    sites: tuple[Site, ...]
    paths: tuple[str, ...]
    segments: tuple[str, ...]
    side: Laterality | None


def _finding(
    words: Words,
    mention: Mention,
    spoken: tuple[Mention, ...],
    spot: _Spot,
    sides: Sequence[Laterality | None],
    said: tuple[Presence, Hit | None],
    details: Details,
) -> Finding:
    """A finding among the ``spoken`` ones.

    ``sides`` are those of the findings before; ``said``: presence and its cue.
    """
    parsed = words.parsed
    kind = findings().types[mention.type]
    presence, cue = said
    if details.change == "resolved" and presence == "present":
        presence = "absent"  # It was there, and is no more.
    side = spot.side
    if side is None and any(sides):
        link = linked_to(parsed, words.sites, mention, spoken)
        numbers = [spoken.index(other) for other in link.mentions] if link is not None else []
        side = next((sides[n] for n in numbers if sides[n] is not None), None)
    how_many = details.how_many
    if how_many == 1 and side == "bilateral" and kind.anatomy == _PLEURA:
        how_many = None  # "A pleural effusion on both sides" is two.
    cues = [_cue(parsed, mention.hit, "finding")]
    entries = [mention.hit.entry.entry_id]
    if cue is not None and cue is not mention.hit:
        cues.append(_cue(parsed, cue, EARLIER if cue.entry.meaning == "exam" else presence))
        entries.append(cue.entry.entry_id)
    cues += [_cue(parsed, place, "place") for place in mention.places]
    if details.prior:
        cues += [_cue(parsed, hit, "prior") for hit in details.prior]
    span = parsed.span_of(*statement_of(mention))
    own, plural = own_words(mention.type, span.of(parsed.text), entries, parsed.language)
    told = Told(
        mention.type,
        presence,
        details.change,
        how_many,
        spot.paths,
        side,
        spot.segments,
        details.modifiers,
        own,
        plural,
    )
    shape, sizes = _shape(told), details.measurements
    return shape.changed(
        span=span,
        standardized=standard_words(told, sizes) if sizes else shape.standardized,
        measurements=sizes,
        refers_to_prior=bool(details.prior or details.change) or details.compared,
        remarks=details.remarks,
        cues=tuple(cues),
    )


@lru_cache(maxsize=1 << 13)
def _shape(told: Told) -> Finding:
    """A finding as it is told, at no place of a text and without sizes: many are alike.

    It is made of checked values: nothing is left to check.
    """
    kind = findings().types[told.type]
    return _FINDING.changed(
        type=told.type,
        category=kind.code,
        focal=kind.focal,
        presence=told.presence,
        standardized=standard_words(told, ()),
        anatomy=told.anatomy,
        laterality=told.laterality,
        lung_segments=told.lung_segments,
        count=told.how_many,
        change=told.change,
        modifiers=told.modifiers,
    )


def _sites(words: Words, mention: Mention, spoken: tuple[Mention, ...]) -> tuple[Site, ...]:
    """The lung sites of a mention, of findings of the chest alone."""
    usual = findings().types[mention.type].anatomy
    if not _in_chest(usual) or (not usual and _names_organ(mention)):
        return ()
    parsed = words.parsed
    if parsed.cues["normality"] or (parsed.relations and exceptions(parsed)):
        told = [
            site
            for site in words.sites
            if not in_normal_clause(parsed, mention, site)
            and not is_excepted(parsed, mention, site)
        ]
        if len(told) < len(words.sites):
            words = Words(parsed, tuple(told), words.absent, {})
    found = sites_of(words, mention, spoken)
    if not found or not says_most(parsed):
        return found
    return plain_sites(parsed, found, frozenset(adjective_sides(parsed, mention, spoken)))


def _plain(parsed: Parsed, mention: Mention) -> bool:
    """Whether a mention is but an organ's density, which is normal."""
    return mention.hit.entry.meaning == _DENSITY and said_normal(parsed, mention.hit) is not None


def _presence(parsed: Parsed, mention: Mention) -> tuple[Presence, Hit | None]:
    if mention.hit.entry.meaning == "normal":
        return "absent", mention.hit
    normal = said_normal(parsed, mention.hit) if parsed.cues["normality"] else None
    if normal is not None:
        return "absent", normal
    return presence_of(parsed, mention.first, mention.last)


def _cue(parsed: Parsed, hit: Hit, role: str) -> Cue:
    said = parsed.said
    return _cue_at(said.starts[hit.first], said.ends[hit.last - 1], role, hit.entry.entry_id)


@lru_cache(maxsize=1 << 14)
def _cue_at(start: int, end: int, role: str, entry: str) -> Cue:
    """The cue of words that are known to be there: equal ones are one value."""
    return _CUE.changed(span=span_at(start, end), role=role, entry=entry)


@lru_cache(maxsize=1 << 10)
def _in_chest(path: str) -> bool:
    return not path or path == _IN_LUNGS or anatomy().top_region(path) in _LUNG_LIKE


def _in_lung(path: str) -> bool:
    return anatomy().top_region(path) in ("lung", "pleura")


def _names_organ(mention: Mention) -> bool:
    """Whether a mention's own words name an organ: "operated colon cancer", "tracheostomy"."""
    own = [p for p in mention.places if mention.first <= p.first and p.last <= mention.last]
    paths = [path for place in own for path in places().places[place.entry.meaning].paths]
    return bool(paths) and not any(_in_lung(path) for path in paths)


def _parts(
    words: Words, mention: Mention, sites: tuple[Site, ...], spoken: tuple[Mention, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The anatomy paths and lung segments of a mention with these sites."""
    default = findings().types[mention.type].anatomy
    segments: tuple[str, ...] = ()
    if sites:
        segments = tuple(dict.fromkeys([name for site in sites for name in site.segments]))
        if not default or anatomy().top_region(default) == "lung":
            return exact([path for site in sites for path in site_paths(site)]), segments
    free = mention.places
    if free and words.sites:
        free = tuple([p for p in free if not any(_overlap(p, site) for site in words.sites)])
    # "Upper abdomen: hepatomegaly": the type itself says more than the place.
    wider = anatomy().ancestors(default)
    named = paths_of_finding(words.parsed, mention, free)
    paths = exact([default if path in wider else path for path in named])
    if not paths and default:
        paths = (default,)
    if not sites and words.parsed.verb_last:
        paths = on_own_side(words.parsed, mention, spoken, paths)
    return paths, segments


def _spot(
    parsed: Parsed,
    spoken: tuple[Mention, ...],
    mention: Mention,
    sites: tuple[Site, ...],
    parts: tuple[tuple[str, ...], tuple[str, ...]],
) -> _Spot:
    """Where a mention with these sites, paths and segments lies."""
    paths, segments = parts
    return _Spot(sites, paths, segments, laterality_of(parsed, mention, sites, spoken, paths))


def _overlap(place: Hit, site: Site) -> bool:
    return site.first < place.last and place.first < site.last


def _recommended(parsed: Parsed, mention: Mention) -> bool:
    """Whether a mention only says what to look for, or stands in a history."""
    if not parsed.cues["recommendation"]:
        return False
    for hit in parsed.role("recommendation", "recommends"):
        ended = parsed.any_word(hit.last, mention.first, _ADVICE_ENDS)
        if hit.first < mention.first and not (ended or _seen(parsed, mention)):
            return True
    for role, reach in _SAID_AFTER.items():
        for hit in parsed.role("recommendation", role):
            near = 0 <= hit.first - mention.last <= reach
            if near and not _told_before(parsed, mention, hit.first):
                return True
    return is_of_history(parsed, mention)


def _told_before(parsed: Parsed, mention: Mention, advice: int) -> bool:
    """Whether a mention is told before what advice is for: "kavite, tüberküloz açısından ..."."""
    other = any(mention.last <= hit.first < advice for hit in parsed.findings)
    return parsed.scope_ends(mention.last, advice) or (other and mention.type not in _MEANINGS)


def _seen(parsed: Parsed, mention: Mention) -> bool:
    """Whether advice speaks of something that was seen: "of the nodule", "for the 5 mm nodule".

    "For the infectious process" does not: what findings mean is not seen.
    """
    labels = {h.last for h in parsed.found.get("units", ()) if h.entry.meaning == "label"}
    near = range(max(0, mention.first - _NEAR_SIZE), mention.first)
    if any(parsed.words[n][0].isdigit() and n not in labels for n in near):
        return True
    acts = {hit.last for hit in parsed.role("recommendation", "acts_on")}
    own = _phrase_words(parsed)
    position = mention.first
    while position and position - 1 in own:
        position -= 1
    led = parsed.words[position - 1] in parsed.grammar.article if position else False
    return mention.type not in _MEANINGS and (led or position in acts)


def _phrase_words(parsed: Parsed) -> frozenset[int]:
    """The tokens of words that stand between an article and its noun: sites, sizes, looks."""
    hits = [*parsed.places, *parsed.sides]
    for name in ("sites", "modifiers", "units"):
        hits += parsed.found.get(name, ())
    hits += [h for h in parsed.found.get("remarks", ()) if h.entry.meaning == "again"]
    return frozenset(
        n
        for hit in hits
        for n in range(hit.first, hit.last)
        if parsed.words[n] not in parsed.grammar.article | parsed.grammar.of
    ) | {n for n, word in enumerate(parsed.words) if word[0].isdigit()}
