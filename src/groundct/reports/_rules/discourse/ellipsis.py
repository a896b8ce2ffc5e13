"""What a sentence leaves out because the one before it says it: a side, a lobe, an organ.

"A nodule in the right upper lobe. There is another in the lower lobe, in its superior segment." A
side and a lobe are taken over only where nothing else can be meant: the findings of the sentence
before lie in one lung, and this one names no side.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from groundct.core.report import Finding
from groundct.reports._rules.american.wording import worded
from groundct.reports._rules.details.measures import measurements_of
from groundct.reports._rules.places.link import exact
from groundct.reports._rules.places.segment_sites import with_segments
from groundct.reports._rules.places.site import Site
from groundct.reports._rules.reading import SentenceReading, read_sentence
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.places import places

_WHOLE: Final = "lung/lung"
_LUNG: Final = "lung"
Side = Literal["right", "left"]
_SIDES: Final[tuple[Side, ...]] = ("right", "left")
_ALL_OF_IT: Final = frozenset(("mediastinum", "mediastinum/mediastinal tissue"))
"""Where vessels lie: "the aorta in the mediastinum" names one organ."""
_LEVELS: Final = ("upper", "middle", "lower")


class Before(NamedTuple):
    """The sentence before, and its findings as they were told.

    ``named``: where it names no place and nothing that is seen, the last one that did: advice, and
    what findings may mean, stand between two sentences of one lung. ``heading``: the place that
    the heading above it names, "" for none; ``lung``: the side of a lung that heads the lines that
    it stands among.
    """

    said: SentenceReading
    findings: tuple[Finding, ...]
    named: Before | None = None
    heading: str = ""
    lung: Side | None = None


def lung_above(before: Before | None, said: SentenceReading) -> Side | None:
    """The side of the lung that heads the lines of a sentence: "RIGHT LUNG:" alone on its line."""
    if said.heading == _LUNG and len(said.sides) == 1 and said.text.endswith(":"):
        return "right" if "right" in said.sides else "left"
    above = before.lung if before is not None else None
    ended = said.heading not in (None, _LUNG) or (above and not said.sides <= {above})
    return None if ended else above


def completed(before: Before | None, text: str, language: str) -> Finding | None:
    """The one finding that a sentence with sizes and the next say together, read as one sentence.

    "The aortic arch is 41 mm. It is wider than normal." ``text`` holds both.
    """
    if before is None or before.findings:
        return None
    named = {places().places[key].paths[0] for key in before.said.places}
    if len(named - _ALL_OF_IT) != 1 or not measurements_of(before.said.parsed):
        return None
    found = read_sentence(text, language).findings
    return found[0] if len(found) == 1 and found[0].presence != "absent" else None


class _Lung(NamedTuple):
    """The lung that a sentence's findings lie in, and their lobe's level where it is one."""

    side: Side
    level: str | None


def sided(
    before: Before, findings: tuple[Finding, ...], said: SentenceReading
) -> tuple[Finding, ...]:
    """A sentence's findings; those in a lobe or segment without a side are placed by ``before``."""
    free = [f for f in findings if f.anatomy and f.laterality is None and f.presence != "absent"]
    lung = _Lung(before.lung, None) if before.lung else None
    lung = lung or (_lung(before.named or before) if free else None)
    if lung is None:
        return findings
    sites = _sites(said, lung)
    return tuple(_placed(finding, sites, said) for finding in findings)


def _lung(before: Before) -> _Lung | None:
    """The one lung of a sentence's findings, None where they lie in two or elsewhere too."""
    there = [f for f in before.findings if f.presence != "absent"]
    paths = [path for f in there for path in f.anatomy]
    if not there or any(f.laterality != there[0].laterality or not f.anatomy for f in there):
        return None
    for side in _SIDES:
        own = anatomy().path_of(f"{side} lung")
        if there[0].laterality == side and all(path.startswith(own) for path in paths):
            levels = {
                level for level in _LEVELS for path in paths if path.endswith(f"{level} lobe")
            }
            deep = all(path != own for path in paths)
            only = before.said.sides <= {side}
            level = levels.pop() if deep and len(levels) == 1 else None
            return _Lung(side, level) if only else None
    return None


def _sites(said: SentenceReading, lung: _Lung) -> dict[str, Site]:
    """The sites of a sentence in a lung, by the path that each had without it."""
    sites = said.sites
    if sites:
        anchors = [site._replace(side=lung.side) for site in sites]
        found = with_segments(said.parsed, anchors, ())
        return {site._replace(side=None).path: site for site in found}
    if lung.level is None:
        return {}
    found = with_segments(said.parsed, [Site(0, 0, lung.side, lung.level)], ())
    return {_WHOLE: found[0]} if len(found) == 1 and found[0].segments else {}


def _placed(finding: Finding, sites: dict[str, Site], said: SentenceReading) -> Finding:
    """A finding at the sites of its places, itself where it has a side or other places."""
    own = [sites[path] for path in finding.anatomy if path in sites]
    sure = finding.presence != "absent" and finding.laterality is None
    if not own or len(own) != len(finding.anatomy) or not sure:
        return finding
    segments = tuple(dict.fromkeys(name for site in own for name in site.segments))
    moved = finding.changed(
        anatomy=exact([site.path for site in own]),
        laterality="left" if own[0].side == "left" else "right",
        lung_segments=segments,
    )
    return worded(moved, said.parsed.text, said.language)
