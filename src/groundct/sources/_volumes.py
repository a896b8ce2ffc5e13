"""Cheap checks of NIfTI volumes: what their headers say, without reading voxels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from groundct.codecs.nifti import (
    IDENTITY,
    STATED_SPACING_TOLERANCE,
    check_can_hold_hu,
    read_nifti_header,
)
from groundct.core.case import NiftiVolume
from groundct.core.geometry import Geometry, reorientation_to
from groundct.core.issues import DataError, Issue, Severity
from groundct.core.volume import INTERNAL_ORIENTATION

Shapes = Mapping[Path, tuple[int, ...]]

_WRONG_AXES: Final = "wrong-number-of-axes"


def check_volume(
    volume: NiftiVolume, case_id: str, *, identity: Severity = "warning"
) -> tuple[Issue, ...]:
    """Every problem that a volume's header shows, the case named in each.

    ``identity``: how grave an affine that is exactly the identity is. Programs write it when they
    know none, and then left, right and the spacing are unknown.
    """
    try:
        header = read_nifti_header(volume.path)
        check_can_hold_hu(volume, header)
    except DataError as problem:
        return problem.for_case(case_id).issues
    issues = []
    if header.affine == IDENTITY:
        issues.append(
            Issue(
                code="identity-affine",
                where=str(volume.path),
                what="the affine is the identity: 1 mm voxels, and sides that may mean nothing.",
                remedy="Use the original volume; keep this one only if it is known to be true.",
                severity=identity,
                case_id=case_id,
            )
        )
    issues.extend(_spacing_issues(volume, header.geometry, case_id))
    return tuple(issues)


def stored_shapes(paths: tuple[Path, ...]) -> tuple[Shapes, tuple[Issue, ...]]:
    """The shapes of 3-D and 4-D files, trailing axes of one left out; issues for the others."""
    shapes: dict[Path, tuple[int, ...]] = {}
    issues: list[Issue] = []
    for path in paths:
        try:
            shapes[path] = _shape(path)
        except DataError as problem:
            issues.extend(problem.issues)
    return shapes, tuple(issues)


def _shape(path: Path) -> tuple[int, ...]:
    try:
        return read_nifti_header(path, axes=4).shape
    except DataError as problem:
        if not any(issue.code == _WRONG_AXES for issue in problem.issues):
            raise
    return read_nifti_header(path).shape


def _spacing_issues(volume: NiftiVolume, grid: Geometry, case_id: str) -> list[Issue]:
    if volume.stated_spacing_mm is None:
        return []
    found = reorientation_to(grid, INTERNAL_ORIENTATION).apply_geometry(grid).spacing_mm
    pairs = list(zip(volume.stated_spacing_mm, found, strict=True))
    if all(abs(a - b) <= STATED_SPACING_TOLERANCE * b for a, b in pairs):
        return []
    return [
        Issue(
            code="spacing-contradicts-table",
            where=str(volume.path),
            what=f"the header gives {tuple(round(s, 4) for s in found)} mm (left-right, "
            f"front-back, head-feet) and the metadata table {volume.stated_spacing_mm}.",
            remedy="Use the fixed volume; a blank v1 header claims 1 mm.",
            case_id=case_id,
        )
    ]
