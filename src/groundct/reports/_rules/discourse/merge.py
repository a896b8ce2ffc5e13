"""Bring findings of several sentences together where they speak of one thing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from groundct.core.report import Finding, Measurement, Report
from groundct.reports._draft import DraftFinding
from groundct.reports._rules.american.wording import worded_as
from groundct.reports._rules.continued import Again
from groundct.reports._rules.discourse.joining import (
    adds,
    is_several,
    joined,
    sides_of,
    upwards,
)
from groundct.reports._rules.discourse.meaning import spot_of
from groundct.reports._rules.discourse.repeating import covers, is_named_alike, is_one, repeated
from groundct.reports._rules.opacities import is_meaning, is_open
from groundct.vocabulary.findings import findings

_MOST_COMPARED = 100
_ONCE = frozenset(
    (
        *("cardiomegaly", "coronary_calcification", "pericardial_effusion", "hiatal_hernia"),
        *("hepatomegaly", "hepatic_steatosis", "splenomegaly", "scoliosis"),
    )
)
"""Types that a patient has once: the heart is enlarged, and enlarged again in the next sentence."""
_OF_ORGANS = frozenset(("organomegaly", "vascular_dilatation"))
"""Types whose words name several organs at once: "hepatosplenomegaly", which is not of one."""
_NOT_OF_ONE = "organomegaly"
_TOO_LARGE = frozenset(
    (
        *("aortic_aneurysm", "pulmonary_artery_dilatation", "vascular_dilatation"),
        *("hepatomegaly", "splenomegaly", "thyroid_enlargement"),
    )
)
"""Types whose size is their organ's."""
_ANY = frozenset(("lesion", "lung_lesion"))
"""Types of words that may stand for whatever was found."""
_MOST_BEFORE = 8
_NEAR = 2
"""Sentences back to which "the described nodule" points."""


class Context(NamedTuple):
    """What merging needs to know of a report's sentences.

    ``impression``: the sides that each sentence of the impression names, by its index; ``again``:
    the findings, by number, that their words call known, "the described nodule"; ``meant``: of
    what is taken for pneumonia, the numbers of the opacities that are, the best answer first;
    ``measured``: the sentences and sizes of organs at which no finding was named, by the entry or
    the words of their place.
    """

    impression: Mapping[int, frozenset[str]]
    again: Mapping[int, Again]
    meant: Mapping[int, tuple[tuple[int, ...], ...]]
    measured: Mapping[str, Sequence[tuple[int, Measurement]]]


def merged(
    found: Iterable[DraftFinding], context: Context, report: Report
) -> tuple[DraftFinding, ...]:
    """The findings of a report; one that repeats earlier ones adds its details to them.

    An earlier finding is repeated in the impression, or by words such as "the described nodule",
    under its own type or a wider one, on its side. One that adds a size, a side, a place or a
    segment, or is there where the other is but possible, repeats it only where no other finding
    can be meant.
    """
    out: list[DraftFinding] = []
    by_type: dict[str, list[int]] = defaultdict(list)
    changed: set[int] = set()
    where: list[tuple[int, ...]] = []
    meant: dict[int, list[tuple[int, ...]]] = {}
    for number, draft in enumerate(found):
        matches: tuple[int, ...] = ()
        kind = draft.finding.type
        if draft.indices[0] in context.impression:
            sides = context.impression[draft.indices[0]]
            matches = _matches(draft, sides, (out, by_type), report) or _closer(
                draft, (out, by_type), report
            )
        if not matches and number in context.again:
            again = context.again[number]
            matches = _pointed(draft, again, (out, by_type), report)
            if matches and again.largest:
                draft = draft._replace(finding=_of_all(draft.finding))
        if not matches and kind in _ONCE and kind in by_type:
            matches = _same_organ(draft, (out, by_type))
        if context.meant:
            opacities = context.meant.get(number, ())
            if opacities and not matches:
                matches = _same_meaning(draft, opacities, (out, meant))
            where.append(matches or (len(out),))
            for index in where[-1] if opacities else ():
                meant.setdefault(index, []).extend(opacities)
        if not matches:
            by_type[kind].append(len(out))
            out.append(draft)
            continue
        for index in matches:
            known = out[index].finding.type
            out[index] = joined(out[index], draft, alone=len(matches) == 1)
            told = out[index].finding.type
            if told != known:
                by_type[known].remove(index)
                by_type[told].append(index)
            changed.add(index)
    changed |= _placed(out, where, meant)
    if context.measured:
        changed |= _measured(out, context.measured, report.text)
    for index in changed:
        draft = out[index]
        own = worded_as(draft.finding, draft.words(report.text), report.language)
        if own is not draft.finding:
            out[index] = draft._replace(finding=own)
    return tuple(out)


def _placed(
    out: list[DraftFinding],
    where: Sequence[tuple[int, ...]],
    meant: Mapping[int, Sequence[tuple[int, ...]]],
) -> set[int]:
    """Put what opacities are taken for where they lie; the numbers of findings that changed.

    ``where`` says of each mention which findings of ``out`` it became.
    """
    changed = set()
    for index, mentions in meant.items():
        if is_open(out[index].finding):
            seen = ([out[n].finding for own in about for n in where[own]] for about in mentions)
            spot = next(filter(None, map(spot_of, seen)), None)
            if spot is not None:
                placed = out[index].finding.changed(**spot._asdict())
                out[index] = out[index]._replace(finding=placed)
                changed.add(index)
    return changed


def _measured(
    out: list[DraftFinding], measured: Mapping[str, Sequence[tuple[int, Measurement]]], text: str
) -> set[int]:
    """Give organs that are too large their sizes; the numbers of findings that changed."""
    changed = set()
    for index, draft in enumerate(out):
        if (sized := _sized(draft, measured, text)) is not None:
            out[index] = sized
            changed.add(index)
    return changed


def _sized(
    draft: DraftFinding, measured: Mapping[str, Sequence[tuple[int, Measurement]]], text: str
) -> DraftFinding | None:
    """An organ that is too large, with the size that another sentence says of it; None for none.

    "The spleen is 147 mm. ... Splenomegaly."
    """
    finding = draft.finding
    if finding.type not in _TOO_LARGE or finding.presence == "absent" or finding.measurements:
        return None
    finding = draft.moved()
    cues = [cue for cue in finding.cues if cue.role == "place"]
    keys = {key for cue in cues for key in (cue.entry, cue.span.of(text).lower())}
    told = [own for key in sorted(keys) for own in measured.get(key, ())]
    if len(told) != 1:
        return None
    index, size = told[0]
    indices = tuple(sorted({*draft.indices, index}))
    both = finding.changed(sentence_indices=indices, measurements=(size,))
    return DraftFinding(both, indices)


def _same_meaning(
    draft: DraftFinding,
    opacities: tuple[tuple[int, ...], ...],
    earlier: tuple[list[DraftFinding], dict[int, list[tuple[int, ...]]]],
) -> tuple[int, ...]:
    """The number of the earlier finding that some of the same opacities are taken for, if any.

    "In favor of viral pneumonia. It is also seen in pneumonia of other causes" says one thing of
    them: ``earlier`` findings come with their opacities.
    """
    out, meant = earlier
    finding, these = draft.finding, {number for about in opacities for number in about}
    for index, mentions in meant.items():
        known = out[index].finding
        if known.type != finding.type or not is_meaning(known):
            continue
        same = any(not these.isdisjoint(about) for about in mentions)
        if same and (is_open(finding) or is_open(known) or is_one(known, finding)):
            return (index,)
    return ()


def _matches(
    draft: DraftFinding,
    sides: frozenset[str],
    earlier: tuple[list[DraftFinding], dict[str, list[int]]],
    report: Report,
) -> tuple[int, ...]:
    """The numbers of the earlier findings that one of the impression repeats.

    ``sides`` are those that its sentence names; ``earlier`` findings come with their numbers by
    type.
    """
    out, by_type = earlier
    finding = draft.finding
    names = [name for name in _names(finding.type) if name in by_type]
    if not names:
        return ()
    like_it = [n for name in names for n in by_type[name][:_MOST_COMPARED]]
    sides = sides | sides_of(finding) if sides else sides  # "RUL" has a side too
    # "Nodules and effusion on the right" may mean the right nodules, and never left ones.
    numbers = [
        n
        for n in like_it[:_MOST_COMPARED]
        if _comparable(out[n], draft)
        and is_named_alike(out[n], draft, report.text)
        and not (sides and (own := sides_of(out[n].finding)) and sides.isdisjoint(own))
    ]
    if not numbers:
        return ()
    several = finding.type in _OF_ORGANS or is_several(draft.words(report.text), report.language)
    alike = [n for n in numbers if out[n].finding.presence == finding.presence]
    matches = repeated([out[n].finding for n in alike], finding, several=several)
    if finding.type == _NOT_OF_ONE and len(matches) < 2:
        return ()
    if matches:
        return tuple(alike[n] for n in matches)
    # One that is there may be one that was possible, where none has its presence.
    left = alike or [n for n in numbers if is_one(out[n].finding, finding)] or numbers
    fitting = tuple([n for n in left if adds(out[n].finding, finding, several=several)])
    if len(fitting) != 1:
        return ()
    known = out[fitting[0]].finding
    # Where several might be meant, one of another type or without a side is no better than they.
    same = known.type == finding.type and known.laterality == finding.laterality
    return fitting if len(left) == 1 or same else ()


def _closer(
    draft: DraftFinding, earlier: tuple[list[DraftFinding], dict[str, list[int]]], report: Report
) -> tuple[int, ...]:
    """The number of the only earlier finding of a wider type, where the impression names it closer.

    "Atelectasis in the left lower lobe" is the linear atelectasis there that it speaks of, where no
    sentence tells the two apart.
    """
    out, by_type = earlier
    finding = draft.finding
    wider = [name for name in _wider(finding.type) if name in by_type]
    if not wider:
        return ()
    several = is_several(draft.words(report.text), report.language)
    numbers = tuple(
        n
        for name in wider
        for n in by_type[name][:_MOST_COMPARED]
        if out[n].finding.presence == finding.presence
        and finding.laterality in (None, out[n].finding.laterality)
        and adds(out[n].finding, finding, several=several)
    )
    if len(numbers) != 1 or draft.indices[0] in out[numbers[0]].indices:
        return ()
    return numbers


def _comparable(known: DraftFinding, draft: DraftFinding) -> bool:
    """Whether a known finding may be a later one: of its type, or a narrower one as sure as it.

    A possible one may be there as well, a denied one not. A sentence tells findings of two types
    apart.
    """
    first, second = known.finding, draft.finding
    if first.type == second.type:
        return first.presence == second.presence or "absent" not in (
            first.presence,
            second.presence,
        )
    return first.presence == second.presence and known.indices[0] != draft.indices[0]


@lru_cache(maxsize=1 << 10)
def _names(kind: str) -> tuple[str, ...]:
    """A type and all that are a kind of it."""
    return (kind, *findings().narrower(kind))


@lru_cache(maxsize=1 << 10)
def _wider(kind: str) -> tuple[str, ...]:
    return findings().wider_than(kind)


def _pointed(
    draft: DraftFinding,
    again: Again,
    earlier: tuple[list[DraftFinding], dict[str, list[int]]],
    report: Report,
) -> tuple[int, ...]:
    """The number of the one finding just before that one is called again."""
    out, by_type = earlier
    finding = draft.finding
    if finding.presence == "absent":
        return ()
    names = {*_names(finding.type), *again.types}
    numbers = [
        n
        for name in names
        for n in by_type.get(name, ())[-_MOST_COMPARED:]
        if out[n].finding.presence != "absent" and _just_before(out[n], draft)
    ]
    if not numbers and again.described and finding.type in _ANY and not finding.measurements:
        return _all_before(draft, out)
    if len(numbers) != 1:
        return ()
    known = out[numbers[0]].finding
    if finding.anatomy == (findings().types[finding.type].anatomy,):
        finding = finding.changed(anatomy=())
    several = is_several(draft.words(report.text), report.language)
    if again.largest:
        fits = _among(known, finding) and adds(known, _of_all(finding), several=False)
    elif again.described:
        fits = adds(known, finding, several=several)
    else:
        fits = _holds(known, finding, several=several)
    return (numbers[0],) if fits or is_one(known, finding) else ()


def _all_before(draft: DraftFinding, out: list[DraftFinding]) -> tuple[int, ...]:
    """The numbers of all that the sentence before found: "the described lesions" are opacities."""
    before = draft.indices[0] - 1
    near = range(max(0, len(out) - _MOST_BEFORE), len(out))
    return tuple(
        n for n in near if before in out[n].indices and out[n].finding.presence != "absent"
    )


def _same_organ(
    draft: DraftFinding, earlier: tuple[list[DraftFinding], dict[str, list[int]]]
) -> tuple[int, ...]:
    """The number of the one finding of a type that a patient has once, as sure as this one."""
    out, by_type = earlier
    finding = draft.finding
    numbers = tuple(
        n for n in by_type.get(finding.type, ()) if out[n].finding.presence == finding.presence
    )
    if len(numbers) != 1 or finding.presence == "absent":
        return ()
    known = out[numbers[0]].finding
    same = known.anatomy == finding.anatomy and adds(known, finding, several=False)
    return numbers if same else ()


def _of_all(finding: Finding) -> Finding:
    """What the largest of several says of them all: none is larger."""
    sizes = [s.changed(form="up_to") if s.form == "exact" else s for s in finding.measurements]
    return finding.changed(
        anatomy=(),
        laterality=None,
        lung_segments=(),
        count=None,
        modifiers=(),
        measurements=tuple(sizes),
    )


def _among(known: Finding, finding: Finding) -> bool:
    """Whether the largest of several tells no closer place than they have; they have no size yet.

    The largest of nodules in both lungs that lies in a lobe stays a finding of its own.
    """
    side_fits = not sides_of(known) or sides_of(finding) <= sides_of(known)
    held = {up for path in known.anatomy for up in upwards(path)}
    place_fits = not known.anatomy or held.issuperset(finding.anatomy)
    return side_fits and place_fits and not (finding.lung_segments or known.measurements)


def _holds(known: Finding, finding: Finding, *, several: bool) -> bool:
    """Whether a known finding has the places of one and its sides, and may have its size."""
    rest = finding.changed(laterality=None, measurements=())
    said = finding.measurements or finding.change or finding.count
    part = sides_of(finding) < sides_of(known) and not said
    whole = adds(known, finding, several=several)
    return (part or whole) and covers([known], rest)


def _just_before(known: DraftFinding, draft: DraftFinding) -> bool:
    index = draft.indices[0]
    return known.indices[0] < index and index - known.indices[-1] <= _NEAR
