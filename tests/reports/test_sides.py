"""Right and left: a sentence with its sides swapped is read the same, with the sides swapped."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundct.core.report import Reading, report_of_columns
from groundct.reports.rules import PLUGIN
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.segments import segments

HERE = Path(__file__).parent
OTHER = {"right": "left", "left": "right", "Right": "Left", "Left": "Right"}
# Words that say one side by themselves, or mean another thing on the other side.
ONE_SIDED = re.compile(
    r"middle lobe|lingul|\b(rul|rml|rll|lul|lll)\b|apicoposterior|anteromedio|medio?basal"
    r"|medial basal|left (main coronary|anterior descending)|right away|left out",
    re.IGNORECASE,
)
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
SIDED = [s for s in SENTENCES if re.search(r"\b(right|left)", s, re.IGNORECASE)]
SIDED = [s for s in SIDED if not ONE_SIDED.search(s)]
SEGMENTS = {segment.name for segment in segments()}


def swapped(text: str) -> str:
    """The text with right and left changed for each other."""
    return re.sub(r"\b(right|left)(?=\b|sided)", lambda m: OTHER[m[0]], text, flags=re.IGNORECASE)


def seen(reading: Reading, *, swap: bool) -> list[object]:
    """What a reading says of places and sides; in sets, since two sides have no order."""
    turn = swapped if swap else str
    said: list[object] = [
        (s.regions, frozenset(turn(path) for path in s.anatomy)) for s in reading.sentences
    ]
    for finding in reading.findings:
        names = {turn(name) for name in finding.lung_segments}
        side = finding.laterality and turn(finding.laterality)
        where = frozenset(turn(path) for path in finding.anatomy)
        said.append((finding.type, finding.presence, side, where, names <= SEGMENTS and names))
    return said


def check(text: str) -> None:
    first = PLUGIN.extract(report_of_columns([("findings", text)]))
    second = PLUGIN.extract(report_of_columns([("findings", swapped(text))]))
    if any(swapped(n) not in SEGMENTS for f in first.findings for n in f.lung_segments):
        return  # the other lung has no segment of that name
    assert seen(first, swap=True) == seen(second, swap=False), text


@pytest.mark.parametrize("text", SIDED)
def test_case(text: str) -> None:
    check(text)


def test_there_are_cases() -> None:
    assert len(SIDED) > 80
    assert len([s for s in SENTENCES if ONE_SIDED.search(s)]) < len(SIDED) / 3


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
    check(f"{finding} in the {part}{after}{joint}{other}{end}.")


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
