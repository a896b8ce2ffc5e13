"""Measure how ``rules`` links sentences to RadGenome's ten regions.

Run: ``python -m bench.bench_links [DATA]``; DATA is ``../shared/data`` unless given.

A sentence's reference regions are those whose region text contains it, letters and digits alone
compared. Two readings: all sentences count (a link of a sentence that stands in no region's text is
wrong), and only those sentences count that have a reference region. Half 0 was tuned on, half 1 is
held; the reference texts of a published generator give recall for three further regions' sentences.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import DATA
from bench.bench_reports import Row, f1, half, rows_of
from groundct.core.report import Report, Sentence, report_of_columns
from groundct.reports.rules import PLUGIN
from groundct.vocabulary.anatomy import TOP_REGIONS

Pairs = list[tuple[frozenset[str], frozenset[str]]]
GENERATED = ("breast", "esophagus", "thyroid")


@dataclass(frozen=True)
class Linked:
    """A sentence of a report and the regions that the reference gives it."""

    case: str
    report: Report
    sentence: Sentence
    reference: frozenset[str]

    @property
    def text(self) -> str:
        """The sentence's words on one line."""
        return " ".join(self.sentence.span.of(self.report.text).split())


def linked(reports: list[Row], regions: list[Row]) -> Iterator[Linked]:
    """Every sentence of the findings with its reference regions."""
    texts = {(row["VolumeName"], row["Anatomy"]): plain(row["Text"]) for row in regions}
    for row in reports:
        name = row["VolumeName"]
        report = report_of_columns([("findings", row["Findings_EN"])])
        for sentence in PLUGIN.extract(report).sentences:
            words = plain(sentence.span.of(report.text))
            reference = frozenset(r for r in TOP_REGIONS if words in texts.get((name, r), ""))
            yield Linked(name, report, sentence, reference)


def plain(text: str) -> str:
    """The letters and digits of a text."""
    return "".join(c for c in text.lower() if c.isalnum())


def score(pairs: Pairs, *, regions: bool = True) -> None:
    """Print precision, recall and F1 a region, macro and micro, of (reference, said) pairs."""
    scores = []
    total: Counter[str] = Counter()
    for region in TOP_REGIONS:
        count = Counter(
            {
                "hit": sum(region in ref and region in said for ref, said in pairs),
                "extra": sum(region not in ref and region in said for ref, said in pairs),
                "missed": sum(region in ref and region not in said for ref, said in pairs),
            }
        )
        total.update(count)
        p, r, f = f1(count["hit"], count["extra"], count["missed"])
        scores.append(f)
        if regions:
            number = count["hit"] + count["missed"]
            print(f"  {region:22s} P {p:.3f} R {r:.3f} F1 {f:.3f}  n {number}")
    p, r, f = f1(total["hit"], total["extra"], total["missed"])
    print(f"  {'macro':22s}                 F1 {sum(scores) / len(scores):.3f}")
    print(f"  {'micro':22s} P {p:.3f} R {r:.3f} F1 {f:.3f}")


def consistent(rows: list[Linked]) -> Pairs:
    """Pairs of the reference and what the same words mostly have in it: its own agreement.

    Words that occur once agree with themselves, so nothing that reads words alone does better.
    """
    had: dict[str, Counter[frozenset[str]]] = defaultdict(Counter)
    for row in rows:
        had[plain(row.text)][row.reference] += 1
    return [(row.reference, had[plain(row.text)].most_common(1)[0][0]) for row in rows]


def of_half(folder: Path, number: int) -> list[Linked]:
    """The sentences of one half of the reports."""
    reports = rows_of(folder, "ct_rate_reports_dev.csv")
    mine = [row for row in reports if half(row["VolumeName"]) == number]
    return list(linked(mine, rows_of(folder, "region_reports_dev.csv")))


def generated(folder: Path, number: int) -> None:
    """Print how many sentences of the generator's reference texts get their region."""
    for region in GENERATED:
        hits = sentences = 0
        for row in rows_of(folder, f"{region}_reports.csv"):
            if half(row["AccNum"]) != number:
                continue
            report = report_of_columns([("findings", row["GT_combined_report"])])
            for sentence in PLUGIN.extract(report).sentences:
                sentences += 1
                hits += region in sentence.regions
        print(f"  {region:22s} recall {hits / max(sentences, 1):.3f}  n {sentences}")


def main() -> int:
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    folder = data / "labelled_reports"
    if not folder.is_dir():
        print(f"{folder} is not there: nothing measured.", file=sys.stderr)
        return 1
    for number, name in enumerate(("tuned on", "held")):
        rows = of_half(folder, number)
        print(f"half {number} ({name}): {len(rows)} sentences")
        print(" all sentences")
        score([(row.reference, frozenset(row.sentence.regions)) for row in rows])
        known = [row for row in rows if row.reference]
        print(f" the {len(known)} sentences that have a region in the reference")
        score([(row.reference, frozenset(row.sentence.regions)) for row in known])
        print(" what is linked of the others")
        said = Counter(r for row in rows if not row.reference for r in row.sentence.regions)
        print("  " + ", ".join(f"{region} {said[region]}" for region in TOP_REGIONS))
        if (data / "generated_reports").is_dir():
            print(" region texts that a generator was tested on")
            generated(data / "generated_reports", number)
    both = [*of_half(folder, 0), *of_half(folder, 1)]
    print("both halves, all sentences: what rules says, for the rare regions' sake")
    score([(row.reference, frozenset(row.sentence.regions)) for row in both])
    print("both halves, all sentences: what the same words mostly have in the reference")
    score(consistent(both), regions=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
