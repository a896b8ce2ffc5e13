"""What ``groundct segment`` leaves: a label map or a folder of masks, a JSON file, a picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from groundct.anatomy.choice.run import Segmented
from groundct.codecs.radgenome import write_masks
from groundct.codecs.segmentations import (
    FOLDER_INDEX,
    Origin,
    Segmentation,
    index_path,
    scan_digest,
    segmentation_of,
    stem_of,
    write_index,
    write_segmentation,
)
from groundct.core.issues import Issue, WorkspaceError
from groundct.core.volume import Volume
from groundct.review.segmentation_sheet import write_segmentation_sheet

_PICTURE = "segmentation.png"


@dataclass(frozen=True)
class Written:
    """The description and the files; ``unsure`` has a line for each mask that a person checks."""

    told: Segmentation
    files: tuple[Path, ...]
    unsure: tuple[str, ...]


def refuse_to_overwrite(out: Path, layout: str, *, force: bool) -> None:
    """Raise WorkspaceError for outputs that are there, unless ``force``; VolumeError for a name."""
    if layout == "radgenome":
        if out.is_file():
            raise WorkspaceError.of(
                "not-a-folder", out, "it is a file.", "Name a folder for --layout radgenome."
            )
        there = sorted(out.iterdir()) if out.is_dir() else []
    else:
        stem = stem_of(out)
        if out.is_dir():
            raise WorkspaceError.of("a-folder", out, "it is a folder.", "Name a .nii.gz file.")
        beside = [out, index_path(out), out.with_name(f"{stem}.png"), *_layers(out)]
        there = [path for path in beside if path.exists()]
    if not there:
        return
    if not force:
        raise WorkspaceError.of(
            "output-exists",
            there[0],
            f"it is there already{f', and {len(there) - 1} more' if len(there) > 1 else ''}.",
            "Name another output, or write over it with --force.",
        )
    if layout == "labels":
        for path in _layers(out):
            path.unlink()


def write_labels(
    out: Path, volume: Volume, result: Segmented, flagged: tuple[Issue, ...], *, picture: bool
) -> Written:
    """One label map (and further layers) with its names, and the scan's flags, beside it."""
    told, files = write_segmentation(out, result.labels, _origin(volume, result, flagged))
    if picture:
        png = out.with_name(f"{stem_of(out)}.png")
        write_segmentation_sheet(png, volume, result.labels, told)
        files = (*files, png)
    return Written(told, files, result.unsure)


def write_folder(
    out: Path, volume: Volume, result: Segmented, flagged: tuple[Issue, ...], *, picture: bool
) -> Written:
    """One binary ``<name>.nii.gz`` a structure, composites too; ``segmentation.json`` beside."""
    told = segmentation_of(result.labels, "labels.nii.gz", _origin(volume, result, flagged))
    files = write_masks(out, result.labels, result.labels.names)
    index = out / FOLDER_INDEX
    write_index(index, told)
    files = (*files, index)
    if picture:
        png = out / _PICTURE
        write_segmentation_sheet(png, volume, result.labels, told)
        files = (*files, png)
    return Written(told, files, result.unsure)


def _layers(out: Path) -> list[Path]:
    stem = stem_of(out)
    suffix = out.name[len(stem) :]
    return [
        path
        for path in sorted(out.parent.glob(f"{stem}_*{suffix}"))
        if path.name[len(stem) + 1 : -len(suffix)].isdecimal()
    ]


def _origin(volume: Volume, result: Segmented, flagged: tuple[Issue, ...]) -> Origin:
    return Origin(
        scan=scan_digest(volume),
        issues=flagged,
        made_by=result.made_by,
        notes={"choices": [choice.model_dump(mode="json") for choice in result.chosen]},
    )
