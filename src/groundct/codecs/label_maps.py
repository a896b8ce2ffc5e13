"""Label maps as files: ``<stem>_<layer>.nii.gz`` for each layer, ``<stem>.json`` for the names."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import ValidationError

from groundct.codecs._files import read_bytes, write_bytes
from groundct.codecs.nifti import read_nifti_labels, write_nifti_labels
from groundct.core.geometry import Geometry, reorientation_to, require_same_grid
from groundct.core.issues import DataError, VolumeError
from groundct.core.paths import AnyPath
from groundct.core.value import Value, canonical_json
from groundct.core.volume import INTERNAL_ORIENTATION, Abstention, LabelArray, LabelMap, Segment

_MAX_NAMES_BYTES = 1 << 26


class _Names(Value):
    """``layers`` are file names beside the JSON file; ``stored`` is the grid of all of them."""

    format: Literal["groundct label map 1"] = "groundct label map 1"
    layers: tuple[str, ...]
    stored: Geometry
    segments: tuple[Segment, ...]
    abstained: tuple[Abstention, ...] = ()


def write_label_map(folder: AnyPath, stem: str, labels: LabelMap) -> tuple[Path, ...]:
    """Write a label map on its stored grid; the paths written, the JSON file last.

    Layers are uint8 where no label is larger than 255, else uint16. Equal label maps give equal
    bytes.
    """
    folder = Path(folder)
    paths = [folder / f"{stem}_{n}.nii.gz" for n in range(len(labels.layers))]
    for path, layer in zip(paths, labels.layers, strict=True):
        write_nifti_labels(path, smallest(layer), labels.stored)
    names = _Names(
        layers=tuple(path.name for path in paths),
        stored=labels.stored,
        segments=labels.segments,
        abstained=labels.abstained,
    )
    index = folder / f"{stem}.json"
    write_bytes(index, [(canonical_json(names.model_dump(mode="json")) + "\n").encode("utf-8")])
    return (*paths, index)


def read_label_map(folder: AnyPath, stem: str) -> LabelMap:
    """The label map that write_label_map wrote.

    Raises VolumeError for files that are missing or broken, GridError when a layer lies on
    another grid than the JSON file says.
    """
    folder = Path(folder)
    index = folder / f"{stem}.json"
    names = _read_names(index, stem)
    turn = reorientation_to(names.stored, INTERNAL_ORIENTATION)
    layers: list[LabelArray] = []
    for name in names.layers:
        layer = read_nifti_labels(folder / name)
        require_same_grid(layer.stored, names.stored, folder / name)
        layers.append(layer.labels)
    try:
        return LabelMap(
            tuple(layers),
            names.segments,
            turn.apply_geometry(names.stored),
            names.stored,
            names.abstained,
        )
    except ValueError as problem:
        raise _bad_names(index, str(problem)) from problem


def _read_names(index: Path, stem: str) -> _Names:
    data = read_bytes(index, VolumeError, _MAX_NAMES_BYTES)
    try:
        names = _Names.model_validate_json(data)
    except ValidationError as problem:
        first = problem.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise _bad_names(index, f"{place}: {first['msg']}") from problem
    due = tuple(f"{stem}_{n}.nii.gz" for n in range(len(names.layers)))
    if names.layers != due:
        raise _bad_names(index, f"layers are {names.layers}, not {due}")
    return names


def smallest(layer: LabelArray) -> LabelArray:
    """The layer as uint8 where no label is larger than 255."""
    if layer.dtype != np.uint8 and layer.max() <= np.iinfo(np.uint8).max:
        return layer.astype(np.uint8, order="K")
    return layer


def _bad_names(index: Path, what: str) -> DataError:
    return VolumeError.of(
        "bad-label-names",
        index,
        f"the names of the label map are broken: {what}.",
        "Copy the folder again, or build the case again.",
    )
