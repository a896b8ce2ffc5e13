"""The contact sheet shows the right thing on the right side."""

from __future__ import annotations

import numpy as np
import pytest
from made_case import SPACING_MM, made_view
from PIL import Image

from groundct.core.record import NotGroundable
from groundct.review._drawing import font, lines, plain
from groundct.review._palette import finding_colors, organ_color
from groundct.review._planes import Plane, ct_picture, largest_cut, segment_cut, tint
from groundct.review.contact_sheet import (
    LEGEND_PX,
    MAX_NOT_GROUNDABLE,
    WIDTH_PX,
    _columns,
    _not_groundable,
    contact_sheet,
    write_contact_sheet,
)
from groundct.review.view import CaseView

WINDOW_HU = (-1000.0, 0.0)


def colored(picture: Image.Image, color: tuple[int, int, int]) -> np.ndarray:
    """(n, 2) the (x, y) of the pixels of exactly this colour."""
    found = (np.asarray(picture) == np.array(color)).all(axis=2)
    return np.argwhere(found)[:, ::-1]


def test_the_sheet_is_a_png_of_its_width(tmp_path, view):
    write_contact_sheet(tmp_path / "sheet.png", view)
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.format == "PNG"
        assert sheet.width == WIDTH_PX
        assert sheet.height > 600


def test_equal_views_give_equal_pictures_and_moved_masks_others(view):
    sheet = contact_sheet(view)
    assert sheet.tobytes() == contact_sheet(made_view()).tobytes()
    assert sheet.tobytes() != contact_sheet(made_view(nodule_shift=2)).tobytes()


@pytest.mark.parametrize("name", ["axial", "coronal"])
def test_what_is_left_in_the_patient_is_on_the_images_right(view, name):
    index = largest_cut(view.regions, "left-1", name)
    plane = Plane(name, index, 1.0)
    picture = ct_picture(view.volume, plane, WINDOW_HU)
    color = finding_colors(["f1"])["f1"]
    marked = tint(picture, segment_cut(view.regions, "left-1", plane), color, fill=1.0, line_px=0)
    x = colored(marked, color)[:, 0]
    assert x.min() > picture.width / 2
    right = segment_cut(view.organs, "right lung", plane)
    color = organ_color("right lung", 0)
    assert colored(tint(picture, right, color, fill=1.0, line_px=0), color)[:, 0].max() < (
        picture.width / 2
    )


def test_front_and_head_are_on_top_and_the_sagittal_front_is_on_the_left(view):
    volume = view.volume
    volume_front = np.zeros_like(volume.hu)
    volume_front[:, 24:, 14:] = 1000
    marked = type(volume)(volume_front, volume.geometry, volume.stored)
    for name, index, corner in (("axial", 18, "top"), ("coronal", 28, "top"), ("sagittal", 5, "")):
        grey = np.asarray(ct_picture(marked, Plane(name, index, 1.0), (0.0, 1000.0)))[..., 0]
        y, x = np.argwhere(grey > 200).mean(axis=0)
        assert y < grey.shape[0] / 2, name
        if corner == "":
            assert x < grey.shape[1] / 2


@pytest.mark.parametrize("name", ["axial", "coronal", "sagittal"])
@pytest.mark.parametrize("px_per_mm", [0.5, 2.0])
def test_pictures_keep_millimetres(view, name, px_per_mm):
    region = view.region("left-1")
    plane = Plane(name, largest_cut(view.regions, "left-1", name), px_per_mm)
    extent = dict(zip("ijk", np.array(view.volume.geometry.shape) * SPACING_MM, strict=True))
    axes = {"axial": "ij", "coronal": "ik", "sagittal": "jk"}[name]
    size = plane.size_px(view.volume.geometry)
    assert size == tuple(round(extent[axis] * px_per_mm) for axis in axes)
    picture = Image.new("RGB", size)
    cut = segment_cut(view.regions, "left-1", plane)
    marked = colored(tint(picture, cut, (255, 0, 0), fill=1.0, line_px=0), (255, 0, 0))
    at = plane.pixel_of(view.volume.geometry, region.centroid_mm)
    assert np.abs(marked.mean(axis=0) - at).max() <= 1 + px_per_mm


def test_an_outline_lies_around_the_mask_and_an_empty_mask_changes_nothing(view):
    plane = Plane("axial", 8, 1.0)
    picture = Image.new("RGB", plane.size_px(view.volume.geometry))
    cut = segment_cut(view.regions, "left-1", plane)
    red = (255, 0, 0)
    filled = {tuple(p) for p in colored(tint(picture, cut, red, fill=1.0, line_px=0), red)}
    line = {tuple(p) for p in colored(tint(picture, cut, red, fill=0.0, line_px=1), red)}
    assert line and not line & filled
    assert tint(picture, np.zeros_like(cut), red, fill=1.0, line_px=1) is picture


def test_the_largest_cut_is_the_one_with_most_voxels(view):
    counts = view.regions.mask("left-1").sum(axis=(0, 1))
    assert largest_cut(view.regions, "left-1", "axial") == int(np.argmax(counts))
    assert largest_cut(view.organs, "trachea", "axial") == view.volume.geometry.shape[2] // 2


def test_a_case_without_findings_has_a_sheet(view):
    reading = view.record.reading.model_copy(update={"findings": ()})
    record = view.record.model_copy(update={"reading": reading, "regions": (), "groundings": ()})
    sheet = contact_sheet(CaseView(record, view.volume, view.organs, view.regions))
    assert sheet.width == WIDTH_PX


@pytest.mark.parametrize(
    ("text", "expected"),
    [("12 × 9 mm³", "12 x 9 mm3"), ("Şişli − é", "Sisli - e"), ("肺", "?"), ("a · b", "a · b")],
)
def test_text_is_brought_to_the_fonts_characters(text, expected):
    assert plain(text) == expected


def test_lines_wrap_at_words():
    one = lines([("word " * 3, 20, (255, 255, 255))], 400)
    many = lines([("word " * 60, 20, (255, 255, 255))], 400)
    assert many.width == one.width == 400
    assert many.height >= 4 * one.height


def with_absent(view: CaseView, count: int) -> CaseView:
    """The view with only ``count`` findings, all of them absent."""
    first = view.record.reading.findings[0]
    findings = tuple(
        first.model_copy(update={"finding_id": f"a{n}", "presence": "absent"}) for n in range(count)
    )
    groundings = tuple(
        NotGroundable(target="finding", target_id=f.finding_id, reason="absent", detail="Denied.")
        for f in findings
    )
    reading = view.record.reading.model_copy(update={"findings": findings})
    record = view.record.model_copy(update={"reading": reading, "groundings": groundings})
    return CaseView(record, view.volume, view.organs, view.regions)


@pytest.mark.parametrize(
    ("count", "last"),
    [(0, "the record has no findings"), (61, "37 more findings are on the case page.")],
)
def test_the_list_of_what_is_not_groundable_is_never_long_nor_wrong(view, count, last):
    words = [words for words, _, _ in _not_groundable(with_absent(view, count), 0)]
    assert words[-1] == last
    assert len(words) <= MAX_NOT_GROUNDABLE + 2


def test_the_upper_end_of_the_sheet_shows_the_finding(view):
    """The index shows no more than this of it."""
    sheet = contact_sheet(view)
    upper = sheet.crop((0, 0, WIDTH_PX, WIDTH_PX * 18 // 40))
    color = finding_colors(["f1"])["f1"]
    assert len(colored(upper, color)) > 50


@pytest.mark.parametrize("longest", [4, 45, 90, 400])
@pytest.mark.parametrize("count", [0, 1, 7, 150])
def test_columns_of_the_legend_do_not_overlap(count, longest):
    names = [f"{n} {'segment ' * longest}"[: 5 + n % longest] for n in range(count)]
    columns = _columns([(name, (0, 0, 0)) for name in names])
    assert [name for _, own in columns for name, _ in own] == names
    assert all(21 + font(15).getlength(n) < width for width, own in columns for n, _ in own)
    assert len(columns) <= 1 or sum(width for width, _ in columns) <= LEGEND_PX
    assert len(columns) > 3 or count < 150 or longest > 4
