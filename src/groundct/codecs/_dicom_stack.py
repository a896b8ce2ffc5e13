"""Slices -> one grid: sorted by where they lie, and refused when they are no regular stack."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundct.codecs._dicom_tags import SliceTags
from groundct.core.geometry import Geometry
from groundct.core.issues import DicomError, Issue

SAME_PLACE_MM = 0.01
"""Slices closer than this are the same slice twice."""
SIDEWAYS_TOLERANCE_MM = 0.1
"""Slices may lie off the line along their normal by this much before it is a gantry tilt."""
STEP_TOLERANCE = 0.1
"""Slices may lie off an even spacing by this part of it (at least 0.05 mm)."""
DIRECTION_TOLERANCE = 1e-4
"""Direction cosines of slices of one stack agree within this."""

_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0])


def stack(slices: Sequence[SliceTags], where: str) -> tuple[tuple[SliceTags, ...], Geometry]:
    """The slices in the order of their normal, and the grid (columns, rows, slices) in RAS+ mm.

    The affine is rounded to float32, as files hold it. ``where`` names the series in errors.

    Raises DicomError with every way in which the slices are no stack.
    """
    issues = _mixture(slices, where)
    if issues:
        raise DicomError(*issues)
    if len(slices) < 2:
        raise DicomError.of(
            "single-slice",
            where,
            "one slice has no spacing to the next.",
            "Give all files of the series.",
        )
    first = slices[0]
    row, column = np.array(first.orientation[:3]), np.array(first.orientation[3:])
    normal = np.cross(row, column)
    normal /= np.linalg.norm(normal)
    depths = np.array([s.position_mm for s in slices]) @ normal
    order = np.argsort(depths, kind="stable")
    ordered = tuple(slices[int(n)] for n in order)
    positions = np.array([s.position_mm for s in ordered])
    step = _even_step(ordered, depths[order], where)
    _check_straight(positions, normal, where)
    affine = np.eye(4)
    axes = np.stack([row * first.spacing_mm[1], column * first.spacing_mm[0], normal * step])
    affine[:3, :3] = _LPS_TO_RAS @ axes.T
    affine[:3, 3] = _LPS_TO_RAS @ positions[0]
    rounded = affine.astype(np.float32).astype(np.float64)
    return ordered, Geometry.of((first.columns, first.rows, len(ordered)), rounded)


def _mixture(slices: Sequence[SliceTags], where: str) -> list[Issue]:
    looks: tuple[tuple[str, str, Callable[[SliceTags], Any]], ...] = (
        ("mixed-series", "SeriesInstanceUID", lambda s: s.series_uid),
        ("mixed-frames-of-reference", "FrameOfReferenceUID", lambda s: s.frame_uid),
        ("mixed-sizes", "Rows and Columns", lambda s: (s.rows, s.columns)),
    )
    issues = []
    for code, name, look in looks:
        values = sorted({look(s) for s in slices})
        if len(values) > 1:
            issues.append(_mixed(code, name, values, where))
    for code, name, values, tolerance in (
        (
            "mixed-orientations",
            "ImageOrientationPatient",
            [s.orientation for s in slices],
            DIRECTION_TOLERANCE,
        ),
        ("mixed-spacings", "PixelSpacing", [s.spacing_mm for s in slices], 1e-4),
    ):
        if np.ptp(np.array(values), axis=0).max() > tolerance:
            issues.append(_mixed(code, name, sorted(set(values)), where))
    return issues


def _mixed(code: str, name: str, values: Sequence[Any], where: str) -> Issue:
    shown = ", ".join(str(value) for value in values[:3])
    return Issue(
        code=code,
        where=where,
        what=f"{name} takes {len(values)} values: {shown}{' ...' if len(values) > 3 else ''}.",
        remedy="Give the files of one series, one reconstruction.",
    )


def _even_step(ordered: Sequence[SliceTags], depths: NDArray[np.float64], where: str) -> float:
    gaps = np.diff(depths)
    twice = np.flatnonzero(gaps < SAME_PLACE_MM)
    if len(twice):
        a, b = ordered[int(twice[0])].path.name, ordered[int(twice[0]) + 1].path.name
        raise DicomError.of(
            "doubled-slices",
            where,
            f"{len(twice)} slices lie where another lies, first {a} and {b}.",
            "Keep one file a position: series may have been mixed or copied twice.",
        )
    usual = float(np.median(gaps))
    wide = np.flatnonzero(gaps > 1.5 * usual)
    if len(wide):
        missing = int(sum(round(float(gaps[n]) / usual) - 1 for n in wide))
        a, b = ordered[int(wide[0])].path.name, ordered[int(wide[0]) + 1].path.name
        raise DicomError.of(
            "missing-slices",
            where,
            f"about {missing} slices are missing, first between {a} and {b} "
            f"({float(gaps[wide[0]]):.3f} mm where {usual:.3f} mm is usual).",
            "Get the missing files; gaps are not filled.",
        )
    even = np.linspace(depths[0], depths[-1], len(depths))
    off = float(np.abs(depths - even).max())
    if off > max(0.05, STEP_TOLERANCE * usual):
        raise DicomError.of(
            "irregular-spacing",
            where,
            f"slices lie up to {off:.3f} mm off an even spacing of {usual:.3f} mm "
            f"(gaps from {float(gaps.min()):.3f} to {float(gaps.max()):.3f} mm).",
            "Give one reconstruction with even spacing.",
        )
    return float(depths[-1] - depths[0]) / (len(depths) - 1)


def _check_straight(
    positions: NDArray[np.float64], normal: NDArray[np.float64], where: str
) -> None:
    moved = positions - positions[0]
    sideways = float(np.linalg.norm(moved - np.outer(moved @ normal, normal), axis=1).max())
    if sideways <= SIDEWAYS_TOLERANCE_MM:
        return
    along = moved[-1] / np.linalg.norm(moved[-1])
    angle = float(np.degrees(np.arccos(min(1.0, abs(float(along @ normal))))))
    raise DicomError.of(
        "gantry-tilt",
        where,
        f"slices are not stacked along their normal: up to {sideways:.2f} mm aside, "
        f"{angle:.1f} degrees (gantry tilt).",
        "Resample the series to a straight stack with a tool made for it.",
    )
