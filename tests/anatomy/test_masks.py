"""Masks of any tool: what is taken, what is turned exactly, and what is refused."""

import json
from collections.abc import Mapping
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from groundct.anatomy.masks import PLUGIN
from groundct.codecs.label_maps import write_label_map
from groundct.codecs.nifti import write_nifti_labels
from groundct.codecs.radgenome import write_masks
from groundct.codecs.segmentations import write_segmentation
from groundct.core.geometry import Geometry, reorientation_to
from groundct.core.issues import DataError
from groundct.core.options import OptionError
from groundct.core.volume import BoolArray, LabelMap, RegionMask, Volume, label_map_of_masks

SHAPE = (12, 10, 8)
STORED = Geometry.of(
    (10, 8, 12), [[0, 0, -2.0, 11], [-1.5, 0, 0, 7], [0, 3.0, 0, -9], [0, 0, 0, 1]]
)


@pytest.fixture
def volume() -> Volume:
    """A CT whose file runs from front to back, from foot to head, from right to left."""
    turn = reorientation_to(STORED, "RAS")
    grid = turn.apply_geometry(STORED)
    assert (STORED.orientation, grid.shape) == ("PSL", SHAPE)
    return Volume(np.zeros(SHAPE, dtype=np.int16, order="F"), grid, STORED)


def left_block() -> BoolArray:
    """Voxels at small i: on the patient's left."""
    mask = np.zeros(SHAPE, dtype=np.bool_, order="F")
    mask[1:4, 2:7, 1:3] = True
    return mask


def label_map(volume: Volume, **masks: BoolArray) -> LabelMap:
    named = [(name.replace("_", " "), RegionMask.of(mask)) for name, mask in masks.items()]
    return label_map_of_masks(named, volume.geometry, volume.stored)


def read(volume: Volume, folder: Path, **options: str) -> LabelMap:
    return PLUGIN.configured({"folder": str(folder), **options}).segment(volume)


def refused(volume: Volume, folder: Path, **options: str) -> DataError:
    with pytest.raises(DataError) as caught:
        read(volume, folder, **options)
    return caught.value


def code(volume: Volume, folder: Path, **options: str) -> str:
    return refused(volume, folder, **options).issues[0].code


def in_order(volume: Volume, orientation: str) -> Geometry:
    return reorientation_to(volume.geometry, orientation).apply_geometry(volume.geometry)


def test_a_folder_of_our_own_comes_back_as_it_was(volume: Volume, tmp_path: Path) -> None:
    given = label_map(volume, left_lung=left_block(), liver=np.zeros(SHAPE, dtype=np.bool_))
    write_masks(tmp_path, given, given.names)
    found = read(volume, tmp_path)
    assert np.array_equal(found.mask("left lung"), left_block())
    assert not found.mask("liver").any()  # an empty file is looked for and empty
    assert {segment.method for segment in found.segments} == {"published"}


@pytest.mark.parametrize("orientation", ["RAS", "LPS", "PIR", "SAL"])
def test_another_order_of_axes_is_brought_over_exactly(
    volume: Volume, tmp_path: Path, orientation: str
) -> None:
    grid = in_order(volume, orientation)
    write_nifti_labels(tmp_path / "left lung.nii.gz", left_block(), grid)
    assert np.array_equal(read(volume, tmp_path).mask("left lung"), left_block())


@pytest.mark.parametrize(("order", "declared"), [(None, "stored"), ("LPS", "LPS"), ("LPS", "lps")])
def test_an_identity_affine_is_refused_unless_its_order_is_declared(
    volume: Volume, tmp_path: Path, order: str | None, declared: str
) -> None:
    grid = volume.stored if order is None else in_order(volume, order)
    path = tmp_path / "left lung.nii.gz"
    write_nifti_labels(path, left_block(), grid, identity_affine=True)
    issue = refused(volume, tmp_path).issues[0]
    assert issue.code == "identity-affine" and "which side is left" in issue.what
    found = read(volume, tmp_path, identity=declared)
    assert np.array_equal(found.mask("left lung"), left_block())


def test_a_declared_order_of_another_shape_is_refused(volume: Volume, tmp_path: Path) -> None:
    path = tmp_path / "left lung.nii.gz"
    write_nifti_labels(path, left_block(), volume.stored, identity_affine=True)
    assert code(volume, tmp_path, identity="LPS") == "grid-mismatch"


def test_a_wrong_declaration_of_the_right_shape_mirrors_and_is_the_users_word(
    volume: Volume, tmp_path: Path
) -> None:
    path = tmp_path / "left lung.nii.gz"
    write_nifti_labels(path, left_block(), in_order(volume, "LPS"), identity_affine=True)
    found = read(volume, tmp_path, identity="RAS").mask("left lung")
    assert np.array_equal(found, left_block()[::-1, ::-1])


@pytest.mark.parametrize(
    ("shift_mm", "scale", "words"), [(0.5, 1.0, "0.50 mm"), (0.0, 1.1, "lie up to")]
)
def test_another_grid_is_refused_and_says_how_it_differs(
    volume: Volume, tmp_path: Path, shift_mm: float, scale: float, words: str
) -> None:
    affine = volume.stored.matrix
    affine[0, 3] += shift_mm
    affine[:3, :3] *= scale
    grid = Geometry.of(volume.stored.shape, affine)
    write_nifti_labels(tmp_path / "liver.nii.gz", left_block(), grid)
    issue = refused(volume, tmp_path).issues[0]
    assert issue.code == "grid-mismatch" and words in issue.what and "resampled" in issue.remedy


def test_the_problems_of_all_files_are_told(volume: Volume, tmp_path: Path) -> None:
    other = Geometry.of((4, 4, 4), np.diag([2.0, 2.0, 2.0, 1.0]))
    for name in ("liver", "spleen"):
        mask = np.zeros((4, 4, 4), dtype=np.bool_)
        write_nifti_labels(tmp_path / f"{name}.nii.gz", mask, other)
    (tmp_path / "heart.nii.gz").write_bytes(b"no NIfTI")
    assert len(refused(volume, tmp_path).issues) == 3


def test_totalsegmentators_classes_are_understood(volume: Volume, tmp_path: Path) -> None:
    for name in ("lung_upper_lobe_left", "rib_left_4", "iliopsoas_left"):
        write_nifti_labels(tmp_path / f"{name}.nii.gz", left_block(), volume.stored)
    found = read(volume, tmp_path)
    # A muscle alone is part of "muscle" and makes no mask of it.
    assert set(found.names) == {"left lung upper lobe", "left rib 4"}


def test_a_name_that_nothing_knows_is_refused_or_left_aside(volume: Volume, tmp_path: Path) -> None:
    for name in ("left lung", "leber"):
        write_nifti_labels(tmp_path / f"{name}.nii.gz", left_block(), volume.stored)
    issue = refused(volume, tmp_path).issues[0]
    assert issue.code == "unknown-structure" and "leber" in issue.what
    write_nifti_labels(tmp_path / "lung_left_final.nii.gz", left_block(), volume.stored)
    assert "lung_left_final (like left lung or lung?)" in refused(volume, tmp_path).issues[0].what
    assert read(volume, tmp_path, unknown="skip").names == ("left lung",)


def test_several_labels_in_a_binary_file_are_refused(volume: Volume, tmp_path: Path) -> None:
    labels = left_block().astype(np.uint8)
    labels[1, 2, 1] = 2
    write_nifti_labels(tmp_path / "liver.nii.gz", labels, volume.stored)
    assert code(volume, tmp_path) == "several-labels"


def multi_label(volume: Volume) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    labels = left_block().astype(np.uint8) * 10
    labels[8:11, 2:7, 1:3] = 12
    return labels


@pytest.mark.parametrize(
    "table",
    [
        {"10": "lung_upper_lobe_left", "12": "lung_upper_lobe_right"},
        {"lung_upper_lobe_left": 10, "lung_upper_lobe_right": 12},
        {"labels": {"background": 0, "lung_upper_lobe_left": 10, "lung_upper_lobe_right": 12}},
    ],
)
def test_a_multi_label_file_with_names_in_json(
    volume: Volume, tmp_path: Path, table: Mapping[str, object]
) -> None:
    write_nifti_labels(tmp_path / "seg.nii.gz", multi_label(volume), volume.stored)
    (tmp_path / "names.json").write_text(json.dumps(table))
    found = read(volume, tmp_path / "seg.nii.gz", names=str(tmp_path / "names.json"))
    assert np.array_equal(found.mask("left lung upper lobe"), left_block())
    assert found.mask("right lung upper lobe")[8:11].any()


def test_a_multi_label_file_with_names_in_its_header(volume: Volume, tmp_path: Path) -> None:
    path = tmp_path / "seg.nii.gz"
    write_nifti_labels(path, multi_label(volume), volume.stored)
    image = nib.load(path)
    rows = "".join(
        f'<Label Key="{n}" Red="1" Alpha="1"><![CDATA[lung_upper_lobe_{side}]]></Label>\n'
        for n, side in ((10, "left"), (12, "right"))
    )
    table = f"<CaretExtension><LabelTable>{rows}</LabelTable></CaretExtension>"
    image.header.extensions.append(nib.nifti1.Nifti1Extension(0, table.encode()))
    nib.save(image, path)
    assert np.array_equal(read(volume, path).mask("left lung upper lobe"), left_block())


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        (None, "no-label-names"),
        ({"10": "lung_upper_lobe_left"}, "label-without-name"),
        ({"10": "lung_upper_lobe_left", "12": ["a"]}, "no-label-names"),
        ({"10": "liver", "spleen": 10, "12": "heart"}, "label-named-twice"),
    ],
)
def test_labels_without_certain_names_are_refused(
    volume: Volume, tmp_path: Path, table: Mapping[str, object] | None, fault: str
) -> None:
    write_nifti_labels(tmp_path / "seg.nii.gz", multi_label(volume), volume.stored)
    options = {}
    if table is not None:
        (tmp_path / "names.json").write_text(json.dumps(table))
        options = {"names": str(tmp_path / "names.json")}
    assert code(volume, tmp_path / "seg.nii.gz", **options) == fault


def test_what_groundct_wrote_is_read_with_methods_and_reasons(
    volume: Volume, tmp_path: Path
) -> None:
    given = label_map(volume, left_lung=left_block())
    segments = tuple(s.changed(method="intensity", confidence=0.9) for s in given.segments)
    given = LabelMap(given.layers, segments, given.geometry, given.stored)
    write_segmentation(tmp_path / "labels.nii.gz", given)
    assert read(volume, tmp_path / "labels.nii.gz").segments == segments
    write_label_map(tmp_path / "case", "organs", given)  # as a build leaves it
    assert read(volume, tmp_path / "case").segments == segments


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({}, "missing-option"),
        ({"folder": "x", "layout": "nnunet"}, "bad-option"),
        ({"folder": "x", "identity": "LPX"}, "bad-option"),
        ({"folder": "x", "identity": "LLS"}, "bad-option"),
        ({"folder": "x", "unknown": "guess"}, "bad-option"),
        ({"folder": "x", "colour": "red"}, "unknown-option"),
    ],
)
def test_wrong_options_are_refused(options: Mapping[str, str], fault: str) -> None:
    with pytest.raises(OptionError) as caught:
        PLUGIN.configured(options)
    assert caught.value.issues[0].code == fault


def test_nothing_to_read_is_an_error(volume: Volume, tmp_path: Path) -> None:
    assert code(volume, tmp_path) == "no-masks"
    assert code(volume, tmp_path / "nowhere") == "no-masks"
    for suffix in (".nii", ".nii.gz"):
        write_nifti_labels(tmp_path / f"liver{suffix}", left_block(), volume.stored)
    assert code(volume, tmp_path) == "doubled-mask"
