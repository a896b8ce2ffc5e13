"""Pictures of lungs and airways: projections of the trees, and borders on axial planes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from groundct.core.volume import BoolArray, RegionMask, Volume

SIDE_BY_SIDE = ((1, "from the front"), (0, "from the right"))
PIXEL_MM = 0.95
COLOURS = {
    "lung vessel": (70, 70, 110),
    "bronchie": (150, 150, 150),
    "trachea": (225, 225, 225),
    "right main bronchus": (230, 60, 60),
    "right upper lobe bronchus": (60, 200, 60),
    "bronchus intermedius": (60, 130, 255),
    "right middle lobe bronchus": (240, 220, 60),
    "right lower lobe bronchus": (230, 80, 230),
    "left main bronchus": (60, 210, 220),
    "left upper lobe bronchus": (250, 140, 40),
    "left lower lobe bronchus": (150, 240, 150),
}
WINDOW = (-1000.0, 300.0)
PLANES = 8


def draw_trees(masks: dict[str, RegionMask], volume: Volume, path: Path) -> None:
    """Named bronchi over all bronchi over vessels, seen from two sides."""
    ordered = [(name, masks[name]) for name in COLOURS if name in masks]
    pictures = [_projected(ordered, volume, axis) for axis, _ in SIDE_BY_SIDE]
    names = [name for name, _ in ordered]
    height = max(max(p.height for p in pictures), 15 * len(names) + 4)
    out = Image.new("RGB", (sum(p.width for p in pictures) + 190, height))
    pen, x = ImageDraw.Draw(out), 0
    for picture in pictures:
        out.paste(picture, (x, 0))
        x += picture.width
    for n, name in enumerate(names):
        pen.text((x + 6, 15 * n + 2), name, fill=COLOURS[name])
    out.save(path, optimize=True)


def _projected(masks: list[tuple[str, RegionMask]], volume: Volume, axis: int) -> Image.Image:
    spacing = volume.geometry.spacing_mm
    kept = [a for a in range(3) if a != axis]
    low = np.min([mask.offset for _, mask in masks], axis=0)
    high = np.max([np.add(mask.offset, mask.voxels.shape) for _, mask in masks], axis=0)
    plane = np.zeros((*(high - low)[kept], 3), dtype=np.float32)
    for name, mask in masks:
        depth = mask.voxels.sum(axis=axis) * spacing[axis]
        start = np.subtract(mask.offset, low)[kept]
        box = tuple(slice(a, a + n) for a, n in zip(start, depth.shape, strict=True))
        share = np.clip(0.35 + 0.65 * depth / 10, 0, 1)[..., None] * (depth > 0)[..., None]
        colour = np.array(COLOURS[name], dtype=np.float32) * share
        plane[box] = np.where((depth > 0)[..., None], colour, plane[box])
    rows = plane.transpose(1, 0, 2)[::-1]
    if axis == 1:
        rows = rows[:, ::-1]  # as one looks at a patient: the right side on the left
    size = [round(n * spacing[a] / PIXEL_MM) for n, a in zip(plane.shape[:2], kept, strict=True)]
    image = Image.fromarray(np.ascontiguousarray(rows).astype(np.uint8))
    return image.resize((size[0], size[1]), Image.Resampling.BILINEAR)


def draw_borders(masks: dict[str, RegionMask], volume: Volume, path: Path) -> None:
    """Both lungs' borders on axial planes from the base to the apex."""
    shape = volume.geometry.shape
    lungs = {
        name: masks[name].dense(shape) for name in ("left lung", "right lung") if name in masks
    }
    both = np.logical_or.reduce(list(lungs.values()))
    levels = np.flatnonzero(both.any(axis=(0, 1)))
    chosen = np.linspace(levels[0], levels[-1], PLANES + 2).round().astype(int)[1:-1]
    low, high = (int(f(np.flatnonzero(both.any(axis=(0, 2))))) for f in (np.min, np.max))
    rows = slice(max(0, low - 30), high + 30)
    tiles = [_tile(volume, lungs, rows, int(k)) for k in chosen]
    width, height = tiles[0].size
    out = Image.new("RGB", (width * 4, height * 2))
    for n, tile in enumerate(tiles):
        out.paste(tile, (n % 4 * width, n // 4 * height))
    out.quantize(96, Image.Quantize.FASTOCTREE).save(path, optimize=True)


def _tile(volume: Volume, lungs: dict[str, BoolArray], part: slice, k: int) -> Image.Image:
    grey = (volume.hu[:, :, k] - WINDOW[0]) / (WINDOW[1] - WINDOW[0])
    rgb = np.repeat(np.clip(grey, 0, 1)[..., None] * 255, 3, axis=2).astype(np.uint8)
    for mask, colour in zip(lungs.values(), ((255, 80, 80), (80, 255, 80)), strict=False):
        edge = mask[:, :, k] & ~ndimage.binary_erosion(mask[:, :, k], iterations=2)
        rgb[edge] = colour
    rows = rgb[:, part].transpose(1, 0, 2)[::-1, ::-1]
    return Image.fromarray(np.ascontiguousarray(rows)).resize(
        (240, 240 * rows.shape[0] // rows.shape[1])
    )
