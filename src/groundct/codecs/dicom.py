"""DICOM CT series: found in folders, sorted by geometry, read to HU. Source: DICOM PS3.3, C.7.6."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from groundct.codecs._dicom_stack import stack
from groundct.codecs._dicom_tags import SliceTags, read_dataset, read_tags
from groundct.codecs._voxels import hu_of
from groundct.codecs.folders import walk_folders
from groundct.core.case import DicomSeries
from groundct.core.geometry import Geometry
from groundct.core.issues import DicomError, Issue, VolumeError
from groundct.core.paths import AnyPath
from groundct.core.value import Value
from groundct.core.volume import Volume, volume_from_stored

if TYPE_CHECKING:
    from pydicom import Dataset

MAX_SLICES = 1 << 13
"""A series of more files is refused."""

_FOUND_TAGS = (
    "SeriesInstanceUID",
    "StudyInstanceUID",
    "PatientID",
    "AccessionNumber",
    "Modality",
    "SeriesDescription",
    "ImageType",
)


class FoundSeries(Value):
    """A series as its first file describes it; nothing is checked yet.

    ``files`` leaves out localizers, of which ``localizers`` says how many stood in the series.
    """

    series_uid: str
    study_uid: str
    patient_id: str
    accession_number: str
    modality: str
    description: str
    files: tuple[Path, ...]
    localizers: int = 0

    @property
    def reference(self) -> DicomSeries:
        """What ``read_dicom_series`` reads."""
        return DicomSeries(series_uid=self.series_uid, files=self.files)


def scan_dicom_folder(folder: AnyPath) -> tuple[tuple[FoundSeries, ...], tuple[Issue, ...]]:
    """All series of all modalities in a folder, at any depth, by their tags; no pixels are read.

    Files that are no DICOM are left out without a word, DICOM that cannot be read with an issue.
    Raises DicomError when ``folder`` is none.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DicomError.of(
            "no-such-folder", folder, "the path is not a folder.", "Give an existing folder."
        )
    found: dict[str, list[tuple[Path, dict[str, str]]]] = {}
    issues: list[Issue] = []
    for path in sorted(_files(folder)):
        try:
            data = read_dataset(path, tags=_FOUND_TAGS)
        except DicomError as problem:
            issues += (issue for issue in problem.issues if issue.code != "not-dicom")
            continue
        tags = {name: _text(data.get(name)) for name in _FOUND_TAGS}
        if tags["SeriesInstanceUID"]:
            found.setdefault(tags["SeriesInstanceUID"], []).append((path, tags))
        else:
            issues.append(
                Issue(
                    code="missing-tag",
                    where=str(path),
                    what="SeriesInstanceUID not given.",
                    remedy="Copy or export the file again.",
                )
            )
    return tuple(_found_series(uid, found[uid]) for uid in sorted(found)), tuple(issues)


def read_dicom_geometry(reference: DicomSeries) -> Geometry:
    """The grid of a series in the order (columns, rows, slices), from tags alone.

    Raises DicomError for everything that tags show.
    """
    return _stack(reference)[1]


def read_dicom_series(reference: DicomSeries) -> Volume:
    """A CT in HU. Its stored grid is (columns, rows, slices), slices along their normal.

    Raises DicomError for a series that is no regular, complete stack of CT slices.
    """
    ordered, grid = _stack(reference)
    hu = np.empty(grid.shape, dtype=np.int16, order="F")
    for k, tags in enumerate(ordered):
        stored = _stored_pixels(tags)
        try:
            plane = hu_of(tags.path, stored.T, tags.slope, tags.intercept)
        except VolumeError as problem:
            raise DicomError(*problem.issues) from problem
        hu[:, :, k] = plane
    return volume_from_stored(hu, grid)


def _stack(reference: DicomSeries) -> tuple[tuple[SliceTags, ...], Geometry]:
    where = f"series {reference.series_uid}"
    if not 0 < len(reference.files) <= MAX_SLICES:
        raise DicomError.of(
            "wrong-number-of-files",
            where,
            f"the series has {len(reference.files)} files; 1 to {MAX_SLICES} are read.",
            "Give the files of one series.",
        )
    slices: list[SliceTags] = []
    issues: list[Issue] = []
    for path in reference.files:
        try:
            slices.append(read_tags(path))
        except DicomError as problem:
            issues += problem.issues
    if not issues and {s.series_uid for s in slices} == {slices[0].series_uid}:
        issues += _other_series(slices[0], reference)
    if issues:
        raise DicomError(*issues)
    return stack(slices, f"{where} in {reference.files[0].parent}")


def _other_series(first: SliceTags, reference: DicomSeries) -> Iterable[Issue]:
    if first.series_uid != reference.series_uid:
        yield Issue(
            code="other-series",
            where=str(first.path),
            what=f"the file belongs to series {first.series_uid}, not {reference.series_uid}.",
            remedy="Scan the folder again.",
        )


def _stored_pixels(tags: SliceTags) -> NDArray[Any]:
    """The stored numbers (rows, columns), int16 or uint16, bits that are not used cut off."""
    data = read_dataset(tags.path)
    syntax = data.file_meta.TransferSyntaxUID
    if "PixelData" not in data:
        raise DicomError.of(
            "no-pixel-data", tags.path, "the file has no pixels.", "Export the series again."
        )
    if syntax.is_compressed and syntax.is_encapsulated:
        values = _decompressed(tags, data)
    else:
        values = _native(tags, data.PixelData, little=syntax.is_little_endian)
    unused = 16 - tags.bits_stored
    if unused == 0:
        return values
    np.left_shift(values, unused, out=values)
    np.right_shift(values, unused, out=values)
    return values


def _native(tags: SliceTags, pixels: bytes, *, little: bool) -> NDArray[Any]:
    due = tags.rows * tags.columns * 2
    if len(pixels) != due:
        raise DicomError.of(
            "truncated-pixels" if len(pixels) < due else "overlong-pixels",
            tags.path,
            f"the file has {len(pixels)} bytes of pixels where {due} are due.",
            "Copy or export the file again.",
        )
    dtype = np.dtype("i2" if tags.signed else "u2").newbyteorder("<" if little else ">")
    native = np.frombuffer(pixels, dtype).astype(dtype.newbyteorder("="))
    return native.reshape(tags.rows, tags.columns)


def _decompressed(tags: SliceTags, data: Dataset) -> NDArray[Any]:
    from pydicom.pixels.decoders.base import get_decoder

    syntax = data.file_meta.TransferSyntaxUID
    try:
        available = get_decoder(syntax).is_available
    except NotImplementedError:
        available = False
    if not available:
        raise DicomError.of(
            "no-decoder",
            tags.path,
            f"no decoder for {syntax.name} is installed.",
            "Install pylibjpeg with its plug-ins, or decompress the series (gdcmconv --raw).",
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            values = np.array(data.pixel_array)
    except Exception as problem:  # decoders raise many types for broken streams
        raise DicomError.of(
            "broken-pixels",
            tags.path,
            f"the pixels cannot be decompressed as {syntax.name}: {problem}.",
            "Copy or export the file again.",
        ) from problem
    if values.shape != (tags.rows, tags.columns):
        raise DicomError.of(
            "truncated-pixels",
            tags.path,
            f"the pixels decompress to {values.shape}, not {(tags.rows, tags.columns)}.",
            "Export the file again.",
        )
    return values.astype(np.int16 if tags.signed else np.uint16)


def _found_series(uid: str, members: list[tuple[Path, dict[str, str]]]) -> FoundSeries:
    kept = [(path, tags) for path, tags in members if "LOCALIZER" not in tags["ImageType"].upper()]
    first = (kept or members)[0][1]
    return FoundSeries(
        series_uid=uid,
        study_uid=first["StudyInstanceUID"],
        patient_id=first["PatientID"],
        accession_number=first["AccessionNumber"],
        modality=first["Modality"],
        description=first["SeriesDescription"],
        files=tuple(path for path, _ in kept),
        localizers=len(members) - len(kept),
    )


def _files(folder: Path) -> Iterable[Path]:
    for here, _, names in walk_folders(folder):
        for name in names:
            if name != "DICOMDIR" and not name.startswith("."):
                yield here / name


def _text(value: object) -> str:
    return "" if value is None else str(value)
