"""Where a finding goes: a site's voxels, places in it, and what was drawn there before."""

from __future__ import annotations

from dataclasses import dataclass

import edt
import numpy as np
from numpy.typing import NDArray

from groundct.core.issues import DataError
from groundct.core.volume import BoolArray
from groundct.phantom.canvas import Canvas, FloatArray
from groundct.phantom.labels import LABEL, LUNG_LABELS
from groundct.phantom.spec import LOBES, SIDES, FindingSpec
from groundct.phantom.tubes import Tube
from groundct.vocabulary.segments import segments

Slices = tuple[slice, slice, slice]
_LATTICE_MM = 2.5


class DoesNotFitError(DataError):
    """A finding that has no place of its size in the site asked for."""


@dataclass(frozen=True, eq=False)
class Ground:
    """What findings are drawn on. All arrays are (k, j, i); ``axes`` are x, y, z in true mm."""

    canvas: Canvas
    segments: NDArray[np.uint8]
    axes: tuple[FloatArray, FloatArray, FloatArray]
    used: BoolArray
    bronchi: tuple[Tube, ...]

    @property
    def step(self) -> float:
        """In-plane spacing in mm."""
        return float(self.axes[0][1] - self.axes[0][0])


@dataclass(frozen=True, eq=False)
class Spot:
    """A box around a place: views of HU, the voxels allowed, and true mm from the place."""

    slices: Slices
    hu: NDArray[np.int16]
    allowed: BoolArray
    x: FloatArray
    y: FloatArray
    z: FloatArray
    step: float

    @property
    def radius_mm(self) -> FloatArray:
        """Distance from the place."""
        return np.asarray(np.sqrt(self.x**2 + self.y**2 + self.z**2), dtype=np.float32)


def lobes_of(site: str) -> tuple[str, ...]:
    """The lobes that a site covers, whole or in part."""
    if site == "lung":
        return LOBES
    if site in SIDES:
        return tuple(lobe for lobe in LOBES if lobe.startswith(site.split()[0]))
    return tuple(lobe for lobe in LOBES if site.startswith(lobe))


def in_site(ground: Ground, slices: Slices, site: str) -> BoolArray:
    """The lung voxels of a site within a box."""
    labels = ground.canvas.labels[slices]
    if site in LOBES or site in SIDES or site == "lung":
        return np.asarray(np.isin(labels, [LABEL[lobe] for lobe in lobes_of(site)]))
    number = next(n for n, s in enumerate(segments(), start=1) if s.name == site)
    lung = (labels >= min(LUNG_LABELS)) & (labels <= max(LUNG_LABELS))
    return np.asarray((ground.segments[slices] == number) & lung)


def described(spec: FindingSpec) -> str:
    """A finding in words, as errors name it."""
    return f"{spec.drawn_type} of {spec.drawn_size_mm:g} mm in {spec.site}"


def does_not_fit(spec: FindingSpec, why: str) -> DataError:
    """The error for a finding without a place."""
    return DoesNotFitError.of(
        "finding-does-not-fit",
        described(spec),
        why,
        "Ask for a smaller one, a larger site, fewer findings, or a grid that shows the site.",
    )


@dataclass(frozen=True, eq=False)
class Lattice:
    """A coarse lattice over the scan: free depth in the site and depth in the lung, in mm."""

    places_mm: NDArray[np.float32]
    site_depth_mm: FloatArray
    lung_depth_mm: FloatArray


def lattice(ground: Ground, spec: FindingSpec) -> Lattice:
    """The lattice points inside a site that nothing was drawn on; raises when there is none."""
    x, y, z = ground.axes
    steps = [float(axis[1] - axis[0]) for axis in (z, y, x)]
    strides = [max(1, round(_LATTICE_MM / s)) for s in steps]
    spacing = tuple(s * n for s, n in zip(steps, strides, strict=True))
    coarse: Slices = tuple(slice(n // 2, None, n) for n in strides)  # type: ignore[assignment]
    labels = ground.canvas.labels[coarse]
    lung = (labels >= min(LUNG_LABELS)) & (labels <= max(LUNG_LABELS))
    site = in_site(ground, coarse, spec.site) & ~ground.used[coarse]
    depth = edt.edt(np.ascontiguousarray(site), anisotropy=spacing, black_border=True)
    lung_depth = edt.edt(np.ascontiguousarray(lung), anisotropy=spacing, black_border=True)
    k, j, i = np.nonzero(site)
    if not k.size:
        raise does_not_fit(spec, "the scan shows no free voxel of this site.")
    places = np.column_stack([x[coarse[2]][i], y[coarse[1]][j], z[coarse[0]][k]])
    return Lattice(places, depth[k, j, i], lung_depth[k, j, i])


def spot_at(ground: Ground, site: str, place_mm: NDArray[np.floating], reach_mm: float) -> Spot:
    """The box within ``reach_mm`` of a place."""
    slices: list[slice] = []
    for axis, at in zip(ground.axes, place_mm, strict=True):
        low = int(np.searchsorted(axis, at - reach_mm))
        high = int(np.searchsorted(axis, at + reach_mm, side="right"))
        slices.append(slice(low, max(high, low + 1)))
    box: Slices = (slices[2], slices[1], slices[0])
    x, y, z = (
        (axis[part] - np.float32(at)).astype(np.float32)
        for axis, part, at in zip(ground.axes, slices, place_mm, strict=True)
    )
    return Spot(
        box,
        ground.canvas.hu[box],
        in_site(ground, box, site) & ~ground.used[box],
        x[None, None, :],
        y[None, :, None],
        z[:, None, None],
        ground.step,
    )


def wave(spot: Spot, length_mm: float, generator: np.random.Generator) -> FloatArray:
    """A smooth random field in -1..1 that varies over ``length_mm``."""
    total = np.zeros(spot.allowed.shape, dtype=np.float32)
    for _ in range(5):
        direction = generator.normal(size=3)
        direction *= 2 * np.pi / (length_mm * np.linalg.norm(direction))
        a, b, c = (np.float32(v) for v in direction)
        phase = np.float32(generator.uniform(0, 2 * np.pi))
        total += np.sin(a * spot.x + b * spot.y + c * spot.z + phase)
    return np.asarray(total / np.float32(3.2))


def blend(spot: Spot, cover: NDArray[np.floating], hu: float | FloatArray) -> None:
    """Mix a density in by the part of each voxel that it fills, on allowed voxels alone."""
    share = np.where(spot.allowed, np.clip(cover, 0, 1), 0)
    spot.hu[:] = np.rint(spot.hu + share * (hu - spot.hu)).astype(np.int16)
