"""Measure the ``rules`` extractor on labelled reports: labels, categories, speed.

Run: ``python -m bench.bench_reports [DATA]``; DATA is ``../shared/data`` unless given.

The reports are split by a hash of the patient's id: the rules were tuned on half 0, half 1 is held.
"""

from __future__ import annotations

import csv
import hashlib
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bench import DATA
from groundct.core.report import report_of_columns
from groundct.reports.labels import categorize, labels_of
from groundct.reports.rules import PLUGIN
from groundct.vocabulary.findings import findings

Row = dict[str, str]


def half(name: str) -> int:
    """0 (tuned on) or 1 (held), by the patient's id."""
    patient = "_".join(name.split("_")[:2])
    return int(hashlib.sha256(patient.encode()).hexdigest(), 16) % 2


def data_folder(name: str) -> Path | None:
    """A folder of the data that the command names; None, said on standard error, without one."""
    folder = (Path(sys.argv[1]) if len(sys.argv) > 1 else DATA) / name
    if folder.is_dir():
        return folder
    print(f"{folder} is not there: nothing measured.", file=sys.stderr)
    return None


def rows_of(folder: Path, name: str, delimiter: str = ",") -> list[Row]:
    csv.field_size_limit(10**8)
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def f1(hit: int, extra: int, missed: int) -> tuple[float, float, float]:
    precision = hit / (hit + extra) if hit + extra else 1.0
    recall = hit / (hit + missed) if hit + missed else 1.0
    both = precision + recall
    return precision, recall, 2 * precision * recall / both if both else 0.0


@dataclass(frozen=True)
class LabelScores:
    """Counts of one half by label: keys (in the reference, said)."""

    counts: dict[str, Counter[tuple[bool, bool]]]
    reports_per_s: float

    def of(self, label: str) -> tuple[float, float, float]:
        """Precision, recall and F1 of a label."""
        return _scores(self.counts[label])

    @property
    def micro(self) -> tuple[float, float, float]:
        """Precision, recall and F1 of all labels pooled."""
        return _scores(sum(self.counts.values(), Counter()))

    @property
    def macro(self) -> float:
        """The mean F1 of the labels."""
        return sum(self.of(label)[2] for label in self.counts) / len(self.counts)

    def positives(self, label: str) -> int:
        """How many reports have a label in the reference."""
        return self.counts[label][True, True] + self.counts[label][True, False]


def _scores(count: Counter[tuple[bool, bool]]) -> tuple[float, float, float]:
    return f1(count[True, True], count[False, True], count[True, False])


def label_scores(rows: list[Row]) -> LabelScores:
    """Read reports and compare their 18 labels with the reference's."""
    counts = {label: Counter[tuple[bool, bool]]() for label in findings().labels}
    start = time.perf_counter()
    predicted = [
        labels_of(PLUGIN.extract(report_of_columns([("findings", row["report_text"])])))
        for row in rows
    ]
    seconds = time.perf_counter() - start
    for row, said in zip(rows, predicted, strict=True):
        for label, value in said.items():
            counts[label][row[label] == "1", value] += 1
    return LabelScores(counts, len(rows) / seconds)


def labels(rows: list[Row]) -> None:
    scores = label_scores(rows)
    for label in scores.counts:
        p, r, f = scores.of(label)
        print(f"  {label:36s} P {p:.3f} R {r:.3f} F1 {f:.3f}  n {scores.positives(label)}")
    p, r, f = scores.micro
    print(f"  {'macro':36s} F1 {scores.macro:.3f}")
    print(f"  {'micro':36s} P {p:.3f} R {r:.3f} F1 {f:.3f}")
    print(f"  {scores.reports_per_s:.0f} reports/s")


def categories(rows: list[Row]) -> None:
    right = sum(categorize(row["finding"]) == row["category"] for row in rows)
    print(f"  accuracy {right / len(rows):.3f}  n {len(rows)}")


def main() -> int:
    folder = data_folder("labelled_reports")
    if folder is None:
        return 1
    for number, name in enumerate(("tuned on", "held")):
        print(f"half {number} ({name})")
        print(" labels")
        labels(
            [
                r
                for r in rows_of(folder, "abnormality_labels_dev.csv")
                if half(r["AccessionNo"]) == number
            ]
        )
        print(" ontology codes of findings")
        found = rows_of(folder, "finding_categories_dev.tsv", "\t")
        categories([r for r in found if half(r["name"]) == number])
    return 0


if __name__ == "__main__":
    sys.exit(main())
