"""RadGenome's tables and paths: values <-> files."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundct.codecs.radgenome import (
    COLUMNS,
    RadGenomeCase,
    mask_folder,
    read_table,
    table_of_file,
    table_path,
    write_tables,
)
from groundct.core.case import PublishedRow
from groundct.core.issues import TableError

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
ROWS = st.sampled_from(list(COLUMNS)).flatmap(
    lambda table: st.tuples(*[CELLS] * len(COLUMNS[table])).map(
        lambda values: PublishedRow(table=table, values=values)
    )
)


@given(st.lists(ROWS, max_size=8))
def test_what_is_written_is_read_back(rows: list[PublishedRow]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        case = RadGenomeCase(case_id="train_1_a_1", split="train", rows=tuple(rows))
        assert len(write_tables(root, [case])) == 6
        for table in COLUMNS:
            read = read_table(table_path(root, "train", table), table)
            expected = [row for row in rows if row.table == table]
            assert read == tuple(("train_1_a_1.nii.gz", row) for row in expected)


def test_splits_have_their_own_files(tmp_path: Path) -> None:
    row = PublishedRow(table="case_disorders", values=("nodule",))
    cases = [
        RadGenomeCase(case_id=name, split=split, rows=(row,))  # type: ignore[arg-type]
        for name, split in (("a", "validation"), ("b", "train"), ("c", "train"))
    ]
    assert len(write_tables(tmp_path, cases)) == 12
    table = read_table(table_path(tmp_path, "train", "case_disorders"), "case_disorders")
    assert [name for name, _ in table] == ["b.nii.gz", "c.nii.gz"]


def test_further_columns_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "train_vqa_abnormality.csv"
    path.write_text("Volumename,Non-Abnormality,Abnormality,Anatomy\nv,none,nodule,lung\n")
    ((name, row),) = read_table(path, "vqa_abnormality")
    assert (name, row.values) == ("v", ("lung", "nodule"))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"Volumename,Anatomy\nv,lung\n", "missing-column"),
        (b"volumename,Anatomy,Sentence\nv,lung,T\n", "missing-column"),
        (b"Volumename,Anatomy,Sentence\nv,lung\n", "ragged-row"),
        (b"Volumename,Anatomy,Sentence\nv,lung,\xff\n", "not-utf-8"),
        (b"", "empty-file"),
    ],
)
def test_a_malformed_table_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "train_region_report.csv"
    path.write_bytes(content)
    with pytest.raises(TableError) as caught:
        read_table(path, "region_report")
    assert code in [issue.code for issue in caught.value.issues]


def test_names_of_files_and_folders() -> None:
    root = Path("root")
    assert table_of_file(Path("x/validation_vqa_size.csv")) == ("validation", "vqa_size")
    for name in ("dev_vqa_size.csv", "train_vqa_size.tsv", "train_vqa.csv", "vqa_size.csv"):
        assert table_of_file(Path(name)) is None
    assert mask_folder(root, "validation", "valid_1_a_1", "region") == (
        root / "valid_region_mask" / "seg_valid_1_a_1"
    )
