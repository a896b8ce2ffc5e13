"""What was found for a text on one static picture: three planes through each instance."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from groundct.core.paths import AnyPath
from groundct.core.volume import BoolArray, RegionMask, Volume
from groundct.grounding.prompt.found import FoundFinding, Instance
from groundct.review._drawing import WARNING, Line, letter, lines, row, sheet, stack
from groundct.review._palette import Rgb, finding_colors
from groundct.review._planes import (
    AXIS,
    LUNG_WINDOW_HU,
    SIDES,
    VIEWS,
    Plane,
    View,
    ct_picture,
    tint,
)

PANEL_PX: Final = 420
MARGIN_PX: Final = 20
MOST_SHOWN: Final = 12
_LEAST_SIDE_MM: Final = 70.0
_AROUND_MM: Final = 45.0
_TEXT: Final[Rgb] = (233, 237, 243)
_SOFT: Final[Rgb] = (163, 175, 191)
_SIDE: Final[Rgb] = (255, 204, 51)
_PLACE: Final[Rgb] = (108, 182, 255)


def write_finding_sheet(path: AnyPath, volume: Volume, found: FoundFinding) -> None:
    """Write the sheet as a PNG."""
    path = Path(path)
    sheet = finding_sheet(volume, found)
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, format="PNG", optimize=True)


def finding_sheet(volume: Volume, found: FoundFinding) -> Image.Image:
    """The text, and a row of axial, coronal and sagittal crops for each instance.

    Without an instance the reason, and the places that were looked in.
    """
    width = 3 * PANEL_PX + 2 * 26
    about = f"{found.segmenter} · not for care of patients · the patient's left is on the right"
    head: list[Line] = [(found.text, 24, _TEXT), (about, 15, _SOFT)]
    if not found.instances:
        head.append((f"No mask: {found.reason}.", 18, _SIDE))
    head += [(issue.line(), 18, WARNING) for issue in found.issues]
    blocks = [lines(head, width)]
    shown = list(zip(found.instances, found.masks, strict=True))[:MOST_SHOWN]
    colors = finding_colors(str(instance.label) for instance, _ in shown)
    for instance, mask in shown:
        color = colors[str(instance.label)]
        blocks.append(lines([(_caption(instance, found), 17, color)], width))
        at = {view: _fullest(mask, AXIS[view]) for view in VIEWS}
        blocks.append(row([_panel(volume, mask, view, at[view], color) for view in VIEWS]))
    places = list(found.searched.items())[:MOST_SHOWN] if not shown else []
    for name, place in places:
        blocks.append(lines([(f"looked in: {name}", 17, _PLACE)], width))
        at = {view: _middle(place, AXIS[view]) for view in VIEWS}
        blocks.append(row([_panel(volume, place, view, at[view], _PLACE) for view in VIEWS]))
    if len(found.instances) > MOST_SHOWN:
        rest = f"... and {len(found.instances) - MOST_SHOWN} more"
        blocks.append(lines([(rest, 17, _SOFT)], width))
    return sheet([stack(blocks)], MARGIN_PX)


def _caption(instance: Instance, found: FoundFinding) -> str:
    return (
        f"{instance.label}: {instance.type.replace('_', ' ')}, {instance.long_axis_mm:.0f} x "
        f"{instance.short_axis_mm:.0f} mm, {instance.volume_ml:.2f} ml, {found.where(instance)}, "
        f"confidence {instance.confidence:.2f}"
    )


def _fullest(mask: RegionMask, axis: int) -> int:
    """The index of the plane that holds most of a mask."""
    others = tuple(a for a in range(3) if a != axis)
    return mask.offset[axis] + int(np.argmax(np.count_nonzero(mask.voxels, axis=others)))


def _middle(mask: RegionMask, axis: int) -> int:
    """The index of the plane through the middle of a mask's box: a thin shell is seen all round."""
    return int(mask.offset[axis] + mask.voxels.shape[axis] // 2)


def _panel(volume: Volume, mask: RegionMask, view: View, index: int, color: Rgb) -> Image.Image:
    """A square crop of a plane around an instance or a place."""
    axis = AXIS[view]
    spacing = volume.geometry.spacing_mm
    others = tuple(a for a in range(3) if a != axis)
    extent = max(mask.voxels.shape[a] * spacing[a] for a in others)
    side_mm = max(_LEAST_SIDE_MM, extent + _AROUND_MM)
    plane = Plane(view, index, PANEL_PX / side_mm)
    picture = ct_picture(volume, plane, LUNG_WINDOW_HU)
    picture = tint(picture, _cut(volume, mask, axis, index), color, fill=0.0, line_px=1)
    middle = [o + n / 2 for o, n in zip(mask.offset, mask.voxels.shape, strict=True)]
    i, j, k = volume.geometry.world_from_index(middle)
    x, y = plane.pixel_of(volume.geometry, (float(i), float(j), float(k)))
    half = PANEL_PX // 2
    crop = picture.crop((x - half, y - half, x - half + PANEL_PX, y - half + PANEL_PX))
    draw = ImageDraw.Draw(crop)
    left, right = SIDES[view]
    letter(draw, (6, half), (left, 18, _SIDE), "lm")
    letter(draw, (PANEL_PX - 6, half), (right, 18, _SIDE), "rm")
    return crop


def _cut(volume: Volume, mask: RegionMask, axis: int, index: int) -> BoolArray:
    """The instance in a plane of the whole grid."""
    sizes = [n for a, n in enumerate(volume.geometry.shape) if a != axis]
    out = np.zeros(sizes, dtype=np.bool_)
    a, b = (part for n, part in enumerate(mask.slices) if n != axis)
    out[a, b] = np.moveaxis(mask.voxels, axis, 0)[index - mask.offset[axis]]
    return out
