"""A CT in whatever form a case refers to it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from groundct.codecs._files import unreadable
from groundct.codecs.dicom import FoundSeries, read_dicom_series, scan_dicom_folder
from groundct.codecs.nifti import read_nifti_volume
from groundct.core.case import DicomSeries, NiftiVolume, VolumeReference
from groundct.core.issues import DataError, DicomError, VolumeError
from groundct.core.paths import AnyPath
from groundct.core.value import digest
from groundct.core.volume import Volume

_LARGEST_LABEL: Final = 255


def volume_reference(path: AnyPath, series: str | None = None) -> VolumeReference:
    """What ``path`` holds: a NIfTI file, or a folder with the DICOM files of a CT.

    Args:
        path: A ``.nii.gz`` or ``.nii`` file, or a folder, whose series may lie at any depth.
        series: The SeriesInstanceUID, where the folder holds several CT series.

    Raises:
        DicomError: The folder holds no CT series, several, or not the one that was named; or it is
            a file of a series.
    """
    path = Path(path)
    if not path.is_dir():
        _refuse_slice(path)
        return NiftiVolume(path=path)
    found, issues = scan_dicom_folder(path)
    scans = [each for each in found if each.modality == "CT"]
    if series is not None:
        scans = [each for each in scans if each.series_uid == series]
    if len(scans) == 1:
        return scans[0].reference
    if issues and not scans:
        raise DicomError(*issues)
    raise DicomError.of(
        "several-series" if scans else "no-series",
        path,
        _listed(scans) if scans else f"it holds no CT series{f' {series}' if series else ''}.",
        "Name one with --series UID." if scans else "Give a folder of DICOM CT, or a NIfTI file.",
    )


def _refuse_slice(path: Path) -> None:
    """A DICOM file is a part of its scan: DICM follows its first 128 bytes, or it is named .dcm."""
    try:
        with path.open("rb") as stream:
            is_dicom = stream.read(132)[128:] == b"DICM"
    except OSError:
        return  # that it cannot be read is told when it is
    if is_dicom or path.suffix.lower() in (".dcm", ".ima"):
        raise DicomError.of(
            "one-file-of-a-series",
            path,
            "it is a DICOM file, which holds a part of a scan.",
            f"Give the folder of the series: {path.parent}",
        )


def _listed(scans: list[FoundSeries]) -> str:
    told = (f"{s.series_uid} ({len(s.files)} files, {s.description or 'no name'})" for s in scans)
    return f"it holds {len(scans)} CT series: {', '.join(told)}."


def read_volume(volume: VolumeReference | AnyPath) -> Volume:
    """The CT in HU, in RAS order, of a path or of what `volume_reference` says it holds.

    Raises VolumeError or DicomError, also as `volume_reference` does.
    """
    reference = _reference(volume)
    if isinstance(reference, NiftiVolume):
        return read_nifti_volume(reference)
    return read_dicom_series(reference)


def require_ct(volume: Volume, where: object, case_id: str | None = None) -> None:
    """Refuse a label map: a CT holds air, which is far below 0 HU, or else was never rescaled.

    Raises VolumeError.
    """
    low, high = int(volume.hu.min()), int(volume.hu.max())
    if low >= 0 and high <= _LARGEST_LABEL:
        raise VolumeError.of(
            "not-a-ct",
            where,
            f"all values lie from {low} to {high}, as in a label map or a picture.",
            "Give the CT; keep masks in another folder.",
            case_id,
        )


def _reference(volume: VolumeReference | AnyPath) -> VolumeReference:
    return volume if isinstance(volume, NiftiVolume | DicomSeries) else volume_reference(volume)


def volume_digest(volume: VolumeReference | AnyPath) -> str:
    """The digest of a CT's files, as ``sha256:<hex>``; names and places of files do not count.

    Of a series it is the digest of its files' sorted digests. What a table adds to a NIfTI file
    (rescale, spacing) is part of the configuration, not of the content. Raises VolumeError or
    DicomError when a file cannot be read.
    """
    reference = _reference(volume)
    if isinstance(reference, NiftiVolume):
        return _file_digest(reference.path, VolumeError)
    return digest(sorted(_file_digest(path, DicomError) for path in reference.files))


def _file_digest(path: Path, error: type[DataError]) -> str:
    try:
        with path.open("rb") as stream:
            return "sha256:" + hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as problem:
        raise unreadable(path, error, problem) from problem
