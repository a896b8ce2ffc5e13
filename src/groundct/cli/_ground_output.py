"""What ``groundct ground`` leaves: an instance map, a JSON file and a picture for each text."""

from __future__ import annotations

import json
from pathlib import Path

from groundct.codecs.nifti import write_nifti_labels
from groundct.codecs.segmentations import stem_of
from groundct.core.issues import WorkspaceError
from groundct.core.volume import Volume
from groundct.grounding.prompt.found import FoundFinding


def numbered(out: Path, count: int) -> tuple[Path, ...]:
    """The mask file of each text: ``out`` itself for one, mask_1.nii.gz, ... for several."""
    stem = stem_of(out)
    if count == 1:
        return (out,)
    suffix = out.name[len(stem) :]
    return tuple(out.with_name(f"{stem}_{n}{suffix}") for n in range(1, count + 1))


def refuse_to_overwrite(paths: tuple[Path, ...], *, force: bool) -> None:
    """Raise WorkspaceError when anything that would be written is there, unless ``force``."""
    for path in paths:
        if path.is_dir():
            raise WorkspaceError.of("a-folder", path, "it is a folder.", "Name a .nii.gz file.")
    there = [p for path in paths for p in (path, *_beside(path)) if p.exists()]
    if there and not force:
        more = f", and {len(there) - 1} more" if len(there) > 1 else ""
        raise WorkspaceError.of(
            "output-exists",
            there[0],
            f"it is there already{more}.",
            "Name another output, or write over it with --force.",
        )


def write_found(
    path: Path, volume: Volume, found: FoundFinding, *, picture: bool
) -> tuple[Path, ...]:
    """Write the instance map on the stored grid, what is said of it, and the picture."""
    told, png = _beside(path)
    told.unlink(missing_ok=True)
    write_nifti_labels(path, found.labels, volume.stored)
    files: tuple[Path, ...] = (path,)
    if picture:
        from groundct.review.finding_sheet import write_finding_sheet

        write_finding_sheet(png, volume, found)
        files = (*files, png)
    data = found.answered.model_dump(mode="json") | {"mask": path.name}
    told.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return (*files, told)


def _beside(path: Path) -> tuple[Path, Path]:
    stem = stem_of(path)
    return path.with_name(f"{stem}.json"), path.with_name(f"{stem}.png")
