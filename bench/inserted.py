"""Lesions drawn into real lungs: where the truth is known to the voxel, at any size and place.

A lesion is a lumpy ellipsoid whose coverage is blurred as a scanner blurs it and blended with what
is there, so that vessels, noise and the chest wall around it are the scan's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.core.volume import BoolArray, LabelMap, RegionMask, Volume, label_map_of_masks
from groundct.imaging.distances import distance_mm
from groundct.imaging.shape import longest_axial_diameter_mm

Kind = Literal["solid", "part-solid", "ground-glass", "calcified", "spiculated"]
Site = Literal["free", "pleura", "vessel"]
KINDS: tuple[Kind, ...] = ("solid", "part-solid", "ground-glass", "calcified", "spiculated")
SITES: tuple[Site, ...] = ("free", "pleura", "vessel")
HU = {"solid": 30.0, "spiculated": 40.0, "part-solid": -610.0, "ground-glass": -620.0}
LOBES = (
    *("left lung upper lobe", "left lung lower lobe"),
    *("right lung upper lobe", "right lung middle lobe", "right lung lower lobe"),
)
BLUR_MM = (0.6, 0.6, 1.0)


@dataclass(frozen=True, eq=False)
class Inserted:
    """A scan with one lesion in it."""

    volume: Volume
    organs: LabelMap
    truth: BoolArray
    kind: Kind
    site: Site
    lobe: str
    size_mm: float


def inserted(volume: Volume, organs: LabelMap, lobes: dict[str, BoolArray], seed: int) -> Inserted:
    """A lesion of a kind, place and size that the seed decides, 4 to 34 mm, in one of ``lobes``."""
    rng = np.random.default_rng([seed, 77])
    kind = KINDS[seed % len(KINDS)]
    site = SITES[(seed // len(KINDS)) % len(SITES)]
    size = float(np.exp(rng.uniform(np.log(4.0), np.log(34.0))))
    if kind in ("part-solid", "ground-glass"):
        size = max(size, 7.0)
    names = [name for name in LOBES if name in lobes]
    lobe = names[int(rng.integers(len(names)))]
    centre = _centre(volume, lobes[lobe], site, size, rng)
    window, cover = _coverage(volume, centre, size, kind, rng)
    hu = volume.hu.copy(order="F")
    hu[window] = _blended(hu[window].astype(np.float32), cover, kind, rng)
    truth = np.zeros(hu.shape, dtype=np.bool_, order="F")
    truth[window] = cover[0] > 0.5
    changed = Volume(hu, volume.geometry, volume.stored)
    own = RegionMask.of(truth)
    long_mm = longest_axial_diameter_mm(own, volume.geometry) if own.count else size
    dense = truth & (hu > -450)
    seen = _without(organs, dense) if site == "pleura" and dense.any() else organs
    return Inserted(changed, seen, truth, kind, site, lobe, long_mm)


def _centre(
    volume: Volume, lobe: BoolArray, site: Site, size: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    crop = ndimage.find_objects(lobe.astype(np.uint8))[0]
    depth = distance_mm(np.pad(lobe[crop], 1), volume.geometry.spacing_mm)[1:-1, 1:-1, 1:-1]
    if site == "pleura":
        fits = (depth > 0.1 * size) & (depth < 0.3 * size + 1.5)
    else:
        fits = depth > 0.5 * size + 3
        if site == "vessel":
            level = ndimage.gaussian_filter(volume.hu[crop].astype(np.float32), 1.0)
            fits &= ndimage.binary_dilation(level > -400, iterations=2) & (level < -400)
    if not fits.any():
        fits = depth > 0.7 * depth.max()
    places = np.flatnonzero(fits)
    index = np.unravel_index(int(rng.choice(places)), fits.shape)
    return np.array([i + part.start for i, part in zip(index, crop, strict=True)], dtype=float)


def _coverage(
    volume: Volume, centre: NDArray[np.float64], size: float, kind: Kind, rng: np.random.Generator
) -> tuple[tuple[slice, ...], tuple[NDArray[np.float32], NDArray[np.float32]]]:
    spacing = np.array(volume.geometry.spacing_mm)
    half = np.ceil((0.9 * size + 4) / spacing).astype(int)
    low = np.maximum(0, centre.astype(int) - half)
    high = np.minimum(volume.hu.shape, centre.astype(int) + half + 1)
    window = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    grid = np.stack(
        np.meshgrid(*(np.arange(a, b) for a, b in zip(low, high, strict=True)), indexing="ij"), -1
    )
    away = (grid - centre) * spacing
    stretch = np.exp(rng.normal(0, 0.12, 3))
    stretch[:2] /= stretch[:2].max()
    lumps = rng.normal(size=(6, 3))
    lumps /= np.linalg.norm(lumps, axis=1, keepdims=True)
    unit = away / np.maximum(np.linalg.norm(away, axis=-1, keepdims=True), 1e-6)
    bump = 1 + 0.12 * np.clip(unit @ lumps.T, 0, 1).max(axis=-1) ** 4 - 0.06
    radius = np.linalg.norm(away / stretch, axis=-1) / bump
    whole = radius <= size / 2
    if kind == "spiculated":
        for line in rng.normal(size=(7, 3)):
            along = away @ (line / np.linalg.norm(line))
            across = np.sqrt(np.maximum((away**2).sum(-1) - along**2, 0))
            whole |= (along > 0) & (along < 0.75 * size) & (across < 0.9 * (1 - along / size))
    core = radius <= 0.22 * size
    blur = [b / s for b, s in zip(BLUR_MM, spacing, strict=True)]
    covers = tuple(ndimage.gaussian_filter(m.astype(np.float32), blur) for m in (whole, core))
    return window, (covers[0], covers[1])


def _blended(
    hu: NDArray[np.float32],
    cover: tuple[NDArray[np.float32], NDArray[np.float32]],
    kind: Kind,
    rng: np.random.Generator,
) -> NDArray[np.int16]:
    noise = rng.normal(0, 25, hu.shape).astype(np.float32)
    inner = 350.0 if kind == "calcified" else HU[kind]
    haze = kind in ("part-solid", "ground-glass")
    lesion = np.maximum(hu, inner + noise) if haze else inner + noise
    out = hu * (1 - cover[0]) + lesion * cover[0]
    if kind == "part-solid":
        out = out * (1 - cover[1]) + (20.0 + noise) * cover[1]
    # Chest wall stays what it is: a lesion at the pleura grows into the lung alone.
    out = np.where(hu > -250, np.maximum(hu, out), out)
    return np.asarray(np.clip(out, -1024, 3000), dtype=np.int16)


def _without(organs: LabelMap, truth: BoolArray) -> LabelMap:
    """The organs as a segmenter by HU leaves them: a dense lesion at the pleura is lost to them."""
    names = ("left lung", "right lung")
    masks = [
        (name, RegionMask.of(organs.mask(name) & ~truth if name in names else organs.mask(name)))
        for name in organs.names
        if name not in ("lung", "body", "thoracic cavity")
    ]
    return label_map_of_masks(masks, organs.geometry, organs.stored)
