"""Random masks of findings that look like masks: blobs, touching ones, specks, nothing."""

from __future__ import annotations

import numpy as np
from scipy import ndimage


def random_pair(rng, shape=None):
    """(reference with instance numbers, predicted mask) of one shape, alike or not."""
    shape = shape or tuple(int(n) for n in rng.integers(1, 15, 3))
    field = ndimage.gaussian_filter(rng.normal(size=shape), rng.choice([0.0, 0.6, 1.2, 2.0]))
    truth = field > np.quantile(field, rng.choice([0.0, 0.4, 0.7, 0.9, 1.0]))
    reference, count = ndimage.label(truth)
    numbers = rng.permutation(max(count, 1)) * rng.choice([1, 2]) + 1
    reference = np.where(reference > 0, numbers[np.maximum(reference - 1, 0)], 0)
    reference = np.minimum(reference, 255).astype(np.uint8)
    kind = rng.integers(6)
    if kind == 0:
        other = ndimage.gaussian_filter(rng.normal(size=shape), rng.choice([0.0, 0.8, 1.5]))
        prediction = other > np.quantile(other, rng.choice([0.0, 0.5, 0.8, 1.0]))
    elif kind == 1:
        prediction = np.roll(truth, rng.integers(-2, 3, 3), axis=(0, 1, 2))
    elif kind == 2:
        prediction = truth ^ (rng.random(shape) < 0.05)
    elif kind == 3:
        prediction = ndimage.binary_dilation(truth) if rng.random() < 0.5 else truth & (field > 0)
    elif kind == 4:
        prediction = truth.copy()
    else:
        prediction = np.zeros(shape, bool)
    return reference, prediction.astype(np.uint8)


def random_spacing(rng):
    """Spacings in mm, often anisotropic."""
    return tuple(float(s) for s in rng.choice([0.5, 0.7, 1.0, 1.5, 2.5, 5.0], 3))
