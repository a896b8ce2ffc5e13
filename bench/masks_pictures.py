"""Overlays of masks on a scan: coronal, sagittal and axial planes with a legend, as PNG."""

from __future__ import annotations

import colorsys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from groundct.core.volume import LabelMap, Volume
from groundct.vocabulary.segments import segments

PIXEL_MM = 1.2
FILL = 0.30
LEGEND_ROW = 13
LUNG = (-1000.0, -400.0)
SOFT = (-160.0, 320.0)
BONE = (-200.0, 700.0)
SHARES = (0.18, 0.32, 0.44, 0.56, 0.68, 0.82)


@dataclass(frozen=True)
class Group:
    """Masks that are shown together, in a window of HU, and where the planes lie."""

    name: str
    members: Callable[[str], bool]
    window: tuple[float, float]
    box_of: str = "lung"


_SEGMENTS = frozenset(segment.name for segment in segments())


def _lung_part(name: str) -> bool:
    return name.startswith(("left lung ", "right lung ")) and name not in _SEGMENTS


def _numbered_bone(name: str) -> bool:
    return name.startswith(("left rib ", "right rib ")) or "vertebrae " in name


_PAIRED_OUT = frozenset(
    {"body", "lung", "left lung", "right lung", "bone", "rib", "left rib", "right rib", "airway"}
)
_BONES = ("clavicle", "scapula", "humerus", "sternum", "spinal canal")
_MIDDLE = (
    "heart", "aorta", "pulmonary", "vena cava", "esophagus", "trachea", "bronch", "hilum",
    "arch", "pericardium", "azygos", "thyroid",
)  # fmt: skip
_ABDOMEN = ("liver", "spleen", "stomach", "kidney", "gland", "gallbladder", "breast")

GROUPS = (
    Group("lobes", lambda name: _lung_part(name) or name.endswith("fissure"), LUNG),
    Group("segments", lambda name: name in _SEGMENTS, LUNG),
    Group("bones", lambda n: _numbered_bone(n) or n.split(" ", 1)[-1] in _BONES, BONE, "body"),
    Group("mediastinum", lambda n: any(w in n for w in _MIDDLE), SOFT),
    Group("abdomen", lambda n: any(w in n for w in _ABDOMEN), SOFT, "body"),
)


def draw(volume: Volume, found: LabelMap, case: str, folder: Path) -> None:
    """One picture for each group of which the label map holds a member."""
    folder.mkdir(parents=True, exist_ok=True)
    for group in GROUPS:
        names = [n for n in found.names if group.members(n) and found.segment(n).parts]
        if names:
            picture = overlay(volume, found, sorted(names), group)
            picture.save(folder / f"{case}_{group.name}.png", optimize=True)


def overlay(volume: Volume, found: LabelMap, names: list[str], group: Group) -> Image.Image:
    """Six planes in each of the three directions, patient's right on the left."""
    box = _box(found, group.box_of)
    labels = np.zeros(volume.geometry.shape, dtype=np.uint8, order="F")[box]
    for number, name in enumerate(names, start=1):
        labels[found.mask(name)[box]] = number
    hu, colors = volume.hu[box], _colors(len(names))
    rows = []
    for axis in (1, 0, 2):
        planes = []
        for share in SHARES:
            at = min(int(share * hu.shape[axis]), hu.shape[axis] - 1)
            steps = [s for a, s in enumerate(volume.geometry.spacing_mm) if a != axis]
            plane = _plane(
                np.take(hu, at, axis), np.take(labels, at, axis), steps, group.window, colors
            )
            planes.append(plane if axis == 0 else plane[:, ::-1])
        rows.append(np.hstack(planes))
    width = max(row.shape[1] for row in rows)
    picture = np.vstack([np.pad(r, ((0, 3), (0, width - r.shape[1]), (0, 0))) for r in rows])
    return _with_legend(Image.fromarray(picture), names, colors)


def _box(found: LabelMap, name: str) -> tuple[slice, slice, slice]:
    mask = found.mask(name) if name in found.names else np.ones(found.geometry.shape, dtype=bool)
    (box,) = ndimage.find_objects(mask.astype(np.uint8))
    return box


def _plane(
    hu: NDArray[np.int16],
    labels: NDArray[np.uint8],
    steps: list[float],
    window: tuple[float, float],
    colors: NDArray[np.float64],
) -> NDArray[np.uint8]:
    zoom = [step / PIXEL_MM for step in steps]
    grey = ndimage.zoom(hu.astype(np.float32), zoom, order=1)
    own = ndimage.zoom(labels, zoom, order=0)
    low, high = window
    value = np.clip((grey - low) / (high - low), 0, 1)[..., None] * 255 * np.ones(3)
    inner = ndimage.grey_erosion(own, size=(3, 3)) == ndimage.grey_dilation(own, size=(3, 3))
    shade = np.where(inner, FILL, 0.9)[..., None] * (own > 0)[..., None]
    return np.asarray(value * (1 - shade) + colors[own] * shade, dtype=np.uint8).transpose(1, 0, 2)[
        ::-1
    ]


def _colors(count: int) -> NDArray[np.float64]:
    """Colours of which neighbours differ much; the first is for nothing."""
    hues = [(n * 0.381966) % 1 for n in range(count)]
    rows = [colorsys.hsv_to_rgb(h, 0.75, 1.0 - 0.25 * (n % 2)) for n, h in enumerate(hues)]
    return np.array([(0, 0, 0), *rows]) * 255.0


def _with_legend(
    picture: Image.Image, names: list[str], colors: NDArray[np.float64]
) -> Image.Image:
    longest = max(len(name) for name in names)
    column = 8 * longest + 24
    columns = max(1, picture.width // column)
    rows = -(-len(names) // columns)
    out = Image.new("RGB", (picture.width, picture.height + rows * LEGEND_ROW + 4))
    out.paste(picture, (0, 0))
    pen = ImageDraw.Draw(out)
    for n, name in enumerate(names):
        x, y = n // rows * column + 4, picture.height + n % rows * LEGEND_ROW + 2
        pen.rectangle((x, y + 2, x + 9, y + 10), fill=tuple(int(v) for v in colors[n + 1]))
        pen.text((x + 13, y), name, fill=(230, 230, 230))
    return out.quantize(192).convert("P")
