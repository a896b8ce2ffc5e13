"""How like a nodule a centre is, by its rays and its blob's strength, whatever the text says.

A logistic of few terms. Its constants were fitted on lesions drawn into two real scans against
everything else that blobs were found in (``bench/inserted.py``, even seeds), and rounded. Terms for
density, roundness and even rays were weakened, since real nodules are less like balls and small
ones share their voxels with lung; what is brighter than soft tissue is taken for a vessel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from groundct.grounding._hu_text.rays import Rays

Channel = Literal["solid", "haze"]

BALL_RESPONSE: Final = 0.308
"""The dot filter's answer in the middle of a ball at its best scale, over the ball's height."""


@dataclass(frozen=True)
class Terms:
    """The logistic's constants: what each property adds."""

    constant: float
    blob: float
    spread: float
    long: float
    open: float
    round: float
    height: float
    bright: float


_TERMS: Final = {
    "solid": Terms(1.1, 2.0, -2.0, -5.0, -4.0, 5.0, 4.0, -2.0),
    "haze": Terms(-1.0, 2.0, -2.0, -3.0, -3.0, 5.0, 4.5, 0.0),
}
_FULL_HEIGHT_HU: Final = {"solid": 900.0, "haze": 250.0}


def likeness(
    rays: Rays, response: float, height_hu: float, excess_hu: float, channel: Channel
) -> float:
    """0..1 for a centre that rises by ``height_hu`` from its lung.

    ``excess_hu`` is how much denser it is than soft tissue without calcium is.
    """
    terms = _TERMS[channel]
    blob = response / (BALL_RESPONSE * max(height_hu, 50.0))
    z = (
        terms.constant
        + terms.blob * float(np.log(np.clip(blob, 1e-2, 1.5)))
        + terms.spread * (min(rays.spread, 4.0) - 1.2)
        + terms.long * rays.long_share
        + terms.open * max(0.0, rays.open_share - 0.3)
        + terms.round * float(np.log(max(rays.roundness, 0.1)))
        + terms.height * min(height_hu / _FULL_HEIGHT_HU[channel], 1.1)
        + terms.bright * min(excess_hu, 300.0) / 200.0
    )
    return float(1.0 / (1.0 + np.exp(-np.clip(z, -30, 30))))
