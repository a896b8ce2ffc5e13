"""DICOM series with changed tags and bytes: refused, or read as SimpleITK reads them."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk  # noqa: N813
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from fuzz._laws import changed_bytes, itk_affine, refused, require_same
from groundct.codecs.dicom import read_dicom_series, scan_dicom_folder
from groundct.core.case import DicomSeries
from groundct.core.issues import DicomError

UID = "1.2.3.4"
ROWS, COLUMNS = 4, 5
# Slices may lie 10 % of the spacing off an even grid, and then readers choose their step freely.
CORNER_MM = 0.05
VALUES: dict[str, tuple[object, ...]] = {
    "ImagePositionPatient": ([0, 0, 0], [1, 2], ["-1e3", "0", "12.5"], ["nan", "0", "0"]),
    "ImageOrientationPatient": ([0, 1, 0, 1, 0, 0], [1, 0, 0, 0, 0, 1], [1, 0, 0, 1, 0, 0], [1, 0]),
    "PixelSpacing": ([0.7, 0.7], [0, 1], [-0.7, 0.8], [0.8, 0.7], ["1e-9", "1"], [0.7]),
    "RescaleSlope": (0, 2, -1, 0.5, "nan", "1e9"),
    "RescaleIntercept": (0, 1024, -0.5, "inf", 40000),
    "Rows": (0, 1, 5, 65535),
    "Columns": (0, 4, 6, 65535),
    "BitsAllocated": (8, 12, 32, 1),
    "BitsStored": (0, 8, 13, 16, 17),
    "HighBit": (0, 7, 12, 15),
    "PixelRepresentation": (1, 2),
    "SamplesPerPixel": (0, 3),
    "PhotometricInterpretation": ("MONOCHROME1", "RGB", ""),
    "PixelPaddingValue": (0, 2000),
    "Modality": ("MR", "ct", ""),
    "SeriesInstanceUID": ("1.2.3.5", "", "x"),
    "FrameOfReferenceUID": ("1.2.9.9", ""),
    "ImageType": (["ORIGINAL", "PRIMARY", "LOCALIZER"], ["DERIVED"], ""),
    "SliceThickness": (0, 5, "abc"),
    "SpacingBetweenSlices": (-2.5, 99),
    "InstanceNumber": (0, -1, 10**9),
    "NumberOfFrames": (1, 2),
    "SpecificCharacterSet": ("ISO_IR 192", "nonsense"),
    "PixelAspectRatio": ([1, 2],),
}


def attempt(rng: np.random.Generator, folder: Path) -> str:
    """Write one changed series and read it with both; the outcome."""
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        slices = _series(rng)
        for _ in range(int(rng.integers(0, 3))):
            _change(rng, slices)
        files = _write(rng, slices, folder)
    scan_dicom_folder(folder)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            ours = read_dicom_series(DicomSeries(series_uid=UID, files=files))
    except DicomError as error:
        where = UID if any(UID in issue.where for issue in error.issues) else ".dcm"
        return refused(error, DicomError, where)
    reader = sitk.ImageSeriesReader()
    names = reader.GetGDCMSeriesFileNames(str(folder))
    listed = len(names) == len(files)
    reader.SetFileNames(names if listed else _in_order(files))
    try:
        image = reader.Execute()
    except RuntimeError:
        return "accepted, not read by SimpleITK"
    # SimpleITK takes the first slice's type of number for all, and cuts fractions off.
    apart_hu = 1.0 if any(_has_fractions(data) for data in slices) else 0.5
    require_same(ours, sitk.GetArrayFromImage(image).T, itk_affine(image), CORNER_MM, apart_hu)
    return "accepted" if listed else "accepted, not sorted by GDCM"


def _has_fractions(data: Dataset) -> bool:
    rescale = (data.get("RescaleSlope") or 0, data.get("RescaleIntercept") or 0)
    return not all(float(number).is_integer() for number in rescale)


def _in_order(files: tuple[Path, ...]) -> list[str]:
    """Files along the normal of the first, where GDCM leaves some out of its list."""
    read = {path: pydicom.dcmread(path, stop_before_pixels=True) for path in files}
    turn = np.array(read[files[0]].ImageOrientationPatient, dtype=np.float64)
    normal = np.cross(turn[:3], turn[3:])
    place = {p: np.array(d.ImagePositionPatient, dtype=np.float64) for p, d in read.items()}
    return [str(path) for path in sorted(files, key=lambda path: float(place[path] @ normal))]


def _series(rng: np.random.Generator) -> list[Dataset]:
    turned = np.linalg.qr(rng.normal(size=(3, 3)))[0] if rng.random() < 0.3 else np.eye(3)
    row, column = turned[:, 0], turned[:, 1]
    normal = np.cross(row, column)
    start, step = rng.uniform(-300, 300, 3), float(rng.uniform(0.5, 6))
    signed = int(rng.integers(2))
    bits = int(rng.choice((12, 16)))
    slices = []
    for k in range(int(rng.integers(2, 6))):
        data = Dataset()
        data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, f"{UID}.{k + 1}"
        data.SeriesInstanceUID, data.StudyInstanceUID = UID, "1.2.3"
        data.FrameOfReferenceUID = "1.2.9"
        data.Modality, data.ImageType = "CT", ["ORIGINAL", "PRIMARY", "AXIAL"]
        data.Rows, data.Columns, data.PixelSpacing = ROWS, COLUMNS, [0.7, 0.8]
        data.ImagePositionPatient = [f"{v:.6f}" for v in start + normal * step * k]
        data.ImageOrientationPatient = [f"{v:.9f}" for v in (*row, *column)]
        data.RescaleSlope, data.RescaleIntercept, data.InstanceNumber = 1, -1024, k + 1
        data.BitsAllocated, data.BitsStored, data.HighBit = 16, bits, bits - 1
        data.PixelRepresentation, data.SamplesPerPixel = signed, 1
        data.PhotometricInterpretation = "MONOCHROME2"
        voxels = rng.integers(-2000 if signed else 0, 2000, (ROWS, COLUMNS))
        data.PixelData = voxels.astype("<i2" if signed else "<u2").tobytes()
        slices.append(data)
    return slices


def _change(rng: np.random.Generator, slices: list[Dataset]) -> None:
    """Change, shift or drop one attribute, in one slice or in all."""
    name = str(rng.choice(sorted(VALUES)))
    chosen = slices if rng.random() < 0.6 else [slices[int(rng.integers(len(slices)))]]
    kind = rng.random()
    value = VALUES[name][int(rng.integers(len(VALUES[name])))]
    shift = float(rng.choice((0.001, 0.02, 0.3, 2.5)))
    for data in chosen:
        if kind < 0.1 and name != "BitsAllocated":  # pydicom does not write pixels without it
            data.pop(name, None)
        elif kind < 0.3:
            place = [float(v) for v in data.get("ImagePositionPatient", None) or (0, 0, 0)]
            place[int(rng.integers(len(place)))] += shift
            data.ImagePositionPatient = [f"{v:.6f}" for v in place]
        elif kind < 0.35:
            data.PixelData = data.get("PixelData", b"")[: int(rng.integers(50))]
        else:
            try:
                setattr(data, name, value)
            except (ValueError, TypeError, OverflowError):
                return  # pydicom itself does not hold such a value


def _write(rng: np.random.Generator, slices: list[Dataset], folder: Path) -> tuple[Path, ...]:
    """Under names that say nothing of the order; one file in some series has changed bytes."""
    syntax = ImplicitVRLittleEndian if rng.random() < 0.3 else ExplicitVRLittleEndian
    paths = [folder / f"{int(n):02d}.dcm" for n in rng.permutation(len(slices))]
    for path, data in zip(paths, slices, strict=True):
        data.file_meta = FileMetaDataset()
        data.file_meta.TransferSyntaxUID = syntax
        data.file_meta.MediaStorageSOPClassUID = CTImageStorage
        data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
        pydicom.dcmwrite(path, data, enforce_file_format=True)
    if rng.random() < 0.25:
        path = paths[int(rng.integers(len(paths)))]
        path.write_bytes(changed_bytes(rng, path.read_bytes()))
    return tuple(sorted(paths))
