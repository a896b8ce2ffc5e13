"""A CT in whatever form a case refers to it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from groundct.codecs._files import unreadable
from groundct.codecs.dicom import read_dicom_series
from groundct.codecs.nifti import read_nifti_volume
from groundct.core.case import NiftiVolume, VolumeReference
from groundct.core.issues import DataError, DicomError, VolumeError
from groundct.core.value import digest
from groundct.core.volume import Volume


def read_volume(reference: VolumeReference) -> Volume:
    """The CT in HU, in RAS order; raises VolumeError or DicomError."""
    if isinstance(reference, NiftiVolume):
        return read_nifti_volume(reference)
    return read_dicom_series(reference)


def volume_digest(reference: VolumeReference) -> str:
    """The digest of a CT's files, as ``sha256:<hex>``; names and places of files do not count.

    Of a series it is the digest of its files' sorted digests. What a table adds to a NIfTI file
    (rescale, spacing) is part of the configuration, not of the content. Raises VolumeError or
    DicomError when a file cannot be read.
    """
    if isinstance(reference, NiftiVolume):
        return _file_digest(reference.path, VolumeError)
    return digest(sorted(_file_digest(path, DicomError) for path in reference.files))


def _file_digest(path: Path, error: type[DataError]) -> str:
    try:
        with path.open("rb") as stream:
            return "sha256:" + hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as problem:
        raise unreadable(path, error, problem) from problem
