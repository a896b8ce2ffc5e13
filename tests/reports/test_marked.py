"""Marked sentences that were written before they were read: the tuned half must read right.

The held half is measured by ``bench/bench_negation.py`` and not tuned on; here it has to parse.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.marked import lines_of, outcome, parse
from groundct.core.report import Reading, Report
from groundct.reports.rules import PLUGIN

_FOLDER = Path(__file__).parent / "marked"
_TUNED = [
    line for name in ("presence", "sites") for line in lines_of(_FOLDER / f"{name}_tuned.txt")
]


@pytest.mark.parametrize("line", _TUNED)
def test_tuned(line: str) -> None:
    assert outcome(line, PLUGIN.extract).faults == ()


def test_every_held_line_is_marked_well() -> None:
    held = [line for path in _FOLDER.glob("*_held.txt") for line in lines_of(path)]
    assert len(held) > 150
    assert all(parse(line)[1] for line in held)


def test_faults_are_told() -> None:
    def nothing(report: Report) -> Reading:
        return Reading(sentences=(), findings=())

    assert outcome("A <f type=nodule>nodule</f>.", nothing).faults == ("missed nodule",)
    wrong = "No <f type=nodule presence=present side=left>nodule</f> and a mass on the right."
    told = outcome(wrong, PLUGIN.extract).faults
    assert "nodule presence is present, read absent" in told
    assert "extra mass absent" in told or "extra mass present" in told


@pytest.mark.parametrize(
    "line",
    [
        "No <f type=nodule>nodule.",
        "No nodule</f>.",
        "No <f type=nodule><f type=mass>mass</f></f>.",
        "No <f presence=absent>nodule</f>.",
        "No <f type=nodule presense=absent>nodule</f>.",
        "No <f type=nodule side=>nodule</f>.",
    ],
)
def test_broken_markup_raises(line: str) -> None:
    with pytest.raises(ValueError, match="nodule"):
        parse(line)
