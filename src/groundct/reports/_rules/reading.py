"""What one sentence says by itself. Spans count from its first character.

Reports of one register repeat their sentences, so readings are kept and used again; the bound on
how many keeps memory even. New sentences of many reports are read together, a step at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from groundct.core.report import Finding, Rewrite
from groundct.reports._rules.american.rewriting import american_text, rewrites_of
from groundct.reports._rules.answered import answers_by_side
from groundct.reports._rules.build import all_mentions, findings_in_steps
from groundct.reports._rules.continued import Again, Loose, again_of, loose_of
from groundct.reports._rules.details.measures import takes_size_back
from groundct.reports._rules.doubts import doubts_of
from groundct.reports._rules.kept import Recent
from groundct.reports._rules.opacities import any_marked
from groundct.reports._rules.places.attach import Words
from groundct.reports._rules.places.link import paths_of, regions_of
from groundct.reports._rules.places.sites import Site, lung_sites
from groundct.reports._rules.told_on import told_on
from groundct.reports._rules.words.labels import heading_of
from groundct.reports._rules.words.parsed import (
    MASK,
    Parsed,
    parse,
    parse_in_steps,
    pointing,
    sides_named,
)
from groundct.reports._rules.words.steps import Steps, at_once, in_step
from groundct.vocabulary.places import GENERAL

_KEPT_PARSED = 4
"""Rules ask again for the sentence that is being put into its report, and for the one before."""
_TOGETHER: Final = 128
"""So many sentences take each step together: fewer gain less, more of them crowd out each other."""
_OPENING = 6
_SEEN: Final = frozenset(("lesion", "metastasis", "calcification", "granuloma", "fluid_collection"))
"""Types that are somewhere, and of which the type itself says nowhere."""
SIMILAR: Final = "similar"
"""The role of words such as "a similar appearance"."""
SAME_PLACE: Final = "same_place"
"""The role of words such as "in the same segment"."""
_POINTS: Final = frozenset((SIMILAR, SAME_PLACE))


class SentenceReading(NamedTuple):
    """A sentence's findings and regions; ``regions`` None: those of the one before.

    ``standardized`` is what it says in American radiology English; ``sides`` those that it names,
    of whatever it speaks; ``clashes``: it names a lobe that the lung of its side has not;
    ``points_back``: it says "in this location" or so; ``sideless``: it names a lobe or a segment,
    and no side; ``completes``: it says "It is wider than normal." and no more;
    ``points`` is `SIMILAR` or `SAME_PLACE` where its words point at the findings before;
    ``explains``: it says what "the described findings" or "it" may be; ``heading``: the place of
    the heading that it begins with, "" where that names none or several; ``general``: it names a
    finding by a general word, and no place; ``places``: the keys of the places that it names;
    ``placed``: it names one, a lung site, or one in a preamble; ``of_it``: it begins with "it" or
    "First, it", and not with "these findings"; ``marked``: it names opacities, or what they are
    taken for; ``nowhere``: it names a finding, and no place where it may lie; ``amends``: it begins
    with "Addendum:" or takes a size back. Entries, sites and doubts are looked up again when
    asked for: few are, and readings are many.
    """

    text: str
    language: str
    findings: tuple[Finding, ...]
    regions: tuple[str, ...] | None
    anatomy: tuple[str, ...]
    rewrites: tuple[Rewrite, ...]
    standardized: str
    loose: Loose
    again: Mapping[int, Again]
    sides: frozenset[str]
    clashes: bool
    points_back: bool
    sideless: bool
    completes: bool
    points: str
    explains: bool
    heading: str | None
    general: bool
    places: tuple[str, ...]
    placed: bool
    of_it: bool
    marked: bool
    nowhere: bool
    amends: bool

    @property
    def parsed(self) -> Parsed:
        """All vocabulary entries that were found in it."""
        return _parsed(self.text, self.language)[0]

    @property
    def sites(self) -> tuple[Site, ...]:
        """The lung sites that it names."""
        return _parsed(self.text, self.language)[1]

    @property
    def doubts(self) -> tuple[str, ...]:
        """The reasons why rules may have misread it, none for most sentences."""
        return _doubts(self.text, self.language)

    def anatomy_in(self, regions: tuple[str, ...]) -> tuple[str, ...]:
        """The most exact anatomy paths that it names inside the regions it is given."""
        if regions == self.regions:
            return self.anatomy
        if not (self.placed or any(finding.anatomy for finding in self.findings)):
            return ()
        return paths_of(self.parsed, self.sites, self.findings, regions)


@lru_cache(maxsize=_KEPT_PARSED)
def _parsed(text: str, language: str) -> tuple[Parsed, tuple[Site, ...]]:
    parsed = parse(text, language)
    return parsed, lung_sites(parsed)


@lru_cache(maxsize=_KEPT_PARSED)
def _doubts(text: str, language: str) -> tuple[str, ...]:
    parsed, sites = _parsed(text, language)
    return doubts_of(parsed, sites, sides_named(parsed), read_sentence(text, language).findings)


READINGS: Final[Recent[tuple[str, str], SentenceReading]] = Recent(1 << 16)
"""By a sentence's text and language."""


def read_sentence(text: str, language: str) -> SentenceReading:
    """Read a sentence; findings have no id yet and sentence index 0."""
    said = READINGS.get((text, language))
    if said is None:
        said = at_once(_read_in_steps(text, language))
        READINGS.keep((text, language), said)
    return said


def read_ahead(sentences: Iterable[tuple[str, str]]) -> None:
    """Read those of many sentences together that are new: texts, and their languages.

    This is quicker. One that cannot be read is left to who asks for it.
    """
    # Sentences that begin alike stand together: what one has looked up is near for the next.
    new = sorted(own for own in dict.fromkeys(sentences) if READINGS.get(own) is None)
    for first in range(0, len(new), _TOGETHER):
        some = new[first : first + _TOGETHER]
        readings = in_step([_read_in_steps(*own) for own in some])
        for own, said in zip(some, readings, strict=True):
            if isinstance(said, SentenceReading):
                READINGS.keep(own, said)


def _read_in_steps(text: str, language: str) -> Steps[SentenceReading]:
    parsed = yield from parse_in_steps(text, language)
    yield
    sites = lung_sites(parsed)
    words = Words(parsed, sites)
    yield
    mentions = all_mentions(parsed)
    yield
    found = answers_by_side(parsed, _findings) if ":" in text else ()
    found = found or (yield from findings_in_steps(words, mentions))
    if parsed.verb_last:
        found = told_on(parsed, found, _findings)
    yield
    regions = regions_of(parsed, mentions)
    rewrites = rewrites_of(parsed)
    yield
    anatomy = paths_of(parsed, sites, found, regions or ())
    yield
    sides = sides_named(parsed)
    of_it = not parsed.grammar.pronoun.isdisjoint(parsed.words[:_OPENING])
    unplaced = bool(found) and not (sites or parsed.places)
    nowhere = unplaced and not sides
    return SentenceReading(
        text=text,
        language=language,
        findings=found,
        regions=regions,
        anatomy=anatomy,
        rewrites=rewrites,
        standardized=american_text(text, rewrites),
        loose=loose_of(words, mentions, found),
        again=again_of(parsed, mentions),
        sides=sides,
        clashes=bool(sites) and any(site.clashes for site in sites),
        points_back=bool(found and parsed.relations) and pointing(parsed) is not None,
        sideless=bool(found) and not sides and _is_sideless(parsed, sites),
        completes=of_it and not parsed.places and _completes(parsed, found),
        points=_points(parsed) if parsed.relations else "",
        explains=nowhere and _explains(parsed),
        heading=heading_of(parsed) if ":" in text else None,
        general=unplaced and _is_general(parsed),
        places=tuple([hit.entry.meaning for hit in parsed.places]),
        placed=bool(sites or parsed.places) or MASK in parsed.words,
        of_it=of_it and bool(found) and not _refers_back(parsed),
        marked=any_marked(found),
        nowhere=nowhere and any(map(is_nowhere, found)),
        amends=bool(found) and _amends(parsed),
    )


def _points(parsed: Parsed) -> str:
    """`SIMILAR` or `SAME_PLACE` where a sentence's words point so at the findings before."""
    return next((h.entry.meaning for h in parsed.relations if h.entry.meaning in _POINTS), "")


def _amends(parsed: Parsed) -> bool:
    """Whether a sentence begins with "Addendum:", or says "8 mm, not 18 mm"."""
    if not parsed.grammar.amends.isdisjoint(parsed.words[:1]):
        return ":" in parsed.words[:_OPENING]
    return bool(parsed.cues["negation"]) and takes_size_back(parsed)


def _findings(text: str, language: str) -> tuple[Finding, ...]:
    return read_sentence(text, language).findings


def _is_general(parsed: Parsed) -> bool:
    """Whether a sentence names a finding by a general word."""
    return any(hit.entry.meaning[:1] == GENERAL for hit in parsed.findings)


def _completes(parsed: Parsed, found: tuple[Finding, ...]) -> bool:
    """Whether a sentence says a general word of "it" alone, which is a finding at some places."""
    if parsed.grammar.pronoun.isdisjoint(parsed.words[:1]):
        return False
    said = {hit.entry.meaning for hit in parsed.findings}
    unnamed = all(not finding.anatomy and finding.presence == "present" for finding in found)
    return any(head.startswith(GENERAL) for head in said) and unnamed


def _explains(parsed: Parsed) -> bool:
    """Whether a sentence begins with "it" or "the described findings"."""
    start = next((n for n, word in enumerate(parsed.words) if word.isalnum()), 0)
    return parsed.words[start] in parsed.grammar.pronoun or any(
        hit.first == start and hit.entry.meaning in ("again", "refers")
        for hit in parsed.found.get("remarks", ())
    )


def is_nowhere(finding: Finding) -> bool:
    """Whether a finding is there, and neither its sentence nor its type says where."""
    return not finding.anatomy and finding.type in _SEEN and finding.presence != "absent"


def _refers_back(parsed: Parsed) -> bool:
    """Whether a sentence speaks of "these findings"."""
    return any(hit.entry.meaning == "again" for hit in parsed.found.get("remarks", ()))


def _is_sideless(parsed: Parsed, sites: tuple[Site, ...]) -> bool:
    """Whether a sentence without a side names lobes that have none, or no lobe and a segment."""
    grammar = parsed.grammar
    if not grammar.elsewhere.isdisjoint(parsed.words):
        return False
    if sites:
        return all(
            site.side is None and site.level in ("upper", "lower") and not _is_spread(parsed, site)
            for site in sites
        )
    return not grammar.segment.isdisjoint(parsed.words)


def _is_spread(parsed: Parsed, site: Site) -> bool:
    """Whether a site is but where a thing is most: "upper lobe predominant"."""
    beside = (*parsed.words[max(site.first - 1, 0) : site.first], *parsed.words[site.last :][:1])
    return not parsed.grammar.spread.isdisjoint(beside)
