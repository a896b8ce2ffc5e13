"""Label maps come back to the bit, and a folder whose parts contradict each other is refused."""

import json
from pathlib import Path

import numpy as np
import pytest

from groundct.codecs.label_maps import read_label_map, write_label_map
from groundct.codecs.nifti import write_nifti_labels
from groundct.core.geometry import Geometry, reorientation_to
from groundct.core.issues import DataError, GridError, VolumeError
from groundct.core.volume import LabelMap, Segment

STORED = Geometry.of((5, 4, 3), np.array([[-0.7, 0, 0, 9], [0, -0.7, 0, 8], [0, 0, 2.5, -7]]))


def label_map(stored: Geometry = STORED, highest: int = 300) -> LabelMap:
    turn = reorientation_to(stored, "RAS")
    geometry = turn.apply_geometry(stored)
    rng = np.random.default_rng(1)
    one = np.asfortranarray(rng.integers(0, 3, geometry.shape), dtype=np.uint16)
    two = np.asfortranarray(rng.integers(0, 2, geometry.shape) * highest, dtype=np.uint16)
    segments = (
        Segment(name="lung", parts=((0, 1), (0, 2), (1, highest))),
        Segment(name="heart", parts=((0, 2),)),
        Segment(name="looked for, empty", parts=()),
    )
    return LabelMap((one, two), segments, geometry, stored)


@pytest.mark.parametrize("highest", [255, 300])
def test_round_trip_to_the_bit(tmp_path: Path, highest: int) -> None:
    before = label_map(highest=highest)
    paths = write_label_map(tmp_path, "organs", before)
    assert [p.name for p in paths] == ["organs_0.nii.gz", "organs_1.nii.gz", "organs.json"]
    after = read_label_map(tmp_path, "organs")
    assert after.segments == before.segments
    assert (after.stored, after.geometry) == (before.stored, before.geometry)
    for a, b in zip(after.layers, before.layers, strict=True):
        np.testing.assert_array_equal(a, b)
    assert after.layers[0].dtype == np.uint8
    assert after.layers[1].dtype == (np.uint8 if highest == 255 else np.uint16)
    first = [p.read_bytes() for p in paths]
    assert [p.read_bytes() for p in write_label_map(tmp_path, "organs", after)] == first


def test_no_layers(tmp_path: Path) -> None:
    whole = label_map()
    empty = LabelMap((), (Segment(name="a", parts=()),), whole.geometry, whole.stored)
    write_label_map(tmp_path, "x", empty)
    after = read_label_map(tmp_path, "x")
    assert after.layers == ()
    assert after.names == ("a",)


def test_a_layer_on_another_grid_is_refused(tmp_path: Path) -> None:
    write_label_map(tmp_path, "x", label_map())
    moved = Geometry.of(STORED.shape, STORED.matrix + np.eye(4, k=3))
    write_nifti_labels(tmp_path / "x_1.nii.gz", np.zeros((5, 4, 3), np.uint8), moved)
    with pytest.raises(GridError):
        read_label_map(tmp_path, "x")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"layers": ["../x_0.nii.gz", "x_1.nii.gz"]}, "bad-label-names"),
        ({"format": "other 2"}, "bad-label-names"),
        ({"segments": [{"name": "a", "parts": [[5, 1]]}]}, "bad-label-names"),
        ({"more": 1}, "bad-label-names"),
    ],
)
def test_broken_names_are_refused(tmp_path: Path, change: dict[str, object], code: str) -> None:
    index = write_label_map(tmp_path, "x", label_map())[-1]
    index.write_text(json.dumps(json.loads(index.read_text()) | change))
    with pytest.raises(VolumeError, match=code):
        read_label_map(tmp_path, "x")


def test_missing_layer_is_refused(tmp_path: Path) -> None:
    write_label_map(tmp_path, "x", label_map())[0].unlink()
    with pytest.raises(DataError, match="no-such-file"):
        read_label_map(tmp_path, "x")
