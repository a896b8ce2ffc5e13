"""The attributes of one DICOM CT slice that its place, size and HU depend on."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundct.core.issues import DataError, DicomError, Issue

if TYPE_CHECKING:
    from pydicom import Dataset

REQUIRED = (
    "SeriesInstanceUID",
    "Modality",
    "Rows",
    "Columns",
    "PixelSpacing",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "RescaleSlope",
    "RescaleIntercept",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "SamplesPerPixel",
    "PhotometricInterpretation",
)
OPTIONAL = ("SOPClassUID", "SOPInstanceUID", "ImageType", "NumberOfFrames", "FrameOfReferenceUID")
ENHANCED = ("1.2.840.10008.5.1.4.1.1.2.1", "1.2.840.10008.5.1.4.1.1.2.2")
"""SOP classes of enhanced and legacy converted enhanced CT."""


@dataclass(frozen=True)
class SliceTags:
    """One slice.

    ``position_mm`` and ``orientation`` are DICOM's, LPS+; ``spacing_mm`` is (between rows,
    between columns); HU = ``slope`` x stored + ``intercept``.
    """

    path: Path
    series_uid: str
    frame_uid: str
    rows: int
    columns: int
    spacing_mm: tuple[float, float]
    position_mm: tuple[float, float, float]
    orientation: tuple[float, ...]
    slope: float
    intercept: float
    bits_stored: int
    signed: bool


def read_dataset(path: Path, *, tags: tuple[str, ...] | None = None) -> Dataset:
    """A DICOM file; with ``tags`` only these, without pixels. Raises DicomError."""
    import pydicom
    from pydicom.errors import InvalidDicomError

    if not path.is_file():
        raise DicomError.of(
            "no-such-file", path, "the file does not exist.", "Give the path of existing files."
        )
    try:
        with warnings.catch_warnings():
            # Values against the standard are judged by the rules of this package.
            warnings.simplefilter("ignore")
            data = pydicom.dcmread(
                path,
                stop_before_pixels=tags is not None,
                specific_tags=None if tags is None else list(tags),
            )
            _parse(data, tags)
            return data
    except InvalidDicomError as problem:
        raise DicomError.of(
            "not-dicom",
            path,
            "the file has no DICOM preamble.",
            "Leave out files that are not DICOM.",
        ) from problem
    except Exception as problem:  # pydicom raises many types for broken files
        raise _broken(path, problem) from problem


def _parse(data: Dataset, tags: tuple[str, ...] | None) -> None:
    """Have pydicom parse what will be asked for; else it would do so, and fail, when it is."""
    for name in tags or ("PixelData",):
        data.get(name)
    if tags is None:
        _ = data.file_meta.TransferSyntaxUID.is_compressed


def read_tags(path: Path) -> SliceTags:
    """The checked tags of one slice.

    Raises DicomError with all faults that can be seen in this file alone.
    """
    data = read_dataset(path, tags=(*REQUIRED, *OPTIONAL))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _tags_of(path, {name: data.get(name) for name in (*REQUIRED, *OPTIONAL)})
    except (TypeError, ValueError, OverflowError, AttributeError) as problem:
        raise _broken(path, problem) from problem


def _tags_of(path: Path, tags: dict[str, Any]) -> SliceTags:
    _check_kind(path, tags)
    missing = [name for name in REQUIRED if tags[name] in (None, "")]
    if missing:
        raise DicomError.of(
            "missing-tag",
            path,
            f"{', '.join(missing)} not given.",
            "Export the series again with all attributes of the CT image.",
        )
    faults = [*_layout_faults(tags), *_value_faults(tags)]
    if faults:
        raise DicomError(*(Issue(code=c, where=str(path), what=w, remedy=r) for c, w, r in faults))
    row, column = (float(v) for v in tags["PixelSpacing"])
    x, y, z = (float(v) for v in tags["ImagePositionPatient"])
    return SliceTags(
        path=path,
        series_uid=str(tags["SeriesInstanceUID"]),
        frame_uid=str(tags["FrameOfReferenceUID"] or ""),
        rows=int(tags["Rows"]),
        columns=int(tags["Columns"]),
        spacing_mm=(row, column),
        position_mm=(x, y, z),
        orientation=tuple(float(v) for v in tags["ImageOrientationPatient"]),
        slope=float(tags["RescaleSlope"]),
        intercept=float(tags["RescaleIntercept"]),
        bits_stored=int(tags["BitsStored"]),
        signed=int(tags["PixelRepresentation"]) == 1,
    )


def _check_kind(path: Path, tags: dict[str, Any]) -> None:
    modality = tags["Modality"]
    if modality not in (None, "", "CT"):
        raise DicomError.of(
            "not-ct", path, f"the modality is {modality}.", "Give the files of a CT series."
        )
    frames = int(tags["NumberOfFrames"] or 1)
    if frames != 1 or tags["SOPClassUID"] in ENHANCED:
        raise DicomError.of(
            "multi-frame",
            path,
            f"an enhanced CT of {frames} frames in one file is not read.",
            "Convert it to one file a slice.",
        )
    if "LOCALIZER" in [str(part).upper() for part in tags["ImageType"] or ()]:
        raise DicomError.of(
            "localizer",
            path,
            "ImageType says that this is a localizer (scout view).",
            "Leave it out of the series.",
        )


def _layout_faults(tags: dict[str, Any]) -> list[tuple[str, str, str]]:
    faults = []
    photometric, samples = tags["PhotometricInterpretation"], int(tags["SamplesPerPixel"])
    if photometric != "MONOCHROME2" or samples != 1:
        what = f"pixels are {photometric} with {samples} samples; CT is MONOCHROME2 with 1."
        faults.append(("not-monochrome", what, "Give the original CT, not a secondary capture."))
    allocated, stored, high = (int(tags[n]) for n in ("BitsAllocated", "BitsStored", "HighBit"))
    if allocated != 16 or not 1 <= stored <= 16 or high != stored - 1:
        what = f"BitsAllocated {allocated}, BitsStored {stored}, HighBit {high}; 16, n, n - 1 due."
        faults.append(("bad-bits", what, "Export the series again."))
    if int(tags["PixelRepresentation"]) not in (0, 1):
        what = f"PixelRepresentation is {tags['PixelRepresentation']}; 0 and 1 are possible."
        faults.append(("bad-bits", what, "Export the series again."))
    if int(tags["Rows"]) < 1 or int(tags["Columns"]) < 1:
        what = f"the slice has {tags['Rows']} rows and {tags['Columns']} columns."
        faults.append(("empty-slice", what, "Export the series again."))
    return faults


def _value_faults(tags: dict[str, Any]) -> list[tuple[str, str, str]]:
    faults = []
    for name, count in (
        ("PixelSpacing", 2),
        ("ImagePositionPatient", 3),
        ("ImageOrientationPatient", 6),
    ):
        values = tags[name]
        if len(values) != count or not all(math.isfinite(float(v)) for v in values):
            what = f"{name} is {list(values)}; {count} numbers are due."
            faults.append(("bad-geometry-tag", what, "Export the series again."))
    if faults:
        return faults
    if min(float(v) for v in tags["PixelSpacing"]) <= 0:
        what = f"PixelSpacing is {list(tags['PixelSpacing'])}."
        faults.append(("bad-geometry-tag", what, "Export the series again."))
    a = [float(v) for v in tags["ImageOrientationPatient"]]
    lengths = (math.hypot(*a[:3]), math.hypot(*a[3:]))
    dot = sum(x * y for x, y in zip(a[:3], a[3:], strict=True))
    if max(abs(lengths[0] - 1), abs(lengths[1] - 1), abs(dot)) > 1e-3:
        what = f"ImageOrientationPatient {a} holds no two perpendicular unit vectors."
        faults.append(("bad-orientation", what, "Export the series again."))
    slope, intercept = float(tags["RescaleSlope"]), float(tags["RescaleIntercept"])
    if not (math.isfinite(slope) and math.isfinite(intercept) and slope != 0):
        what = f"RescaleSlope {slope} and RescaleIntercept {intercept} give no HU."
        faults.append(("bad-rescale", what, "Export the series again."))
    return faults


def _broken(path: Path, problem: Exception) -> DataError:
    return DicomError.of(
        "broken-dicom",
        path,
        f"the file cannot be read: {type(problem).__name__}: {problem}.",
        "Copy or export the file again.",
    )
