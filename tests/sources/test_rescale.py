"""The decision whether values are HU, on synthetic histograms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundct.sources._rescale import rescale_state


def histogram(seed: int = 0, padding: float | None = None) -> np.ndarray:
    rng = np.random.default_rng(seed)
    parts = [
        rng.normal(-1000, 15, 4000),
        rng.normal(-860, 60, 2500),
        rng.normal(-100, 20, 1500),
        rng.normal(45, 20, 2500),
        rng.normal(400, 200, 300),
    ]
    if padding is not None:
        parts.append(np.full(3000, padding))
    return np.rint(np.concatenate(parts))


@pytest.mark.parametrize("padding", [None, -1024.0, -2048.0, -3024.0, -8192.0])
@pytest.mark.parametrize("intercept", [-1024.0, -8192.0])
def test_hu_are_told_from_raw_values(intercept: float, padding: float | None) -> None:
    hu = histogram(padding=padding)
    assert rescale_state(hu, 1.0, intercept) == "applied"
    assert rescale_state(hu, None, None) == "applied"
    assert rescale_state(hu - intercept, 1.0, intercept) == "not_applied"


@pytest.mark.parametrize("intercept", [-1024.0, -8192.0])
def test_raw_padding_of_zero_changes_nothing(intercept: float) -> None:
    raw = np.concatenate([histogram() - intercept, np.zeros(4000)])
    assert rescale_state(raw, 1.0, intercept) == "not_applied"


@pytest.mark.parametrize("intercept", [-1024.0, -8192.0])
def test_values_rescaled_twice_are_unknown(intercept: float) -> None:
    assert rescale_state(histogram() + intercept, 1.0, intercept) == "unknown"


def test_raw_values_without_a_stated_rescale_are_unknown() -> None:
    assert rescale_state(histogram() + 1024, None, None) == "unknown"
    assert rescale_state(histogram() + 1024, 1.0, None) == "unknown"
    assert rescale_state(histogram() + 1024, 1.0, 0.0) == "unknown"


def test_the_wrong_stated_rescale_is_not_applied() -> None:
    assert rescale_state(histogram() + 1024, 1.0, -8192.0) == "unknown"


def test_a_slope_other_than_one_is_seen() -> None:
    raw = (histogram() + 1024) / 2
    assert rescale_state(raw, 2.0, -1024.0) == "not_applied"
    assert rescale_state(histogram(), 2.0, -1024.0) == "applied"


@pytest.mark.parametrize(
    "values",
    [
        np.zeros(0),
        np.zeros(1000),
        np.full(1000, -1000.0),
        np.full(1000, 40.0),
        np.array([np.nan, -1000.0, 40.0]),
        np.linspace(0, 1, 1000),
    ],
)
def test_what_shows_no_chest_is_unknown(values: np.ndarray) -> None:
    assert rescale_state(values, 1.0, -1024.0) == "unknown"


@given(st.integers(0, 50), st.sampled_from([-1000.0, -1024.0, -2000.0, -8192.0]))
def test_order_and_shape_of_the_sample_do_not_matter(seed: int, intercept: float) -> None:
    values = histogram(seed) - intercept
    shuffled = np.random.default_rng(seed).permutation(values)[:10000].reshape(100, 100)
    assert rescale_state(shuffled, 1.0, intercept) == "not_applied"
