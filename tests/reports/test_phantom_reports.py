"""The reports of the synthetic thorax are read as they were meant."""

from __future__ import annotations

import pytest

from groundct.core.report import Finding
from groundct.phantom.lines import Placed
from groundct.phantom.report import write_report
from groundct.phantom.spec import PLEURAL, TYPES, FindingSpec, sites_of
from groundct.reports.rules import PLUGIN

KINDS = [(category, kind) for category, kinds in TYPES.items() for kind in kinds]


def _core(finding: Finding) -> tuple[object, ...]:
    """What must be equal in both readings."""
    return (
        finding.type,
        finding.category,
        finding.presence,
        finding.anatomy,
        finding.laterality,
        finding.lung_segments,
        tuple(size.values_mm for size in finding.measurements),
    )


@pytest.mark.parametrize(("category", "kind"), KINDS)
def test_every_type(category: str, kind: str) -> None:
    # Each type at every fourth site; the types together meet all sites.
    first = KINDS.index((category, kind)) % 4
    for site in sites_of(category)[first % 2 if category in PLEURAL else first :: 4]:
        for count in (1, 3):
            spec = FindingSpec.model_validate(
                {"category": category, "type": kind, "site": site, "count": count}
            )
            report, meant = write_report([Placed(spec, 17)])
            read = PLUGIN.extract(report)
            want = [f for f in meant.findings if f.presence == "present"]
            got = [f for f in read.findings if f.presence == "present"]
            assert [_core(f) for f in got] == [_core(f) for f in want]
            assert [f.count for f in want if f.count] == [
                g.count for f, g in zip(want, got, strict=True) if f.count
            ]
            assert [s.span for s in read.sentences] == [s.span for s in meant.sentences]
            denied = {(f.type, f.category) for f in meant.findings if f.presence == "absent"}
            assert denied <= {(f.type, f.category) for f in read.findings if f.presence == "absent"}
            assert {i for f in got for i in f.sentence_indices} == {
                i for f in want for i in f.sentence_indices
            }
