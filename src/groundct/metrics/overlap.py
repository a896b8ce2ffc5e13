"""Overlap of a reference and a prediction."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from groundct.metrics.arguments import labels_of

_EPSILON = 1e-6

HIT_DICE = 0.1
"""A finding is hit from this Dice on (official scoring of ReXGroundingCT)."""


def dice(reference: ArrayLike, prediction: ArrayLike) -> float:
    """Dice coefficient of two masks of one shape, 0..1.

    (2 |A and B| + 1e-6) / (|A| + |B| + 1e-6), as ReXGroundingCT's official scoring has it; 1.0 when
    both are empty. Of labels all that are not 0 count alike; `organ_scores` scores each by itself.
    Raises ArgumentError for arrays that are no masks of one shape.
    """
    ours, theirs = labels_of(reference, prediction, ())
    both = int(np.count_nonzero(np.logical_and(ours, theirs)))
    total = int(np.count_nonzero(ours)) + int(np.count_nonzero(theirs))
    return (2 * both + _EPSILON) / (total + _EPSILON)


def hit(reference: ArrayLike, prediction: ArrayLike) -> bool:
    """Whether the prediction hits the reference: Dice of at least ``HIT_DICE``."""
    return dice(reference, prediction) >= HIT_DICE
