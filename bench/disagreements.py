"""List where ``rules`` and the labelled reports disagree, with the sentences that decided.

Run: ``python -m bench.disagreements labels --half 0 [--label "Lung opacity"]``, ``codes --half 0``
or ``links --half 0``. Text of the data goes to the terminal alone; ``--table`` prints causes and
our readings of both halves, without it.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from bench import DATA
from bench.bench_links import of_half
from bench.bench_reports import Row, half, rows_of
from bench.label_causes import code_disagreements, code_table, label_disagreements, label_table
from bench.link_causes import disagreements, table
from groundct.core.report import Finding, Reading, Report, report_of_columns
from groundct.reports.labels import categorize, labels_of
from groundct.reports.rules import PLUGIN
from groundct.vocabulary.findings import findings
from groundct.vocabulary.lexicon import expand, lexicon
from groundct.vocabulary.words import normal_word

_SHORTEST_WORD = 5


@lru_cache(maxsize=32)
def words_of(label: str) -> frozenset[str]:
    """Words that stand mostly in terms whose types set a label: what a missed sentence may hold."""
    types = {kind.type for kind in findings().types.values() if label in kind.labels}
    counts: Counter[tuple[str, bool]] = Counter()
    for entry in lexicon("en", "findings", "type").entries:
        words = {normal_word(word, "en") for phrase in expand(entry.term) for word in phrase}
        counts.update((word, entry.meaning in types) for word in words)
    named = {normal_word(word, "en") for word in label.split()}
    mostly = {word for word, own in counts if own and counts[word, True] > counts[word, False]}
    return frozenset(word for word in mostly | named if len(word) >= _SHORTEST_WORD)


def fired(reading: Reading, label: str) -> tuple[Finding, ...]:
    """The findings of the types that set a label, whatever their presence."""
    return tuple(f for f in reading.findings if label in findings().types[f.type].labels)


def show(report: Report, reading: Reading, label: str, *, whole: bool) -> Iterator[str]:
    """What was found for a label and where; nothing found, the sentences that hold its words."""
    found = fired(reading, label)
    for finding in found:
        cues = " ".join(f"{c.role}={c.entry}" for c in finding.cues)
        yield f"    {finding.presence} {finding.type}: {finding.span.of(report.text)!r} [{cues}]"
    cited = {n for f in found if f.presence != "absent" for n in f.sentence_indices}
    for sentence in reading.sentences:
        text = sentence.span.of(report.text)
        words = {normal_word(word.strip(".,;:()?\"'"), "en") for word in text.split()}
        if whole or sentence.index in cited or (not cited and words & words_of(label)):
            yield f"    {'*' if sentence.index in cited else ' '} {' '.join(text.split())}"


def labels(rows: list[Row], wanted: str | None, *, whole: bool) -> int:
    """Print every disagreement about the 18 labels; return their number."""
    count = 0
    for row in rows:
        report = report_of_columns([("findings", row["report_text"])])
        reading = PLUGIN.extract(report)
        for label, said in labels_of(reading).items():
            if (row[label] == "1") == said or wanted not in (None, label):
                continue
            count += 1
            print(f"{row['AccessionNo']}  {label}  {'extra' if said else 'missed'}")
            for line in show(report, reading, label, whole=whole):
                print(line)
    return count


def codes(rows: list[Row]) -> int:
    """Print every phrase whose code is another than the reference's; return their number."""
    count = 0
    for row in rows:
        code = categorize(row["finding"])
        if code == row["category"]:
            continue
        count += 1
        report = report_of_columns([("findings", row["finding"])])
        types = [f.type for f in PLUGIN.extract(report).findings]
        print(f"{row['name']} {row['index']}  {row['category']} read as {code}  {types}")
        print(f"    {row['finding']}")
    return count


def links(folder: Path, number: int) -> int:
    """Print every sentence of one half that is linked otherwise, by cause; return their number."""
    rows = {n: of_half(folder, n) for n in (0, 1)}
    cases = {row.case for row in rows[number]}
    found = [d for d in disagreements([*rows[0], *rows[1]]) if d.row.case in cases]
    for item in sorted(found, key=lambda item: item.cause):
        row = item.row
        print(f"{row.case} {row.sentence.index}  {item.cause}")
        print(f"    {sorted(row.reference)} read as {list(row.sentence.regions)}: {row.text}")
    return len(found)


def tables(folder: Path, task: str) -> Iterator[str]:
    """Causes and readings of a task's disagreements in both halves, as Markdown."""
    if task == "labels":
        return label_table(label_disagreements(rows_of(folder, "abnormality_labels_dev.csv")))
    if task == "codes":
        phrases = rows_of(folder, "finding_categories_dev.tsv", "\t")
        return code_table(code_disagreements(phrases))
    return table(disagreements([*of_half(folder, 0), *of_half(folder, 1)]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=("labels", "codes", "links"))
    parser.add_argument("--half", type=int, choices=(0, 1), default=0)
    parser.add_argument("--label", choices=findings().labels)
    parser.add_argument("--table", action="store_true", help="causes and our readings")
    parser.add_argument("--whole", action="store_true", help="print the whole reports")
    parser.add_argument("--data", type=Path, default=DATA)
    asked = parser.parse_args()
    folder = asked.data / "labelled_reports"
    if not folder.is_dir():
        print(f"{folder} is not there: nothing compared.", file=sys.stderr)
        return 1
    if asked.table:
        print("\n".join(tables(folder, asked.task)))
        return 0
    if asked.task == "links":
        count = links(folder, asked.half)
    elif asked.task == "labels":
        reports = rows_of(folder, "abnormality_labels_dev.csv")
        mine = [row for row in reports if half(row["AccessionNo"]) == asked.half]
        count = labels(mine, asked.label, whole=asked.whole)
    else:
        phrases = rows_of(folder, "finding_categories_dev.tsv", "\t")
        count = codes([row for row in phrases if half(row["name"]) == asked.half])
    print(f"{count} disagreements")
    return 0


if __name__ == "__main__":
    sys.exit(main())
