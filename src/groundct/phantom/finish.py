"""What the scanner adds: blur within the slice, and noise with some correlation."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from groundct.phantom.canvas import Canvas


def add_blur_and_noise(canvas: Canvas, noise_hu: float, generator: np.random.Generator) -> None:
    """Blur by half a voxel in plane, then add noise, slice by slice.

    ``noise_hu`` is its standard deviation in soft tissue.
    """
    blur = min(0.55, 0.45 / canvas.step)
    # A filtered field keeps this share of its standard deviation.
    point = np.zeros((9, 9))
    point[4, 4] = 1
    kept = float(np.linalg.norm(gaussian_filter(point, 0.65, truncate=3)))
    for plane in canvas.hu:
        hu = gaussian_filter(plane.astype(np.float32), blur, mode="nearest", truncate=3)
        if noise_hu > 0:
            noise = generator.standard_normal(plane.shape, dtype=np.float32)
            noise = gaussian_filter(noise, 0.65, mode="wrap", truncate=3)
            # Thin paths through lung and air are less noisy than soft tissue.
            hu += noise * (noise_hu / kept) * np.clip(1 + hu / 4000, 0.6, 1.1)
        np.rint(hu, out=hu)
        plane[:] = np.clip(hu, -1024, 3071)
