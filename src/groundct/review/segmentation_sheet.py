"""A segmentation on one static picture: twelve planes with every structure tinted, and a legend."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from groundct.codecs.segmentations import Segmentation, Structure
from groundct.core.geometry import Geometry
from groundct.core.paths import AnyPath
from groundct.core.volume import BoolArray, LabelMap, Volume
from groundct.review._drawing import (
    GAP_PX,
    GROUND,
    WARNING,
    Line,
    font,
    letter,
    lines,
    plain,
    row,
    sheet,
    stack,
)
from groundct.review._palette import Rgb, organ_color
from groundct.review._planes import AXIS, SIDES, VIEWS, Plane, View, ct_picture

WIDTH_PX: Final = 1640
MARGIN_PX: Final = 20
COLUMNS: Final = 4
PANEL_PX: Final = (WIDTH_PX - 2 * MARGIN_PX - (COLUMNS - 1) * GAP_PX) // COLUMNS
WINDOW_HU: Final = (-900.0, 400.0)
VEIL: Final = 0.42
_TEXT: Final[Rgb] = (233, 237, 243)
_SOFT: Final[Rgb] = (163, 175, 191)
_SIDE: Final[Rgb] = (255, 204, 51)
_SHADES: Final = (1.0, 0.72, 1.22)
"""Neighbours of one kind (ribs, vertebrae, lobes) get the colour of their kind in three shades."""
_MOST_REASONS: Final = 16
_MIDDLE: Final = "lung"
"""Planes are spread over it where it was found, else over all that was."""

Numbers = NDArray[np.intp]


def write_segmentation_sheet(
    path: AnyPath, volume: Volume, labels: LabelMap, told: Segmentation
) -> None:
    """Write the sheet as a PNG, ``WIDTH_PX`` wide; ``told`` describes ``labels``."""
    path = Path(path)
    sheet = segmentation_sheet(volume, labels, told, path.stem)
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, format="PNG", optimize=True)


def segmentation_sheet(
    volume: Volume, labels: LabelMap, told: Segmentation, title: str
) -> Image.Image:
    """Axial, coronal and sagittal planes, four each, and the legend, as an RGB picture."""
    painter = _Painter(labels, told)
    box = painter.extent()
    head = [(title, 26, _TEXT), (_about(told), 16, _SOFT)]
    head += [(issue.line(), 18, WARNING) for issue in told.issues]
    blocks = [lines(head, WIDTH_PX - 2 * MARGIN_PX)]
    for view in VIEWS:
        low, high = box[AXIS[view]]
        at = [round(low + (high - low) * (n + 0.5) / COLUMNS) for n in range(COLUMNS)]
        blocks.append(row([painter.panel(volume, view, index) for index in at]))
    blocks.append(_legend(told, painter.colors))
    return sheet(blocks, MARGIN_PX, WIDTH_PX)


def _about(told: Segmentation) -> str:
    made = ", ".join(f"{part.name} {part.version}" for part in told.made_by)
    return (
        f"{made} · {len(told.structures)} structures, {len(told.abstained)} abstained from · not "
        "for care of patients · radiological convention: the patient's left is on the right"
    )


class _Painter:
    """Which structure each voxel shows: the smallest of those that hold it."""

    def __init__(self, labels: LabelMap, told: Segmentation) -> None:
        self.labels = labels
        self.structures = told.structures
        self.colors = {s.name: _shade(s.name, n) for n, s in enumerate(told.structures)}
        table = [(0, 0, 0), *(self.colors[s.name] for s in told.structures)]
        self._colors = np.array(table, dtype=np.float32)
        self._sizes = np.array([2**62, *(s.voxels for s in told.structures)])
        self._numbers = [self._of_layer(layer) for layer in range(len(labels.layers))]

    def extent(self) -> tuple[tuple[int, int], ...]:
        """(first, last) index on each axis of what is segmented; of the grid without anything."""
        whole = tuple((0, n - 1) for n in self.labels.geometry.shape)
        named = [s for s in self.structures if s.name == _MIDDLE and s.voxels]
        parts = {part for s in named or self.structures for part in s.parts}
        ends = []
        for axis, (_, last) in enumerate(whole):
            others = tuple(a for a in range(3) if a != axis)
            seen = np.zeros(last + 4, dtype=np.bool_)
            for index, layer in enumerate(self.labels.layers):
                thin = np.isin(layer[::4, ::4, ::4], [n for at, n in parts if at == index])
                line = thin.any(axis=others).repeat(4)
                seen[: len(line)] |= line
            found = np.flatnonzero(seen[: last + 1])
            ends.append((int(found[0]), int(found[-1])) if found.size else (0, last))
        return tuple(ends)

    def panel(self, volume: Volume, view: View, index: int) -> Image.Image:
        """A plane of the CT with the structures tinted and outlined."""
        full = Plane(view, index, 1.0).size_px(volume.geometry)
        plane = Plane(view, index, min(PANEL_PX / full[0], PANEL_PX / full[1]))
        picture = ct_picture(volume, plane, WINDOW_HU)
        shown = self._cut(view, index, picture.size)
        grey = np.asarray(picture, dtype=np.float32)
        inside = (shown > 0)[..., None]
        tint = self._colors[shown]
        out = np.where(inside, grey * (1 - VEIL) + tint * VEIL, grey)
        out[_border(shown)] = self._colors[shown][_border(shown)]
        return _framed(Image.fromarray(out.clip(0, 255).astype(np.uint8)), plane, volume.geometry)

    def _cut(self, view: View, index: int, size: tuple[int, int]) -> Numbers:
        """(rows, columns) numbers of the structures in a plane, 0 where there is none."""
        best: Numbers | None = None
        for numbers, layer in zip(self._numbers, self.labels.layers, strict=True):
            own = numbers[np.moveaxis(layer, AXIS[view], 0)[index]]
            best = (
                own if best is None else np.where(self._sizes[own] < self._sizes[best], own, best)
            )
        if best is None:
            return np.zeros(size[::-1], dtype=np.intp)
        turned = np.ascontiguousarray(best[::-1, ::-1].T).astype(np.int32)
        scaled = Image.fromarray(turned, mode="I").resize(size, Image.Resampling.NEAREST)
        return np.asarray(scaled).astype(np.intp)

    def _of_layer(self, layer: int) -> Numbers:
        """For each label of a layer the number of the smallest structure that holds it."""
        numbers = np.zeros(int(self.labels.layers[layer].max(initial=0)) + 1, dtype=np.intp)
        for number, structure in enumerate(self.structures, start=1):
            for index, label in structure.parts:
                if index != layer or label >= len(numbers):
                    continue
                if self._sizes[number] < self._sizes[numbers[label]]:
                    numbers[label] = number
        return numbers


def _border(shown: Numbers) -> BoolArray:
    """Pixels of a structure whose neighbour to the right or below is another."""
    edge = np.zeros(shown.shape, dtype=np.bool_)
    edge[:, :-1] |= shown[:, :-1] != shown[:, 1:]
    edge[:-1] |= shown[:-1] != shown[1:]
    return edge & (shown > 0)


def _framed(picture: Image.Image, plane: Plane, geometry: Geometry) -> Image.Image:
    panel = Image.new("RGB", (PANEL_PX, picture.height), (0, 0, 0))
    panel.paste(picture, ((PANEL_PX - picture.width) // 2, 0))
    draw = ImageDraw.Draw(panel)
    first, last = SIDES[plane.view]
    letter(draw, (6, panel.height // 2), (first, 20, _SIDE), "lm")
    letter(draw, (PANEL_PX - 6, panel.height // 2), (last, 20, _SIDE), "rm")
    middle = [(n - 1) / 2 for n in geometry.shape]
    middle[AXIS[plane.view]] = plane.index
    place = float(geometry.world_from_index(middle)[AXIS[plane.view]])
    letter(draw, (6, 6), (f"{plane.view} {place:.0f} mm", 14, _SOFT), "lt")
    return panel


def _legend(told: Segmentation, colors: dict[str, Rgb]) -> Image.Image:
    """Structures in columns, each with its colour, volume and method; then abstentions."""
    shown = sorted(told.structures, key=lambda s: s.name.replace("left ", "").replace("right ", ""))
    rows = max(1, math.ceil(len(shown) / COLUMNS))
    legend = Image.new("RGB", (WIDTH_PX - 2 * MARGIN_PX, 20 * rows), GROUND)
    draw = ImageDraw.Draw(legend)
    for n, structure in enumerate(shown):
        x, y = (n // rows) * (PANEL_PX + GAP_PX), 20 * (n % rows)
        draw.rounded_rectangle((x, y + 3, x + 12, y + 15), 3, fill=colors[structure.name])
        draw.text(
            (x + 18, y), _fitting(_words(structure), PANEL_PX - 18), fill=_SOFT, font=font(13)
        )
    reasons: list[Line] = [
        (f"abstained: {a.name}: {a.reason}", 13, _SOFT) for a in told.abstained[:_MOST_REASONS]
    ]
    if hidden := len(told.abstained) - len(reasons):
        reasons.append((f"and {hidden} more, in the JSON file", 13, _SOFT))
    return stack([legend, lines(reasons, WIDTH_PX - 2 * MARGIN_PX)]) if reasons else legend


def _fitting(text: str, width: int) -> str:
    """The text, its end left out where it is wider than ``width`` pixels."""
    shown = plain(text)
    while font(13).getlength(shown) > width:
        shown = shown[:-4] + ".."
    return shown


def _words(structure: Structure) -> str:
    ml = structure.volume_ml
    size = (f"{ml:.0f} ml" if ml >= 100 else f"{ml:.3g} ml") if structure.voxels else "empty"
    how = structure.method or ""
    sure = "" if structure.confidence is None else f" {structure.confidence:.2f}"
    return f"{structure.name}  {size}  {how}{sure}"


def _shade(name: str, position: int) -> Rgb:
    factor = _SHADES[position % len(_SHADES)]
    red, green, blue = (min(255, round(c * factor)) for c in organ_color(name, position))
    return red, green, blue
