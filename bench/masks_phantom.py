"""Score hu's organs, and findings grounded with them, on phantoms drawn from seeds."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from groundct.anatomy.composites import complete
from groundct.anatomy.hu import PLUGIN as HU
from groundct.core.record import Grounded
from groundct.core.report import Report
from groundct.core.volume import BoolArray, LabelMap
from groundct.grounding.assign import GroundingOutcome, GroundingRequest, ground
from groundct.grounding.hu_text import PLUGIN as HU_TEXT
from groundct.metrics.overlap import HIT_DICE, dice
from groundct.phantom.corpus import corpus_specs
from groundct.phantom.make import Phantom, PlacedFinding, make_phantom
from groundct.phantom.spec import PhantomSpec

SLICES_MM = (1.25, 2.0, 3.0, 5.0)
DEPTH_MM = 320.0
EMPTY = Report(text="", sections=())


@dataclass(frozen=True)
class FindingScore:
    """One finding: its category and type, the Dice of all its instances, why none was given."""

    category: str
    kind: str
    dice: float
    reason: str


@dataclass(frozen=True)
class CaseScore:
    """One phantom.

    ``dice`` by name where truth and hu both hold voxels; ``wrong`` names what hu gave although it
    is not in view; ``refused`` what is in view and was abstained from.
    """

    seed: int
    dice: dict[str, float]
    refused: tuple[str, ...]
    wrong: tuple[str, ...]
    findings: tuple[FindingScore, ...]
    organs_s: float
    findings_s: float
    peak_gib: float


def score_phantom(job: tuple[int, int, bool]) -> CaseScore:
    """``job``: the seed, voxels along i and j, and whether findings are looked for."""
    seed, width, with_findings = job
    phantom = make_phantom(spec_of(seed, width))
    started = time.process_time()
    found = complete(HU.segment(phantom.volume))
    organs_s = time.process_time() - started
    values, refused, wrong = compared(phantom.organs, phantom.segments, found)
    started = time.process_time()
    findings = tuple(grounded(phantom, found)) if with_findings else ()
    return CaseScore(
        seed,
        values,
        refused,
        wrong,
        findings,
        organs_s,
        time.process_time() - started,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
    )


def spec_of(seed: int, width: int) -> PhantomSpec:
    """A body, its findings and a slice thickness, all from the seed."""
    generator = np.random.default_rng(seed)
    slices = round(DEPTH_MM / float(generator.choice(SLICES_MM)))
    (spec,) = corpus_specs(1, generator, PhantomSpec(shape=(width, width, slices)))
    return spec


def compared(
    organs: LabelMap, segments: LabelMap, found: LabelMap
) -> tuple[dict[str, float], tuple[str, ...], tuple[str, ...]]:
    """Dice by name; names in view that were abstained from; names given that are not in view."""
    values, refused, wrong = {}, [], []
    abstained = {each.name for each in found.abstained}
    for truth in (organs, segments):
        for name in truth.names:
            given = name in found.names
            if not given and name not in abstained:
                continue
            mask = truth.mask(name)
            if given and mask.any():
                values[name] = float(dice(mask, found.mask(name)))
            elif given and found.mask(name).any():
                wrong.append(name)
            elif mask.any():
                refused.append(name)
    return values, tuple(refused), tuple(wrong)


def grounded(phantom: Phantom, organs: LabelMap) -> Iterable[FindingScore]:
    """Each finding of the phantom's own reading, looked for in the organs that hu found."""
    request = GroundingRequest(phantom.volume, organs, EMPTY, phantom.reading, HU_TEXT)
    outcome = ground(request)
    for placed in phantom.findings:
        mask, reason = claimed(outcome, placed.finding_id)
        score = float(dice(truth_of(phantom, placed), mask))
        yield FindingScore(placed.spec.category, placed.spec.drawn_type, score, reason)


def truth_of(phantom: Phantom, placed: PlacedFinding) -> BoolArray:
    out = np.zeros(phantom.volume.geometry.shape, dtype=np.bool_, order="F")
    for mask in placed.masks:
        out[mask.slices] |= mask.voxels
    return out


def claimed(outcome: GroundingOutcome, finding_id: str) -> tuple[BoolArray, str]:
    """The voxels of a finding's candidates; a place without candidates counts as none."""
    out = np.zeros(outcome.masks.geometry.shape, dtype=np.bool_, order="F")
    reason = "not grounded"
    for grounding in outcome.groundings:
        if (grounding.target, grounding.target_id) != ("finding", finding_id):
            continue
        if isinstance(grounding, Grounded) and grounding.method == "candidate":
            for region_id in grounding.region_ids:
                out |= outcome.masks.mask(region_id)
            return out, ""
        reason = "only its place" if isinstance(grounding, Grounded) else grounding.reason
    return out, reason


@dataclass
class Tables:
    """Scores of all cases by name and by category."""

    cases: list[CaseScore] = field(default_factory=list)

    def markdown(self) -> str:
        """The tables, to paste."""
        return "\n".join([*self._organs(), "", *self._findings(), "", *self._costs()])

    def _organs(self) -> Iterable[str]:
        values: dict[str, list[float]] = {}
        refused: dict[str, int] = {}
        for case in self.cases:
            for name, value in case.dice.items():
                values.setdefault(name, []).append(value)
            for name in case.refused:
                refused[name] = refused.get(name, 0) + 1
        medians = [float(np.median(v)) for v in values.values()]
        every = [value for each in values.values() for value in each]
        wrong = sum(len(case.wrong) for case in self.cases)
        yield (
            f"{len(self.cases)} phantoms, {len(values)} names: median of the names' medians "
            f"{np.median(medians):.3f}, median of all {len(every)} masks {np.median(every):.3f}; "
            f"{sum(m >= 0.85 for m in medians)} names at .85 or above; "
            f"{wrong} masks given of what is not in view."
        )
        yield ""
        yield "| structure | median Dice | lowest | masks | abstained |"
        yield "|---|---|---|---|---|"
        for name in sorted(set(values) | set(refused)):
            own = values.get(name, [])
            middle = f"{np.median(own):.3f} | {min(own):.3f}" if own else "- | -"
            yield f"| {name} | {middle} | {len(own)} | {refused.get(name, 0)} |"

    def _findings(self) -> Iterable[str]:
        by_code: dict[str, list[FindingScore]] = {}
        for case in self.cases:
            for finding in case.findings:
                by_code.setdefault(finding.category, []).append(finding)
        everything = [finding for each in by_code.values() for finding in each]
        if not everything:
            return
        yield "| category | findings | hits | hit rate | mean Dice | Dice of hits | none given |"
        yield "|---|---|---|---|---|---|---|"
        for code, each in (*sorted(by_code.items()), ("all", everything)):
            scores = np.array([finding.dice for finding in each])
            hits = scores >= HIT_DICE
            of_hits = f"{scores[hits].mean():.2f}" if hits.any() else "-"
            none = sum(bool(finding.reason) for finding in each)
            yield (
                f"| {code} | {len(each)} | {hits.sum()} | {hits.mean():.2f} | {scores.mean():.2f} "
                f"| {of_hits} | {none} |"
            )

    def _costs(self) -> Iterable[str]:
        seconds = [case.organs_s for case in self.cases]
        own = [case.findings_s for case in self.cases if case.findings]
        yield (
            f"CPU seconds a case: organs {np.median(seconds):.1f} (most {max(seconds):.1f})"
            + (f", findings {np.median(own):.1f} (most {max(own):.1f})" if own else "")
            + f"; peak memory {max(case.peak_gib for case in self.cases):.2f} GiB, "
            "the making of the phantom included."
        )
