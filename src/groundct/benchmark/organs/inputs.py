"""Organ masks of one or many cases, in any form that groundct writes or reads.

One case: a label map of ``groundct segment`` (its NIfTI or JSON file), a folder of one mask a
structure, the folder of a case of ``groundct build``, or a phantom's truth. Many: a release, a
folder of such label maps named as their cases, or a folder of such folders (``seg_<case>`` as
RadGenome names them, or ``<case>``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from groundct.anatomy._external.given import Given, names_given, read_given
from groundct.anatomy.oracle import PLUGIN as ORACLE
from groundct.benchmark._results import patients_of
from groundct.benchmark.organs.names import no_known_structure, unknown_names
from groundct.codecs.label_maps import read_label_map
from groundct.codecs.nifti import read_nifti_labels
from groundct.codecs.segmentations import (
    index_path,
    read_segmentation,
    read_segmentation_index,
)
from groundct.core.geometry import Geometry, reorientation_to, require_same_grid
from groundct.core.issues import Issue, SourceError, VolumeError
from groundct.core.paths import AnyPath
from groundct.core.volume import INTERNAL_ORIENTATION, LabelMap, Volume
from groundct.release.read import Release, read_release
from groundct.sources._names import case_id_of, patient_id_of

_SUFFIXES = (".nii.gz", ".nii")
_RADGENOME = "seg_"
_ORGANS = "organs"

Read = Callable[[Geometry | None], LabelMap]
"""The label map; on a stored grid where one is given, else on its own."""


@dataclass(frozen=True)
class OrganMasks:
    """Case id -> how its label map is read, and case id -> patient id.

    ``issues`` tell of the names of masks that are no structure's: they are passed over.
    """

    path: Path
    cases: dict[str, Read]
    patients: dict[str, str]
    issues: tuple[Issue, ...] = ()


def open_organs(path: AnyPath) -> OrganMasks:
    """The cases at a path; nothing is read yet but names.

    Raises SourceError when there is none, or when no mask of any has a structure's name.
    """
    path = Path(path)
    if (path / "manifest.json").is_file():
        release = read_release(path)
        patients = patients_of(release)
        cases: dict[str, Read] = {case: partial(_of_release, release, case) for case in patients}
        return OrganMasks(path, cases, patients)
    places = {case_id_of(name): place for name, place in _places(path)}
    if not places:
        raise SourceError.of(
            "no-masks",
            path,
            "it holds no label map with its names, and no folder of masks.",
            "Give what groundct segment wrote, a folder of <structure>.nii.gz, a folder of such "
            "cases (of groundct build: cases/), or a release.",
        )
    return OrganMasks(
        path,
        {case: partial(_of_files, place) for case, place in places.items()},
        {case: patient_id_of(case) for case in places},
        unknown_names(path, (place for place in places.values() if not _is_groundcts(place))),
    )


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
    return _on_grid(labels, grid, case)


def _of_files(place: Path, grid: Geometry | None) -> LabelMap:
    if _is_truth(place):
        return ORACLE.configured({"truth": str(place)}).segment(_without_voxels(place, grid))
    if _is_label_map(place):
        return _on_grid(read_label_map(place, _ORGANS), grid, place)
    if _is_segmentation(place):
        return _on_grid(read_segmentation(place), grid, place)
    given = Given(place, skip_unknown=True)
    labels = read_given(given, _without_voxels(place, grid))
    if not labels.segments:
        raise no_known_structure(place, names_given(given).unknown)
    return labels


def _on_grid(labels: LabelMap, grid: Geometry | None, where: object) -> LabelMap:
    if grid is not None:
        turn = reorientation_to(grid, INTERNAL_ORIENTATION)
        require_same_grid(labels.geometry, turn.apply_geometry(grid), where)
    return labels


def _without_voxels(place: Path, grid: Geometry | None) -> Volume:
    """A volume on a stored grid, else on that of the first mask; it takes no memory."""
    if grid is None:
        masks = [place] if place.is_file() else [p for p in sorted(place.iterdir()) if _is_mask(p)]
        grid = read_nifti_labels(masks[0]).stored
    geometry = reorientation_to(grid, INTERNAL_ORIENTATION).apply_geometry(grid)
    return Volume(np.broadcast_to(np.int16(0), geometry.shape), geometry, grid)


def _is_groundcts(place: Path) -> bool:
    return _is_truth(place) or _is_label_map(place) or _is_segmentation(place)


def _is_truth(place: Path) -> bool:
    """A phantom's."""
    return (place / "truth.json").is_file()


def _is_label_map(place: Path) -> bool:
    """The folder of a case that ``groundct build`` made."""
    return (place / f"{_ORGANS}.json").is_file()


def _is_segmentation(place: Path) -> bool:
    """What ``groundct segment`` wrote."""
    if not place.is_file() or not index_path(place).is_file():
        return False
    try:
        read_segmentation_index(place)
    except VolumeError:
        return False
    return True


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
