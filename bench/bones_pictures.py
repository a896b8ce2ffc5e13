"""Pictures of numbered bones: the ribs from behind and in front, the spine from the side."""

from __future__ import annotations

import colorsys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from bench.bones_scenes import Found, numbers
from groundct.core.volume import BoolArray

PIXEL_MM = 1.3
WINDOW_HU = (-100.0, 800.0)
SIDE_WINDOW_HU = (-150.0, 600.0)
SIDE_DEPTH_MM = (-62.0, 52.0)
SHADE = 0.55


def draw(found: Found, case: str, folder: Path) -> None:
    """One picture of ribs, one of vertebrae, one of the wall."""
    folder.mkdir(parents=True, exist_ok=True)
    _ribs(found).save(folder / f"{case}_ribs.png", optimize=True)
    _spine(found).save(folder / f"{case}_vertebrae.png", optimize=True)
    wall = _wall(found).quantize(96)
    wall.save(folder / f"{case}_wall.png", optimize=True)


def _colour(n: int) -> tuple[int, int, int]:
    r, g, b = colorsys.hsv_to_rgb((n * 0.381966) % 1, 0.8, 1.0)
    return int(255 * r), int(255 * g), int(255 * b)


def _numbered(found: Found) -> tuple[NDArray[np.uint8], dict[int, str], dict[int, str]]:
    """Labels by level, with ribs and vertebrae of a level alike, and the levels' names."""
    labels = np.zeros(found.volume.geometry.shape, dtype=np.uint8, order="F")
    ribs: dict[int, str] = {}
    vertebrae: dict[int, str] = {}
    for n, (level, names) in enumerate(numbers(), start=1):
        for name, names_of in zip(names, (vertebrae, ribs, ribs), strict=True):
            if name in found.labels.names:
                labels[found.labels.mask(name)] = n
                names_of[n] = level
    return labels, ribs, vertebrae


def _ribs(found: Found) -> Image.Image:
    """Nearest numbered bone over the highest HU: the half behind, and the half in front."""
    labels, ribs, _ = _numbered(found)
    hu = np.asarray(np.where(_body(found), found.volume.hu, -1000), dtype=np.int16)
    step_i, step_j, step_k = found.volume.geometry.spacing_mm
    middle = int(np.median(found.scene.spine.centers[:, 1]) * found.grid.spacing_mm[1] / step_j)
    half = min(middle + int(55 / step_j), hu.shape[1] - 1)
    views = []
    for part, forward in ((slice(0, half), True), (slice(half, None), False)):
        own = labels[:, part] if forward else labels[:, part][:, ::-1]
        first = np.take_along_axis(own, (own > 0).argmax(axis=1)[:, None], axis=1)[:, 0]
        # From behind the patient's left is on the left; from in front it is on the right.
        plane, shown = hu[:, part].max(axis=1), first
        if not forward:
            plane, shown = plane[::-1], shown[::-1]
        views.append(_plane(plane, shown, (step_i, step_k), WINDOW_HU))
    names = {n: f"{level[1:]}" for n, level in ribs.items()}
    picture = Image.fromarray(np.hstack(views))
    width = views[0].shape[1]
    for right in (False, True):
        for text in names.values():
            name = f"{'right' if right else 'left'} rib {text}"
            if name not in found.labels.names:
                continue
            i, _, k = _outermost(found.labels.mask(name), right=right)
            x = i * step_i / PIXEL_MM
            y = (hu.shape[2] - 1 - k) * step_k / PIXEL_MM
            ImageDraw.Draw(picture).text((min(max(x - 4, 0), width - 14), y - 6), text, "white")
    return picture


def _outermost(mask: BoolArray, *, right: bool) -> tuple[int, int, int]:
    places = np.argwhere(mask)
    at = places[:, 0].argmax() if right else places[:, 0].argmin()
    i, j, k = (int(v) for v in places[at])
    return i, j, k


def _spine(found: Found) -> Image.Image:
    """The spine from the side through the canal, and 8 and 16 mm to the patient's right of it."""
    labels, _, vertebrae = _numbered(found)
    hu, scene = found.volume.hu, found.scene
    step_i, step_j, step_k = found.volume.geometry.spacing_mm
    centers = scene.spine.centers * found.grid.spacing_mm[:2] / (step_i, step_j)
    k_full = np.arange(hu.shape[2]) * step_k / found.grid.spacing_mm[2]
    at = [np.interp(k_full, np.arange(len(centers)), centers[:, axis]) for axis in (0, 1)]
    low = max(0, int(at[1].min() + SIDE_DEPTH_MM[0] / step_j))
    high = min(hu.shape[1], int(at[1].max() + SIDE_DEPTH_MM[1] / step_j))
    views = []
    for aside in (0.0, 8.0, 16.0):
        i = np.clip(np.rint(at[0] + aside / step_i).astype(int), 0, hu.shape[0] - 1)
        k = np.arange(hu.shape[2])
        views.append(
            _plane(hu[i, low:high, k].T, labels[i, low:high, k].T, (step_j, step_k), SIDE_WINDOW_HU)
        )
    picture = Image.fromarray(np.hstack(views))
    pen = ImageDraw.Draw(picture)
    for n, text in vertebrae.items():
        i = np.clip(np.rint(at[0]).astype(int), 0, hu.shape[0] - 1)
        plane = np.equal(labels[i, :, np.arange(hu.shape[2])].T, n)
        body = plane & (np.arange(plane.shape[0])[:, None] > at[1][None, :] + 4 / step_j)
        if body.any():
            j, k = np.argwhere(body).mean(axis=0)
            x = (j - low) * step_j / PIXEL_MM
            y = (hu.shape[2] - 1 - k) * step_k / PIXEL_MM
            pen.text((x - 7, y - 6), text, "white")
    return picture


def _wall(found: Found) -> Image.Image:
    """Skin, fat, muscle and breasts in four axial slices."""
    names = ("skin", "subcutaneous fat", "muscle", "left breast", "right breast")
    labels = np.zeros(found.volume.geometry.shape, dtype=np.uint8, order="F")
    for n, name in enumerate(names, start=1):
        if name in found.labels.names:
            labels[found.labels.mask(name)] = n
    hu = found.volume.hu
    steps = found.volume.geometry.spacing_mm[:2]
    views = []
    for share in (0.15, 0.4, 0.6, 0.85):
        k = int(share * hu.shape[2])
        views.append(_plane(hu[::-1, :, k], labels[::-1, :, k], (steps[0], steps[1]), (-200, 300)))
    return Image.fromarray(np.hstack(views))


def _body(found: Found) -> BoolArray:
    """Where the body is, on the full grid by the nearest voxel: the table is left out."""
    body = found.scene.body
    index = [
        np.minimum((np.arange(n) * m) // n, m - 1)
        for n, m in zip(found.volume.hu.shape, body.shape, strict=True)
    ]
    return np.asarray(body[np.ix_(*index)])


def _plane(
    hu: NDArray[np.generic],
    labels: NDArray[np.uint8],
    steps: tuple[float, float],
    window: tuple[float, float],
) -> NDArray[np.uint8]:
    """A plane (across, up) as a picture with up on top, labels shaded."""
    size = tuple(max(1, round(n * s / PIXEL_MM)) for n, s in zip(hu.shape, steps, strict=True))
    pick = np.ix_(
        *(np.minimum(np.arange(n) * m // n, m - 1) for n, m in zip(size, hu.shape, strict=True))
    )
    low, high = window
    grey = np.clip((hu[pick].astype(np.float32) - low) / (high - low), 0, 1)[..., None] * 255
    colours = np.array([(0, 0, 0), *(_colour(n) for n in range(1, 256))], dtype=np.float32)
    own = labels[pick]
    shade = SHADE * (own > 0)[..., None]
    mixed = grey * (1 - shade) + colours[own] * shade * np.clip(0.4 + grey / 255, 0, 1)
    return np.asarray(mixed, dtype=np.uint8).transpose(1, 0, 2)[::-1]
