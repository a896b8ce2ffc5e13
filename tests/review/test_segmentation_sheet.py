"""The picture of a segmentation: what is on the patient's left is on the picture's right."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from groundct.codecs.segmentations import segmentation_of
from groundct.core.geometry import Geometry, reorientation_to
from groundct.core.volume import Abstention, LabelMap, Segment, Volume
from groundct.review.segmentation_sheet import COLUMNS, PANEL_PX, _Painter, segmentation_sheet

SHAPE = (40, 30, 20)


def scan(orientation: str) -> tuple[Volume, LabelMap]:
    """A grey CT with a large and, inside it, a small structure at the patient's left back foot."""
    grid = Geometry.of(SHAPE, np.diag([4.0, 4.0, 8.0, 1.0]))
    stored = reorientation_to(grid, orientation).apply_geometry(grid)
    volume = Volume(np.full(SHAPE, 0, dtype=np.int16, order="F"), grid, stored)
    outer, inner = (np.zeros(SHAPE, dtype=np.uint8, order="F") for _ in range(2))
    outer[2:18, 2:14, 1:9] = 1
    inner[4:8, 4:8, 2:5] = 1
    segments = (
        Segment(name="left lung", parts=((0, 1),)),
        Segment(name="heart", parts=((1, 1),)),
    )
    abstained = tuple(Abstention(name=f"rib {n}", reason="not seen") for n in range(1, 13))
    return volume, LabelMap((outer, inner), segments, grid, stored, abstained)


@pytest.mark.parametrize("orientation", ["RAS", "LPS", "PIR"])
def test_left_is_on_the_right_front_is_above_and_the_smaller_one_is_on_top(
    orientation: str,
) -> None:
    _, labels = scan(orientation)
    painter = _Painter(labels, segmentation_of(labels, "labels.nii.gz"))
    shown = painter._cut("axial", 3, (80, 60))
    rows, columns = np.nonzero(shown)
    assert columns.min() > 40 and rows.min() > 30  # left half is empty, and so is the front
    assert set(np.unique(shown)) == {0, 1, 2}
    coronal = painter._cut("coronal", 6, (80, 60))
    assert np.nonzero(coronal)[0].min() > 30  # the feet are below


def test_planes_are_spread_over_what_was_found() -> None:
    _, labels = scan("LPS")
    painter = _Painter(labels, segmentation_of(labels, "labels.nii.gz"))
    # To within the four voxels that are stepped over.
    for (low, high), (first, last) in zip(
        painter.extent(), ((2, 17), (2, 13), (1, 8)), strict=True
    ):
        assert abs(low - first) < 4 and abs(high - last) < 4


def test_a_sheet_of_nothing_is_a_sheet_too() -> None:
    volume, labels = scan("LPS")
    empty = LabelMap((), (), labels.geometry, labels.stored)
    sheet = segmentation_sheet(volume, empty, segmentation_of(empty, "labels.nii.gz"), "empty")
    assert isinstance(sheet, Image.Image) and sheet.width > COLUMNS * PANEL_PX


def test_the_tint_is_where_the_structure_is() -> None:
    volume, labels = scan("LPS")
    told = segmentation_of(labels, "labels.nii.gz")
    sheet = np.asarray(segmentation_sheet(volume, labels, told, "title")).astype(int)
    colored = sheet.max(axis=2) - sheet.min(axis=2) > 24
    panel = colored[120 : 120 + PANEL_PX // 2, 20 + 12 : 20 + PANEL_PX - 12]
    left, right = panel[:, : PANEL_PX // 3], panel[:, PANEL_PX // 2 :]
    assert right.sum() > 20 * left.sum()
