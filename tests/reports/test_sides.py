"""Right and left: a sentence with its sides swapped is read the same, with the sides swapped."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.bench_sides import ONE_SIDED, holds, seen, sided, swapped
from groundct.core.report import report_of_columns
from groundct.reports.rules import PLUGIN
from groundct.vocabulary.anatomy import anatomy

HERE = Path(__file__).parent
SENTENCES = sorted(
    {
        re.sub(r"<[^<>]*>", "", line)
        for path in (HERE / "cases").glob("*.txt")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    }
    | {
        line.split("\t")[0]
        for line in (HERE / "paths.tsv").read_text(encoding="utf-8").splitlines()[1:]
    }
)
SIDED = [text for text in SENTENCES if sided(text)]


@pytest.mark.parametrize("text", SIDED)
def test_case(text: str) -> None:
    assert holds(text)


def test_there_are_cases() -> None:
    assert len(SIDED) > 80
    assert len([text for text in SENTENCES if ONE_SIDED.search(text)]) < len(SIDED) / 3


def test_swapping_sides_is_seen() -> None:
    text = "A cyst in the left kidney and a nodule in the right upper lobe."
    reading = PLUGIN.extract(report_of_columns([("findings", text)]))
    assert seen(reading, swap=True) != seen(reading, swap=False)
    assert swapped(swapped(text)) == text


ORGANS = [
    "kidney",
    "adrenal gland",
    "breast",
    "thyroid lobe",
    "scapula",
    "clavicle",
    "humerus",
    "lung",
    "upper lobe",
    "lower lobe",
    "4th rib",
    "ribs 3 and 4",
    "atrium",
    "ventricle",
    "subclavian artery",
    "pleura",
    "hilum",
    "lobe of the liver",
]
SIDES = st.sampled_from(["right", "left", "right and left", "bilateral", ""])
PART = st.tuples(SIDES, st.sampled_from(ORGANS)).map(" ".join).map(str.strip)
AFTER = st.sampled_from(["", " on the right", " on the left", " (left)", ", right more than left"])
FINDING = st.sampled_from(["A mass", "Fluid", "A 5 mm nodule", "No lesion", "Calcification"])
JOINT = st.sampled_from([" and ", ", ", " and in the ", "; a cyst in the ", " next to the "])


@settings(max_examples=200, deadline=None)
@given(FINDING, PART, AFTER, JOINT, PART, AFTER)
def test_made_sentences(
    finding: str, part: str, after: str, joint: str, other: str, end: str
) -> None:
    assert holds(f"{finding} in the {part}{after}{joint}{other}{end}.")


PAIRED = ("kidney", "adrenal gland", "breast", "scapula", "clavicle", "humerus")


@pytest.mark.parametrize(
    ("first", "second"), [(a, b) for a, b in product(PAIRED, PAIRED) if a != b]
)
def test_each_organ_has_its_own_side(first: str, second: str) -> None:
    text = f"A lesion in the right {first} and another in the left {second}."
    (said,) = PLUGIN.extract(report_of_columns([("findings", text)])).sentences
    assert [anatomy().leaf(path) for path in said.anatomy] == [f"right {first}", f"left {second}"]


@pytest.mark.parametrize("side", ["right", "left"])
def test_a_side_that_comes_after_the_segment_is_the_lobes(side: str) -> None:
    text = f"A nodule in the lower lobe superior segment of the {side} lung."
    (finding,) = PLUGIN.extract(report_of_columns([("findings", text)])).findings
    assert finding.laterality == side
    assert finding.lung_segments == (f"{side} lung lower lobe superior segment",)
