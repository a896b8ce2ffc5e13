"""Overlap of a reference and a prediction."""

from __future__ import annotations

import numpy as np

from groundct.core.volume import BoolArray

_EPSILON = 1e-6

HIT_DICE = 0.1
"""A finding is hit from this Dice on (official scoring of ReXGroundingCT)."""


def dice(reference: BoolArray, prediction: BoolArray) -> float:
    """Dice coefficient of two masks of one shape, 0..1.

    (2 |A and B| + 1e-6) / (|A| + |B| + 1e-6), as ReXGroundingCT's official scoring has it; 1.0 when
    both are empty. Raises ValueError when the shapes differ.
    """
    if reference.shape != prediction.shape:
        raise ValueError(f"shapes {reference.shape} and {prediction.shape} differ")
    both = int(np.count_nonzero(reference & prediction))
    total = int(np.count_nonzero(reference)) + int(np.count_nonzero(prediction))
    return (2 * both + _EPSILON) / (total + _EPSILON)


def hit(reference: BoolArray, prediction: BoolArray) -> bool:
    """Whether the prediction hits the reference: Dice of at least ``HIT_DICE``."""
    return dice(reference, prediction) >= HIT_DICE
