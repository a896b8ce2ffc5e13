"""One way in for every form of a CT, and digests that depend on the content alone."""

from pathlib import Path

import numpy as np
import pytest

from groundct.codecs.dicom import scan_dicom_folder
from groundct.codecs.nifti import (
    read_nifti_header,
    read_nifti_labels,
    write_nifti_labels,
    write_nifti_volume,
)
from groundct.codecs.volumes import read_volume, volume_digest, volume_reference
from groundct.core.case import DicomSeries, NiftiVolume
from groundct.core.geometry import Geometry
from groundct.core.issues import DicomError, VolumeError
from groundct.core.volume import volume_from_stored


def test_nifti(tmp_path: Path) -> None:
    grid = Geometry.of((3, 2, 2), np.diag([-1.0, -1.0, 2.0, 1.0]))
    volume = volume_from_stored(np.arange(12, dtype=np.int16).reshape(3, 2, 2), grid)
    a, b = NiftiVolume(path=tmp_path / "a.nii.gz"), NiftiVolume(path=tmp_path / "b.nii.gz")
    write_nifti_volume(a.path, volume)
    write_nifti_volume(b.path, volume)
    np.testing.assert_array_equal(read_volume(a).hu, volume.hu)
    assert volume_digest(a) == volume_digest(b)
    write_nifti_volume(b.path, volume_from_stored(volume.hu[::-1, ::-1] + np.int16(1), grid))
    assert volume_digest(a) != volume_digest(b)


class Somewhere:
    """A path that is no Path."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __fspath__(self) -> str:
        return str(self.path)


@pytest.mark.parametrize("kind", [str, Somewhere, Path])
def test_a_path_in_any_form_is_what_it_holds(tmp_path: Path, kind: type) -> None:
    grid = Geometry.of((3, 2, 2), np.diag([-1.0, -1.0, 2.0, 1.0]))
    volume = volume_from_stored(np.arange(12, dtype=np.int16).reshape(3, 2, 2), grid)
    path = kind(tmp_path / "a.nii.gz")
    write_nifti_volume(path, volume)
    assert volume_reference(path) == NiftiVolume(path=tmp_path / "a.nii.gz")
    assert volume_digest(path) == volume_digest(volume_reference(path))
    np.testing.assert_array_equal(read_volume(path).hu, volume.hu)
    assert read_nifti_header(path).geometry == grid
    write_nifti_labels(path, volume.hu > 3, grid)
    np.testing.assert_array_equal(read_nifti_labels(path).labels, volume.hu > 3)
    found, issues = scan_dicom_folder(kind(tmp_path))
    assert found == issues == ()


@pytest.mark.parametrize(("name", "start"), [("IM1", bytes(128) + b"DICM"), ("a.DCM", b"old")])
def test_one_file_of_a_series_is_refused_with_the_folder_to_give(tmp_path, name, start) -> None:
    (tmp_path / name).write_bytes(start)
    with pytest.raises(DicomError, match=f"one-file-of-a-series.*{tmp_path}$"):
        read_volume(tmp_path / name)


def test_dicom_goes_to_its_reader_and_files_count_in_any_order(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    files = (tmp_path / "a", tmp_path / "b")
    there = DicomSeries(series_uid="1", files=files)
    back = DicomSeries(series_uid="1", files=files[::-1])
    assert volume_digest(there) == volume_digest(back)
    with pytest.raises(DicomError, match="not-dicom"):
        read_volume(there)


def test_absent_files(tmp_path: Path) -> None:
    with pytest.raises(VolumeError, match="unreadable-file"):
        volume_digest(NiftiVolume(path=tmp_path / "a.nii"))
    with pytest.raises(DicomError, match="unreadable-file"):
        volume_digest(DicomSeries(series_uid="1", files=(tmp_path / "a",)))
