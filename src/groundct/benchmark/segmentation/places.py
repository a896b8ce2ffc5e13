"""Bring a prediction onto the grid of its reference: exactly, or not at all."""

from __future__ import annotations

from groundct.codecs.mask_runs import StoredRuns
from groundct.codecs.nifti import IDENTITY
from groundct.core.geometry import Geometry, Reorientation, reorientation_to, same_grid
from groundct.core.issues import DataError, GridError, Issue
from groundct.imaging.runs import Runs

UNTURNED = Reorientation(axes=(0, 1, 2), flips=(False, False, False))


def states_place(grid: Geometry) -> bool:
    """Whether a grid says where it lies; the identity, which ReXGroundingCT writes, says nothing.

    Its voxels are those of the CT of the same name, by index.
    """
    return grid.affine != IDENTITY


def turn_onto(
    reference: Geometry, prediction: Geometry, where: str
) -> tuple[Reorientation, tuple[Issue, ...]]:
    """How a prediction's axes turn into the reference's, and what is to be said of it.

    Raises GridError when the two are not the same voxels, or when that cannot be known.
    """
    if same_grid(reference, prediction):
        return UNTURNED, ()
    if not states_place(prediction):
        if prediction.shape != reference.shape:
            raise _other_grid(reference, prediction, where)
        what = "its affine is the identity, which states no place; voxels are taken by index."
        return UNTURNED, (_note("affine-not-stated", where, what),)
    if not states_place(reference) and prediction.shape == reference.shape:
        raise GridError.of(
            "reference-states-no-place",
            where,
            f"it states orientation {prediction.orientation}, and the reference's affine is the "
            "identity: whether their voxels are the same cannot be known.",
            "Give the folder of CTs with --volumes, or write the prediction with the reference's "
            "affine.",
        )
    turn = reorientation_to(prediction, reference.orientation)
    if not same_grid(turn.apply_geometry(prediction), reference):
        raise _other_grid(reference, prediction, where)
    what = (
        f"its axes are {prediction.orientation}, those of the reference {reference.orientation}; "
        "voxels were brought over exactly."
    )
    return turn, (_note("turned", where, what),)


def turned(stored: StoredRuns, turn: Reorientation) -> tuple[Runs, ...]:
    """The findings in the order of the reference's voxels."""
    if turn == UNTURNED:
        return stored.findings
    return tuple(Runs.of(turn.apply(runs.dense())) for runs in stored.findings)


def _note(code: str, where: str, what: str) -> Issue:
    remedy = "Nothing, or write predictions with the affine of their CT."
    return Issue(code=code, where=where, what=what, remedy=remedy, severity="warning")


def _other_grid(a: Geometry, b: Geometry, where: str) -> DataError:
    return GridError.of(
        "grid-mismatch",
        where,
        f"it lies on another grid than the reference: {_words(b)} against {_words(a)}.",
        "Write the prediction on the grid of the CT; masks are never resampled here.",
    )


def _words(grid: Geometry) -> str:
    spacing = " x ".join(f"{step:.4g}" for step in grid.spacing_mm)
    origin = ", ".join(f"{row[3]:.4g}" for row in grid.affine)
    return f"{grid.shape} voxels of {spacing} mm, {grid.orientation}, first voxel at ({origin})"
