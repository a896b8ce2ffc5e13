"""Reproduce the published scores of a report generator from its texts, to the printed digits.

Run: ``python -m bench.bench_texts [DATA]``; DATA is ``../shared/data`` unless given. The texts are
written as the tables that ``groundct evaluate reports`` reads and go through that command. METEOR
needs WordNet 3.0 (Debian: ``apt-get install wordnet-base``); without it that line says "not
computed".
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from bench.bench_reports import data_folder
from groundct.cli.main import cli
from groundct.codecs.tables import read_csv_table, write_csv_table

Row = dict[str, str]
COLUMNS = ("VolumeName", "Anatomy", "Text")
SIDES = {"reference": "GT_combined_report", "prediction": "Pred_combined_report"}
MEANS = {
    **{f"BLEU-{n}": f"sentence_bleu_{n}" for n in range(1, 5)},
    "METEOR": "meteor",
    "CIDEr": "cider",
    "ROUGE-1": "rouge_1",
    "ROUGE-2": "rouge_2",
    "ROUGE-L": "rouge_l",
}
OVERALL = {f"Overall_BLEU-{n}": f"corpus_bleu_{n}" for n in range(1, 5)}


def result_of(folder: Path, regions: list[str]) -> dict[str, Any]:
    """What the command writes for all regions' texts."""
    with tempfile.TemporaryDirectory() as scratch:
        arguments = ["evaluate", "reports", "--part", "text", "-o", f"{scratch}/result.json"]
        for side, column in SIDES.items():
            rows = [
                dict(zip(COLUMNS, (row["AccNum"], region, row[column]), strict=True))
                for region in regions
                for row in read_csv_table(folder / f"{region}_reports.csv")
            ]
            write_csv_table(Path(scratch) / f"{side}.csv", COLUMNS, rows)
            arguments += [f"--{side}", f"{scratch}/{side}.csv"]
        run = CliRunner().invoke(cli, arguments, catch_exceptions=False)
        if run.exit_code:
            sys.exit(run.output)
        result: dict[str, Any] = json.loads(Path(scratch, "result.json").read_text("utf-8"))
        return result


def printed(result: dict[str, Any], region: str) -> Row:
    """Each score as the published table prints it, by the table's column."""
    numbers = result["regions"][region]
    samples = [s["scores"] for s in result["samples"] if s["region"] == region]
    out = {}
    for column, name in MEANS.items():
        if numbers[name] is not None:
            spread = statistics.pstdev(sample[name] for sample in samples)
            out[column] = f"{numbers[name]:.4f}±{spread:.4f}"
    return out | {column: f"{numbers[name]:.4f}" for column, name in OVERALL.items()}


def main() -> int:
    folder = data_folder("generated_reports")
    if folder is None:
        return 1
    table = read_csv_table(folder / "published_scores.csv")
    result = result_of(folder, [row["region"] for row in table])
    different = 0
    for published in table:
        region = published["region"]
        print(f"{region}, {result['regions'][region]['n']} texts")
        for name, reason in result["regions"][region]["not_computed"].items():
            print(f"  {name:16s} not computed: {reason}")
        for name, value in printed(result, region).items():
            # The table prints .072 for .0720.
            wanted = "±".join(f"{float(part):.4f}" for part in published[name].split("±"))
            different += value != wanted
            print(
                f"  {name:16s} {value:18s} published {wanted:18s} {'' if value == wanted else '<<'}"
            )
    print(f"{different} values differ from the published ones")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
