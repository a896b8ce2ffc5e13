"""``groundct reports`` and ``groundct categorize`` on tables as they come."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from groundct.cli.main import cli
from groundct.codecs.tables import read_csv_table
from groundct.core.issues import DataError

LABELS = (
    "Medical material", "Arterial wall calcification", "Cardiomegaly", "Pericardial effusion",
    "Coronary artery wall calcification", "Hiatal hernia", "Lymphadenopathy", "Emphysema",
    "Atelectasis", "Lung nodule", "Lung opacity", "Pulmonary fibrotic sequela", "Pleural effusion",
    "Mosaic attenuation pattern", "Peribronchial thickening", "Consolidation", "Bronchiectasis",
    "Interlobular septal thickening",
)  # fmt: skip
COLUMNS = ("VolumeName", "ClinicalInformation_EN", "Technique_EN", "Findings_EN", "Impressions_EN")
ROWS = (
    ("v_1_a_1.nii.gz", "Cough.", "Without contrast.",
     "A 6x4 mm nodule in the right upper lobe. No pleural effusion.", "Nodule in the right lung."),
    ("v_2_a_1.nii.gz", "Not given.", "Not given.",
     'Quoted "here", with\na line break. Emphysema in both lungs.', ""),
    ("v_3_a_1.nii.gz", "", "", "Trachea and both main bronchi are open.", "Not given."),
)  # fmt: skip


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def table(path: Path, rows=ROWS, columns=COLUMNS, encoding="utf-8", delimiter=",") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerows((columns, *rows))
    return path


def cells_of(rows=ROWS, columns=COLUMNS) -> dict[str, dict[str, str]]:
    return {row[0].removesuffix(".nii.gz"): dict(zip(columns, row, strict=True)) for row in rows}


def check_offsets(out: Path, cells: dict[str, dict[str, str]]) -> int:
    """Every text of the tables is that of its cell and of its report; how many there are."""
    reports = {row["case_id"]: row for row in pq.read_table(out / "reports.parquet").to_pylist()}
    count = 0
    for name in ("sentences", "findings"):
        for row in pq.read_table(out / f"{name}.parquet").to_pylist():
            count += 1
            assert cells[row["case_id"]][row["column"]][row["start"] : row["end"]] == row["text"]
            whole = reports[row["case_id"]]["report_text"]
            assert whole[row["report_start"] : row["report_end"]] == row["text"]
    return count


def test_all_tables(tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run("reports", table(tmp_path / "in.csv"), "-o", out)
    assert result.exit_code == 0, result.output
    assert {path.name for path in out.iterdir()} == {
        "sentences.parquet", "findings.parquet", "reports.parquet", "labels.csv",
        "region_report.csv", "issues.csv", "run.json",
    }  # fmt: skip
    with (out / "labels.csv").open(encoding="utf-8", newline="") as file:
        labels = list(csv.DictReader(file))
    assert tuple(labels[0]) == ("VolumeName", *LABELS)
    assert [row["VolumeName"] for row in labels] == [row[0] for row in ROWS]
    assert [name for name in LABELS if labels[0][name] == "1"] == ["Lung nodule"]
    assert [name for name in LABELS if labels[1][name] == "1"] == ["Emphysema"]
    assert set(labels[2][name] for name in LABELS) == {"0"}
    assert check_offsets(out, cells_of()) > 10
    nodule = next(
        row
        for row in pq.read_table(out / "findings.parquet").to_pylist()
        if row["presence"] == "present" and row["type"] == "nodule"
    )
    assert nodule["measurements_mm"] == [[6.0, 4.0]]
    assert nodule["laterality"] == "right" and nodule["category"] == "2d" and nodule["focal"]
    regions = read_csv_table(out / "region_report.csv", inert_cells=True)
    assert {"Volumename": ROWS[0][0], "Anatomy": "pleura/pleura",
            "Sentence": "No pleural effusion."} in regions  # fmt: skip
    assert not any(row["Sentence"].startswith("Nodule in the right") for row in regions)


@pytest.mark.parametrize("name", ["sentences", "findings"])
def test_first_columns_are_those_that_scripts_read(tmp_path: Path, name: str) -> None:
    run("reports", table(tmp_path / "in.csv"), "-o", tmp_path / "out")
    schema = pq.read_schema(tmp_path / "out" / f"{name}.parquet")
    due = {
        "sentences": "case_id section index start end text regions anatomy",
        "findings": "case_id finding_id text standardized sentence_indices start end presence "
        "category focal anatomy laterality measurements_mm refers_to_prior",
    }[name].split()
    assert schema.names[: len(due)] == due
    for column in {"regions", "anatomy"} & set(schema.names):
        assert str(schema.field(column).type) == "list<element: string>"
