"""Tables read row by row: encodings are proven or told, and a row at fault is set aside alone."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundct.codecs._csv_text import inert, plain
from groundct.codecs.csv_scan import CsvScan, ScannedRow, scan_csv
from groundct.codecs.tables import read_csv_headings, read_csv_table, write_csv_table
from groundct.core.issues import Issue, TableError

TURKISH = "Sağ akciğer üst lobda nodül; ölçüm “5 mm”, İNCE ŞÜPHE – ağır ışık çığ"
FORMULAS = (
    "=1+1", "+1", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "'=1", "''-1", "＝1", "\xa0=1",
)  # fmt: skip
PIECES = ("a", "b", ",", ";", '"', '""', "\n", "\r", "\r\n", " ", "\0", "ğ", "\ufeff")
CELLS = st.text(
    st.one_of(st.sampled_from("'=+-@\t\r\n ,;\"x＝"), st.characters(exclude_categories=["Cs"])),
    max_size=8,
).filter(lambda cell: "\0" not in cell)


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def told(scan: CsvScan) -> list[tuple[int, int] | str]:
    """(number, line) of the rows, and the codes of those set aside."""
    return [r.code if isinstance(r, Issue) else (r.number, r.line) for r in scan.rows()]


def cells(scan: CsvScan) -> list[dict[str, str]]:
    return [row.cells for row in scan.rows() if isinstance(row, ScannedRow)]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"]
)
def test_unicode_with_and_without_its_mark(tmp_path: Path, encoding: str) -> None:
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b"\xfe\xff" if "be" in encoding else b""
    text = f'\nid,text\r\n1,"{TURKISH}"\r\n\r\n2,"two\nlines"\r\n3,\r\n'
    scan = scan_csv(write(tmp_path / "t.csv", mark + text.encode(encoding)))
    assert told(scan) == [(1, 3), (2, 5), (3, 7)]
    assert [row["text"] for row in cells(scan)] == [TURKISH, "two\nlines", ""]
    assert scan.encoding.issue is None
    assert told(scan) == told(scan)


def test_a_turkish_spreadsheet_is_read_and_told(tmp_path: Path) -> None:
    data = f'id;text\r\n1;"{TURKISH}"\r\n'.encode("cp1254")
    scan = scan_csv(write(tmp_path / "t.csv", data))
    assert cells(scan) == [{"id": "1", "text": TURKISH}]
    assert scan.encoding.name == "cp1254"
    assert scan.encoding.issue is not None
    assert (scan.encoding.issue.code, scan.encoding.issue.severity) == (
        "encoding-detected",
        "warning",
    )


@pytest.mark.parametrize("encoding", ["cp1251", "cp1253", "cp857", "mac-turkish", "cp437"])
def test_other_encodings_are_not_guessed(tmp_path: Path, encoding: str) -> None:
    text = {"cp1251": "лёгкие без изменений", "cp1253": "πνεύμονας"}.get(encoding, "Sağ üst ışık")
    data = f"id,text\n1,plain\n2,{text}\n3,plain\n".encode(encoding, errors="replace")
    path = write(tmp_path / "t.csv", data)
    assert told(scan_csv(path)) == [(1, 2), "not-utf-8", (3, 4)]
    assert cells(scan_csv(path, encoding=encoding))[1]["text"] == data.splitlines()[2][2:].decode(
        encoding
    )


def test_a_row_in_another_encoding_than_the_rest_is_set_aside(tmp_path: Path) -> None:
    data = "id,text\n1,akciğer\n".encode() + "2,akciğer\n".encode("cp1254") + b"3,lung\n"
    scan = scan_csv(write(tmp_path / "t.csv", data))
    assert told(scan) == [(1, 2), "not-utf-8", (3, 4)]
    (issue,) = [row for row in scan.rows() if isinstance(row, Issue)]
    assert issue.where.endswith("t.csv row 2 (line 3)")


def test_rows_at_fault_leave_the_others(tmp_path: Path) -> None:
    text = (
        'id,text\n1,a\n2,a,b\n3\n4,"a"b\n5,"c\nd"\n6,a\0b\n7,"say ""no"""\n8,"never closed\n9,a\n'
    )
    scan = scan_csv(write(tmp_path / "t.csv", text.encode()))
    assert told(scan) == [
        (1, 2), "ragged-row", "ragged-row", "broken-quoting", (5, 6), "nul-byte", (7, 9),
        "broken-quoting",
    ]  # fmt: skip
    issues = [row for row in scan.rows() if isinstance(row, Issue)]
    assert [i.where.partition(" row ")[2] for i in issues] == [
        "2 (line 3)", "3 (line 4)", "4 (line 5)", "6 (line 8)", "8 (line 10)",
    ]  # fmt: skip
    assert "lines 10 to 11" in issues[-1].what
    assert all(i.remedy and i.severity == "error" for i in issues)


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("t.csv", b"", "empty-file"),
        ("t.csv", b"\n\n", "no-headings"),
        ("t.csv", b"PK\x03\x04\x14\0\6\0", "not-a-table"),
        ("t.csv", b"%PDF-1.4", "not-a-table"),
        ("t.csv", b"\x1f\x8b\x08\0", "not-a-table"),
        ("t.csv.gz", b"\x1f\x8b\x08\0", "broken-gzip"),
        ("t.csv.gz", b"id,text\n", "broken-gzip"),
        ("t.csv", "id,text\n1,a\n".encode("utf-16-le"), "nul-byte"),
        ("t.csv", "id,text\n1,a\n".encode("utf-16")[:-1], "not-in-encoding"),
        ("t.csv", b'"id"x,text\n', "broken-quoting"),
        ("t.csv", b"id,id\n", "duplicated-heading"),
        ("t.csv", b"id,\xff\n", "not-utf-8"),
        ("t.csv", b"other,text\n", "missing-column"),
    ],
)
def test_what_is_no_table_is_refused_whole(
    tmp_path: Path, name: str, data: bytes, code: str
) -> None:
    with pytest.raises(TableError) as caught:
        scan_csv(write(tmp_path / name, data), required=("id",))
    assert [issue.code for issue in caught.value.issues] == [code]
    assert all(str(tmp_path) in i.where and i.remedy for i in caught.value.issues)


def test_an_encoding_that_is_said_must_be_one_and_the_right_one(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "id\nı\n".encode())
    for said, code in (("klingon", "unknown-encoding"), ("hex", "unknown-encoding"),
                       ("ascii", "not-in-encoding")):  # fmt: skip
        with pytest.raises(TableError, match=code):
            scan_csv(path, encoding=said)
    with pytest.raises(TableError, match="no-such-file"):
        scan_csv(tmp_path)


def test_packed_tables_and_tabs(tmp_path: Path) -> None:
    packed = gzip.compress(b"id\ttext\n1\ta, b\n")
    assert cells(scan_csv(write(tmp_path / "t.tsv.gz", packed))) == [{"id": "1", "text": "a, b"}]


def test_carriage_returns_alone_and_an_index_column(tmp_path: Path) -> None:
    scan = scan_csv(write(tmp_path / "t.csv", b",id,text\r0,1,a\r1,2,b\r"))
    assert cells(scan) == [{"id": "1", "text": "a"}, {"id": "2", "text": "b"}]


@given(
    st.lists(st.sampled_from(PIECES), max_size=30),
    st.sampled_from(["utf-8", "cp1254", "utf-8-sig"]),
)
def test_what_is_read_whole_is_read_alike_row_by_row(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[str], encoding: str
) -> None:
    path = tmp_path_factory.mktemp("alike") / "t.csv"
    write(path, ("x,y\n" + "".join(pieces)).encode(encoding, errors="replace"))
    scan = scan_csv(path)
    rows = list(scan.rows())
    try:
        whole = read_csv_table(path)
    except TableError:
        assert scan.encoding.issue or any(isinstance(row, Issue) for row in rows)
    else:
        assert tuple(cells(scan)) == whole and len(rows) == len(whole)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=6), st.sampled_from(["t.csv", "t.tsv"]))
def test_inert_cells_come_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], name: str
) -> None:
    path = tmp_path_factory.mktemp("inert") / name
    written = tuple({"a": a, "b": b} for a, b in rows)
    write_csv_table(path, ("a", "b"), written, inert_cells=True)
    assert read_csv_table(path, inert_cells=True) == written
    for row in read_csv_table(path):
        for cell in row.values():
            assert cell.strip()[:1] not in tuple("=+-@＝＋－＠")
            assert cell[:1] not in tuple("\t\r\n")


@pytest.mark.parametrize("cell", FORMULAS)
def test_formulas_get_an_apostrophe(cell: str) -> None:
    assert inert(cell) == "'" + cell
    assert plain(inert(cell)) == cell


@pytest.mark.parametrize("cell", ["", "5 mm", "a=1", "'tis", "1-2", "–", "''", " x"])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert inert(cell) == plain(cell) == cell


@pytest.mark.parametrize("first", ["sep=;\r\n", '"sep=;"\n', "\nSEP=;\n", "sep=\t\n", "sep=|\n"])
def test_excels_line_that_names_the_delimiter(tmp_path: Path, first: str) -> None:
    sign = first.strip('"\r\n')[-1]
    data = first + f'id{sign}text\n1{sign}"one{sign} two"\n'
    path = write(tmp_path / "t.csv", data.encode("utf-8-sig"))
    due = {"id": "1", "text": f"one{sign} two"}
    assert cells(scan_csv(path)) == [due] == list(read_csv_table(path))
    assert read_csv_headings(path) == ("id", "text")
    line = data.count("\n")
    path.write_text(data + "2\n")
    with pytest.raises(TableError, match=f"line {line + 1}: the row has 1 cells"):
        read_csv_table(path)
    assert told(scan_csv(path)) == [(1, line), "ragged-row"]


def test_empty_columns_without_a_heading_are_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", b"id,text,,\n1,one,,\n2,two,, \n")
    due = [{"id": "1", "text": "one"}, {"id": "2", "text": "two"}]
    assert cells(scan_csv(path)) == due == list(read_csv_table(path))
    assert read_csv_headings(path) == ("id", "text")


def test_a_column_that_holds_text_needs_a_heading(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", b"id,text,\n1,one,\n2,two,more\n")
    for read in (scan_csv, read_csv_table):
        with pytest.raises(TableError, match=r"column 3 has no heading, and line 3 holds 'more'"):
            read(path)
