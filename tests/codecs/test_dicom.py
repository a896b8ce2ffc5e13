"""DICOM series made by code: sound ones are read as SimpleITK reads them, all others refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk  # noqa: N813
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    CTImageStorage,
    EnhancedCTImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGLSLossless,
    RLELossless,
    generate_uid,
)

from groundct.codecs.dicom import read_dicom_geometry, read_dicom_series, scan_dicom_folder
from groundct.codecs.volumes import volume_reference
from groundct.core.case import DicomSeries, NiftiVolume
from groundct.core.geometry import Geometry, grid_difference_mm
from groundct.core.issues import DicomError
from groundct.core.volume import to_stored

ROWS, COLUMNS, SLICES = 4, 5, 6
UID = "1.2.3.4"
VOXELS = np.random.default_rng(0).integers(0, 3000, (SLICES, ROWS, COLUMNS))
LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


def series(orientation: tuple[float, ...] = (1, 0, 0, 0, 1, 0), step: float = 2.5) -> list[Dataset]:
    normal = np.cross(orientation[:3], orientation[3:])
    slices = []
    for k in range(SLICES):
        data = Dataset()
        data.file_meta = FileMetaDataset()
        data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = CTImageStorage
        data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = f"{UID}.{k + 1}"
        data.SeriesInstanceUID = UID
        data.StudyInstanceUID = "1.2.3"
        data.FrameOfReferenceUID = "1.2.9"
        data.PatientID, data.AccessionNumber = "p1", "a1"
        data.Modality = "CT"
        data.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        data.Rows, data.Columns = ROWS, COLUMNS
        data.PixelSpacing = [0.7, 0.8]
        place = np.array([-100.0, -120.0, 50.0]) + normal * step * k
        data.ImagePositionPatient = [f"{v:.6f}" for v in place]
        data.ImageOrientationPatient = [f"{v:.9f}" for v in orientation]
        data.RescaleSlope, data.RescaleIntercept = 1, -1024
        data.BitsAllocated, data.BitsStored, data.HighBit = 16, 12, 11
        data.PixelRepresentation, data.SamplesPerPixel = 0, 1
        data.PhotometricInterpretation = "MONOCHROME2"
        data.PixelData = VOXELS[k].astype("<u2").tobytes()
        slices.append(data)
    return slices


def write(folder: Path, slices: list[Dataset]) -> DicomSeries:
    """Write under names that tell nothing of the order."""
    paths = []
    for number, data in enumerate(slices):
        path = folder / f"{(number * 7) % 23:02d}.dcm"
        pydicom.dcmwrite(path, data, enforce_file_format=True)
        paths.append(path)
    return DicomSeries(series_uid=UID, files=tuple(sorted(paths)))


def test_sorted_by_geometry_and_agreed_on_by_itk(tmp_path: Path) -> None:
    reference = write(tmp_path, series())
    volume = read_dicom_series(reference)
    hu = to_stored(volume.hu, volume.stored)
    np.testing.assert_array_equal(hu.T, VOXELS - 1024)
    assert volume.stored.orientation == "LPS"
    assert volume.geometry.orientation == "RAS"
    assert volume.stored.spacing_mm == pytest.approx((0.8, 0.7, 2.5), abs=1e-6)
    assert read_dicom_geometry(reference) == volume.stored
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(tmp_path)))
    image = reader.Execute()
    np.testing.assert_array_equal(sitk.GetArrayFromImage(image), hu.T)
    affine = np.eye(4)
    affine[:3, :3] = np.array(image.GetDirection()).reshape(3, 3) * image.GetSpacing()
    affine[:3, 3] = image.GetOrigin()
    assert grid_difference_mm(Geometry.of(hu.shape, LPS @ affine), volume.stored) < 1e-3


ANGLE = np.radians(20)


@pytest.mark.parametrize(
    ("orientation", "letters"),
    [
        ((1, 0, 0, 0, 0, -1), "LIP"),
        ((0, 1, 0, 0, 0, -1), "PIR"),
        ((-1, 0, 0, 0, 1, 0), "RPI"),
        ((np.cos(ANGLE), np.sin(ANGLE), 0, -np.sin(ANGLE), np.cos(ANGLE), 0), "LPS"),
    ],
)
def test_other_orientations(tmp_path: Path, orientation: tuple[float, ...], letters: str) -> None:
    slices = series(orientation)
    volume = read_dicom_series(write(tmp_path, slices))
    normal = np.cross(orientation[:3], orientation[3:])
    step = np.array(volume.stored.affine)[:, 2]
    np.testing.assert_allclose(step * (-1, -1, 1), normal * 2.5, atol=1e-5)
    np.testing.assert_array_equal(to_stored(volume.hu, volume.stored).T, VOXELS - 1024)
    corner = volume.stored.world_from_index((0, 0, 0)) * (-1, -1, 1)
    np.testing.assert_allclose(
        corner, [float(v) for v in slices[0].ImagePositionPatient], atol=1e-4
    )
    assert volume.stored.orientation == letters


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, RLELossless])
def test_transfer_syntaxes(tmp_path: Path, syntax: pydicom.uid.UID) -> None:
    slices = series()
    for k, data in enumerate(slices):
        if syntax == RLELossless:
            data.compress(RLELossless)
            continue
        data.file_meta.TransferSyntaxUID = syntax
        if syntax == ExplicitVRBigEndian:
            data["PixelData"].VR = "OW"
            data.PixelData = VOXELS[k].astype(">u2").tobytes()
    volume = read_dicom_series(write(tmp_path, slices))
    np.testing.assert_array_equal(to_stored(volume.hu, volume.stored).T, VOXELS - 1024)


def test_rescale_of_each_slice_and_unused_bits(tmp_path: Path) -> None:
    slices = series()
    for k, data in enumerate(slices):
        data.RescaleSlope, data.RescaleIntercept = 1 + k % 2, -1000 - k
        data.PixelRepresentation = 1
        # The four bits above the twelve used ones hold something else, and are ignored.
        data.PixelData = ((VOXELS[k] - 1500) & 0x0FFF | 0x5000).astype("<u2").tobytes()
    volume = read_dicom_series(write(tmp_path, slices))
    k = np.arange(SLICES)[:, None, None]
    expected = (VOXELS - 1500) * (1 + k % 2) - 1000 - k
    np.testing.assert_array_equal(to_stored(volume.hu, volume.stored).T, expected)


def test_scan_finds_series_and_broken_files(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    slices = series()
    slices[0].ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    write(tmp_path / "a", slices)
    (tmp_path / "notes.txt").write_text("no DICOM")
    (tmp_path / "cut.dcm").write_bytes((tmp_path / "a" / "07.dcm").read_bytes()[:300])
    (found,), issues = scan_dicom_folder(tmp_path)
    assert (found.series_uid, len(found.files), found.localizers) == (UID, SLICES - 1, 1)
    assert (found.patient_id, found.accession_number, found.modality) == ("p1", "a1", "CT")
    assert [(i.code, i.where) for i in issues] == [("missing-tag", str(tmp_path / "cut.dcm"))]
    assert read_dicom_series(found.reference).hu.shape[2] == SLICES - 1
    with pytest.raises(DicomError, match="no-such-folder"):
        scan_dicom_folder(tmp_path / "b")


def every(**changes: Any) -> Callable[[list[Dataset]], None]:
    def change(slices: list[Dataset]) -> None:
        for data in slices:
            for name, value in changes.items():
                setattr(data, name, value)

    return change


def one(**changes: Any) -> Callable[[list[Dataset]], None]:
    return lambda slices: every(**changes)(slices[2:3])


def without(name: str) -> Callable[[list[Dataset]], None]:
    return lambda slices: delattr(slices[2], name)


def moved(number: int, offset: tuple[float, float, float]) -> Callable[[list[Dataset]], None]:
    def change(slices: list[Dataset]) -> None:
        place = np.array([float(v) for v in slices[number].ImagePositionPatient]) + offset
        slices[number].ImagePositionPatient = [f"{v:.4f}" for v in place]

    return change


def tilted(slices: list[Dataset]) -> None:
    for k in range(SLICES):
        moved(k, (0, 0.8 * k, 0))(slices)


def overlapping(slices: list[Dataset]) -> None:
    for k, data in enumerate(series()[:3]):
        data.SOPInstanceUID = generate_uid()
        data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
        data.InstanceNumber = 50 + k
        slices.append(data)


def undecodable(slices: list[Dataset]) -> None:
    for data in slices:
        data.file_meta.TransferSyntaxUID = JPEGLSLossless
        data.PixelData = pydicom.encaps.encapsulate([b"\xff\xd8" + bytes(30)])
        data["PixelData"].VR = "OB"


def broken_run_lengths(slices: list[Dataset]) -> None:
    slices[2].file_meta.TransferSyntaxUID = RLELossless
    slices[2].PixelData = pydicom.encaps.encapsulate([bytes(70)])
    slices[2]["PixelData"].VR = "OB"


CASES: dict[str, tuple[str, Callable[[list[Dataset]], None]]] = {
    "tilted gantry": ("gantry-tilt", tilted),
    "one slice aside": ("gantry-tilt", moved(3, (1, 0, 0))),
    "missing slice": ("missing-slices", lambda s: s.pop(3) and None),
    "uneven spacing": ("irregular-spacing", moved(3, (0, 0, 0.6))),
    "doubled slices": ("doubled-slices", overlapping),
    "slice at its neighbour's place": ("doubled-slices", moved(3, (0, 0, -2.5))),
    "single slice": ("single-slice", lambda s: s.__delitem__(slice(1, None))),
    "no slice": ("wrong-number-of-files", lambda s: s.clear()),
    "two series": ("mixed-series", one(SeriesInstanceUID="1.2.3.5")),
    "all of another series": ("other-series", every(SeriesInstanceUID="1.2.3.5")),
    "two frames of reference": ("mixed-frames-of-reference", one(FrameOfReferenceUID="1.2.8")),
    "two sizes": ("mixed-sizes", one(Rows=2, Columns=10)),
    "two spacings": ("mixed-spacings", one(PixelSpacing=[0.7, 0.81])),
    "two orientations": ("mixed-orientations", one(ImageOrientationPatient=[1, 0, 0, 0, -1, 0])),
    "PET": ("not-ct", every(Modality="PT")),
    "enhanced CT": ("multi-frame", every(SOPClassUID=EnhancedCTImageStorage)),
    "many frames": ("multi-frame", every(NumberOfFrames=3)),
    "localizer": ("localizer", one(ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])),
    "no position": ("missing-tag", without("ImagePositionPatient")),
    "no orientation": ("missing-tag", without("ImageOrientationPatient")),
    "no spacing": ("missing-tag", without("PixelSpacing")),
    "no rescale": ("missing-tag", without("RescaleIntercept")),
    "no modality": ("missing-tag", without("Modality")),
    "two numbers of a position": ("bad-geometry-tag", one(ImagePositionPatient=[1, 2])),
    "zero spacing": ("bad-geometry-tag", every(PixelSpacing=[0, 0])),
    "oblique axes": ("bad-orientation", every(ImageOrientationPatient=[1, 0, 0, 0.5, 0.8, 0])),
    "zero slope": ("bad-rescale", every(RescaleSlope=0)),
    "RGB": ("not-monochrome", every(PhotometricInterpretation="RGB", SamplesPerPixel=3)),
    "inverted grey": ("not-monochrome", every(PhotometricInterpretation="MONOCHROME1")),
    "8 bits": ("bad-bits", every(BitsAllocated=8, BitsStored=8, HighBit=7)),
    "high bit": ("bad-bits", every(HighBit=15)),
    "signedness": ("bad-bits", every(PixelRepresentation=2)),
    "no rows": ("empty-slice", every(Rows=0)),
    "no pixels": ("no-pixel-data", without("PixelData")),
    "too few pixels": ("truncated-pixels", one(PixelData=bytes(20))),
    "too many pixels": ("overlong-pixels", one(PixelData=bytes(60))),
    "no decoder": ("no-decoder", undecodable),
    "broken run lengths": ("broken-pixels", broken_run_lengths),
    "beyond int16": ("hu-out-of-range", every(RescaleSlope=100)),
}


@pytest.mark.parametrize("name", CASES)
def test_malformed_series_is_refused_with_its_reason(tmp_path: Path, name: str) -> None:
    code, change = CASES[name]
    slices = series()
    change(slices)
    reference = write(tmp_path, slices)
    with pytest.raises(DicomError) as caught:
        read_dicom_series(reference)
    assert {issue.code for issue in caught.value.issues} == {code}, caught.value
    for issue in caught.value.issues:
        assert UID in issue.where or str(tmp_path) in issue.where
        assert issue.what.endswith(".")
        assert issue.remedy.endswith(".")


def letters_for_numbers(path: Path) -> None:
    data = path.read_bytes()
    assert data.count(b"0.7\\0.8") == 1
    path.write_bytes(data.replace(b"0.7\\0.8", b"a.b\\c.d"))


def unknown_kind_of_value(path: Path) -> None:
    data = path.read_bytes()
    assert data.count(b" \x00\x32\x00DS") == 1
    path.write_bytes(data.replace(b" \x00\x32\x00DS", b" \x00\x32\x00D?"))


def syntax_of_an_image(path: Path) -> None:
    data = path.read_bytes()
    syntax, other = ExplicitVRLittleEndian.encode() + b"\0", b"1.2.840.10008.9.9.9\0"
    assert data.count(syntax) == 1 and len(syntax) == len(other)
    path.write_bytes(data.replace(syntax, other))


@pytest.mark.parametrize(
    ("code", "spoil"),
    [
        ("broken-dicom", unknown_kind_of_value),
        ("broken-dicom", syntax_of_an_image),
        ("no-such-file", lambda path: path.unlink()),
        ("not-dicom", lambda path: path.write_text("no DICOM at all")),
        ("broken-dicom", letters_for_numbers),
        ("missing-tag", lambda path: path.write_bytes(path.read_bytes()[:500])),
        ("truncated-pixels", lambda path: path.write_bytes(path.read_bytes()[:-3])),
    ],
)
def test_broken_file_in_a_series(tmp_path: Path, code: str, spoil: Callable[[Path], Any]) -> None:
    reference = write(tmp_path, series())
    spoil(reference.files[2])
    with pytest.raises(DicomError) as caught:
        read_dicom_series(reference)
    assert [(i.code, i.where) for i in caught.value.issues] == [(code, str(reference.files[2]))]


def test_scan_tells_of_values_of_an_unknown_kind(tmp_path: Path) -> None:
    reference = write(tmp_path, series())
    path = reference.files[2]
    path.write_bytes(path.read_bytes().replace(b"\x08\x00\x60\x00CS", b"\x08\x00\x60\x00C?"))
    found, issues = scan_dicom_folder(tmp_path)
    assert [len(one.files) for one in found] == [SLICES - 1]
    assert [(issue.code, issue.where) for issue in issues] == [("broken-dicom", str(path))]


def test_a_folder_is_its_one_ct_series_unless_several_are_in_it(tmp_path: Path) -> None:
    for name, uid in (("a", UID), ("b", f"{UID}.9")):
        (tmp_path / name).mkdir()
        slices = series()
        for data in slices:
            data.SeriesInstanceUID = uid
        write(tmp_path / name, slices)
    one = volume_reference(tmp_path / "a")
    assert isinstance(one, DicomSeries) and len(one.files) == SLICES
    with pytest.raises(DicomError, match="several-series"):
        volume_reference(tmp_path)
    named = volume_reference(tmp_path, f"{UID}.9")
    assert isinstance(named, DicomSeries) and named.files[0].parent.name == "b"
    with pytest.raises(DicomError, match="no-series"):
        volume_reference(tmp_path, "9.9")
    assert volume_reference(tmp_path / "ct.nii.gz") == NiftiVolume(path=tmp_path / "ct.nii.gz")
