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
_GRAIN_MM: dict[Kernel, float] = {"soft": 0.76, "medium": 0.62, "sharp": 0.52}
"""Standard deviation of the noise's own blur; a sharp kernel also takes away what is coarse."""
_COARSE_SHARE: dict[Kernel, float] = {"soft": 0.35, "medium": 0.6, "sharp": 0.85}
_STREAK_MM = 14.0
_PLANES = 10


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
    grain = _Grain.of(scanner, hu.shape[1:], generator)
    outside = _outside(hu.shape[1:]) if scanner.padding_hu is not None else None
    for plane in hu:
        smooth = gaussian_filter(plane.astype(np.float32), blur, mode="nearest", truncate=3)
        if scanner.noise_hu > 0:
            smooth += grain.noise(smooth, generator)
        np.rint(smooth, out=smooth)
        plane[:] = np.clip(smooth, -1024, 3071)
        if outside is not None and scanner.padding_hu is not None:
            plane[outside] = scanner.padding_hu


@dataclass(frozen=True, eq=False)
class _Grain:
    """Noise of a kernel: a band of spatial frequencies, stronger behind much tissue, streaked.

    Planes of noise of unit strength are filtered once; each slice mixes two of them, moved and
    turned over at random, which takes a tenth of the time and leaves slices uncorrelated.
    """

    scanner: Scanner
    bands: tuple[FloatArray, ...]
    rays: tuple[FloatArray, ...]

    @classmethod
    def of(cls, scanner: Scanner, shape: tuple[int, ...], generator: np.random.Generator) -> _Grain:
        """The planes for slices of a shape (j, i)."""
        fine = max(0.3, min(1.6, _GRAIN_MM[scanner.kernel] / scanner.step_mm))
        share, length = _COARSE_SHARE[scanner.kernel], _STREAK_MM / scanner.step_mm
        bands, rays = [], []
        for _ in range(_PLANES):
            white = generator.standard_normal(shape, dtype=np.float32)
            band = _band(white, fine, 2.6 * fine, share)
            ray = gaussian_filter1d(white, length, axis=1, mode="wrap", truncate=2)
            bands.append(np.asarray(band / band.std(), dtype=np.float32))
            rays.append(np.asarray(ray / ray.std(), dtype=np.float32))
        return cls(scanner, tuple(bands), tuple(rays))

    def noise(self, hu: FloatArray, generator: np.random.Generator) -> FloatArray:
        """Noise for one slice (j, i)."""
        first, second = generator.integers(_PLANES), generator.integers(_PLANES - 1)
        other = (first + 1 + second) % _PLANES
        angle = float(generator.uniform(0.25, 1.3))
        noise = np.float32(np.cos(angle)) * _moved(self.bands[first], generator)
        noise += np.float32(np.sin(angle)) * _moved(self.bands[other], generator)
        # Quanta are fewer behind wide and bony sections: along their rays noise is streaky.
        paths = np.clip(hu[::4] + 1000, 0, 2600).mean(axis=1) / 1000
        wide = np.clip(np.repeat(paths, 4)[: len(hu)] - 0.75, 0, 0.5)[:, None]
        if wide.max() > 0.05:
            noise += _moved(self.rays[first], generator) * (1.4 * wide)
        # Thin paths through lung and air are less noisy than soft tissue.
        noise *= np.clip(1 + hu / 4000, 0.6, 1.1) * np.float32(self.scanner.noise_hu)
        return np.asarray(noise, dtype=np.float32)


def _moved(plane: FloatArray, generator: np.random.Generator) -> FloatArray:
    """A plane moved around its edges and turned over at random."""
    j, i = (int(generator.integers(n)) for n in plane.shape)
    turned = plane[:: 1 if generator.random() < 0.5 else -1]
    return np.roll(turned, (j, i), axis=(0, 1))


def _band(white: FloatArray, fine: float, coarse: float, share: float) -> FloatArray:
    first = gaussian_filter(white, fine, mode="wrap", truncate=3)
    return np.asarray(first - share * gaussian_filter(first, coarse, mode="wrap", truncate=2.5))


def _outside(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    j, i = (np.linspace(-1, 1, n) for n in shape)
    return np.asarray(i[None, :] ** 2 + j[:, None] ** 2 > 1)
