"""Dice keeps its laws and the official values of its edge cases."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp

from groundct.metrics.overlap import dice, hit

masks = hnp.arrays(np.bool_, (3, 4, 2))


@given(masks, masks)
def test_dice_is_symmetric_and_between_zero_and_one(a, b):
    assert dice(a, b) == dice(b, a)
    assert 0 <= dice(a, b) <= 1


@given(masks)
def test_a_mask_equals_itself(a):
    assert dice(a, a) == pytest.approx(1.0)


def test_known_values():
    a = np.zeros((4, 1, 1), bool)
    b = a.copy()
    assert dice(a, b) == 1.0
    a[0] = True
    assert dice(a, b) == pytest.approx(0.0, abs=1e-5)
    b[:3] = True
    assert dice(a, b) == pytest.approx(0.5, abs=1e-6)


def test_a_hit_begins_at_a_tenth():
    reference = np.zeros(100, bool)
    reference[:10] = True
    prediction = np.zeros(100, bool)
    prediction[9:19] = True
    assert hit(reference, prediction)
    prediction[19:21] = True
    assert not hit(reference, prediction)


def test_masks_of_other_shapes_are_refused():
    with pytest.raises(ValueError, match="differ"):
        dice(np.zeros((2, 2, 2), bool), np.zeros((2, 2, 3), bool))
