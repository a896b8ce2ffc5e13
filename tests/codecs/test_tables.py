"""Tables come back as they were written, and whatever is ambiguous is refused with its line."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundct.codecs.tables import (
    MAX_ISSUES,
    read_csv_headings,
    read_csv_table,
    read_parquet,
    write_csv_table,
    write_parquet,
)
from groundct.core.issues import TableError

CELLS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), max_size=12
)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=6), st.sampled_from(["t.csv", "t.tsv"]))
def test_rows_come_back_as_written(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]], name: str
) -> None:
    path = tmp_path_factory.mktemp("tables") / name
    rows = tuple({"a": a, "b": b} for a, b in cells)
    write_csv_table(path, ("a", "b"), rows)
    assert read_csv_table(path, required=("a", "b")) == rows
    assert read_csv_headings(path) == ("a", "b")


def test_byte_order_mark_and_index_column_of_pandas_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b'\xef\xbb\xbf,id,text\r\n0,a,\xc3\xa7\r\n\r\n1,b,"x\r\ny"\r\n')
    assert read_csv_table(path, key=("id",)) == (
        {"id": "a", "text": "ç"},
        {"id": "b", "text": "x\r\ny"},
    )
    assert read_csv_headings(path) == ("id", "text")


def test_all_faults_are_reported_with_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('id,t\n1,"a\nb"\n1,b\n2\n')
    with pytest.raises(TableError) as caught:
        read_csv_table(path, key=("id",))
    found = [(i.code, i.where) for i in caught.value.issues]
    assert found == [("duplicated-key", f"{path} line 4"), ("ragged-row", f"{path} line 5")]


def test_many_faults_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "1\n" * (MAX_ISSUES + 3))
    with pytest.raises(TableError) as caught:
        read_csv_table(path)
    assert len(caught.value.issues) == MAX_ISSUES + 1
    assert caught.value.issues[-1].code == "more-faults"
    assert caught.value.issues[-1].what.startswith("3 ")


def test_a_row_with_other_columns_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="columns"):
        write_csv_table(tmp_path / "t.csv", ("a",), [{"b": "1"}])
    with pytest.raises(ValueError, match="NUL"):
        write_csv_table(tmp_path / "t.csv", ("a",), [{"a": "\0"}])
    assert not list(tmp_path.iterdir())


def test_parquet_bytes_depend_on_the_values_alone(tmp_path: Path) -> None:
    table = pa.table({"a": [1, 2], "b": ["x", None]})
    chunked = pa.concat_tables([table.slice(0, 1), table.slice(1)])
    write_parquet(tmp_path / "1.parquet", table)
    write_parquet(tmp_path / "2.parquet", chunked)
    assert (tmp_path / "1.parquet").read_bytes() == (tmp_path / "2.parquet").read_bytes()
    assert read_parquet(tmp_path / "1.parquet").equals(table)
    assert read_parquet(tmp_path / "1.parquet", ["b"]).column_names == ["b"]


def test_parquet_faults(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    write_parquet(path, pa.table({"a": [1]}))
    with pytest.raises(TableError, match="missing-column"):
        read_parquet(path, ["z"])
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(TableError, match="not-parquet"):
        read_parquet(path)


@pytest.mark.parametrize(
    "text",
    [
        '"a\nb",c\n1,2\n',
        "x;y\x0c,u\n",
        '"a;b\nc",d\n',
        "\n\r\na,b\n1,2\n",
        '"a\r\n\r\nb",c\r\n',
        "a,b\r1,2\r",
        "\ufeff\na,b\n",
    ],
)
def test_headings_alone_are_those_of_the_table(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text + '"h""h","\n"\n' * 2000, encoding="utf-8", newline="")
    rows = read_csv_table(path)
    assert read_csv_headings(path) == tuple(rows[0])


def test_semicolons_between_quoted_headings(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('"a";"b,c"\n1;2\n', encoding="utf-8")
    assert read_csv_table(path) == ({"a": "1", "b,c": "2"},)


@pytest.mark.parametrize("heading", ["a;b", "\ufeff", "\ufeffa", '"a";'])
def test_headings_that_say_something_to_readers_come_back(tmp_path: Path, heading: str) -> None:
    path = tmp_path / "t.csv"
    write_csv_table(path, [heading], [{heading: "1"}])
    assert read_csv_table(path) == ({heading: "1"},)
