"""Nodules and masses: blob centres, rays to the border of each, ranked by shape and by the text.

Around a centre the border is drawn at a share of the height between the lesion's own core and the
lung around it, as readers do; rays that run on along a vessel are cut, rays that reach the wall
are closed by their neighbours. Size is measured before it is held against the stated one, so that
a wrong size finds nothing instead of a part of what is there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.core.contracts import Candidate
from groundct.core.report import Finding
from groundct.core.volume import BoolArray, RegionMask
from groundct.grounding._hu_text.blobs import Blob, find_blobs
from groundct.grounding._hu_text.field import Field
from groundct.grounding._hu_text.ground_glass import ground_glass
from groundct.grounding._hu_text.likeness import Channel, likeness
from groundct.grounding._hu_text.look import Look, look_of
from groundct.grounding._hu_text.rays import Rays, cast_rays, directions, drawn
from groundct.grounding._space.crops import FloatArray, crop_of, placed, smooth
from groundct.imaging.components import Crop, components, fill_holes_by_slice
from groundct.imaging.shape import longest_axial_diameter_mm

_MOST_BLOBS = 60
_MOST_LIKELY = 40
_MOST_DRAWN = 14
_MOST_CANDIDATES = 8
_LUNG_HU = -850.0
_VESSEL_MM = 2.5
_TOP_HU = {"solid": 50.0, "haze": -600.0}
_LEAST_HEIGHT_HU = 80.0
_BORDER_HEIGHT = 0.42
_SMOOTH_MM = {"solid": 0.5, "haze": 1.0}
_BLOB_HU = {"solid": 100.0, "haze": -550.0}
_PARTING_HEIGHT = 0.65
_TAILED = 0.04
_PARTED = 0.9
_LEAST_CONFIDENCE = 0.05
_LEAST_UNSIZED, _LEAST_TEXTURED = 1 / 3, 0.2
"""Of a candidate, where no size is stated and where at least a texture is: any lobe holds something
that is a little like a nodule."""
_SURE = 0.5
_KNOWN = 0.8
_NO_LESION = (
    *("lung vessel", "airway", "bronchie", "left hilum", "right hilum", "superior vena cava"),
    *("pulmonary artery", "pulmonary trunk", "aorta", "aortic arch", "descending aorta"),
    *("heart", "heart ascending aorta", "esophagus", "azygos vein", "rib", "vertebrae"),
)
"""What is no lesion, where it is segmented: a candidate inside it keeps a fifth."""
_LEAST_FIT = 0.1
_SOFT_TISSUE_HU = 150.0
_MOST_SOLID_SHARE = 0.25
_SOLID_INNER_HU = -350.0
"""Above it what the haze channel sees is solid, and too wide by its low border."""


@dataclass(frozen=True, eq=False)
class Seen:
    """A centre (voxels of the field) with its rays at a scale; ``crop`` is the window around it."""

    crop: Crop
    centre: NDArray[np.float64]
    blob: Blob
    level: FloatArray
    inside: BoolArray
    border_hu: float
    rays: Rays
    likeness: float
    score: float

    @property
    def radius_mm(self) -> float:
        """The scale."""
        return self.blob.radius_mm

    @property
    def own_centre(self) -> NDArray[np.float64]:
        """The centre in voxels of the window."""
        return np.asarray(self.centre - np.array([part.start for part in self.crop]))

    def middle(self, field: Field) -> NDArray[np.float64]:
        """The middle of the rays' ends, in voxels of the field."""
        ends = directions() * self.rays.ends_mm[:, None]
        return np.asarray(self.centre + ends.mean(axis=0) / np.array(field.spacing_mm))


@dataclass(frozen=True, eq=False)
class Scene:
    """A field as one channel sees it; ``level`` is its smoothed density (i j k)."""

    field: Field
    level: FloatArray
    look: Look
    channel: Channel

    def known_share(self, crop: Crop, mask: BoolArray) -> float:
        """How much of a mask (i j k of the window) is known to be vessel, airway or hilum, 0..1."""
        outer = self.field.crop
        i, j, k = (
            slice(a.start + b.start, a.start + b.stop) for a, b in zip(outer, crop, strict=True)
        )
        known = crop_of(self.field.organs, _NO_LESION, (i, j, k))
        return float(np.mean(known[mask]))

    def cast(self, centre: NDArray[np.float64], blob: Blob) -> Seen | None:
        """A centre seen at a scale; None where nothing rises from the lung."""
        spacing, radius_mm = self.field.spacing_mm, blob.radius_mm
        longest = 2.6 * radius_mm + 3.0
        crop, own = _window(self.field, centre, longest + 1.0)
        level, inside = self.level[crop], self.field.filled[crop]
        away = _distance(own, level.shape, spacing)
        near = inside & (away <= max(0.35 * radius_mm, max(spacing[:2])))
        if not near.any():
            return None
        core = float(np.median(level[near]))
        around = level[inside & (away > 1.2 * radius_mm)]
        lung = float(np.quantile(around[::3], 0.3)) if around.size > 30 else _LUNG_HU
        lung = min(max(lung, -950.0), -700.0)
        top = min(core, _TOP_HU[self.channel])
        if top - lung < _LEAST_HEIGHT_HU:
            return None
        border = lung + _BORDER_HEIGHT * (top - lung)
        rays = cast_rays(level, inside, own, border, longest, spacing)
        calcified = self.look.texture == "calcified"
        excess = 0.0 if calcified else max(0.0, core - _SOFT_TISSUE_HU)
        like = likeness(rays, blob.response, top - lung, excess, self.channel)
        if rays.long_share > _TAILED:
            # Vessels that hang on a lesion are mostly darker than it: a higher border parts them.
            high = lung + _PARTING_HEIGHT * (top - lung)
            parted = cast_rays(level, inside, own, high, longest, spacing)
            sure = _PARTED * likeness(parted, blob.response, top - lung, excess, self.channel)
            if sure > like:
                rays, like = rays.held_to(parted), sure
        score = like * self.look.size_fit(rays.diameter_mm)
        return Seen(crop, centre, blob, level, inside, border, rays, like, score)


def nodules(field: Field, finding: Finding) -> tuple[Candidate, ...]:
    """Candidates for a nodule or mass, best first."""
    look = look_of(finding)
    lesions: list[Candidate] = []
    for channel in _channels(look):
        if not any(lesion.confidence > _SURE for lesion in lesions):
            lesions += _lesions(Scene(field, _level(field, channel), look, channel))
    if look.texture == "haze" and not any(lesion.confidence > _SURE for lesion in lesions):
        lesions += _hazes(field, finding, look)
    lesions.sort(key=lambda lesion: -lesion.confidence)
    return tuple(lesions[:_MOST_CANDIDATES])


def _hazes(field: Field, finding: Finding, look: Look) -> list[Candidate]:
    """Ground glass that is no ball, as the rule for it finds it, of the stated size."""
    return [
        each
        for each in ground_glass(field, finding).candidates
        if look.size_fit(longest_axial_diameter_mm(each.mask, field.geometry)) >= _LEAST_FIT
    ]


def _channels(look: Look) -> tuple[Channel, ...]:
    match look.texture:
        case "solid" | "calcified":
            return ("solid",)
        case "haze" | "mixed":
            return ("haze", "solid")
        case _:
            return ("solid", "haze")


def _lesions(scene: Scene) -> list[Candidate]:
    """The lesions of a channel; none holds the centre of another."""
    field = scene.field
    taken = np.zeros(field.hu.shape, dtype=np.bool_, order="F")
    least = _least_confidence(scene.look)
    out: list[Candidate] = []
    for each in seen_in(scene)[:_MOST_DRAWN]:
        if taken[_voxel(each.centre, field)]:
            continue
        mask = _mask(each, field)
        if mask is None:
            continue
        taken[each.crop] |= mask
        confidence = _confidence(each, mask, scene)
        if confidence >= least:
            out.append(Candidate(placed(mask, field.crop, each.crop), confidence))
    return out


def _least_confidence(look: Look) -> float:
    if look.stated_mm is not None:
        return _LEAST_CONFIDENCE
    return _LEAST_UNSIZED if look.texture == "any" else _LEAST_TEXTURED


def seen_in(scene: Scene) -> list[Seen]:
    """The likeliest centres of a channel, best first."""
    highest = _BLOB_HU[scene.channel]
    blobs = find_blobs(scene.field, scene.look.radii_mm, _MOST_BLOBS, highest)
    first = [scene.cast(np.array(b.centre, dtype=float), b) for b in blobs]
    likely = sorted((s for s in first if s is not None), key=lambda s: -s.score)[:_MOST_LIKELY]
    settled = [s for each in likely if (s := _settled(scene, each)) is not None and s.score > 0]
    return sorted(settled, key=lambda s: -s.score)


def _level(field: Field, channel: Channel) -> FloatArray:
    """The density without noise; for haze also without what is thinner than a small vessel."""
    level = smooth(np.clip(field.hu, -1000, 400), _SMOOTH_MM[channel], field.spacing_mm)
    if channel == "solid":
        return level
    size = [max(1, 2 * round(_VESSEL_MM / 2 / step) + 1) for step in field.spacing_mm[:2]]
    return np.asarray(ndimage.grey_opening(level, size=(*size, 1)), dtype=np.float32)


def _settled(scene: Scene, each: Seen) -> Seen | None:
    """The same lesion seen from its own middle, at its own scale."""
    now: Seen | None = each
    for _ in range(2):
        if now is None:
            return None
        middle = now.middle(scene.field)
        grown = now.rays.radius_mm
        away = np.linalg.norm((middle - now.centre) * scene.field.spacing_mm)
        if away < 0.2 * grown and grown < 1.3 * now.radius_mm:
            break
        now = scene.cast(middle, replace(now.blob, radius_mm=min(grown, 1.8 * now.radius_mm)))
    return now


def _mask(each: Seen, field: Field) -> BoolArray | None:
    dense = (each.level > each.border_hu) & each.inside
    mask = drawn(each.rays, dense, each.own_centre, field.spacing_mm)
    labels, sizes = components(mask, 6)
    if len(sizes) < 2:
        return None
    return fill_holes_by_slice(labels == 1) & each.inside


def _confidence(each: Seen, mask: BoolArray, scene: Scene) -> float:
    """Likeness, times how the mask's own size and density fit what the text says."""
    diameter = longest_axial_diameter_mm(RegionMask((0, 0, 0), mask), scene.field.geometry)
    inner = float(np.median(each.level[mask]))
    brightest = float(np.quantile(each.level[mask], 0.9))
    look = scene.look
    solid_share = float(np.mean(each.level[mask] > _SOLID_INNER_HU))
    if scene.channel == "haze" and look.texture != "mixed" and solid_share > _MOST_SOLID_SHARE:
        return 0.0
    fit = look.size_fit(diameter) * look.texture_fit(inner, brightest)
    return round(each.likeness * fit * (1.0 - _KNOWN * scene.known_share(each.crop, mask)), 4)


def _voxel(centre: NDArray[np.float64], field: Field) -> tuple[int, int, int]:
    i, j, k = np.clip(np.rint(centre), 0, np.array(field.hu.shape) - 1).astype(int)
    return int(i), int(j), int(k)


def _window(
    field: Field, centre: NDArray[np.float64], half_mm: float
) -> tuple[Crop, NDArray[np.float64]]:
    parts = []
    for c, n, step in zip(centre, field.hu.shape, field.spacing_mm, strict=True):
        half = int(np.ceil(half_mm / step))
        middle = int(np.clip(round(c), 0, n - 1))
        parts.append(slice(max(0, middle - half), min(n, middle + half + 1)))
    starts = np.array([part.start for part in parts])
    return (parts[0], parts[1], parts[2]), np.asarray(centre - starts)


def _distance(
    centre: NDArray[np.float64], shape: tuple[int, ...], spacing_mm: tuple[float, float, float]
) -> NDArray[np.float32]:
    x, y, z = (
        ((np.arange(n) - c) * step).astype(np.float32) ** 2
        for n, c, step in zip(shape, centre, spacing_mm, strict=True)
    )
    return np.asarray(np.sqrt(x[:, None, None] + y[None, :, None] + z[None, None, :]))
