"""The affine that a NIfTI header states: sform or qform, checked, never guessed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Fault = tuple[str, str, str]
Matrix = NDArray[np.float64]

SPACING_TOLERANCE = 1e-3
"""The sform's column lengths and pixdim may differ by this part of the spacing."""
SHEAR_TOLERANCE = 1e-4
"""Cosine of the angle between two axes from which on a grid is called sheared."""
FORM_TOLERANCE_VOXELS = 0.1
"""Corner voxels of sform and qform may lie apart by this part of the smallest spacing ..."""
QUATERNION_ROUNDINGS = 3
"""... plus what a rounded quaternion loses: b2 + c2 + d2 errs by this many machine epsilons."""
SPACING_RANGE_MM = (1e-3, 1e3)
"""Voxels smaller or larger than this are nonsense for a chest CT."""


@dataclass(frozen=True)
class Grid:
    """A checked 4 x 4 affine and the form that it came from."""

    affine: Matrix
    form: str


def grid_of(fields: Any, shape: tuple[int, int, int]) -> tuple[Grid | None, list[Fault]]:
    """The affine of a header for an array of ``shape``, or what is wrong with it.

    ``fields`` is one record of the header's layout. Faults are (code, what, remedy).
    """
    faults = _code_faults(fields)
    if faults:
        return None, faults
    has_q, has_s = int(fields["qform_code"]) > 0, int(fields["sform_code"]) > 0
    forms: dict[str, Matrix] = {}
    for name, there, read in (("sform", has_s, _sform), ("qform", has_q, _qform)):
        if there:
            affine, found = read(fields)
            faults += found
            if affine is not None and not found:
                faults += _affine_faults(affine, name)
                forms[name] = affine
    if faults:
        return None, faults
    if "sform" in forms:
        faults += _spacing_faults(forms["sform"], fields["pixdim"][1:4])
    if len(forms) == 2:
        faults += _disagreement(forms["sform"], forms["qform"], fields, shape)
    if faults:
        return None, faults
    name = "sform" if "sform" in forms else "qform"
    return Grid(forms[name], name), []


def quaternion_of(rotation: Matrix) -> NDArray[np.float64]:
    """(a, b, c, d) with a >= 0 of a proper rotation: the eigenvector of Bar-Itzhack (2000)."""
    r = rotation
    k = np.array(
        [
            [r[0, 0] + r[1, 1] + r[2, 2], 0.0, 0.0, 0.0],
            [r[2, 1] - r[1, 2], r[0, 0] - r[1, 1] - r[2, 2], 0.0, 0.0],
            [r[0, 2] - r[2, 0], r[1, 0] + r[0, 1], r[1, 1] - r[0, 0] - r[2, 2], 0.0],
            [r[1, 0] - r[0, 1], r[2, 0] + r[0, 2], r[2, 1] + r[1, 2], 0.0],
        ]
    )
    k[3, 3] = r[2, 2] - r[0, 0] - r[1, 1]
    _, vectors = np.linalg.eigh(k, UPLO="L")
    quaternion = vectors[:, 3]
    return quaternion if quaternion[0] >= 0 else -quaternion


def axes_cosine(affine: Matrix) -> float:
    """The largest cosine between two columns of an affine's linear part; 0 without shear."""
    columns = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    return float(np.abs(columns.T @ columns - np.eye(3)).max())


def _code_faults(fields: Any) -> list[Fault]:
    faults: list[Fault] = []
    codes = {name: int(fields[name]) for name in ("qform_code", "sform_code")}
    for name, code in codes.items():
        if not 0 <= code <= 5:
            faults.append(
                (
                    "bad-orientation-code",
                    f"{name} is {code}; the standard knows 0 to 5.",
                    "Set it to 1 if the form holds the scanner's coordinates, else to 0.",
                )
            )
    if not faults and not any(codes.values()):
        faults.append(
            (
                "no-orientation",
                "qform_code and sform_code are 0: the header does not say which side is left. "
                "A spacing from a table cannot say it either.",
                "Convert the volume again from DICOM, or use the release whose headers are filled "
                "(for CT-RATE the _fixed volumes).",
            )
        )
    return faults


def _sform(fields: Any) -> tuple[Matrix | None, list[Fault]]:
    affine = np.eye(4)
    affine[:3] = fields["srow"]
    return _as_float32(affine), []


def _qform(fields: Any) -> tuple[Matrix | None, list[Fault]]:
    remedy = "Convert the volume again, or clear qform_code when the sform is right."
    quatern = np.asarray(fields["quatern"], dtype=np.float64)
    pixdim = np.asarray(fields["pixdim"], dtype=np.float64)
    offset = np.asarray(fields["qoffset"], dtype=np.float64)
    if not (np.isfinite(quatern).all() and np.isfinite(offset).all()):
        what = f"qform has NaN or infinite values: {quatern.tolist()}, {offset.tolist()}."
        return None, [("bad-affine", what, remedy)]
    if pixdim[0] not in (-1.0, 0.0, 1.0):
        return None, [("bad-qfac", f"pixdim[0] is {pixdim[0]}, not 1 or -1.", remedy)]
    if not (np.isfinite(pixdim[1:4]).all() and pixdim[1:4].min() > 0):
        what = f"pixdim {pixdim[1:4].tolist()} is not a spacing."
        return None, [("bad-spacing", what, remedy)]
    with np.errstate(over="ignore"):  # infinite is longer than 1, too
        square = float(quatern @ quatern)
    if square > 1 + _square_error(fields):
        what = f"the quaternion's b, c, d are longer than 1 (square {square:.6g})."
        return None, [("bad-quaternion", what, remedy)]
    b, c, d = quatern / max(1.0, math.sqrt(square))
    a = math.sqrt(max(0.0, 1.0 - (b * b + c * c + d * d)))
    rotation = np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
        ]
    )
    qfac = -1.0 if pixdim[0] < 0 else 1.0
    affine = np.eye(4)
    affine[:3, :3] = rotation * (pixdim[1:4] * (1.0, 1.0, qfac))
    affine[:3, 3] = offset
    return _as_float32(affine), []


def _square_error(fields: Any) -> float:
    return QUATERNION_ROUNDINGS * float(np.finfo(fields["quatern"].dtype).eps)


MAX_OFFSET_MM = 1e5
"""Beyond it float32 loses more than 0.01 mm, which tells grids apart."""


def _as_float32(affine: Matrix) -> Matrix:
    # NIfTI-1 holds float32: a grid that is read can so be written back to the bit.
    with np.errstate(over="ignore"):
        return affine.astype(np.float32).astype(np.float64)


def _affine_faults(affine: Matrix, name: str) -> list[Fault]:
    remedy = "Convert the volume again from its source."
    if not np.isfinite(affine).all():
        return [("bad-affine", f"{name} has NaN or infinite values.", remedy)]
    if np.abs(affine[:3, 3]).max() > MAX_OFFSET_MM:
        what = f"{name} has the offset {affine[:3, 3].tolist()} mm; {MAX_OFFSET_MM:g} is the most."
        return [("bad-affine", what, remedy)]
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    low, high = SPACING_RANGE_MM
    if spacing.max() == 0:
        return [("singular-affine", f"{name} is all zero.", remedy)]
    if spacing.min() < low or spacing.max() > high:
        what = f"{name} gives a spacing of {spacing.tolist()} mm; {low} to {high} are read."
        return [("bad-spacing", what, remedy)]
    if abs(np.linalg.det(affine[:3, :3] / spacing)) < 1e-3:
        return [("singular-affine", f"the axes of {name} lie in one plane.", remedy)]
    cosine = axes_cosine(affine)
    if cosine > SHEAR_TOLERANCE:
        what = f"the axes of {name} are not perpendicular (cosine {cosine:.2g})."
        return [("sheared-affine", what, "Resample the volume onto a grid without shear.")]
    return []


def _spacing_faults(affine: Matrix, pixdim: Any) -> list[Fault]:
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    stated = np.asarray(pixdim, dtype=np.float64)
    if np.isfinite(stated).all() and (abs(stated - spacing) <= SPACING_TOLERANCE * spacing).all():
        return []
    what = (
        f"sform gives a spacing of {_round(spacing)} mm and pixdim says {_round(stated)}: "
        "programs differ in which they believe."
    )
    return [("spacing-contradiction", what, "Convert the volume again, or mend pixdim.")]


def _disagreement(
    sform: Matrix, qform: Matrix, fields: Any, shape: tuple[int, int, int]
) -> list[Fault]:
    ends = [(0, n - 1) for n in shape]
    corners = np.array([(i, j, k, 1) for i in ends[0] for j in ends[1] for k in ends[2]])
    apart = float(np.linalg.norm((corners @ (sform - qform).T)[:, :3], axis=1).max())
    spacing = np.linalg.norm(sform[:3, :3], axis=0)
    allowed = FORM_TOLERANCE_VOXELS * float(spacing.min())
    error = _square_error(fields)
    a = math.sqrt(max(0.0, 1.0 - float(np.square(fields["quatern"].astype(np.float64)).sum())))
    angle = error / a if a > math.sqrt(error) else 2 * math.sqrt(error)
    allowed += angle * float(np.linalg.norm(spacing * shape))
    if apart <= allowed:
        return []
    what = (
        f"qform and sform place corner voxels up to {apart:.3g} mm apart (at most {allowed:.2g} mm "
        "allowed): programs differ in which they believe."
    )
    return [("form-disagreement", what, "Clear the code of the form that is wrong.")]


def _round(values: Matrix) -> list[float]:
    return [float(f"{value:.6g}") for value in values]
