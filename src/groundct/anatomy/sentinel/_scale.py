"""Whether intensities can be Hounsfield units, from where air and soft tissue lie."""

from __future__ import annotations

from typing import Final

import numpy as np

from groundct.core.value import Value
from groundct.core.volume import HuArray
from groundct.imaging.hu_scale import hu_fit, without_padding

_MIN_SHARE: Final = 0.03
_OFFSETS: Final = (0, 1024, -1024, 8192, -8192, 1000, -1000)
_SAMPLED_VOXELS: Final = 500_000


class Scale(Value):
    """The offset at which air and soft tissue both stand, and the smaller one's share of voxels."""

    offset_hu: int
    share: float

    @property
    def known(self) -> bool:
        """Whether any offset explains the intensities."""
        return self.share >= _MIN_SHARE


def scale_of(hu: HuArray) -> Scale:
    """The offset that best turns the intensities into HU.

    The offsets tried are those that rescaling never (the intercept's opposite) or twice leaves.
    """
    step = max(1, round((hu.size / _SAMPLED_VOXELS) ** (1 / 3)))
    sample = without_padding(hu[::step, ::step, ::step]).astype(np.int32)
    shares = {offset: hu_fit(sample - offset) for offset in _OFFSETS}
    best = max(_OFFSETS, key=lambda offset: shares[offset])
    return Scale(offset_hu=best, share=shares[best])
