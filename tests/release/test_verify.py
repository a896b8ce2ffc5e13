"""Each rule of a release on disk has a release that breaks it."""

import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from groundct.core.issues import Issue, ReleaseError
from groundct.release.manifest import file_entry, files_under, read_manifest, write_manifest
from groundct.release.read import read_release
from groundct.release.schemas import SCHEMAS
from groundct.release.verify import verify_release

CASE = "train_1_a_1"


def codes(path):
    issues = verify_release(path)
    assert all(issue.where and issue.what and issue.remedy for issue in issues)
    return {issue.code for issue in issues}


def seal(path, **update):
    """Make the manifest agree with the files again, as a careless or malicious editor would."""
    manifest = read_manifest(path)
    entries = tuple(file_entry(path, name) for name in files_under(path))
    manifest = manifest.model_copy(update={"files": entries, **update})
    write_manifest(path, manifest.model_copy(update={"digest": manifest.computed_digest()}))


def edit_json(path, change):
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))


def flip_byte(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def edit_table(path, change):
    table = pq.read_table(path)
    pq.write_table(change(table), path)


def test_sound_release_has_no_problem(make):
    path = make()
    assert verify_release(path) == ()
    seal(path)
    assert verify_release(path) == ()


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "set_aside.json",
        "tables/findings.parquet",
        f"records/{CASE}.json",
        f"masks/{CASE}/organs_0.nii.gz",
        f"masks/{CASE}/regions.json",
        "volumes/valid_2_a_1.nii.gz",
    ],
)
def test_altered_and_missing_files_of_every_kind(make, name):
    path = make()
    flip_byte(path / name)
    assert "altered-file" in codes(path)
    (path / name).unlink()
    assert "missing-file" in codes(path)


def test_every_single_byte_of_the_manifest_counts(make):
    path = make()
    text = (path / "manifest.json").read_text()
    for old, new in (('"seed": 1', '"seed": 2'), ('"cases": 2', '"cases": 3')):
        altered = make(configuration={"seed": 1}, name="seeded") if "seed" in old else path
        file = altered / "manifest.json"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
        assert "manifest-altered" in codes(altered)


def test_extra_file(make):
    path = make()
    (path / "masks" / "notes.txt").write_text("x")
    assert codes(path) == {"extra-file"}
    seal(path)
    assert codes(path) == {"unexpected-file"}


@pytest.mark.parametrize(
    "bad", ["../x", "/etc/passwd", "a/../b", "a//b", "a\\b", "C:x", "", "a/./b", "a\nb"]
)
def test_unsafe_path_ends_the_check(make, bad):
    path = make()
    edit_json(path / "manifest.json", lambda data: data["files"][0].update(path=bad))
    assert codes(path) == {"unsafe-path"}


def test_link_ends_the_check(make, tmp_path):
    path = make()
    table = path / "tables" / "cases.parquet"
    shutil.move(table, tmp_path / "cases.parquet")
    table.symlink_to(tmp_path / "cases.parquet")
    assert codes(path) == {"link"}


def test_manifest_out_of_order(make):
    path = make()
    manifest = read_manifest(path)
    turned = manifest.model_copy(update={"files": manifest.files[::-1]})
    write_manifest(path, turned.model_copy(update={"digest": turned.computed_digest()}))
    assert codes(path) == {"manifest-order"}


def test_renamed_record(make):
    path = make()
    (path / f"records/{CASE}.json").rename(path / "records/other.json")
    seal(path)
    assert {"wrong-case", "file-without-case"} <= codes(path)


def test_record_with_an_unsafe_name(make):
    path = make()
    (path / f"records/{CASE}.json").rename(path / "records/.other.json")
    seal(path)
    assert "unexpected-file" in codes(path)


def test_unreadable_record(make):
    path = make()
    edit_json(path / f"records/{CASE}.json", lambda data: data.update(surplus=1))
    seal(path)
    assert "unreadable-record" in codes(path)


def test_record_that_contradicts_itself(make):
    path = make()
    file = path / f"records/{CASE}.json"
    edit_json(file, lambda data: data["questions"][0].update(region_ids=["f9.9"]))
    seal(path)
    assert {"unknown-region", "table-contradicts-records"} <= codes(path)


def test_masks_that_contradict_the_record(make):
    path = make()
    edit_json(path / f"records/{CASE}.json", lambda data: data["regions"][1].update(voxels=7))
    seal(path)
    assert "voxel-count" in codes(path)


def test_mask_of_another_case_or_broken(make):
    path = make()
    folder = path / f"masks/{CASE}"
    shutil.copy(folder / "organs_0.nii.gz", folder / "regions_0.nii.gz")
    seal(path)
    assert "voxel-count" in codes(path)
    flip_byte(folder / "regions_0.nii.gz")
    seal(path)
    found = [issue for issue in verify_release(path) if issue.case_id == CASE]
    assert found and {issue.code for issue in found}.isdisjoint({"voxel-count"})


def test_missing_mask_folder(make):
    path = make()
    shutil.rmtree(path / f"masks/{CASE}")
    seal(path)
    assert {"organ-status", "region-without-mask"} <= codes(path)


def test_volume_on_another_grid(make):
    path = make()
    shutil.copy(path / f"masks/{CASE}/organs_0.nii.gz", path / "volumes" / f"{CASE}.nii.gz")
    seal(path)
    assert codes(path) == set()
    edit_json(
        path / f"records/{CASE}.json",
        lambda data: data["volume"]["geometry"]["affine"][0].__setitem__(3, 9.0),
    )
    seal(path)
    where = {issue.where for issue in verify_release(path) if issue.code == "grid-mismatch"}
    assert f"volumes/{CASE}.nii.gz" in where


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("cases", "source"),
        ("findings", "text"),
        ("regions", "kind"),
        ("questions", "answer"),
        ("traces", "text"),
        ("issues", "what"),
    ],
)
def test_dropped_doubled_and_changed_rows(make, name, column):
    path = make()
    file = path / f"tables/{name}.parquet"
    whole = file.read_bytes()
    changes = [
        lambda table: table.slice(1),
        lambda table: table.slice(0, table.num_rows - 1),
        lambda table: pa.concat_tables([table, table.slice(table.num_rows - 1)]),
        lambda table: pa.concat_tables([table.slice(1), table.slice(0, 1)]),
        lambda table: table.set_column(
            table.schema.get_field_index(column),
            table.schema.field(column),
            pa.array(["x"] * table.num_rows, pa.string()),
        ),
    ]
    for change in changes:
        file.write_bytes(whole)
        edit_table(file, change)
        seal(path)
        assert "table-contradicts-records" in codes(path)


def test_other_columns(make):
    path = make()
    file = path / "tables/organs.parquet"
    whole = file.read_bytes()
    for change in (
        lambda table: table.drop_columns(["status"]),
        lambda table: table.rename_columns(["case_id", "name", "state"]),
        lambda table: table.select(["name", "case_id", "status"]),
        lambda table: table.append_column("more", table["name"]),
    ):
        file.write_bytes(whole)
        edit_table(file, change)
        seal(path)
        assert codes(path) == {"schema-mismatch"}
    file.write_bytes(b"no table")
    seal(path)
    assert codes(path) == {"unreadable-table"}


def test_incomplete_release(make):
    path = make()
    (path / "tables/organs.parquet").unlink()
    (path / "README.md").unlink()
    seal(path)
    assert {"incomplete-release", "unreadable-table"} <= codes(path)


def test_set_aside_that_is_no_list_of_issues(make):
    path = make()
    (path / "set_aside.json").write_text('[{"code": 1}]')
    seal(path)
    assert codes(path) == {"unreadable-issues"}


def test_wrong_counts(make):
    path = make()
    counts = {**read_manifest(path).counts, "cases": 7}
    seal(path, counts=counts)
    assert codes(path) == {"wrong-counts"}


def test_patient_in_two_splits(make):
    path = make()
    edit_json(path / f"records/{CASE}.json", lambda data: data.update(patient_id="valid_2"))
    seal(path)
    assert "patient-in-two-splits" in codes(path)


def test_unknown_split(make):
    path = make()
    splits = pa.array(["holdout", "train"], pa.string())
    edit_table(
        path / "tables/cases.parquet",
        lambda table: table.set_column(2, table.schema.field(2), splits),
    )
    seal(path)
    assert "unknown-split" in codes(path)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (None, "no-manifest"),
        ("{", "bad-manifest"),
        ("[]", "not-a-release"),
        ('{"format": "other"}', "not-a-release"),
        ('{"format": "groundct-release", "format_version": "9.0"}', "unknown-format-version"),
        ('{"format": "groundct-release", "format_version": "1.0"}', "bad-manifest"),
    ],
)
def test_folder_without_a_manifest_of_this_format(tmp_path, text, code):
    if text is not None:
        (tmp_path / "manifest.json").write_text(text)
    assert codes(tmp_path) == {code}
    with pytest.raises(ReleaseError, match=code):
        read_release(tmp_path)


@pytest.mark.parametrize("name", SCHEMAS)
def test_rows_that_cannot_be_read(make, name):
    path = make(issues=(Issue(code="a", where="b", what="c", remedy="d"),))
    file = path / f"tables/{name}.parquet"
    data = bytearray(file.read_bytes())
    start = pq.ParquetFile(file).metadata.row_group(0).column(0).dictionary_page_offset
    data[start : start + 40] = bytes(40)
    file.write_bytes(data)
    seal(path)
    assert "unreadable-table" in codes(path)
