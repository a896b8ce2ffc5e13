"""A segmentation as people handle it: ``labels.nii.gz`` and ``labels.json`` beside it.

Layer 0 is the file itself; where structures overlap, further layers stand beside it as
``labels_1.nii.gz``, ``labels_2.nii.gz``, ... The JSON file names every structure by its (layer,
label) pairs, and says what the masks rest on, what was looked for in vain, and what made them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import numpy as np
from pydantic import Field, ValidationError

from groundct.codecs._files import read_bytes, write_bytes
from groundct.codecs.label_maps import smallest
from groundct.codecs.nifti import read_nifti_labels, write_nifti_labels
from groundct.core.geometry import Geometry, reorientation_to, require_same_grid
from groundct.core.issues import DataError, Issue, VolumeError
from groundct.core.paths import AnyPath
from groundct.core.record import Component
from groundct.core.value import Value
from groundct.core.volume import (
    INTERNAL_ORIENTATION,
    Abstention,
    LabelArray,
    LabelMap,
    Segment,
    Volume,
)

FORMAT: Final = "groundct segmentation 1"
FOLDER_INDEX: Final = "segmentation.json"
"""The description's name in a folder that has one binary file a structure."""
_MAX_NAMES_BYTES: Final = 1 << 26
_SCAN_STEP: Final = 4
_SCAN_HU: Final = (-1000, 1000)
_SUFFIXES: Final = (".nii.gz", ".nii")


class LayerFile(Value):
    """One layer: its file, and the structures that each of its labels belongs to.

    The structure with the fewest labels comes first, so that it is the most exact one.
    """

    file: str
    labels: dict[int, tuple[str, ...]]


class Structure(Segment):
    """A structure with its size; ``voxels`` 0 says that it was looked for and is empty."""

    voxels: Annotated[int, Field(ge=0)]
    volume_ml: Annotated[float, Field(ge=0)]


class Origin(Value):
    """What masks were made from and by.

    ``scan`` is the `scan_digest` of the CT, by which labels of another patient on an equal grid
    are told; ``issues`` are where the CT's content contradicts its header.
    """

    scan: str | None = None
    issues: tuple[Issue, ...] = ()
    made_by: tuple[Component, ...] = ()
    notes: dict[str, Any] = Field(default_factory=dict)


class Segmentation(Origin):
    """What the JSON file says. ``stored`` is the grid of all layers, that of the volume's file."""

    format: Literal["groundct segmentation 1"] = FORMAT
    layers: tuple[LayerFile, ...]
    stored: Geometry
    structures: tuple[Structure, ...]
    abstained: tuple[Abstention, ...] = ()


_UNTOLD: Final = Origin()


def scan_digest(volume: Volume) -> str:
    """A digest that tells one scan from another, whatever file it stands in.

    It is of every fourth voxel along each axis, in RAS order and within -1000..1000 HU, so that
    DICOM and NIfTI of one series agree, and so do two values of padding.
    """
    step = _SCAN_STEP
    sample = np.clip(volume.hu[::step, ::step, ::step], *_SCAN_HU).astype("<i2")
    return "sha256:" + hashlib.sha256(sample.tobytes(order="F")).hexdigest()


def require_same_scan(told: Segmentation, volume: Volume, where: Path) -> None:
    """Raise VolumeError when masks were made from another scan than ``volume``."""
    if told.scan is not None and told.scan != scan_digest(volume):
        raise VolumeError.of(
            "masks-of-another-scan",
            where,
            "the masks were made from another scan; only the grids are equal.",
            "Give the masks of this scan, or make them with groundct segment.",
        )


def segmentation_of(labels: LabelMap, file: str, origin: Origin = _UNTOLD) -> Segmentation:
    """Describe a label map whose layers will stand in ``file`` and others beside it."""
    counts = [_label_counts(layer) for layer in labels.layers]
    voxel_ml = labels.geometry.voxel_volume_mm3 / 1000
    structures = []
    for segment in labels.segments:
        voxels = _voxels(labels, segment, counts)
        structures.append(
            Structure.model_validate(
                {
                    **segment.model_dump(),
                    "voxels": voxels,
                    "volume_ml": round(voxels * voxel_ml, 3),
                }
            )
        )
    return Segmentation(
        layers=tuple(
            LayerFile(file=_layer_name(file, n), labels=_names_of_labels(labels.segments, n))
            for n in range(max(1, len(labels.layers)))
        ),
        stored=labels.stored,
        structures=tuple(structures),
        abstained=labels.abstained,
        **dict(origin),
    )


def write_segmentation(
    path: AnyPath, labels: LabelMap, origin: Origin = _UNTOLD
) -> tuple[Segmentation, tuple[Path, ...]]:
    """Write layers on the stored grid, and the JSON file last; equal input gives equal bytes.

    Layers are uint8 where no label is larger than 255, else uint16. A label map without layers is
    one empty layer.

    Raises VolumeError for a path that does not end in ``.nii.gz`` or ``.nii``.
    """
    path = Path(path)
    told = segmentation_of(labels, path.name, origin)
    index = index_path(path)
    index.unlink(missing_ok=True)
    layers = labels.layers or (np.zeros(labels.geometry.shape, dtype=np.uint8, order="F"),)
    paths = []
    for n, layer in enumerate(layers):
        paths.append(path if n == 0 else path.with_name(told.layers[n].file))
        write_nifti_labels(paths[-1], smallest(layer), labels.stored)
    write_index(index, told)
    return told, (*paths, index)


def write_index(path: AnyPath, told: Segmentation) -> None:
    """Write a description as JSON that people can read too."""
    path = Path(path)
    text = json.dumps(told.model_dump(mode="json"), indent=1, ensure_ascii=False)
    write_bytes(path, [(text + "\n").encode("utf-8")])


def read_segmentation(path: AnyPath) -> LabelMap:
    """The label map that ``write_segmentation`` wrote to ``path`` (its NIfTI or its JSON file).

    Raises VolumeError for files that are missing or broken, GridError when a layer lies on another
    grid than the JSON file says.
    """
    path = Path(path)
    told = read_segmentation_index(path)
    index = index_path(path)
    layers: list[LabelArray] = []
    for layer in told.layers:
        file = index.with_name(layer.file)
        read = read_nifti_labels(file)
        require_same_grid(read.stored, told.stored, file)
        layers.append(read.labels)
    turn = reorientation_to(told.stored, INTERNAL_ORIENTATION)
    segments = tuple(
        Segment.model_validate(each.model_dump(exclude={"voxels", "volume_ml"}))
        for each in told.structures
    )
    try:
        return LabelMap(
            tuple(layers), segments, turn.apply_geometry(told.stored), told.stored, told.abstained
        )
    except ValueError as problem:
        raise _broken(index, str(problem)) from problem


def read_segmentation_index(path: AnyPath) -> Segmentation:
    """What the JSON file beside ``path`` says, checked; VolumeError when it is broken."""
    path = Path(path)
    index = index_path(path)
    told = _parsed(index)
    files = [layer.file for layer in told.layers]
    stem = index.name[: -len(".json")]
    if not any(
        files and files == [_layer_name(stem + suffix, n) for n in range(len(files))]
        for suffix in _SUFFIXES
    ):
        raise _broken(index, f"layers are {files}, which are not those of {stem}")
    return told


def read_folder_index(folder: AnyPath) -> Segmentation | None:
    """What stands of a folder of binary masks that ``groundct segment`` wrote; None of others."""
    folder = Path(folder)
    index = folder / FOLDER_INDEX
    if not index.is_file():
        return None
    try:
        return _parsed(index)
    except VolumeError:
        return None


def _parsed(index: Path) -> Segmentation:
    try:
        return Segmentation.model_validate_json(read_bytes(index, VolumeError, _MAX_NAMES_BYTES))
    except ValidationError as problem:
        first = problem.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise _broken(index, f"{place}: {first['msg']}") from problem


def index_path(path: Path) -> Path:
    """The JSON file that belongs to a label map's file: ``labels.json`` of ``labels.nii.gz``."""
    if path.name.endswith(".json"):
        return path
    return path.with_name(f"{stem_of(path)}.json")


def stem_of(path: Path) -> str:
    """The name without ``.nii.gz`` or ``.nii``; VolumeError when it ends in neither."""
    for suffix in _SUFFIXES:
        if path.name.lower().endswith(suffix) and len(path.name) > len(suffix):
            return path.name[: -len(suffix)]
    raise VolumeError.of(
        "not-a-nifti-name",
        path,
        "the name ends neither in .nii nor in .nii.gz.",
        "Name the label map as labels.nii.gz.",
    )


def _layer_name(first: str, layer: int) -> str:
    stem = stem_of(Path(first))
    return first if layer == 0 else f"{stem}_{layer}{first[len(stem) :]}"


def _names_of_labels(segments: Sequence[Segment], layer: int) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[Segment]] = {}
    for segment in segments:
        for index, label in segment.parts:
            if index == layer:
                found.setdefault(label, []).append(segment)
    return {
        label: tuple(s.name for s in sorted(found[label], key=lambda s: len(s.parts)))
        for label in sorted(found)
    }


def _label_counts(layer: LabelArray) -> dict[int, int]:
    """Voxels of each label that occurs; plane by plane, so that no wide copy is made."""
    total = np.zeros(1 << 16, dtype=np.int64)
    for k in range(layer.shape[2]):
        plane = np.bincount(layer[:, :, k].ravel(order="K"))
        total[: len(plane)] += plane
    return {int(label): int(total[label]) for label in np.flatnonzero(total)}


def _voxels(labels: LabelMap, segment: Segment, counts: list[dict[int, int]]) -> int:
    """Voxels of a structure: labels of one layer never overlap, those of several may."""
    if len({layer for layer, _ in segment.parts}) <= 1:
        return sum(counts[layer].get(label, 0) for layer, label in set(segment.parts))
    return int(np.count_nonzero(labels.mask(segment.name)))


def _broken(index: Path, what: str) -> DataError:
    return VolumeError.of(
        "bad-label-names",
        index,
        f"the names of the label map are broken: {what}.",
        "Write the segmentation again with groundct segment.",
    )
