"""Writing: whole or not at all, the same bytes for the same input, never over foreign files."""

import json
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from groundct.codecs.folders import take_place
from groundct.codecs.label_maps import write_label_map
from groundct.core.geometry import Geometry
from groundct.core.issues import Issue, ReleaseError
from groundct.core.record import Record
from groundct.core.volume import volume_from_stored
from groundct.release._tables import TableWriter
from groundct.release.artifacts import CaseArtifacts, ReleaseRequest
from groundct.release.manifest import files_under
from groundct.release.read import read_release
from groundct.release.verify import verify_release
from groundct.release.write import write_release

ASIDE = Issue(code="truncated", where="x.nii.gz", what="cut.", remedy="Copy.", case_id="train_9")


def codes(caught):
    return {issue.code for issue in caught.value.issues}


def renamed(record, case_id, patient_id):
    return record.model_copy(update={"case_id": case_id, "patient_id": patient_id})


def test_release_is_whole_and_says_what_went_in(make, record, volume):
    path = make(configuration={"seed": 1}, issues=(ASIDE,))
    assert verify_release(path) == ()
    release = read_release(path)
    assert dict(release.splits) == {"train_1_a_1": "train", "valid_2_a_1": "validation"}
    assert release.record("train_1_a_1") == record
    assert release.manifest.configuration == {"seed": 1}
    assert release.table("issues").to_pylist()[-1]["case_id"] == "train_9"
    assert release.volume("train_1_a_1") is None
    np.testing.assert_array_equal(release.volume("valid_2_a_1").hu, volume.hu)
    assert "| findings | present | 2 |" in (path / "README.md").read_text()


def test_masks_come_back_to_the_voxel(make, artifacts):
    given = artifacts()
    (found,) = read_release(make(given)).cases()
    for one, other in ((given.organs, found.organs), (given.regions, found.regions)):
        assert one.names == other.names
        assert one.stored == other.stored
        for name in one.names:
            np.testing.assert_array_equal(one.mask(name), other.mask(name))


def test_equal_input_in_any_order_gives_equal_bytes(make, artifacts, record):
    other = renamed(record, "valid_2_a_1", "valid_2")
    cases = [artifacts(), artifacts(other, "validation")]
    one, two = make(*cases, name="one"), make(*reversed(cases), name="two")
    assert list(files_under(one)) == list(files_under(two))
    for name in (*files_under(one), "manifest.json"):
        assert (one / name).read_bytes() == (two / name).read_bytes(), name


@pytest.mark.parametrize("change", ["configuration", "record"])
def test_other_input_gives_another_digest(make, artifacts, record, change):
    first = read_release(make(artifacts(), name="one")).manifest.digest
    if change == "configuration":
        second = make(artifacts(), name="two", configuration={"seed": 2})
    else:
        second = make(artifacts(record.model_copy(update={"source": "x"})), name="two")
    assert read_release(second).manifest.digest != first


def test_no_time_and_no_place_in_the_manifest(make, tmp_path):
    path = make()
    text = (path / "manifest.json").read_text()
    assert str(tmp_path) not in text
    assert not {"time", "date", "created"} & set(json.loads(text))


def test_nothing_is_left_when_a_case_fails(make, artifacts, record, tmp_path):
    def cases():
        yield artifacts()
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        write_release(ReleaseRequest(cases=cases()), tmp_path / "release")
    assert list(tmp_path.iterdir()) == []


def test_an_older_release_is_kept_until_the_new_one_is_whole(make, artifacts, record):
    path = make(artifacts())
    before = (path / "manifest.json").read_bytes()
    with pytest.raises(ReleaseError):
        make(artifacts(split="holdout"))
    assert (path / "manifest.json").read_bytes() == before
    make(artifacts(split="test"))
    assert verify_release(path) == ()
    assert read_release(path).splits["train_1_a_1"] == "test"
    assert [p.name for p in path.parent.iterdir()] == ["release"]


def test_empty_folder_is_taken(make, tmp_path):
    (tmp_path / "release").mkdir()
    assert verify_release(make()) == ()


def test_folder_that_is_no_release_is_left_alone(make, tmp_path):
    (tmp_path / "release").mkdir()
    (tmp_path / "release" / "thesis.txt").write_text("mine")
    with pytest.raises(ReleaseError) as caught:
        make()
    assert codes(caught) == {"target-not-a-release"}
    assert (tmp_path / "release" / "thesis.txt").read_text() == "mine"


def test_release_with_foreign_files_is_left_alone(make):
    path = make()
    (path / "notes.txt").write_text("mine")
    with pytest.raises(ReleaseError) as caught:
        make()
    assert codes(caught) == {"target-has-other-files"}
    assert (path / "notes.txt").exists()


@pytest.mark.parametrize("kind", ["file", "link"])
def test_file_or_link_is_left_alone(make, tmp_path, kind):
    if kind == "file":
        (tmp_path / "release").write_text("mine")
    else:
        (tmp_path / "other").mkdir()
        (tmp_path / "release").symlink_to(tmp_path / "other")
    with pytest.raises(ReleaseError) as caught:
        make()
    assert codes(caught) == {"target-not-a-folder"}


@pytest.mark.parametrize(
    "case_id", ["../x", "a/b", "", ".hidden", "x.", "a..b", "NUL", "com1.x", "ä", "a b", "x" * 129]
)
def test_unsafe_case_id_is_left_out(make, artifacts, record, case_id):
    bad = artifacts(renamed(record, case_id, "p"))
    with pytest.raises(ReleaseError) as caught:
        make(bad)
    assert codes(caught) == {"unsafe-case-id"}
    assert left_out(make(artifacts(), bad)) == (case_id,)


@pytest.mark.parametrize("case_id", ["train_1_a_1", "TRAIN_1_a_1"])
def test_second_case_of_an_id_is_left_out(make, artifacts, record, case_id):
    path = make(artifacts(), artifacts(renamed(record, case_id, "train_1")))
    assert left_out(path) == (case_id,)
    assert read_release(path).case_ids == ("train_1_a_1",)


def left_out(path):
    """The cases left out of a sound release, each with a reason among its issues."""
    assert verify_release(path) == ()
    release = read_release(path)
    told = {row["case_id"] for row in release.table("issues").to_pylist()}
    assert set(release.manifest.left_out) <= told
    return release.manifest.left_out


def test_patient_in_two_splits_is_refused(make, artifacts, record):
    with pytest.raises(ReleaseError) as caught:
        make(artifacts(), artifacts(renamed(record, "train_1_b_1", "train_1"), "test"))
    assert codes(caught) == {"patient-in-two-splits"}


def test_case_that_contradicts_itself_is_left_out(make, artifacts, record):
    bad = artifacts(renamed(record, "b", "b").model_copy(update={"groundings": ()}))
    path = make(artifacts(), bad)
    assert left_out(path) == ("b",)
    assert not list(path.rglob("b*")) and read_release(path).case_ids == ("train_1_a_1",)


def test_all_problems_are_told_at_once(make, artifacts, record):
    bad = record.model_copy(update={"case_id": "b", "patient_id": "b", "groundings": ()})
    with pytest.raises(ReleaseError) as caught:
        make(artifacts(renamed(record, "../x", "x")), artifacts(bad), artifacts(split="holdout"))
    assert {"unsafe-case-id", "no-grounding", "unknown-split"} <= codes(caught)


def test_volume_on_another_grid_is_left_out(make, artifacts, record):
    hu = np.zeros((12, 10, 8), dtype=np.int16, order="F")
    other = volume_from_stored(hu, Geometry.of((12, 10, 8), np.eye(4)))
    bad = replace(artifacts(renamed(record, "b", "b")), volume=other)
    path = make(artifacts(), bad)
    assert left_out(path) == ("b",)
    assert {row["code"] for row in read_release(path).table("issues").to_pylist()} == {
        "odd",
        "grid-mismatch",
    }


def test_case_without_volume_has_no_masks(make, record):
    bare = Record.model_validate(
        {
            **record.model_dump(),
            "volume": None,
            "regions": (),
            "organs": (),
            "traces": (),
            "questions": (),
            "groundings": [
                {
                    "target": grounding.target,
                    "target_id": grounding.target_id,
                    "state": "not_groundable",
                    "reason": "no_volume",
                    "detail": "",
                }
                for grounding in record.groundings
            ],
        }
    )
    path = make(CaseArtifacts(bare, None, None, "train"))
    assert verify_release(path) == ()
    release = read_release(path)
    assert release.organs("train_1_a_1") is release.regions("train_1_a_1") is None
    assert not (path / "masks").exists()


def test_unknown_case_and_table_are_key_errors(make):
    release = read_release(make())
    for ask in (release.record, release.organs, release.regions, release.volume, release.table):
        with pytest.raises(KeyError, match="unknown-name"):
            ask("nobody")
    with pytest.raises(KeyError, match="Did you mean 'train_1_a_1'"):
        release.record("TRAIN_1_a_1")


def test_label_maps_are_those_of_the_codec(make, artifacts, tmp_path):
    path = make(artifacts())
    write_label_map(tmp_path / "direct", "organs", artifacts().organs)
    for file in (tmp_path / "direct").iterdir():
        assert (path / "masks/train_1_a_1" / file.name).read_bytes() == file.read_bytes()


def test_older_release_comes_back_when_the_new_one_cannot_take_its_place(make, tmp_path):
    path = make()
    with pytest.raises(FileNotFoundError):
        take_place(tmp_path / "not-there", path)
    assert verify_release(path) == ()
    assert [p.name for p in tmp_path.iterdir()] == ["release"]


def test_rows_of_other_columns_are_a_programming_error(tmp_path):
    with TableWriter(tmp_path) as tables, pytest.raises(ValueError, match="row has columns"):
        tables.add("organs", [{"case_id": "a"}])


def test_tables_of_several_row_groups_hold_the_same_rows(make, monkeypatch):
    monkeypatch.setattr("groundct.release._tables.ROWS_A_GROUP", 2)
    path = make(name="small")
    assert pq.ParquetFile(path / "tables/groundings.parquet").num_row_groups > 1
    assert verify_release(path) == ()
