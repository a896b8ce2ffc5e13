"""What a sentence says of another place by pointing at the findings before it.

"There is a similar appearance in the left upper lobe." tells the findings of the sentence before
once more, there; "in the same segment" gives a finding their place.
"""

from __future__ import annotations

from typing import Final

from groundct.core.report import Cue, Finding, Laterality
from groundct.reports._rules.american.wording import worded
from groundct.reports._rules.discourse.ellipsis import Before
from groundct.reports._rules.places.link import exact
from groundct.reports._rules.places.site import Site, site_paths
from groundct.reports._rules.presence.scope import presence_of
from groundct.reports._rules.reading import SAME_PLACE, SIMILAR, SentenceReading
from groundct.vocabulary.findings import findings
from groundct.vocabulary.lexicon import Hit

_LUNG: Final = "lung/lung"


def told_again(
    before: Before, found: tuple[Finding, ...], said: SentenceReading
) -> tuple[Finding, ...]:
    """A sentence's findings, with those of ``before`` that it tells again or takes a place from."""
    if said.points == SIMILAR:
        # "A lesion of similar appearance" is a finding of its own.
        return found or _similar(before, said)
    spots = {(f.anatomy, f.laterality, f.lung_segments) for f in _of_lung(before)}
    if len(spots) != 1:
        return found
    anatomy, side, segments = spots.pop()
    hit = _hit(said, SAME_PLACE)
    out = []
    for finding in found:
        if finding.presence != "absent" and finding.laterality is None and _is_bare(finding):
            cues = (*finding.cues, _cue(said, hit))
            moved = finding.changed(
                anatomy=anatomy, laterality=side, lung_segments=segments, cues=cues
            )
            finding = worded(moved, said.text, said.language)
        out.append(finding)
    return tuple(out)


def _similar(before: Before, said: SentenceReading) -> tuple[Finding, ...]:
    """The lung findings of the sentence before at the sites of this one."""
    alike = _of_lung(before)
    if not alike:
        return ()
    hit = _hit(said, SIMILAR)
    presence = presence_of(said.parsed, hit.first, hit.last)[0]
    if not said.sites or presence == "absent":
        return ()
    paths = exact([path for site in said.sites for path in site_paths(site)])
    segments = tuple(dict.fromkeys(name for site in said.sites for name in site.segments))
    copies = (
        finding.changed(
            presence=presence if finding.presence == "present" else finding.presence,
            span=said.parsed.span_of(hit.first, hit.last),
            anatomy=paths,
            laterality=_side(said.sites),
            lung_segments=segments,
            measurements=(),
            count=None,
            refers_to_prior=False,
            change=None,
            relations=(),
            remarks=(),
            cues=(_cue(said, hit),),
        )
        for finding in alike
    )
    return tuple(worded(copy, said.text, said.language) for copy in copies)


def _of_lung(before: Before) -> list[Finding]:
    """The findings of a sentence that are there and of the lungs by their type."""
    return [
        finding
        for finding in before.findings
        if finding.presence != "absent" and findings().types[finding.type].anatomy == _LUNG
    ]


def _is_bare(finding: Finding) -> bool:
    return finding.anatomy == (_LUNG,) and findings().types[finding.type].anatomy == _LUNG


def _side(sites: tuple[Site, ...]) -> Laterality | None:
    sides = {side for site in sites for side in site.sides}
    if len(sides) > 1:
        return "bilateral"
    return next((side for side in ("right", "left") if side in sides), None)


def _hit(said: SentenceReading, meaning: str) -> Hit:
    return next(hit for hit in said.parsed.relations if hit.entry.meaning == meaning)


def _cue(said: SentenceReading, hit: Hit) -> Cue:
    span = said.parsed.span_of(hit.first, hit.last)
    return Cue(span=span, role=hit.entry.meaning, entry=hit.entry.entry_id)
