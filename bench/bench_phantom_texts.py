"""Measure ``rules`` on the reports of phantoms, whose truth is known: no data are needed.

Run: ``python -m bench.bench_phantom_texts [--list]``. Reports of 60 seeds in each of two registers;
even seeds are there to be mended by, odd ones to be reported. ``--list`` prints what is read
otherwise in reports of even seeds.
"""

from __future__ import annotations

import sys
from collections import Counter

import numpy as np

from groundct.core.report import Finding, Reading, Report
from groundct.phantom.corpus import Wishes, corpus_specs
from groundct.phantom.lines import Placed
from groundct.phantom.report import write_report
from groundct.phantom.spec import PhantomSpec
from groundct.reports.rules import PLUGIN

SEEDS = range(60)
_USUAL_MM = 12.0


def report_of(seed: int, wording: str) -> tuple[Report, Reading]:
    """The report of a drawn spec, and what it means; nothing is drawn in voxels."""
    wishes = Wishes(wording="american" if wording == "american" else "translated")
    spec: PhantomSpec = corpus_specs(1, np.random.default_rng([seed, 5]), None, wishes)[0]
    placed = [Placed(f, round(f.size_mm or _USUAL_MM)) for f in spec.findings]
    extras = (*spec.calcifications, *spec.devices)
    return write_report(placed, spec.style, seed=spec.seed, extras=extras)


def compare(report: Report, meant: Reading) -> tuple[Counter[tuple[str, bool]], list[str]]:
    """What is read as it was meant, by attribute, and what is not, in words."""
    left = list(PLUGIN.extract(report).findings)
    counts: Counter[tuple[str, bool]] = Counter()
    faults: list[str] = []
    for wanted in meant.findings:
        own = [f for f in left if f.type == wanted.type and _meets(f, wanted)]
        counts["finding", bool(own)] += 1
        if not own:
            faults.append(f"missed {wanted.type} {wanted.presence}: {wanted.span.of(report.text)}")
            continue
        left.remove(own[0])
        for name, right in _attributes(wanted, own[0]).items():
            counts[name, right] += 1
            if not right:
                sentence = meant.sentences[wanted.sentence_indices[0]].span.of(report.text)
                faults.append(f"{wanted.type} {name}: {sentence}")
    guesses = [remark.span for finding in meant.findings for remark in finding.remarks]
    # What a guess names is an uncertain finding to the reader, and a remark to the phantom.
    more = [
        f
        for f in left
        if f.presence == "present"
        or (f.presence == "uncertain" and not any(guess.contains(f.span) for guess in guesses))
    ]
    counts["nothing more", True] += len(meant.findings)
    counts["nothing more", False] += len(more)
    return counts, [*faults, *(f"extra {f.type}: {f.span.of(report.text)}" for f in more)]


def _meets(finding: Finding, wanted: Finding) -> bool:
    return finding.span.start < wanted.span.end and wanted.span.start < finding.span.end


def _attributes(wanted: Finding, read: Finding) -> dict[str, bool]:
    """Whether each attribute is as meant; of what is denied, presence alone."""
    out = {"presence": wanted.presence == read.presence}
    if wanted.finding_id.startswith("f"):
        out["side"] = wanted.laterality == read.laterality
        out["place"] = wanted.anatomy == read.anatomy
        out["segment"] = wanted.lung_segments == read.lung_segments
        out["size"] = _sizes(wanted) == _sizes(read)
        out["change"] = wanted.change == read.change
        out["sentences"] = wanted.sentence_indices == read.sentence_indices
    return out


def _sizes(finding: Finding) -> list[tuple[float, ...]]:
    return [size.values_mm for size in finding.measurements]


def main() -> int:
    listed = "--list" in sys.argv
    for wording in ("translated", "american"):
        for name, rest in (("even", 0), ("odd", 1)):
            counts: Counter[tuple[str, bool]] = Counter()
            clean = 0
            seeds = [seed for seed in SEEDS if seed % 2 == rest]
            for seed in seeds:
                found, faults = compare(*report_of(seed, wording))
                counts += found
                clean += not faults
                for fault in faults if listed and not rest else ():
                    print(f"  {seed:3d} {fault}")
            print(f"{wording}, {name} seeds: {clean} of {len(seeds)} reports right in all")
            for key in dict.fromkeys(key for key, _ in counts):
                right, wrong = counts[key, True], counts[key, False]
                print(f"  {key:14s} {right} of {right + wrong}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
