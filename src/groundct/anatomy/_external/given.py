"""Masks that are given as files: a folder of binary masks, or one multi-label file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from groundct.anatomy._external.naming import (
    LAYOUTS,
    Names,
    label_map_of_classes,
    layout_of,
    names_of,
    nearest_names,
)
from groundct.anatomy._external.placing import read_placed
from groundct.codecs.label_maps import read_label_map
from groundct.codecs.label_names import label_names_in_header, label_names_in_json
from groundct.codecs.segmentations import (
    index_path,
    read_folder_index,
    read_segmentation,
    read_segmentation_index,
    require_same_scan,
)
from groundct.core.geometry import require_same_grid
from groundct.core.issues import DataError, Issue, SourceError, VolumeError
from groundct.core.volume import LabelMap, RegionMask, Volume, label_map_of_masks

_SUFFIXES: Final = (".nii.gz", ".nii")
_CASE_ORGANS: Final = "organs"
"""The label map in the folder of a case that ``groundct build`` made."""
_SHOWN: Final = 5


@dataclass(frozen=True)
class Given:
    """Where masks are and how to read them.

    ``layout`` is None where the names tell. ``identity`` declares the voxel order of files whose
    affine is the identity. ``names`` is a JSON file that names the labels of a multi-label file.
    ``skip_unknown`` leaves files aside whose name no layout knows.
    """

    path: Path
    layout: str | None = None
    identity: str | None = None
    names: Path | None = None
    skip_unknown: bool = False


def read_given(given: Given, volume: Volume) -> LabelMap:
    """The masks as a label map on the volume's grid, each with the method "published".

    Raises SourceError, VolumeError or GridError, with the problems of all files.
    """
    if given.path.is_dir():
        return _of_folder(given, volume)
    if given.path.is_file():
        return _of_file(given, volume)
    raise SourceError.of("no-masks", given.path, "there is no such file or folder.", "Check it.")


def require_made_of(volume: Volume, given: Given) -> None:
    """Raise VolumeError when groundct wrote the masks and made them of another scan.

    Equal grids do not tell patients apart; masks of other tools do not say what they are of.
    """
    if given.path.is_dir():
        told = read_folder_index(given.path)
    else:
        index = index_path(given.path)
        told = read_segmentation_index(index) if index.is_file() and _is_ours(index) else None
    if told is not None:
        require_same_scan(told, volume, given.path)


def _of_folder(given: Given, volume: Volume) -> LabelMap:
    if (given.path / f"{_CASE_ORGANS}.json").is_file():
        return _on_grid(read_label_map(given.path, _CASE_ORGANS), given, volume)
    files = dict(_mask_files(given.path))
    if not files:
        raise SourceError.of(
            "no-masks",
            given.path,
            "no .nii.gz or .nii file is in this folder.",
            "Give the folder that holds the masks themselves.",
        )
    names = _known(given, tuple(files))
    masks: dict[str, RegionMask] = {}
    issues: list[Issue] = []
    for stem in dict.fromkeys(part for parts in names.structures.values() for part in parts):
        try:
            labels = read_placed(files[stem], volume, given.identity)
            _require_binary(files[stem], int(labels.max(initial=0)))
        except DataError as problem:
            issues += problem.issues
            continue
        masks[stem] = RegionMask.of(np.asarray(labels > 0))
    if issues:
        raise VolumeError(*issues)
    packed = label_map_of_masks(_united(names, masks, volume), volume.geometry, volume.stored)
    segments = tuple(segment.changed(method="published") for segment in packed.segments)
    return LabelMap(packed.layers, segments, packed.geometry, packed.stored)


def _on_grid(own: LabelMap, given: Given, volume: Volume) -> LabelMap:
    """What groundct wrote, on the volume's own grid; GridError for another one."""
    require_same_grid(own.geometry, volume.geometry, given.path)
    return LabelMap(own.layers, own.segments, volume.geometry, volume.stored, own.abstained)


def _of_file(given: Given, volume: Volume) -> LabelMap:
    index = index_path(given.path)
    if given.names is None and index.is_file() and _is_ours(index):
        return _on_grid(read_segmentation(given.path), given, volume)
    labels = read_placed(given.path, volume, given.identity)
    by_label = _names_of_labels(given)
    occurring = _labels_in(labels)
    if nameless := sorted(occurring - set(by_label)):
        raise VolumeError.of(
            "label-without-name",
            given.path,
            f"labels {nameless[:_SHOWN]} occur and have no name.",
            "Name every label that occurs.",
        )
    names = _known(given, tuple(by_label.values()))
    return label_map_of_classes(labels, by_label, names, volume, "published")


def names_given(given: Given) -> Names:
    """What the names of masks mean; no voxel is read.

    Raises SourceError or VolumeError where there is no mask or no name.
    """
    if given.path.is_dir():
        return _understood(given, tuple(dict(_mask_files(given.path))))
    return _understood(given, tuple(_names_of_labels(given).values()))


def _understood(given: Given, classes: tuple[str, ...]) -> Names:
    """The meaning of all names, in the layout that knows most of them."""
    layout = given.layout or layout_of(classes)
    if layout is not None:
        return names_of(layout, classes)
    return min((names_of(each, classes) for each in LAYOUTS), key=lambda n: len(n.unknown))


def _known(given: Given, classes: tuple[str, ...]) -> Names:
    """As `_understood`; SourceError for names that are not known, unless they are left aside."""
    names = _understood(given, classes)
    if names.unknown and not given.skip_unknown:
        shown = ", ".join(f"{name}{_like(name)}" for name in names.unknown[:_SHOWN])
        more = len(names.unknown) - _SHOWN
        raise SourceError.of(
            "unknown-structure",
            given.path,
            f"no structure is called {shown}{f' and {more} more' if more > 0 else ''}"
            f"{f' in the layout {given.layout}' if given.layout else ' in any one layout'}.",
            "Rename them (groundct anatomy lists all names), say layout=..., or leave them aside "
            "with unknown=skip.",
        )
    return names


def _like(name: str) -> str:
    near = nearest_names(name)
    return f" (like {' or '.join(near)}?)" if near else ""


def _names_of_labels(given: Given) -> Mapping[int, str]:
    """The name of each label of a multi-label file; VolumeError where nothing says it."""
    by_label = (
        label_names_in_json(given.names)
        if given.names is not None
        else label_names_in_header(given.path)
    )
    if not by_label:
        raise VolumeError.of(
            "no-label-names",
            given.path,
            "nothing says which label is which structure.",
            'Give names=FILE.json with {"1": "liver", ...}.',
        )
    return by_label


def _mask_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """(name, file) of every mask in a folder; a name that two files have is refused."""
    seen: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        suffix = next((s for s in _SUFFIXES if path.name.lower().endswith(s)), None)
        if suffix is None or not path.is_file() or path.name.startswith("."):
            continue
        stem = path.name[: -len(suffix)]
        if stem in seen:
            raise SourceError.of(
                "doubled-mask",
                path,
                f"{seen[stem].name} has the same name.",
                "Keep one of the two.",
            )
        seen[stem] = path
        yield stem, path


def _united(
    names: Names, masks: Mapping[str, RegionMask], volume: Volume
) -> Iterator[tuple[str, RegionMask]]:
    """The mask of each structure: one file's, or the union of several."""
    for name, parts in names.structures.items():
        if len(parts) == 1:
            yield name, masks[parts[0]]
            continue
        whole = np.zeros(volume.geometry.shape, dtype=np.bool_, order="F")
        for part in parts:
            whole[masks[part].slices] |= masks[part].voxels
        yield name, RegionMask.of(whole)


def _require_binary(path: Path, largest: int) -> None:
    if largest > 1 and largest != np.iinfo(np.uint8).max:
        raise VolumeError.of(
            "several-labels",
            path,
            f"it holds labels up to {largest}; a file of this layout is one structure.",
            "Give a multi-label file itself, with its names.",
        )


def _labels_in(labels: np.ndarray[tuple[int, ...], np.dtype[np.uint8 | np.uint16]]) -> set[int]:
    found: set[int] = set()
    for k in range(labels.shape[2]):
        found |= {int(n) for n in np.unique(labels[:, :, k])}
    return found - {0}


def _is_ours(index: Path) -> bool:
    try:
        read_segmentation_index(index)
    except VolumeError:
        return False
    return True


def options_as_given(options: Mapping[str, str]) -> Given:
    """Checked options of the segmenter ``masks`` as a value."""
    return Given(
        path=Path(options["folder"]),
        layout=options.get("layout") or None,
        identity=options.get("identity") or None,
        names=Path(options["names"]) if options.get("names") else None,
        skip_unknown=options.get("unknown") == "skip",
    )
