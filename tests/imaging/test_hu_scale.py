"""Air and soft tissue stand where Hounsfield units have them, and padding does not pass for air."""

from __future__ import annotations

import numpy as np
import pytest

from groundct.imaging.hu_scale import hu_fit, without_padding

GENERATOR = np.random.default_rng(0)
POPULATIONS = ((-1000, 15, 4000), (-850, 40, 3000), (40, 30, 3000))
CHEST = np.concatenate([GENERATOR.normal(*population) for population in POPULATIONS]).round()


def test_a_chest_fits_and_a_shifted_one_does_not():
    assert hu_fit(CHEST) == pytest.approx(0.3, abs=0.02)
    assert hu_fit(CHEST + 1024) == 0.0
    assert hu_fit(CHEST - 1024) < 0.03
    assert hu_fit(np.zeros(0)) == 0.0


@pytest.mark.parametrize("padding", [-2048, -3024, -8192])
def test_padding_is_left_out(padding):
    padded = np.concatenate([CHEST, np.full(4000, padding)])
    assert len(without_padding(padded)) == len(CHEST)


def test_padding_that_would_pass_for_air_is_left_out():
    raw = np.concatenate([CHEST + 1024, np.full(4000, -1024)])
    assert hu_fit(raw) > 0.03
    assert hu_fit(without_padding(raw)) == 0.0


def test_air_with_noise_is_no_padding():
    assert len(without_padding(CHEST)) == len(CHEST)
    clipped = np.maximum(CHEST, -1024)
    assert len(without_padding(clipped)) == len(clipped)
