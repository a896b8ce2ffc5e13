"""One mask a structure out of several segmenters' answers, with the reason, and what is unsure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

import numpy as np

from groundct.anatomy._external.joining import compact, moved, voxel_counts
from groundct.anatomy.choice.evidence import Evidence, Measured, Ruler, dice
from groundct.anatomy.choice.faults import Centre, faults
from groundct.anatomy.choice.rank import best
from groundct.core.geometry import require_same_grid
from groundct.core.value import Value
from groundct.core.volume import (
    Abstention,
    BoolArray,
    LabelArray,
    LabelMap,
    Segment,
    Volume,
)
from groundct.vocabulary.recipes import recipes

AGREED: Final = 0.7
"""Masks that agree in this Dice or more are one answer."""
DOUBTFUL: Final = 0.5
"""Below this Dice a person should look."""
MAJORITY: Final = 3
"""So many sound answers are needed to merge by majority."""
MERGED: Final = "majority"


class NameChoice(Value):
    """What was decided for one structure.

    ``taken`` is a segmenter's name, ``majority``, or None where no mask was plausible.
    ``agreement`` is the mean Dice between the plausible answers, None for fewer than two.
    """

    name: str
    taken: str | None
    reason: str
    unsure: bool
    agreement: float | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, eq=False)
class Choice:
    """The chosen masks, and for each structure why; ``unsure`` is for a person to look at."""

    labels: LabelMap
    chosen: tuple[NameChoice, ...]

    @property
    def unsure(self) -> tuple[NameChoice, ...]:
        """What a person should look at."""
        return tuple(choice for choice in self.chosen if choice.unsure)


def choose(answers: Mapping[str, LabelMap], volume: Volume) -> Choice:
    """The best mask of each structure by measurable evidence.

    Masks that are implausible (volume, mean HU, pieces, position among the other structures; the
    bounds are in ``vocabulary/plausible.tsv`` and ``positions.tsv``) are set aside. Of those that
    remain, three or more that agree are merged by majority, voxel by voxel; else one is taken: by
    its pieces, by the HU of the voxels that are disputed, by how well its border follows the CT, by
    what it rests on, by its smoothness, and last by the order of ``answers``. Where every mask is
    implausible there is none. A composite whose members were taken from another segmenter is left
    out, for ``composites.complete`` to make anew.

    Args:
        answers: Label maps by segmenter, on the volume's grid.
        volume: The CT.

    Raises:
        ValueError: There is no answer.
        GridError: A label map lies on another grid than the volume.
    """
    if not answers:
        raise ValueError("no answers to choose from")
    for segmenter, labels in answers.items():
        require_same_grid(labels.geometry, volume.geometry, segmenter)
    ruler = Ruler(volume)
    measured, empty = _measure(answers, ruler)
    centres = _centres(measured)
    names = list(dict.fromkeys(name for labels in answers.values() for name in labels.names))
    decisions = [
        _decide(name, measured.get(name, []), empty.get(name, ()), centres, ruler) for name in names
    ]
    return _assembled(answers, decisions)


def _measure(
    answers: Mapping[str, LabelMap], ruler: Ruler
) -> tuple[dict[str, list[Measured]], dict[str, tuple[str, ...]]]:
    """Measured masks by name, and the segmenters whose mask of a name is empty."""
    measured: dict[str, list[Measured]] = {}
    empty: dict[str, tuple[str, ...]] = {}
    for segmenter, labels in answers.items():
        layers, counts = ruler.layers_of(labels), voxel_counts(labels)
        for segment in labels.segments:
            one = ruler.measure(segmenter, segment, layers, counts)
            if one is None:
                empty[segment.name] = (*empty.get(segment.name, ()), segmenter)
            else:
                measured.setdefault(segment.name, []).append(one)
    return measured, empty


def _centres(measured: Mapping[str, list[Measured]]) -> dict[str, Centre]:
    """The median centre of each structure over its answers: one stray mask does not move it."""
    centres = {}
    for name, ones in measured.items():
        x, y, z = np.median([one.evidence.centroid_mm for one in ones], axis=0)
        centres[name] = (float(x), float(y), float(z))
    return centres


@dataclass(frozen=True, eq=False)
class _Decision:
    """A choice; ``merged`` names the segmenters whose votes make the mask, none where one does."""

    choice: NameChoice
    merged: tuple[str, ...] = ()


def _decide(
    name: str,
    ones: list[Measured],
    empty: tuple[str, ...],
    centres: Mapping[str, Centre],
    ruler: Ruler,
) -> _Decision:
    wrong = {one.evidence.segmenter: faults(name, one.evidence, centres) for one in ones}
    sound = _disputed([one for one in ones if not wrong[one.evidence.segmenter]], ruler)
    aside = "; ".join(f"{who}: {', '.join(why)}" for who, why in wrong.items() if why)
    told_of = {one.evidence.segmenter: one.evidence for one in (*ones, *sound)}
    evidence = tuple(told_of.values())
    if not ones:
        return _Decision(
            NameChoice(name=name, taken=empty[0], reason="looked for and empty", unsure=False)
        )
    if not sound:
        return _Decision(
            NameChoice(name=name, taken=None, reason=aside, unsure=True, evidence=evidence)
        )
    agreement = _agreement(sound)
    told = f" (set aside: {aside})" if aside else ""
    doubt = len(empty) > 0 or (agreement is not None and agreement < DOUBTFUL)
    if empty:
        told += f" (empty for {', '.join(empty)})"
    who = [one.evidence.segmenter for one in sound]
    if len(sound) >= MAJORITY and agreement is not None and agreement >= AGREED:
        reason = f"voxels that most of {', '.join(who)} hold; mean Dice {agreement:.2f}"
        taken, merged = MERGED, tuple(who)
    else:
        taken, why = best(sound)
        merged = ()
        reason = why if agreement is None else f"{why}; mean Dice {agreement:.2f}"
    return _Decision(
        NameChoice(
            name=name,
            taken=taken,
            reason=reason + told,
            unsure=doubt,
            agreement=None if agreement is None else round(agreement, 3),
            evidence=evidence,
        ),
        merged,
    )


def _disputed(ones: list[Measured], ruler: Ruler) -> list[Measured]:
    """The same with the mean share of disputed voxels that each is right about."""
    out = []
    for one in ones:
        others = [other.mask for other in ones if other is not one]
        shares = [ruler.disputed(one.mask, other) for other in others]
        known = [share for share in shares if share is not None]
        mean = float(np.mean(known)) if known else None
        out.append(replace(one, evidence=one.evidence.changed(disputed_right=mean)))
    return out


def _agreement(ones: list[Measured]) -> float | None:
    pairs = [dice(a.mask, b.mask) for a, b in combinations(ones, 2)]
    return float(np.mean(pairs)) if pairs else None


def _assembled(answers: Mapping[str, LabelMap], decisions: list[_Decision]) -> Choice:
    """A label map of the taken masks: their layers, and new ones for what was merged."""
    first = next(iter(answers.values()))
    start: dict[str, int] = {}
    layers: list[LabelArray] = []
    for segmenter, labels in answers.items():
        start[segmenter] = len(layers)
        layers += labels.layers
    segments: list[Segment] = []
    abstained: dict[str, str] = {}
    kept = _without_stale_composites(decisions)
    for decision in kept:
        choice = decision.choice
        if choice.taken is None:
            abstained[choice.name] = f"no plausible mask: {choice.reason}"
        elif decision.merged:
            voxels = _majority([answers[who].mask(choice.name) for who in decision.merged])
            layers.append(voxels.view(np.uint8))
            own = answers[decision.merged[0]].segment(choice.name)
            segments.append(own.changed(parts=((len(layers) - 1, 1),), note=choice.reason))
        else:
            own = answers[choice.taken].segment(choice.name)
            segments.append(moved(own, start[choice.taken]))
    named = {segment.name for segment in segments}
    for labels in answers.values():
        for abstention in labels.abstained:
            if abstention.name not in named:
                abstained.setdefault(abstention.name, abstention.reason)
    labels = LabelMap(
        tuple(layers),
        tuple(segments),
        first.geometry,
        first.stored,
        tuple(Abstention(name=name, reason=reason) for name, reason in abstained.items()),
    )
    return Choice(compact(labels), tuple(decision.choice for decision in kept))


def _majority(masks: list[BoolArray]) -> BoolArray:
    votes = np.zeros(masks[0].shape, dtype=np.uint8, order="F")
    for mask in masks:
        votes += mask
    return votes > len(masks) // 2


def _without_stale_composites(decisions: list[_Decision]) -> list[_Decision]:
    """Leave out composites that disagree with members taken elsewhere; they can be made anew."""
    by_name = {decision.choice.name: decision.choice for decision in decisions}
    present = {name for name, choice in by_name.items() if choice.taken is not None}
    stale: set[str] = set()
    for recipe in recipes():
        own = by_name.get(recipe.name)
        if own is None or not recipe.can_be_made_of(present - {recipe.name}):
            continue
        members = [by_name[m] for m in recipe.members if m in present]
        if any(
            m.taken in (MERGED, None) or m.taken != own.taken or m.name in stale for m in members
        ):
            stale.add(recipe.name)
    return [decision for decision in decisions if decision.choice.name not in stale]
