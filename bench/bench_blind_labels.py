"""Measure the 18 labels on reports that had none: bench/blind_labels.tsv.

Run: ``python -m bench.bench_blind_labels [DATA]``; DATA is ``../shared/data`` unless given.

378 reports were labelled by reading them, each by two of three readers who saw neither each other's
labels nor ours. The readers were runs of one language model, told the conventions of CT-RATE's own
readers as far as "What the labels teach" of docs/quality/reports.md held them then; no radiologist
took part. The file has their labels and those that ``rules`` had set before anyone looked
(``first``). bench/blind_readings.tsv says of every label on which both readers stand against
``rules`` why: ``convention`` where they followed their instructions and the hand-labelled reports
do otherwise, ``ours``, ``reader`` or ``doubtful``.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.bench_reports import data_folder, f1, half, rows_of
from groundct.core.report import report_of_columns
from groundct.reports.labels import labels_of
from groundct.reports.rules import PLUGIN

HERE = Path(__file__).parent
CODES = {
    "mm": "Medical material",
    "ac": "Arterial wall calcification",
    "cm": "Cardiomegaly",
    "pe": "Pericardial effusion",
    "cc": "Coronary artery wall calcification",
    "hh": "Hiatal hernia",
    "ly": "Lymphadenopathy",
    "em": "Emphysema",
    "at": "Atelectasis",
    "nd": "Lung nodule",
    "lo": "Lung opacity",
    "fs": "Pulmonary fibrotic sequela",
    "pl": "Pleural effusion",
    "mo": "Mosaic attenuation pattern",
    "pb": "Peribronchial thickening",
    "co": "Consolidation",
    "bx": "Bronchiectasis",
    "is": "Interlobular septal thickening",
}
Labels = frozenset[str]


@dataclass(frozen=True)
class Case:
    """A report's labels by two readers, by ``rules`` at the first look, and by ``rules`` today."""

    name: str
    a: Labels
    b: Labels
    first: Labels
    now: Labels

    @property
    def readers(self) -> tuple[Labels, Labels]:
        """The labels of either reader."""
        return self.a, self.b


def _labels(codes: str) -> Labels:
    return frozenset(CODES[code] for code in codes.split(",") if code)


def cases(folder: Path) -> list[Case]:
    """Every report with its labels."""
    texts = {row["VolumeName"]: row for row in rows_of(folder, "ct_rate_reports_dev.csv")}
    found = []
    for row in rows_of(HERE, "blind_labels.tsv", "\t"):
        text = texts[row["case"]]
        report = report_of_columns(
            [("findings", text["Findings_EN"]), ("impression", text["Impressions_EN"])]
        )
        said = labels_of(PLUGIN.extract(report))
        now = frozenset(label for label, value in said.items() if value)
        a, b, first = (_labels(row[key]) for key in ("reader_a", "reader_b", "first"))
        found.append(Case(row["case"], a, b, first, now))
    return found


def score(name: str, pairs: Iterable[tuple[Labels, Labels]]) -> None:
    """Print macro F1 and micro precision, recall and F1 of (reference, said)."""
    counts = {label: Counter[str]() for label in CODES.values()}
    for reference, said in pairs:
        for label, count in counts.items():
            if label in reference or label in said:
                both = label in reference and label in said
                count["hit" if both else "extra" if label in said else "missed"] += 1
    each = [f1(c["hit"], c["extra"], c["missed"])[2] for c in counts.values()]
    pooled = sum(counts.values(), Counter[str]())
    p, r, f = f1(pooled["hit"], pooled["extra"], pooled["missed"])
    print(f"  {name:44s} macro F1 {sum(each) / len(each):.3f}  micro {p:.3f} / {r:.3f} / {f:.3f}")


def by_convention(case: Case, reference: Labels, flips: set[tuple[str, str]]) -> Labels:
    """A reader's labels, with those set right that only the instructions made."""
    mine = {label for name, label in flips if name == case.name}
    return reference ^ (mine & (reference ^ case.first))


def main() -> int:
    folder = data_folder("labelled_reports")
    if folder is None:
        return 1
    every = cases(folder)
    readings = rows_of(HERE, "blind_readings.tsv", "\t")
    flips = {(r["case"], r["label"]) for r in readings if r["cause"] == "convention"}
    print("the two readers of each report")
    score("one against the other", [(case.a, case.b) for case in every])
    for number in (0, 1, None):
        some = [case for case in every if number is None or half(case.name) == number]
        print("all reports" if number is None else f"half {number}", len(some))
        for when in ("first look", "now"):
            pairs = [
                (case, reference, case.first if when == "first look" else case.now)
                for case in some
                for reference in case.readers
            ]
            score(when, [(reference, said) for _, reference, said in pairs])
            score(
                f"{when}, conventions set right",
                [(by_convention(case, ref, flips), said) for case, ref, said in pairs],
            )
    print("causes of what both readers see otherwise, first look")
    print(" ", dict(Counter(row["cause"] for row in readings)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
