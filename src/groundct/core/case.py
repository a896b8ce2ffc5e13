"""Case: one reconstruction of one scan with its report, as a source found it on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from groundct.core.issues import Issue
from groundct.core.report import Report
from groundct.core.value import Value


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
