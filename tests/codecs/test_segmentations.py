"""A segmentation as files: written and read back, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest

from groundct.codecs.label_names import label_names_in_header
from groundct.codecs.segmentations import (
    index_path,
    read_segmentation,
    read_segmentation_index,
    scan_digest,
    write_segmentation,
)
from groundct.core.geometry import Geometry, reorientation_to
from groundct.core.issues import DataError
from groundct.core.volume import Abstention, LabelMap, Segment, Volume

STORED = Geometry.of((6, 5, 4), [[-0.7, 0, 0, 30], [0, -0.7, 0, 20], [0, 0, 2.5, -9], [0, 0, 0, 1]])


def label_map() -> LabelMap:
    geometry = reorientation_to(STORED, "RAS").apply_geometry(STORED)
    first = np.zeros(geometry.shape, dtype=np.uint16, order="F")
    first[1:3], first[4:] = 1, 2
    second = np.zeros(geometry.shape, dtype=np.uint8, order="F")
    second[2:5, 1:3] = 7
    segments = (
        Segment(name="left lung", parts=((0, 1),), method="intensity", confidence=0.9),
        Segment(name="right lung", parts=((0, 2),), note="cut off above"),
        Segment(name="lung", parts=((0, 1), (0, 2))),
        Segment(name="heart", parts=((1, 7),)),
        Segment(name="chest", parts=((0, 1), (1, 7))),
        Segment(name="spleen", parts=()),
    )
    return LabelMap(
        (first, second), segments, geometry, STORED, (Abstention(name="liver", reason="no view"),)
    )


def test_it_comes_back_as_it_was(tmp_path: Path) -> None:
    given = label_map()
    told, files = write_segmentation(tmp_path / "labels.nii.gz", given)
    assert [path.name for path in files] == ["labels.nii.gz", "labels_1.nii.gz", "labels.json"]
    found = read_segmentation(tmp_path / "labels.nii.gz")
    assert (found.segments, found.abstained) == (given.segments, given.abstained)
    for a, b in zip(found.layers, given.layers, strict=True):
        assert np.array_equal(a, b)
    assert told.layers[0].labels == {1: ("left lung", "lung", "chest"), 2: ("right lung", "lung")}


def test_sizes_are_those_of_the_masks(tmp_path: Path) -> None:
    given = label_map()
    told, _ = write_segmentation(tmp_path / "labels.nii.gz", given)
    for structure in told.structures:
        assert structure.voxels == np.count_nonzero(given.mask(structure.name))
        assert structure.volume_ml == pytest.approx(
            structure.voxels * 0.7 * 0.7 * 2.5 / 1000, abs=1e-3
        )


@pytest.mark.parametrize("name", ["labels.nii.gz", "labels.nii"])
def test_files_lie_on_the_grid_of_the_scan_to_the_bit(tmp_path: Path, name: str) -> None:
    write_segmentation(tmp_path / name, label_map())
    image = nib.load(tmp_path / name)
    assert np.array_equal(image.affine, STORED.matrix.astype(np.float32))
    assert image.shape == STORED.shape
    assert read_segmentation(tmp_path / name).names


def test_equal_segmentations_give_equal_bytes(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_segmentation(tmp_path / folder / "labels.nii.gz", label_map())
    for name in ("labels.nii.gz", "labels_1.nii.gz", "labels.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_one_without_structures_is_an_empty_layer(tmp_path: Path) -> None:
    given = label_map()
    empty = LabelMap((), (), given.geometry, given.stored)
    write_segmentation(tmp_path / "labels.nii.gz", empty)
    found = read_segmentation(tmp_path / "labels.nii.gz")
    assert found.segments == () and not found.layers[0].any()


def spoil(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], None]:
    def do(index: Path) -> None:
        data = json.loads(index.read_text())
        change(data)
        index.write_text(json.dumps(data))

    return do


@pytest.mark.parametrize(
    "break_it",
    [
        spoil(lambda d: d.update(format="groundct segmentation 9")),
        spoil(lambda d: d["layers"][0].update(file="../labels.nii.gz")),
        spoil(lambda d: d["layers"].reverse()),
        spoil(lambda d: d["structures"][0].update(parts=[[5, 1]])),
        spoil(lambda d: d["structures"].append(d["structures"][0])),
        spoil(lambda d: d["abstained"].append({"name": "heart", "reason": "x"})),
        spoil(lambda d: d["stored"].update(shape=[6, 5, 5])),
        lambda index: index.write_text("{"),
        lambda index: index.unlink(),
        lambda index: index.with_name("labels_1.nii.gz").unlink(),
    ],
)
def test_what_is_broken_is_refused(tmp_path: Path, break_it: Callable[[Path], None]) -> None:
    path = tmp_path / "labels.nii.gz"
    write_segmentation(path, label_map())
    break_it(index_path(path))
    with pytest.raises(DataError):
        read_segmentation(path)


def test_a_name_that_is_no_nifti_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        write_segmentation(tmp_path / "labels.mha", label_map())
    with pytest.raises(DataError):
        read_segmentation_index(tmp_path / ".nii.gz")


def test_a_header_without_a_label_table_names_nothing(tmp_path: Path) -> None:
    write_segmentation(tmp_path / "labels.nii.gz", label_map())
    assert label_names_in_header(tmp_path / "labels.nii.gz") == {}


def volume(stored: Geometry, seed: int = 0) -> Volume:
    """The same noise in RAS order, whatever the order of axes it is stored in."""
    here = reorientation_to(stored, "RAS").apply_geometry(stored)
    hu = np.random.default_rng(seed).integers(-900, 300, here.shape).astype(np.int16)
    return Volume(hu, here, stored)


def test_a_scan_has_one_digest_in_any_file_and_another_scan_another() -> None:
    ras = reorientation_to(STORED, "RAS").apply_geometry(STORED)
    own = scan_digest(volume(STORED))
    assert scan_digest(volume(ras)) == own
    assert scan_digest(volume(reorientation_to(STORED, "SLP").apply_geometry(STORED))) == own
    assert scan_digest(volume(STORED, seed=1)) != own
    mirrored = volume(STORED)
    assert scan_digest(Volume(mirrored.hu[::-1], mirrored.geometry, mirrored.stored)) != own
    padded = [volume(STORED) for _ in range(2)]
    for each, value in zip(padded, (-1024, -3000), strict=True):
        each.hu[0] = value
    assert scan_digest(padded[0]) == scan_digest(padded[1]) != own
