"""What the scanner adds: thick slices, a kernel's blur and noise, streaks, padding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, gaussian_filter1d

from groundct.phantom.canvas import FloatArray

Kernel = Literal["soft", "medium", "sharp"]

_BLUR_MM: dict[Kernel, float] = {"soft": 0.75, "medium": 0.58, "sharp": 0.38}
_GRAIN_MM: dict[Kernel, float] = {"soft": 0.85, "medium": 0.60, "sharp": 0.36}
"""Standard deviation of the noise's own blur; a sharp kernel also takes away what is coarse."""
_COARSE_SHARE: dict[Kernel, float] = {"soft": 0.35, "medium": 0.6, "sharp": 0.85}
_STREAK_MM = 14.0


@dataclass(frozen=True)
class Scanner:
    """How voxels come out of the scanner.

    ``noise_hu`` is the noise's standard deviation in soft tissue; ``step_mm`` the pixel's size;
    ``padding_hu`` fills what lies outside the round field of view, None shows a square one.
    """

    noise_hu: float
    kernel: Kernel
    step_mm: float
    padding_hu: int | None


def averaged(hu: NDArray[np.int16], every: int, window: int) -> NDArray[np.int16]:
    """Slices (k, j, i) as means over ``window`` thin ones, one for each ``every`` of them."""
    count = len(hu) // every
    out = np.empty((count, *hu.shape[1:]), dtype=np.int16)
    for k in range(count):
        middle = k * every + every // 2
        low = max(0, middle - window // 2)
        part = hu[low : max(low + 1, min(len(hu), middle - window // 2 + window))]
        out[k] = np.rint(part.sum(axis=0, dtype=np.float32) / len(part))
    return out


def add_blur_and_noise(
    hu: NDArray[np.int16], scanner: Scanner, generator: np.random.Generator
) -> None:
    """Blur in plane and add noise, slice by slice, in place; (k, j, i)."""
    blur = min(0.85, _BLUR_MM[scanner.kernel] / scanner.step_mm)
    grain = _Grain.of(scanner, hu.shape[1:])
    outside = _outside(hu.shape[1:]) if scanner.padding_hu is not None else None
    for plane in hu:
        smooth = gaussian_filter(plane.astype(np.float32), blur, mode="nearest", truncate=3)
        if scanner.noise_hu > 0:
            smooth += grain.noise(smooth, generator)
        np.rint(smooth, out=smooth)
        plane[:] = np.clip(smooth, -1024, 3071)
        if outside is not None and scanner.padding_hu is not None:
            plane[outside] = scanner.padding_hu


@dataclass(frozen=True)
class _Grain:
    """Noise of a kernel: a band of spatial frequencies, stronger behind much tissue, streaked."""

    scanner: Scanner
    fine: float
    coarse: float
    share: float
    kept: float

    @classmethod
    def of(cls, scanner: Scanner, shape: tuple[int, ...]) -> _Grain:
        fine = max(0.3, min(1.6, _GRAIN_MM[scanner.kernel] / scanner.step_mm))
        coarse, share = 2.6 * fine, _COARSE_SHARE[scanner.kernel]
        point = np.zeros((41, 41), dtype=np.float32)
        point[20, 20] = 1
        # A filtered field keeps this share of its standard deviation.
        kept = float(np.linalg.norm(_band(point, fine, coarse, share)))
        return cls(scanner, fine, coarse, share, kept)

    def noise(self, hu: FloatArray, generator: np.random.Generator) -> FloatArray:
        """Noise for one slice (j, i)."""
        white = generator.standard_normal(hu.shape, dtype=np.float32)
        noise = _band(white, self.fine, self.coarse, self.share) * (
            self.scanner.noise_hu / self.kept
        )
        # Quanta are fewer behind wide and bony sections: along their rays noise is streaky.
        paths = np.clip(hu[::4] + 1000, 0, 2600).mean(axis=1) / 1000
        wide = np.clip(np.repeat(paths, 4)[: len(hu)] - 0.75, 0, 0.5)[:, None]
        if wide.max() > 0.05:
            length = _STREAK_MM / self.scanner.step_mm
            rays = gaussian_filter1d(white, length, axis=1, mode="wrap", truncate=2)
            noise += rays * wide * (self.scanner.noise_hu * 1.9 * np.sqrt(length))
        # Thin paths through lung and air are less noisy than soft tissue.
        return np.asarray(noise * np.clip(1 + hu / 4000, 0.6, 1.1), dtype=np.float32)


def _band(white: FloatArray, fine: float, coarse: float, share: float) -> FloatArray:
    first = gaussian_filter(white, fine, mode="wrap", truncate=3)
    return np.asarray(first - share * gaussian_filter(first, coarse, mode="wrap", truncate=2.5))


def _outside(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    j, i = (np.linspace(-1, 1, n) for n in shape)
    return np.asarray(i[None, :] ** 2 + j[:, None] ** 2 > 1)
