"""docs/format.md says the same as the program: columns, types, codes, files."""

import re
from pathlib import Path

import pyarrow as pa
import pytest

from groundct.release import splits
from groundct.release.manifest import Manifest
from groundct.release.schemas import SCHEMAS

PAGE = (Path(__file__).parents[2] / "docs" / "format.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| (yes|no) \| (.+?) \| (.+) \|$", re.MULTILINE)


def in_words(kind):
    if pa.types.is_list(kind):
        return f"list of {in_words(kind.value_type)}"
    if pa.types.is_struct(kind):
        return "{" + ", ".join(f"{field.name}: {in_words(field.type)}" for field in kind) + "}"
    return {"string": "text", "double": "float64"}.get(str(kind), str(kind))


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_column_is_described_as_it_is(name):
    part = PAGE.split(f"### `tables/{name}.parquet`")[1].split("\n## ")[0].split("\n### ")[0]
    described = [row[:3] for row in ROW.findall(part)]
    assert described == [
        (field.name, in_words(field.type), "yes" if field.nullable else "no")
        for field in SCHEMAS[name]
    ]


def test_no_other_table_is_described():
    assert re.findall(r"### `tables/(\w+)\.parquet`", PAGE) == list(SCHEMAS)


def test_every_field_of_the_manifest_is_described():
    part = PAGE.split("## `manifest.json`")[1].split("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE) == list(Manifest.model_fields)


def test_its_example_runs(make, monkeypatch):
    monkeypatch.chdir(make().parent)
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names = {}
    exec(code.replace("f4.1", "f1.1"), names)
    assert names["nodule"].any() and names["findings"] and names["record"].case_id == "train_1_a_1"


def test_every_code_is_described_and_no_other():
    folder = Path(splits.__file__).parent
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py")))
    used = set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"', text)) - {"groundct-release"}
    used |= {"link", "unknown-region", "unknown-finding", "unsafe-case-id", "doubled-case"}
    part = PAGE.split("## What a check finds")[1].split("\n## ")[0]
    assert set(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", part)) == used
