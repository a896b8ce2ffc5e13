"""``groundct reports`` and ``groundct categorize`` on tables as they come."""

from __future__ import annotations

import csv
import errno
import json
from pathlib import Path
from pkgutil import resolve_name

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from groundct.cli.main import cli, main
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
     "A 6x4 mm nodule in the right upper lobe. No pleural effusion. Nodule in the left lung.",
     "Nodule in the right lung. 9 mm nodule in the left lung."),
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
            for start, end in zip(
                row.get("measurement_report_starts", ()),
                row.get("measurement_report_ends", ()),
                strict=True,
            ):
                assert any(character.isdigit() for character in whole[start:end])
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
    assert {labels[2][name] for name in LABELS} == {"0"}
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


def issues_of(out: Path) -> list[dict[str, str]]:
    return list(read_csv_table(out / "issues.csv", inert_cells=True))


def digests(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.iterdir()}


def test_free_text_is_split_at_its_headings(tmp_path: Path) -> None:
    text = "FINDINGS:\nNo effusion. Nodule in the left lung.\nIMPRESSION:\nNodule."
    source = table(
        tmp_path / "in.tsv", [("a1", text, "x")], ("AccessionNo", "report_text", "extra"),
        delimiter="\t",
    )  # fmt: skip
    assert run("reports", source, "-o", tmp_path / "out").exit_code == 0
    assert check_offsets(tmp_path / "out", {"a1": {"report_text": text}}) > 4
    rows = pq.read_table(tmp_path / "out" / "sentences.parquet").to_pylist()
    assert [row["section"] for row in rows] == ["findings", "findings", "impression"]


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", ","), ("cp1254", ";")],
)
def test_spreadsheets_of_any_kind(tmp_path: Path, encoding: str, delimiter: str) -> None:
    rows = [("v_1.nii.gz", "", "", "Nodül ş ğ; no effusion – “as seen”.\r\nEmphysema.", "")]
    source = table(tmp_path / "in.csv", rows, encoding=encoding, delimiter=delimiter)
    result = run("reports", source, "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    check_offsets(tmp_path / "out", cells_of(rows))
    assert ("encoding-detected" in result.output) == (encoding == "cp1254")
    assert [row["code"] for row in issues_of(tmp_path / "out")] == (
        ["encoding-detected"] if encoding == "cp1254" else []
    )


def test_bad_rows_are_set_aside_with_number_reason_and_remedy(tmp_path: Path) -> None:
    bad = [
        ("v_1", "", "", "No effusion.", ""),
        ("", "", "", "No effusion.", ""),
        ("v_3", "", "", "No effusion."),
        ("v_4", "", "", "", " "),
        ("v_5", "", "", "A nod\0ule.", ""),
        ("v_6", "", "", "{\\rtf1 open", ""),
        ("v_7.nii.gz", "", "", "Emphysema.", ""),
        ("v_7", "", "", "No emphysema.", ""),
        ("v_9", "", "", "\u200b", "<p>"),
        ("v_10", "", "", "No nodule.", ""),
    ]
    source = table(tmp_path / "in.csv", bad)
    result = run("reports", source, "-o", tmp_path / "out")
    assert result.exit_code == 1
    found = issues_of(tmp_path / "out")
    assert [(row["code"], int(row["where"].split(" row ")[1].split()[0])) for row in found] == [
        ("row-without-name", 2), ("ragged-row", 3), ("no-report", 4), ("nul-byte", 5),
        ("broken-rtf", 6), ("duplicated-row", 7), ("duplicated-row", 8), ("no-report", 9),
    ]  # fmt: skip
    assert all(row["what"] and row["remedy"] and "(line " in row["where"] for row in found)
    labels = read_csv_table(tmp_path / "out" / "labels.csv", inert_cells=True)
    assert [row["VolumeName"] for row in labels] == ["v_1", "v_10"]
    assert all(row["where"] in result.output for row in found)
    assert "2 reports read, 8 set aside" in result.output


def test_a_report_that_says_nothing_is_told(tmp_path: Path) -> None:
    rows = [("v_1", "Cough.", "Plain.", "Not given.", ""), *ROWS]
    result = run("reports", table(tmp_path / "in.csv", rows), "-o", tmp_path / "out")
    assert result.exit_code == 0
    assert [row["code"] for row in issues_of(tmp_path / "out")] == ["nothing-said"]
    labels = read_csv_table(tmp_path / "out" / "labels.csv", inert_cells=True)
    assert [row["VolumeName"] for row in labels] == [row[0] for row in rows]


def test_formulas_are_inert_in_what_is_written_and_come_back(tmp_path: Path) -> None:
    rows = [("=cmd|'x'!A1", "", "", "=1+1 nodule is seen. +Effusion. @Mass was seen.", "")]
    run("reports", table(tmp_path / "in.csv", rows), "-o", tmp_path / "out")
    for name in ("labels.csv", "region_report.csv"):
        with (tmp_path / "out" / name).open(encoding="utf-8", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert not any(cell[:1] in ("=", "+", "-", "@") and cell for cell in cells)
    (row,) = read_csv_table(tmp_path / "out" / "labels.csv", inert_cells=True)
    assert row["VolumeName"] == rows[0][0]
    check_offsets(tmp_path / "out", cells_of(rows))


def test_long_and_odd_cells_keep_their_offsets(tmp_path: Path) -> None:
    odd = (
        "<div>No pleural\u200b eff\u00adusion.</div>\u202eA 5&nbsp;mm nodule\u202c 😀 in the lung."
    )
    rtf = "{\\rtf1\\ansi\\ansicpg1254 Nod\\u252?l \\'fd. Emphysema is \\b seen\\b0.\\par}"
    many = "There is a 5 mm nodule in the right upper lobe. " * 20_000
    rows = [("v_1", "", "", odd, rtf), ("v_2", "", "", rtf, odd), ("v_3", "", "", many, "")]
    result = run("reports", table(tmp_path / "in.csv", rows), "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert check_offsets(tmp_path / "out", cells_of(rows)) > 20_000
    assert {row["code"] for row in issues_of(tmp_path / "out")} == {"direction-override"}
    labels = read_csv_table(tmp_path / "out" / "labels.csv", inert_cells=True)
    assert [row["Emphysema"] for row in labels] == ["1", "1", "0"]


def test_a_finding_told_in_two_sections_stands_where_its_words_do(tmp_path: Path) -> None:
    rows = [
        ("v_1", "", "", "The spleen is 150 mm long. The liver is normal.", "Splenomegaly."),
        ("v_2", "", "", "The ascending aorta measures 43 mm.", "Ectatic ascending aorta."),
    ]
    assert run("reports", table(tmp_path / "in.csv", rows), "-o", tmp_path / "out").exit_code == 0
    check_offsets(tmp_path / "out", cells_of(rows))
    found = pq.read_table(tmp_path / "out" / "findings.parquet").to_pylist()
    (spleen,) = (row for row in found if row["text"] == "Splenomegaly")
    assert (spleen["section"], spleen["start"], spleen["end"]) == ("impression", 0, 12)
    assert spleen["sentence_indices"] == [0, 2]


def test_equal_tables_give_equal_bytes_for_any_number_of_workers(tmp_path: Path) -> None:
    rows = [(f"v_{n}", "", "", ROWS[n % 3][3], ROWS[n % 3][4]) for n in range(600)]
    source = table(tmp_path / "in.csv", rows)
    assert run("reports", source, "-o", tmp_path / "one").exit_code == 0
    assert run("reports", source, "-o", tmp_path / "two", "--workers", 2).exit_code == 0
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    assert run("reports", source, "-o", tmp_path / "one").exit_code == 0
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_folder_of_others_is_refused(tmp_path: Path) -> None:
    source = table(tmp_path / "in.csv")
    out = tmp_path / "out"
    out.mkdir()
    (out / "labels.csv").write_text("mine")
    with pytest.raises(DataError, match="target-not-a-run"):
        cli(["reports", str(source), "-o", str(out)], standalone_mode=False)
    assert (out / "labels.csv").read_text() == "mine"
    (out / "labels.csv").unlink()
    run("reports", source, "-o", out)
    (out / "more.txt").write_text("mine")
    with pytest.raises(DataError, match="target-has-other-files"):
        cli(["reports", str(source), "-o", str(out)], standalone_mode=False)
    with pytest.raises(DataError, match="target-not-a-folder"):
        cli(["reports", str(source), "-o", str(source)], standalone_mode=False)


def test_a_full_disk_is_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    source = table(tmp_path / "in.csv")
    monkeypatch.setattr(pq.ParquetWriter, "write_table", full)
    with pytest.raises(DataError, match=r"cannot-write.*No space left"):
        cli(["reports", str(source), "-o", str(tmp_path / "out")], standalone_mode=False)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_an_interrupt_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("groundct.reports.tables.run.read_batch", interrupted)
    result = run("reports", table(tmp_path / "in.csv"), "-o", tmp_path / "out")
    assert result.exit_code == 130 and "nothing is written" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.parametrize(
    "place",
    [
        "_rules.discourse.whole:require_read",
        "_rules.discourse.whole:merged",
        "tables.batch:labels_of_findings",
    ],
)
def test_a_fault_in_one_report_sets_that_one_aside(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0

    def faulty(*given: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise ZeroDivisionError("made up")
        return whole(*given)

    whole = resolve_name(f"groundct.reports.{place}")
    monkeypatch.setattr(f"groundct.reports.{place.replace(':', '.')}", faulty)
    result = run("reports", table(tmp_path / "in.csv"), "-o", tmp_path / "out")
    assert result.exit_code == 1
    (issue,) = issues_of(tmp_path / "out")
    assert issue["code"] == "internal-error" and "row 2 (line 3)" in issue["where"]
    assert len(read_csv_table(tmp_path / "out" / "labels.csv")) == 2


@pytest.mark.parametrize(
    ("text", "code"),
    [("a,b\n1,2\n", "not-a-reports-table"), ("VolumeName,Findings_EN\n", "no-rows"),
     ("VolumeName,report\n", "no-rows"), ("VolumeName|report\n1|2\n", "not-a-reports-table")],
)  # fmt: skip
def test_what_is_no_table_of_reports_is_refused(tmp_path: Path, text: str, code: str) -> None:
    source = tmp_path / "in.csv"
    source.write_text(text)
    with pytest.raises(DataError, match=code):
        cli(["reports", str(source), "-o", str(tmp_path / "out")], standalone_mode=False)
    assert not (tmp_path / "out").exists()


def test_json_summary(tmp_path: Path) -> None:
    result = run("reports", table(tmp_path / "in.csv"), "-o", tmp_path / "out", "--json")
    summary = json.loads(result.stdout)
    assert summary["read"] == 3 and summary["set_aside"] == 0
    assert summary["labels"]["Emphysema"] == 1
    assert summary["findings"] == sum(summary["findings_by_presence"].values())
    stated = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert stated["format"] == "groundct-reports 1.0"
    assert {key: summary[key] for key in stated if key != "format"} == {
        key: value for key, value in stated.items() if key != "format"
    }


def test_missing_columns_are_told_and_read_without(tmp_path: Path) -> None:
    source = table(tmp_path / "in.csv", [("v_1", "No nodule.")], ("VolumeName", "Findings_EN"))
    result = run("reports", source, "-o", tmp_path / "out")
    assert result.exit_code == 0
    assert {row["code"] for row in issues_of(tmp_path / "out")} == {"missing-section-column"}


def test_explain_shows_what_fired_under_its_words() -> None:
    result = run("reports", "--explain", "No pleural effusion, but a 5 mm nodule.")
    lines = result.output.splitlines()
    at = lines.index("No pleural effusion, but a 5 mm nodule.")
    negation = next(line for line in lines if "en/negation.tsv" in line and "negates_after" in line)
    assert negation.startswith("~~ ") and "-> f1" in negation
    effusion = next(line for line in lines if "en/findings.tsv" in line and "effusion" in line)
    place = effusion.index("~")
    words = lines[at][place : place + effusion[place:].index(" ")]
    assert words in ("pleural effusion", "effusion")
    assert any("absent: No pleural effusion" in line for line in lines)
    assert any(line.split() == ["labels", "Lung", "nodule"] for line in lines)
    assert "\x1b" not in result.output


def test_explain_a_case_of_a_table_and_as_json(tmp_path: Path) -> None:
    source = table(tmp_path / "in.csv")
    result = run("reports", source, "--case", "v_1_a_1", "--json")
    explained = json.loads(result.stdout)
    assert [one["text"] for one in explained][2:4] == [
        "A 6x4 mm nodule in the right upper lobe.", "No pleural effusion.",
    ]  # fmt: skip
    assert explained[0]["fired"] == []
    fired = explained[3]["fired"]
    assert {"negates_after"} <= {entry["meaning"] for entry in fired}
    for entry in fired:
        assert entry["table"].startswith("en/") and entry["term"] and entry["entry"]
    assert run("reports", source, "--case", "nobody").exit_code == 2
    assert run("reports", source).exit_code == 2
    assert run("reports").exit_code == 2


def findings_table(path: Path, *findings: str) -> Path:
    return table(path, [(n, finding) for n, finding in enumerate(findings)], ("n", "finding"),
                 delimiter="\t")  # fmt: skip


def test_categorize_adds_a_column_and_keeps_the_others(tmp_path: Path) -> None:
    findings = (
        "5 mm nodule in the right upper lobe",
        'Pleural "effusion"\nright',
        "",
        "=Emphysema",
    )
    source = findings_table(tmp_path / "in.tsv", *findings)
    source.write_bytes(b"\xef\xbb\xbf" + source.read_bytes())
    result = run("categorize", source, "-o", tmp_path / "out.tsv")
    assert result.exit_code == 0, result.output
    rows = read_csv_table(tmp_path / "out.tsv", inert_cells=True)
    assert [row["finding"] for row in rows] == list(findings)
    assert [row["n"] for row in rows] == ["0", "1", "2", "3"]
    codes = [row["predicted_category"] for row in rows]
    assert (codes[0], codes[2]) == ("2d", "")
    assert "empty-finding" in result.output and "row 3" in result.output
    assert "'=Emphysema" in (tmp_path / "out.tsv").read_text(encoding="utf-8")
    again = run("categorize", tmp_path / "out.tsv", "-o", tmp_path / "more.tsv")
    assert again.exit_code != 0 and not (tmp_path / "more.tsv").exists()


def test_categorize_refuses_a_table_without_findings(tmp_path: Path) -> None:
    source = table(tmp_path / "in.tsv", [("1", "x")], ("n", "text"), delimiter="\t")
    with pytest.raises(DataError, match="missing-column"):
        cli(["categorize", str(source), "-o", str(tmp_path / "o.tsv")], standalone_mode=False)
    source.write_text("n\tfinding\n1\tnodule\textra\n2\tnodule\n")
    result = run("categorize", source, "-o", tmp_path / "o.tsv")
    assert result.exit_code == 1 and "ragged-row" in result.output
    assert [row["n"] for row in read_csv_table(tmp_path / "o.tsv")] == ["2"]


def test_categorize_does_not_write_over_its_input(tmp_path: Path) -> None:
    source = findings_table(tmp_path / "in.tsv", "5 mm nodule")
    before = source.read_bytes()
    (tmp_path / "link.tsv").symlink_to(source)
    for out in (source, tmp_path / "link.tsv"):
        with pytest.raises(DataError, match="output-is-input"):
            cli(["categorize", str(source), "-o", str(out)], standalone_mode=False)
    assert source.read_bytes() == before


def test_categorize_knows_its_column_in_capitals_and_missing_values(tmp_path: Path) -> None:
    rows = [("1", "5 mm nodule"), ("2", "NaN")]
    source = table(tmp_path / "in.csv", rows, ("n", "Finding"))
    result = run("categorize", source, "-o", tmp_path / "out.csv")
    assert result.exit_code == 0 and "empty-finding" in result.output and "'NaN'" in result.output
    found = read_csv_table(tmp_path / "out.csv")
    assert [(row["Finding"], row["predicted_category"]) for row in found] == [
        ("5 mm nodule", "2d"), ("NaN", ""),
    ]  # fmt: skip
    both = table(tmp_path / "both.csv", [("a", "b")], ("Finding", "finding"))
    with pytest.raises(DataError, match="ambiguous-columns"):
        cli(["categorize", str(both), "-o", str(tmp_path / "x.csv")], standalone_mode=False)


def test_the_columns_that_were_taken_are_told_or_named(tmp_path: Path) -> None:
    source = table(tmp_path / "in.csv", [("a", "Nodule.", "x")], ("Key", "Dictation", "text"))
    with pytest.raises(DataError, match="no column names the case"):
        cli(["reports", str(source), "-o", str(tmp_path / "out")], standalone_mode=False)
    result = run("reports", source, "-o", tmp_path / "out", "--case-column", "Key",
                 "--report-column", "Dictation")  # fmt: skip
    assert result.exit_code == 0
    assert result.output.startswith(
        "in.csv: 'Key' names the case, 'Dictation' holds the report\n1 report read"
    )
    run_file = json.loads((tmp_path / "out" / "run.json").read_text())
    assert (run_file["case_column"], run_file["report_columns"]) == ("Key", ["Dictation"])


def test_a_missing_value_is_no_report_and_told(tmp_path: Path) -> None:
    rows = [("a", "NaN"), ("b", "Nodule."), ("NULL", "Nodule.")]
    source = table(tmp_path / "in.csv", rows, ("case_id", "report"))
    assert run("reports", source, "-o", tmp_path / "out").exit_code == 1
    found = [(row["code"], row["what"]) for row in issues_of(tmp_path / "out")]
    assert [code for code, _ in found] == ["missing-value", "no-report", "row-without-name"]
    assert "'NaN' in report (1)" in found[0][1] and "'NaN'" in found[1][1]
    assert "'NULL'" in found[2][1]


def test_a_wrong_language_or_extractor_ends_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = table(tmp_path / "in.csv")
    result = run("reports", source, "-o", tmp_path / "out", "--language", "de")
    assert result.exit_code == 2 and "rules reads en, tr, not 'de'" in result.output
    for command in (("reports", "--explain", "Nodule."), ("categorize", source, "-o", "x.csv")):
        result = run(*command, "--language", "de")
        assert result.exit_code == 2 and "reads en, tr, not 'de'" in result.output
    arguments = ["groundct", "reports", str(source), "-o", str(tmp_path / "out")]
    monkeypatch.setattr("sys.argv", [*arguments, "--extractor", "gpt"])
    with pytest.raises(SystemExit, match="2"):
        main()
    told = capsys.readouterr().err
    assert told.startswith("error [unknown-plugin] gpt: no reports plug-in 'gpt'; known: hybrid")
    assert not (tmp_path / "out").exists()
