"""Case: one reconstruction of one scan with its report, as a source found it on disk."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field

from groundct.core.issues import Issue
from groundct.core.report import Report
from groundct.core.value import Value

_CASE_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.))*(?<!\.)")
_CASE_ID_LENGTH: Final = 128
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


def is_safe_case_id(case_id: str) -> bool:
    """Whether a case id can be a file's name on every system: ASCII, no dots in front or behind."""
    return (
        len(case_id) <= _CASE_ID_LENGTH
        and _CASE_ID.fullmatch(case_id) is not None
        and _DEVICES.fullmatch(case_id) is None
    )


def case_id_fault(case_id: str, taken: Mapping[str, str]) -> Issue | None:
    """The problem of an id that cannot be a file's name, or would share its files with another.

    ``taken`` maps the case-folded ids that are there already to the ids themselves.
    """
    if not is_safe_case_id(case_id):
        code = "unsafe-case-id"
        what = f"{case_id!r} cannot be a file's name on every system."
        remedy = (
            "Rename the file or folder that it comes from: ASCII letters, digits, '_', '-' and "
            f"single dots inside, at most {_CASE_ID_LENGTH} characters."
        )
    elif case_id.casefold() in taken:
        code = "doubled-case"
        what = f"{case_id!r} and {taken[case_id.casefold()]!r} would share their files."
        remedy = "Give every case its own id; letter case alone does not count."
    else:
        return None
    return Issue(code=code, where="case_id", what=what, remedy=remedy, case_id=case_id)


class NiftiVolume(Value):
    """A CT in a NIfTI file.

    ``rescale`` is applied by the codec when set: (slope, intercept) that the file's own header
    lacks. ``stated_spacing_mm`` is what a metadata table says, for files with a blank header.
    """

    kind: Literal["nifti"] = "nifti"
    path: Path
    rescale: tuple[float, float] | None = None
    stated_spacing_mm: tuple[float, float, float] | None = None


class DicomSeries(Value):
    """A CT as a DICOM series: the files of one series, in any order."""

    kind: Literal["dicom"] = "dicom"
    series_uid: str
    files: tuple[Path, ...]


VolumeReference = Annotated[NiftiVolume | DicomSeries, Field(discriminator="kind")]


class PublishedRow(Value):
    """A row of RadGenome's tables: which table, and its columns after the volume's name."""

    table: Literal[
        "region_report",
        "case_disorders",
        "vqa_abnormality",
        "vqa_presence",
        "vqa_location",
        "vqa_size",
    ]
    values: tuple[str, ...]


class PublishedFinding(Value):
    """A finding of ReXGroundingCT: text, code, counts, and its index in the mask's axis F."""

    index: int
    text: str
    category: str | None = None
    entity_count: int | None = None
    voxels: int | None = None


class Published(Value):
    """What a dataset published for a case: mask files by name, rows, findings and their masks.

    ``organ_masks`` are single structures, ``region_masks`` RadGenome's composite regions; the same
    name ("lung") may stand in both.
    """

    organ_masks: tuple[tuple[str, Path], ...] = ()
    region_masks: tuple[tuple[str, Path], ...] = ()
    rows: tuple[PublishedRow, ...] = ()
    findings: tuple[PublishedFinding, ...] = ()
    finding_masks: Path | None = None
    protocol: str | None = None


class Case(Value):
    """One reconstruction of one scan, its report and what is published for it.

    ``volume`` is None for datasets that ship annotations without CTs.
    """

    case_id: str
    patient_id: str
    volume: VolumeReference | None
    report: Report | None
    published: Published = Published()
    split: str | None = None


class Corpus(Value):
    """What a source found: cases that can be built, and every problem of those that cannot."""

    source: str
    cases: tuple[Case, ...]
    issues: tuple[Issue, ...] = ()
