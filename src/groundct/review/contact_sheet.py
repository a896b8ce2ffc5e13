"""The contact sheet: a case on one static picture, for those who only look."""

from __future__ import annotations

import math
from pathlib import Path

from PIL import Image, ImageDraw

from groundct.core.paths import AnyPath
from groundct.core.record import Grounded, NotGroundable, Region
from groundct.core.report import Finding
from groundct.review._drawing import (
    GAP_PX,
    GROUND,
    Line,
    font,
    letter,
    lines,
    plain,
    row,
    sheet,
    stack,
)
from groundct.review._palette import Rgb, finding_colors, organ_color
from groundct.review._planes import (
    AXIS,
    LUNG_WINDOW_HU,
    MEDIASTINUM_WINDOW_HU,
    SIDES,
    VIEWS,
    Plane,
    View,
    ct_picture,
    largest_cut,
    segment_cut,
    tint,
)
from groundct.review._words import (
    REASON,
    grounding_words,
    region_name,
    region_words,
    site_words,
    size_words,
)
from groundct.review.view import CaseView, grounded_finding_ids, separate_organs

WIDTH_PX = 1600
MARGIN_PX = 24
PANEL_PX = (WIDTH_PX - 2 * MARGIN_PX - 2 * GAP_PX) // 3
LEGEND_PX = 2 * PANEL_PX + GAP_PX
LEGEND_HEAD_PX = 34
LEGEND_ROW_PX = 22
INSET_MM = 70.0
INSET_PX = 168
MAX_PANELS = 6
MAX_NOT_GROUNDABLE = 24

TEXT: Rgb = (233, 237, 243)
SOFT: Rgb = (163, 175, 191)
WARN: Rgb = (255, 207, 92)
SIDE: Rgb = (255, 204, 51)

Block = Image.Image


def write_contact_sheet(path: AnyPath, view: CaseView) -> None:
    """Write the sheet of a case as a PNG, ``WIDTH_PX`` wide."""
    path = Path(path)
    contact_sheet(view).save(path, format="PNG", optimize=True)


def contact_sheet(view: CaseView) -> Image.Image:
    """The sheet as an RGB picture: title, three planes, findings, then what is to be read.

    Pictures come first, so that the upper end of the sheet shows the case where it stands small.
    """
    shown = _instances(view)
    panels = [_finding_panel(view, n, f, region) for n, f, region in shown[:MAX_PANELS]]
    rows = [row(panels[start : start + 3]) for start in range(0, len(panels), 3)]
    words = lines(_not_groundable(view, len(shown) - len(panels)), PANEL_PX)
    lists = row([words, _legend(view)])
    return sheet([_title(view), _organ_row(view), *rows, lists, _footer(view)], MARGIN_PX, WIDTH_PX)


def _title(view: CaseView) -> Block:
    record = view.record
    entries: list[Line] = [
        (record.case_id, 34, TEXT),
        (
            f"patient {record.patient_id} · {record.source} · candidate masks by rule, not a "
            "diagnosis · radiological convention: L, the patient's left, is on the image's right",
            18,
            SOFT,
        ),
    ]
    entries += [(f"{i.severity}: {i.what} {i.remedy}", 18, WARN) for i in record.issues]
    return lines(entries, WIDTH_PX - 2 * MARGIN_PX)


def _instances(view: CaseView) -> list[tuple[int, Finding, Region]]:
    """Every region of every grounded finding, with the finding's number: instances first."""
    out: list[tuple[int, Finding, Region]] = []
    for number, finding in enumerate(view.record.reading.findings, start=1):
        grounding = view.grounding("finding", finding.finding_id)
        if isinstance(grounding, Grounded):
            out += [(number, finding, view.region(i)) for i in grounding.region_ids]
    return sorted(out, key=lambda entry: entry[2].kind != "finding")


def _finding_panel(view: CaseView, number: int, finding: Finding, region: Region) -> Block:
    color = finding_colors(grounded_finding_ids(view.record))[finding.finding_id]
    labels, name = view.place(region)
    index = largest_cut(labels, name, "axial")
    plane = _fitted(view, "axial", index, PANEL_PX, PANEL_PX)
    line = 2 if region.kind == "finding" else 1
    cut = segment_cut(labels, name, plane)
    picture = ct_picture(view.volume, plane, LUNG_WINDOW_HU)
    panel = _framed(tint(picture, cut, color, fill=0.0, line_px=line), plane)
    if region.kind == "finding":
        close = Plane("axial", index, INSET_PX / INSET_MM)
        inset = tint(
            ct_picture(view.volume, close, LUNG_WINDOW_HU), cut, color, fill=0.0, line_px=1
        )
        x, y = close.pixel_of(view.volume.geometry, region.centroid_mm)
        half = INSET_PX // 2
        inset = inset.crop((x - half, y - half, x + half, y + half))
        # On the other side than the finding, so that the inset does not cover it.
        at = plane.pixel_of(view.volume.geometry, region.centroid_mm)
        left = 0 if at[0] > panel.width / 2 else panel.width - INSET_PX
        panel.paste(inset, (left, 0))
        ImageDraw.Draw(panel).rectangle(
            (left, 0, left + INSET_PX - 1, INSET_PX - 1), outline=color, width=2
        )
    said = " · ".join(w for w in (site_words(finding), size_words(finding)) if w)
    caption: list[Line] = [
        (f"F{number}  {finding.presence}: {finding.standardized}", 20, color),
        (f"text: {said or 'no place, no size'}", 17, SOFT),
        (f"voxels: {region_name(region)} · {region_words(region)}", 17, SOFT),
        (grounding_words(view.grounding("finding", finding.finding_id)), 17, SOFT),
    ]
    return stack([panel, lines(caption, PANEL_PX)])


def _organ_row(view: CaseView) -> Block:
    """The three planes through the first finding with the organs tinted."""
    instances = _instances(view)
    colors = finding_colors(grounded_finding_ids(view.record))
    focus = instances[0][2].centroid_mm if instances else _centre(view)
    index = view.volume.geometry.index_from_world(focus)
    panels: list[Block] = []
    for name in VIEWS:
        last = view.volume.geometry.shape[AXIS[name]] - 1
        at = min(max(round(float(index[AXIS[name]])), 0), last)
        plane = _fitted(view, name, at, PANEL_PX, PANEL_PX)
        picture = ct_picture(view.volume, plane, MEDIASTINUM_WINDOW_HU)
        for organ, color in _organs(view):
            cut = segment_cut(view.organs, organ, plane)
            picture = tint(picture, cut, color, fill=0.3, line_px=0)
        for _, finding, region in instances:
            if region.kind == "finding":
                cut = segment_cut(view.regions, region.region_id, plane)
                picture = tint(picture, cut, colors[finding.finding_id], fill=0.6, line_px=1)
        panels.append(_framed(picture, plane))
    return row(panels)


def _legend(view: CaseView) -> Block:
    """The organs' names and colours in as many columns as fit beside one another."""
    organs = [(plain(name), color) for name, color in _organs(view)]
    columns = _columns(organs)
    height = LEGEND_HEAD_PX + LEGEND_ROW_PX * max((len(own) for _, own in columns), default=0)
    legend = Image.new("RGB", (LEGEND_PX, height), GROUND)
    draw = ImageDraw.Draw(legend)
    draw.text((0, 0), "Organs", fill=TEXT, font=font(20))
    x = 0
    for width, own in columns:
        for n, (name, color) in enumerate(own):
            y = LEGEND_HEAD_PX + LEGEND_ROW_PX * n
            draw.rounded_rectangle((x, y + 2, x + 13, y + 15), 3, fill=color)
            draw.text((x + 21, y), name, fill=SOFT, font=font(15))
        x += width
    return legend


def _columns(entries: list[tuple[str, Rgb]]) -> list[tuple[int, list[tuple[str, Rgb]]]]:
    """Entries in columns, each with its width; the most columns that are not too wide together."""
    widths = [21 + 24 + math.ceil(font(15).getlength(name)) for name, _ in entries]
    for count in range(LEGEND_PX // 100, 0, -1):
        rows = math.ceil(len(entries) / count)
        starts = range(0, len(entries), rows or 1)
        columns = [(max(widths[at : at + rows]), entries[at : at + rows]) for at in starts]
        if count == 1 or sum(width for width, _ in columns) <= LEGEND_PX:
            return columns
    return []


def _not_groundable(view: CaseView, left_out: int) -> list[Line]:
    entries: list[Line] = []
    for number, finding in enumerate(view.record.reading.findings, start=1):
        grounding = view.grounding("finding", finding.finding_id)
        if isinstance(grounding, NotGroundable):
            words = f"{finding.presence}: {finding.standardized}: {REASON[grounding.reason]}"
            entries.append((f"F{number}  {words}", 17, SOFT))
    heading: Line = ("Not groundable", 20, TEXT)
    more: list[Line] = []
    if not view.record.reading.findings:
        more.append(("the record has no findings", 17, SOFT))
    elif not entries:
        more.append(("none: every finding has voxels", 17, SOFT))
    if len(entries) > MAX_NOT_GROUNDABLE:
        hidden = len(entries) - MAX_NOT_GROUNDABLE
        more.append((f"{hidden} more findings are on the case page.", 17, WARN))
    if left_out:
        more.append((f"{left_out} more regions are on the case page.", 17, WARN))
    return [heading, *entries[:MAX_NOT_GROUNDABLE], *more]


def _footer(view: CaseView) -> Block:
    made = ", ".join(f"{c.role} {c.name} {c.version}" for c in view.record.components)
    geometry = view.volume.geometry
    shape = " x ".join(str(n) for n in geometry.shape)
    spacing = " x ".join(f"{s:.2f}" for s in geometry.spacing_mm)
    words = f"{shape} voxels of {spacing} mm · {made}"
    return lines([(words, 16, SOFT)], WIDTH_PX - 2 * MARGIN_PX)


def _organs(view: CaseView) -> list[tuple[str, Rgb]]:
    shown = {segment.name for segment in separate_organs(view.organs)}
    named = enumerate(view.organs.names)
    return [(name, organ_color(name, position)) for position, name in named if name in shown]


def _centre(view: CaseView) -> tuple[float, float, float]:
    middle = [(n - 1) / 2 for n in view.volume.geometry.shape]
    x, y, z = (float(v) for v in view.volume.geometry.world_from_index(middle))
    return x, y, z


def _fitted(view: CaseView, name: View, index: int, width: int, height: int) -> Plane:
    """The plane at the largest scale that fits into ``width`` x ``height`` pixels."""
    full = Plane(name, index, 1.0).size_px(view.volume.geometry)
    return Plane(name, index, min(width / full[0], height / full[1]))


def _framed(picture: Image.Image, plane: Plane) -> Block:
    """The picture centred in a panel, with its sides' letters, its place and a scale bar."""
    panel = Image.new("RGB", (PANEL_PX, picture.height), (0, 0, 0))
    left = (PANEL_PX - picture.width) // 2
    panel.paste(picture, (left, 0))
    draw = ImageDraw.Draw(panel)
    first, last = SIDES[plane.view]
    middle = panel.height // 2
    letter(draw, (8, middle), (first, 24, SIDE), "lm")
    letter(draw, (PANEL_PX - 8, middle), (last, 24, SIDE), "rm")
    length = round(50 * plane.px_per_mm)
    x, y = PANEL_PX - 12 - length, panel.height - 12
    draw.line((x, y, x + length, y), fill=TEXT, width=3)
    letter(draw, (x + length // 2, y - 4), ("50 mm", 14, TEXT), "mb")
    return panel
