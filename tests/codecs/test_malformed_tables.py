"""Malformed tables, and the error and the line that each gets."""

from pathlib import Path

import pytest

from groundct.codecs.tables import read_csv_headings, read_csv_table
from groundct.core.issues import TableError

CASES = {
    "empty": ("empty-file", b"", ""),
    "blank": ("no-headings", b"\n\n", ""),
    "nameless": ("no-headings", b",,\n1,2,3\n", ""),
    "cp1254": ("not-utf-8", "id,text\n1,akci\u011fer".encode("cp1254"), " line 2"),
    "utf-16": ("utf-16", "id,text\n1,a\n".encode("utf-16"), ""),
    "nul": ("nul-byte", b"id,text\n1,a\n2,\0\n", " line 3"),
    "spreadsheet": ("nul-byte", b"PK\3\4\x14\0\6\0", " line 1"),
    "missing column": ("missing-column", b"id,report\n1,a\n", " line 1"),
    "heading in other case": ("missing-column", b"ID,text\n1,a\n", " line 1"),
    "wrong delimiter": ("missing-column", b"id|text\n1|a\n", " line 1"),
    "duplicated heading": ("duplicated-heading", b"id,text,text\n1,a,b\n", " line 1"),
    "nameless column": ("nameless-column", b"id,,text\n1,a,b\n", " line 1"),
    "short row": ("ragged-row", b"id,text\n1\n", " line 2"),
    "long row": ("ragged-row", b'id,text\n"1\n",a\n2,b, c\n', " line 4"),
    "open quote": ("broken-quoting", b'id,text\n1,"a\n2,b\n', " line 2"),
    "text after quote": ("broken-quoting", b'id,text\n1,"a"b\n', " line 2"),
    "wrong delimiter in rows": ("ragged-row", b"id;text\n1,a\n", " line 2"),
    "endless cell": ("broken-quoting", b'id,text\n1,"' + b"a" * (1 << 25), " line 2"),
    "duplicated key": ("duplicated-key", b"id,text\n1,a\n1,b\n", " line 3"),
}


@pytest.mark.parametrize("name", CASES)
def test_malformed_table_is_refused_with_its_reason(tmp_path: Path, name: str) -> None:
    code, data, line = CASES[name]
    path = tmp_path / "reports.csv"
    path.write_bytes(data)
    with pytest.raises(TableError) as caught:
        read_csv_table(path, required=("id", "text"), key=("id",))
    assert [(i.code, i.where) for i in caught.value.issues] == [(code, f"{path}{line}")]
    assert all(i.what.endswith(".") and i.remedy.endswith(".") for i in caught.value.issues)


def test_no_table(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent.csv"):
        for read in (read_csv_table, read_csv_headings):
            with pytest.raises(TableError, match="no-such-file"):
                read(path)
