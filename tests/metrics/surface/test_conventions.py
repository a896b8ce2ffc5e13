"""Each convention gives the values of the public tools that use it."""

import base64
import json
import math
from pathlib import Path

import numpy as np
import pytest

from groundct.metrics.surface import SURFACE_METRICS, surface_metrics
from groundct.metrics.surface.conventions import _weighted_percentile

GOLDEN = Path(__file__).parents[1] / "golden" / "surface_pairs.json"
DOCS = Path(__file__).parents[3] / "docs" / "metrics.md"
AGAIN = "python -m bench.surface_golden writes the golden file again"


@pytest.fixture(scope="module")
def golden():
    return json.loads(GOLDEN.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def ours(golden):
    return [
        surface_metrics(
            mask(pair, "reference"),
            mask(pair, "prediction"),
            tuple(pair["spacing_mm"]),
            names=SURFACE_METRICS,
            tolerances_mm=golden["tolerances_mm"],
        )
        for pair in golden["pairs"]
    ]


def mask(pair, side):
    bits = np.frombuffer(base64.b64decode(pair[side]), dtype=np.uint8)
    shape = tuple(pair["shape"])
    return np.unpackbits(bits, count=math.prod(shape)).reshape(shape).astype(np.bool_)


@pytest.mark.parametrize("tool", ["surface-distance", "medpy", "panoptica", "simpleitk", "monai"])
def test_equal_to_the_tool_with_any_spacing(golden, ours, tool):
    # MONAI interpolates percentiles in 32 bits.
    tolerance = 1e-5 if tool == "monai" else 1e-9
    apart = [
        (number, name, value, got[name])
        for number, (pair, got) in enumerate(zip(golden["pairs"], ours, strict=True))
        for name, value in pair["values"][tool].items()
        if got[name] != pytest.approx(value, rel=1e-6 if tool == "monai" else 0, abs=tolerance)
    ]
    assert not apart, f"{apart[:3]}; {AGAIN}"


def test_every_name_is_held_against_a_tool_and_the_pairs_tell_them_apart(golden, ours):
    held = {
        name.partition("@")[0]
        for values in golden["pairs"][0]["values"].values()
        for name in values
    }
    assert held == set(SURFACE_METRICS)
    assert len(golden["pairs"]) >= 200
    names = list(ours[0])
    for n, one in enumerate(names):
        for two in names[n + 1 :]:
            assert any(got[one] != got[two] for got in ours), (one, two)


def test_three_tools_give_three_values_of_hd95(ours):
    names = ("hd95:max", "hd95:pooled", "hd95:surfel")
    assert sum(len({got[name] for name in names}) == 3 for got in ours) > 100


def test_the_table_of_empty_masks_says_what_the_tools_give(golden):
    lines = DOCS.read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines]
    documented = {tuple(row[:2]): row[2:] for row in cells if row[0] in golden["tools"]}
    empty = [golden["empty"][which] for which in ("reference", "prediction", "both")]
    for tool, values in empty[0].items():
        for name in values:
            said = documented.pop((tool, name))
            for word, column in zip(said, empty, strict=True):
                value = column[tool][name]
                assert word == value if isinstance(value, str) else float(word) == round(value, 2)
    assert not documented


def test_every_name_is_documented():
    text = DOCS.read_text(encoding="utf-8")
    assert not [name for name in SURFACE_METRICS if f"`{name}" not in text]


@pytest.mark.parametrize("area", [0.01, 0.1, 0.3, 1 / 3, 0.7, 1.1, 2.7])
def test_where_exactly_95_percent_lie_rounding_has_no_say(area):
    values = np.arange(20.0)
    assert _weighted_percentile(values, np.full(20, area)) == 18.0
    assert _weighted_percentile(values[::-1], np.full(20, area)) == 18.0
    more = np.append(np.full(19, area), 1.001 * area)
    assert _weighted_percentile(values, more) == 19.0
