"""Make one phantom and write it: its scan, its truth, a small picture."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from groundct.codecs._files import write_bytes
from groundct.codecs.label_maps import write_label_map
from groundct.codecs.nifti import write_nifti_volume
from groundct.core.report import Report
from groundct.core.volume import Volume, label_map_of_masks
from groundct.phantom.lesions.site import DoesNotFitError, described
from groundct.phantom.make import Phantom, make_phantom
from groundct.phantom.spec import PhantomSpec

if TYPE_CHECKING:
    from PIL import Image

_TRUTH = "truth.json"
_THUMB = 192
_MONTAGE_COLUMNS, _MOST_IN_MONTAGE = 6, 60
_WINDOW_HU = (-1350.0, 150.0)


@dataclass(frozen=True)
class CaseJob:
    """A case to make: its id, its specification, and the folder of the whole corpus."""

    case_id: str
    spec: PhantomSpec
    out: Path

    @property
    def volume_path(self) -> Path:
        """Where its scan stands."""
        return self.out / "corpus" / "volumes" / f"{self.case_id}.nii.gz"

    @property
    def truth(self) -> Path:
        """The folder of its truth."""
        return self.out / "truth" / self.case_id


@dataclass(frozen=True)
class CaseResult:
    """What became of a case; ``left_out`` tells of findings that had no room."""

    case_id: str
    report: Report
    kept: bool
    left_out: tuple[str, ...] = ()


def make_case(job: CaseJob) -> CaseResult:
    """Make a case and write it, unless the same case is there already.

    A finding without room in its site is left out, and told.
    """
    asked = job.spec.model_dump(mode="json")
    known = _read(job)
    if known is not None and known.get("asked") == asked and job.volume_path.is_file():
        return CaseResult(job.case_id, Report.model_validate(known["report"]), kept=True)
    phantom, left_out = _made(job.spec)
    write_nifti_volume(job.volume_path, phantom.volume)
    _write_masks(job.truth, phantom)
    _picture(phantom.volume).save(job.truth / "preview.png")
    truth = {
        "asked": asked,
        "spec": phantom.spec.model_dump(mode="json"),
        "reading": phantom.reading.model_dump(mode="json"),
        "report": phantom.report.model_dump(mode="json"),
    }
    text = json.dumps(truth, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    # It comes last: a case without it was not finished.
    write_bytes(job.truth / _TRUTH, [text.encode("utf-8")])
    return CaseResult(job.case_id, phantom.report, kept=False, left_out=left_out)


def write_montage(jobs: tuple[CaseJob, ...]) -> Path:
    """One picture of the first 60 cases, coronal and axial, in the order of their ids."""
    from PIL import Image, ImageDraw

    shown = jobs[:_MOST_IN_MONTAGE]
    rows = -(-len(shown) // _MONTAGE_COLUMNS)
    width, height = 2 * _THUMB, _THUMB + 14
    sheet = Image.new("L", (_MONTAGE_COLUMNS * width, rows * height))
    for n, job in enumerate(shown):
        at = (n % _MONTAGE_COLUMNS * width, n // _MONTAGE_COLUMNS * height)
        with Image.open(job.truth / "preview.png") as picture:
            sheet.paste(picture, (at[0], at[1] + 14))
        ImageDraw.Draw(sheet).text((at[0] + 3, at[1] + 1), job.case_id, fill=255)
    path = jobs[0].out / "montage.png"
    sheet.save(path)
    return path


def _made(spec: PhantomSpec) -> tuple[Phantom, tuple[str, ...]]:
    left_out: list[str] = []
    while True:
        try:
            return make_phantom(spec), tuple(left_out)
        except DoesNotFitError as problem:
            left_out.append(problem.issues[0].line())
            without = next(f for f in spec.findings if described(f) == problem.issues[0].where)
            rest = tuple(f for f in spec.findings if f is not without)
            spec = spec.model_copy(update={"findings": rest})


def _read(job: CaseJob) -> dict[str, Any] | None:
    try:
        known: dict[str, Any] = json.loads((job.truth / _TRUTH).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return known if "report" in known else None


def _write_masks(folder: Path, phantom: Phantom) -> None:
    write_label_map(folder, "organs", phantom.organs)
    write_label_map(folder, "segments", phantom.segments)
    write_label_map(folder, "extras", phantom.extras)
    named = [
        (f"{placed.finding_id}.{n}", mask)
        for placed in phantom.findings
        for n, mask in enumerate(placed.masks, start=1)
    ]
    volume = phantom.volume
    write_label_map(folder, "findings", label_map_of_masks(named, volume.geometry, volume.stored))


def _picture(volume: Volume) -> Image.Image:
    """The middle coronal and axial slices in a lung window, the patient's right on the left."""
    from PIL import Image

    low, high = _WINDOW_HU
    hu = volume.hu
    sheet = Image.new("L", (2 * _THUMB, _THUMB))
    for n, plane in enumerate((hu[:, hu.shape[1] // 2, :], hu[:, :, hu.shape[2] // 2])):
        grey = np.clip((plane.T[::-1, ::-1] - low) / (high - low), 0, 1) * 255
        small = Image.fromarray(grey.astype(np.uint8)).resize((_THUMB, _THUMB))
        sheet.paste(small, (n * _THUMB, 0))
    return sheet
