"""What holds for every target, and the small changes that they share."""

from __future__ import annotations

from typing import Any

import numpy as np

from groundct.core.geometry import Geometry, grid_difference_mm
from groundct.core.issues import DataError
from groundct.core.volume import Volume, to_stored

LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


class BrokenLawError(AssertionError):
    """A law that does not hold for a sample."""


def require(holds: object, what: str) -> None:
    """Raise BrokenLawError, with what is wrong, unless the law holds."""
    if not holds:
        raise BrokenLawError(what)


def refused(error: DataError, kind: type[DataError], name: str) -> str:
    """The outcome of a refusal, which must be of its kind, name the file and say what to do."""
    require(type(error) is kind, f"{type(error).__name__} instead of {kind.__name__}: {error}")
    for issue in error.issues:
        plain = issue.code.replace("-", "a").isalnum() and issue.code == issue.code.lower()
        require(plain and issue.what and issue.remedy, f"an issue that says too little: {issue}")
    require(any(name in issue.where for issue in error.issues), f"no issue names {name}: {error}")
    return f"refused {error.issues[0].code}"


def changed_bytes(rng: np.random.Generator, data: bytes) -> bytes:
    """Bytes with some flipped, cut out, doubled, cut off or added."""
    out = bytearray(data)
    for _ in range(int(rng.integers(1, 4))):
        at = int(rng.integers(len(out) + 1))
        length = int(rng.integers(1, 1 + min(40, len(out) + 1)))
        match int(rng.integers(6)):
            case 0 if at < len(out):
                out[at] ^= 1 << int(rng.integers(8))
            case 1:
                del out[at : at + length]
            case 2:
                out[at:at] = out[at : at + length]
            case 3:
                out[at:at] = rng.bytes(length)
            case 4:
                del out[at:]
            case _:
                out[at : at + length] = bytes(length)
    return bytes(out)


def require_same(
    ours: Volume,
    voxels: np.ndarray[Any, Any],
    affine: np.ndarray[Any, Any],
    apart_mm: float,
    apart_hu: float = 0.5,
) -> None:
    """Another reader's (i, j, k) voxels and RAS+ affine must be those of the stored grid."""
    stored = to_stored(ours.hu, ours.stored)
    voxels = voxels.reshape(voxels.shape[:3]) if voxels.ndim > 3 else voxels
    require(voxels.shape == stored.shape, f"shapes {voxels.shape} and {stored.shape}")
    # Half a HU at least, because ours are rounded.
    off = float(np.abs(voxels.astype(np.float64) - stored).max())
    require(off <= apart_hu + 1e-3, f"voxels differ by {off}")
    difference = grid_difference_mm(Geometry.of(stored.shape, affine), ours.stored)
    require(difference <= apart_mm, f"corners differ by {difference} mm")


def itk_affine(image: Any) -> np.ndarray[Any, Any]:
    """The RAS+ affine of a SimpleITK image."""
    affine = np.eye(4)
    affine[:3, :3] = np.array(image.GetDirection()).reshape(3, 3) * image.GetSpacing()
    affine[:3, 3] = image.GetOrigin()
    return LPS @ affine
