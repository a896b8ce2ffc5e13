"""Organ masks of one or many cases, in any form that groundct writes or reads.

One case: a label map of ``groundct segment`` (its NIfTI or JSON file), a folder of one mask a
structure, or a phantom's truth. Many: a release, a folder of such label maps named as their cases,
or a folder of such folders (``seg_<case>`` as RadGenome names them, or ``<case>``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from groundct.anatomy.masks import PLUGIN as MASKS
from groundct.anatomy.oracle import PLUGIN as ORACLE
from groundct.benchmark._results import patients_of
from groundct.codecs.nifti import read_nifti_labels
from groundct.codecs.segmentations import index_path, read_segmentation
from groundct.core.geometry import Geometry, reorientation_to, require_same_grid
from groundct.core.issues import SourceError
from groundct.core.volume import INTERNAL_ORIENTATION, LabelMap, Volume
from groundct.release.read import Release, read_release
from groundct.sources._names import case_id_of, patient_id_of

_SUFFIXES = (".nii.gz", ".nii")
_RADGENOME = "seg_"

Read = Callable[[Geometry | None], LabelMap]
"""The label map; on a stored grid where one is given, else on its own."""


@dataclass(frozen=True)
class OrganMasks:
    """Case id -> how its label map is read, and case id -> patient id."""

    path: Path
    cases: dict[str, Read]
    patients: dict[str, str]


def open_organs(path: Path) -> OrganMasks:
    """The cases at a path; nothing is read yet but names.

    Raises SourceError when there is none.
    """
    if (path / "manifest.json").is_file():
        release = read_release(path)
        patients = patients_of(release)
        cases: dict[str, Read] = {case: partial(_of_release, release, case) for case in patients}
        return OrganMasks(path, cases, patients)
    cases = {case_id_of(name): partial(_of_files, place) for name, place in _places(path)}
    if not cases:
        raise SourceError.of(
            "no-masks",
            path,
            "it holds no label map with its names, and no folder of masks.",
            "Give what groundct segment wrote, a folder of <structure>.nii.gz, or a release.",
        )
    return OrganMasks(path, cases, {case: patient_id_of(case) for case in cases})


def _places(path: Path) -> Iterator[tuple[str, Path]]:
    if path.is_file():
        yield _stem(path), path
        return
    maps = [p for p in sorted(path.iterdir()) if p.suffix == ".json" and _volume_of(p)]
    if maps:
        yield from ((p.name.removesuffix(".json"), p) for p in maps)
    elif any(_is_mask(p) for p in path.iterdir()):
        yield path.resolve().name.removeprefix(_RADGENOME), path
    else:
        for folder in sorted(p for p in path.iterdir() if p.is_dir()):
            if any(_is_mask(p) for p in folder.iterdir()):
                inner = [p for p in sorted(folder.glob("*.json")) if _volume_of(p)]
                yield folder.name.removeprefix(_RADGENOME), inner[0] if inner else folder


def _of_release(release: Release, case: str, grid: Geometry | None) -> LabelMap:
    labels = release.organs(case)
    if labels is None:
        raise SourceError.of(
            "no-masks", case, "the release holds no organs of it.", "Leave the case out.", case
        )
    if grid is not None:
        turn = reorientation_to(grid, INTERNAL_ORIENTATION)
        require_same_grid(labels.geometry, turn.apply_geometry(grid), case)
    return labels


def _of_files(place: Path, grid: Geometry | None) -> LabelMap:
    ours = place.is_file() and index_path(place).is_file()
    if grid is None and ours:
        return read_segmentation(place)
    if grid is None:
        first = (
            place if place.is_file() else next(p for p in sorted(place.iterdir()) if _is_mask(p))
        )
        grid = read_nifti_labels(first).stored
    turn = reorientation_to(grid, INTERNAL_ORIENTATION)
    geometry = turn.apply_geometry(grid)
    # The plug-in looks at the grid alone, so that a volume without memory serves.
    hu = np.broadcast_to(np.int16(0), geometry.shape)
    reader = (
        ORACLE.configured({"truth": str(place)})
        if (place / "truth.json").is_file()
        else MASKS.configured({"folder": str(place), "unknown": "skip"})
    )
    return reader.segment(Volume(hu, geometry, grid))


def _volume_of(index: Path) -> Path | None:
    stem = index.name.removesuffix(".json")
    return next((p for s in _SUFFIXES if (p := index.with_name(stem + s)).is_file()), None)


def _is_mask(path: Path) -> bool:
    return path.is_file() and path.name.endswith(_SUFFIXES)


def _stem(path: Path) -> str:
    for suffix in (*_SUFFIXES, ".json"):
        if path.name.endswith(suffix):
            return path.name.removesuffix(suffix)
    return path.name
