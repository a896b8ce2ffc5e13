"""Ground a case's reading: each sentence and finding to regions, or the reason why not."""

from __future__ import annotations

from groundct.core.contracts import Candidate
from groundct.core.record import Grounded, Grounding, NotGroundable, Region
from groundct.core.report import Finding, Reading, Sentence
from groundct.core.volume import RegionMask, label_map_of_masks
from groundct.grounding.assign.atlas import Atlas, Missing, Spot
from groundct.grounding.assign.claims import Offer, claim, shared_share
from groundct.grounding.assign.names import lungs_of
from groundct.grounding.assign.outcome import GroundingOutcome, GroundingRequest
from groundct.grounding.assign.places import absent, places_of
from groundct.grounding.assign.regions import region_of_instance, region_of_spot
from groundct.grounding.assign.search import search
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.segments import segments

_NOTHING_FOUND = 0.5
"""What is left of a place's confidence when a candidate was looked for in it and none was found."""

_SAME_REGION_SHARE = 0.7
"""Share of the larger mask from which two findings' candidates are one region."""


class _Book:
    """The regions of a case while they are collected, each once."""

    def __init__(self, atlas: Atlas) -> None:
        self.atlas = atlas
        self.places: dict[str, Region] = {}
        self.instances: dict[str, Region] = {}
        self.masks: dict[str, RegionMask] = {}

    def place(self, spot: Spot) -> str:
        """The region id of a place and of those around it; its region is made when first used."""
        for name in (*_holders(spot.name), spot.name):
            found = spot if name == spot.name else self.atlas.look(name)
            if isinstance(found, Spot):
                key = f"{found.kind}:{found.name}"
                if key not in self.places:
                    self.places[key] = region_of_spot(found, self.atlas.volume)
                    if found.kind == "site":
                        self.masks[key] = found.mask
        return f"{spot.kind}:{spot.name}"

    def candidate(self, finding: Finding, number: int, found: Candidate) -> str:
        """The region id of a candidate: that of an earlier finding's same blob, else a new one.

        An impression speaks of what the findings described; it gets the regions that those have.
        """
        for region in self.instances.values():
            if region.name == finding.type and region.finding_id != finding.finding_id:
                earlier = Candidate(self.masks[region.region_id], 1.0)
                if shared_share(earlier, found) >= _SAME_REGION_SHARE:
                    return region.region_id
        return self.instance(finding, number, found.mask)

    def instance(self, finding: Finding, number: int, mask: RegionMask) -> str:
        """The region id of an instance of a finding, now made."""
        region = region_of_instance(finding, number, mask, self.atlas.volume)
        self.instances[region.region_id] = region
        self.masks[region.region_id] = mask
        return region.region_id


def ground(request: GroundingRequest) -> GroundingOutcome:
    """Ground every sentence and finding of a reading.

    Absent findings and those without a place, mask or view are NotGroundable. The others are
    grounded to instances where the segmenter looks for their category and finds some (or where
    masks are published), else to the place itself, less surely when it was looked for in vain.
    The same request gives the same outcome.
    """
    atlas = Atlas(request.volume, request.organs)
    book = _Book(atlas)
    places = {f.finding_id: places_of(f, atlas) for f in request.reading.findings}
    instances = _instances(request, atlas, places)
    published = {p.finding_id for p in request.published}
    of_finding = {
        finding.finding_id: _ground_finding(
            finding,
            places[finding.finding_id],
            instances.get(finding.finding_id),
            book,
            published=finding.finding_id in published,
        )
        for finding in request.reading.findings
    }
    sentences = tuple(
        _ground_sentence(sentence, request.reading, of_finding, book)
        for sentence in request.reading.sentences
    )
    regions = (*book.places.values(), *book.instances.values())
    masks = label_map_of_masks(
        ((r.region_id, book.masks[r.region_id]) for r in regions if r.kind != "organ"),
        request.volume.geometry,
        request.volume.stored,
    )
    return GroundingOutcome(regions, masks, (*sentences, *of_finding.values()))


def ground_without_volume(reading: Reading) -> tuple[Grounding, ...]:
    """The groundings of a case that has no volume: each says so, or that the finding is absent."""
    detail = "The case has no volume."
    sentences = (
        NotGroundable(target="sentence", target_id=str(s.index), reason="no_volume", detail=detail)
        for s in reading.sentences
    )
    findings = (
        absent(f)
        if f.presence == "absent"
        else NotGroundable(
            target="finding", target_id=f.finding_id, reason="no_volume", detail=detail
        )
        for f in reading.findings
    )
    return (*sentences, *findings)


def _instances(
    request: GroundingRequest, atlas: Atlas, places: dict[str, tuple[Spot, ...] | NotGroundable]
) -> dict[str, tuple[Candidate, ...]]:
    """Instances of the findings that were looked for or published; none found is an empty tuple."""
    out: dict[str, tuple[Candidate, ...]] = {
        p.finding_id: tuple(Candidate(m, 1.0) for m in p.instances if m.count)
        for p in request.published
    }
    offers: list[Offer] = []
    for finding in request.reading.findings:
        spots = places[finding.finding_id]
        if finding.finding_id in out or isinstance(spots, NotGroundable):
            continue
        if finding.category in request.segmenter.categories:
            out[finding.finding_id] = ()
            offers += search(atlas, finding, spots, request.segmenter).offers
    out.update(claim(offers, request.reading))
    return out


def _ground_finding(
    finding: Finding,
    spots: tuple[Spot, ...] | NotGroundable,
    instances: tuple[Candidate, ...] | None,
    book: _Book,
    *,
    published: bool,
) -> Grounding:
    if finding.presence == "absent":
        return absent(finding)
    ids = [] if isinstance(spots, NotGroundable) else [book.place(spot) for spot in spots]
    if instances:
        return Grounded(
            target="finding",
            target_id=finding.finding_id,
            region_ids=_instance_ids(finding, instances, book, published=published),
            method="published" if published else "candidate",
            confidence=max(c.confidence for c in instances),
        )
    if published:
        return NotGroundable(
            target="finding",
            target_id=finding.finding_id,
            reason="no_candidate",
            detail="The published mask holds no voxels.",
        )
    if isinstance(spots, NotGroundable):
        return spots
    searched = instances is not None
    confidence = min(spot.confidence for spot in spots)
    organs = all(spot.kind == "organ" for spot in spots) and not searched
    return Grounded(
        target="finding",
        target_id=finding.finding_id,
        region_ids=tuple(dict.fromkeys(ids)),
        method="organ" if organs else "site",
        confidence=round(confidence * (_NOTHING_FOUND if searched else 1.0), 4),
    )


def _instance_ids(
    finding: Finding, instances: tuple[Candidate, ...], book: _Book, *, published: bool
) -> tuple[str, ...]:
    """One region id an instance, each once; published masks always make their own regions."""
    numbered = enumerate(instances, start=1)
    if published:
        return tuple(book.instance(finding, n, c.mask) for n, c in numbered)
    return tuple(dict.fromkeys(book.candidate(finding, n, c) for n, c in numbered))


def _ground_sentence(
    sentence: Sentence, reading: Reading, of_finding: dict[str, Grounding], book: _Book
) -> Grounding:
    """Its findings' regions, then those of the places that it is linked to."""
    parts = [
        grounding
        for finding in reading.findings
        if sentence.index in finding.sentence_indices
        and isinstance(grounding := of_finding[finding.finding_id], Grounded)
    ]
    names = [anatomy().leaf(path) for path in sentence.anatomy] or list(sentence.regions)
    looked = [book.atlas.look(name) for name in dict.fromkeys(names)]
    spots = [spot for spot in looked if isinstance(spot, Spot)]
    ids = [i for part in parts for i in part.region_ids] + [book.place(spot) for spot in spots]
    target_id = str(sentence.index)
    if ids:
        sure = [part.confidence for part in parts] + [spot.confidence for spot in spots]
        methods = {part.method for part in parts} | {spot.kind for spot in spots}
        ranked = ("published", "candidate", "site", "organ")
        return Grounded(
            target="sentence",
            target_id=target_id,
            region_ids=tuple(dict.fromkeys(ids)),
            method=next(m for m in ranked if m in methods),
            confidence=min(sure),
        )
    missing = next((place for place in looked if isinstance(place, Missing)), None)
    if missing is not None:
        return NotGroundable(
            target="sentence", target_id=target_id, reason=missing.reason, detail=missing.detail
        )
    return NotGroundable(
        target="sentence",
        target_id=target_id,
        reason="whole_scan",
        detail="The sentence names no place.",
    )


def _holders(name: str) -> tuple[str, ...]:
    """The lobe and lung around a part of the lung, outermost first."""
    lungs = lungs_of(name)
    if len(lungs) != 1 or name in lungs or "pleura" in name:
        return ()
    lobes = tuple(segment.lobe for segment in segments() if segment.name == name)
    return (*lungs, *lobes)
