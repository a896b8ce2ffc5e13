"""Scores by label, and disagreements about labels and codes by cause, with our readings.

The readings of ``label_readings.tsv`` and ``code_readings.tsv`` are ours, in our words; no text of
the data stands in them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from bench.bench_reports import LabelScores, Row
from groundct.core.report import report_of_columns
from groundct.reports.labels import categorize, labels_of
from groundct.reports.rules import PLUGIN

Key = tuple[str, ...]
_HERE = Path(__file__).parent
_UNREAD = "not read by hand"


def label_disagreements(rows: Iterable[Row]) -> list[Key]:
    """(case, label, "extra" or "missed") of every label that is not the reference's."""
    out: list[Key] = []
    for row in rows:
        report = report_of_columns([("findings", row["report_text"])])
        for label, said in labels_of(PLUGIN.extract(report)).items():
            if (row[label] == "1") != said:
                out.append((row["AccessionNo"], label, "extra" if said else "missed"))
    return out


def code_disagreements(rows: Iterable[Row]) -> dict[Key, tuple[str, str]]:
    """(case, index) of every phrase with another code: the reference's and ours."""
    said = {(r["name"], r["index"]): (r["category"], categorize(r["finding"])) for r in rows}
    return {key: codes for key, codes in said.items() if codes[0] != codes[1]}


def score_table(halves: tuple[LabelScores, LabelScores]) -> Iterator[str]:
    """Markdown: macro and micro F1 of both halves, then F1 of every label."""
    yield "| | half 0 | half 1, after looking |"
    yield "|---|---|---|"
    yield f"| macro F1 | {' | '.join(_short(half.macro) for half in halves)} |"
    micro = (" / ".join(map(_short, half.micro)) for half in halves)
    yield f"| micro P / R / F1 | {' | '.join(micro)} |"
    yield ""
    yield "| F1 (precision / recall; positives) | half 0 | half 1, after looking |"
    yield "|---|---|---|"
    for label in halves[0].counts:
        cells = []
        for half in halves:
            p, r, f = map(_short, half.of(label))
            cells.append(f"{f} ({p} / {r}; {half.positives(label)})")
        yield f"| {label} | {' | '.join(cells)} |"


def _short(share: float) -> str:
    return f"{share:.3f}".removeprefix("0")


def readings(name: str) -> dict[Key, tuple[str, str]]:
    """Cause and reading by key, from a table whose last two columns they are."""
    lines = (_HERE / name).read_text(encoding="utf-8").splitlines()[1:]
    cells = [line.split("\t") for line in lines]
    return {tuple(row[:-2]): (row[-2], row[-1]) for row in cells}


def label_table(found: list[Key]) -> Iterator[str]:
    """Markdown: causes with counts, then the disagreements that we read, by cause."""
    read = readings("label_readings.tsv")
    yield from _causes(found, read)
    yield "| cause | case | label | `rules` | our reading |"
    yield "|---|---|---|---|---|"
    for key in _sorted(found, read):
        case, label, direction = key
        said = "set" if direction == "extra" else "not set"
        yield f"| {read[key][0]} | {case} | {label} | {said} | {read[key][1]} |"


def code_table(found: Mapping[Key, tuple[str, str]]) -> Iterator[str]:
    """Markdown: every disagreement about a code with our reading."""
    read = readings("code_readings.tsv")
    yield "| cause | case, finding | reference | `rules` | our reading |"
    yield "|---|---|---|---|---|"
    for key in _sorted(found, read):
        case = f"{key[0].removesuffix('.nii.gz')}, {key[1]}"
        yield f"| {read[key][0]} | {case} | {found[key][0]} | {found[key][1]} | {read[key][1]} |"
    yield ""
    yield f"{sum(key in read for key in found)} of {len(found)} disagreements are read here."


def _causes(found: list[Key], read: Mapping[Key, tuple[str, str]]) -> Iterator[str]:
    counts = Counter(read[key][0] if key in read else _UNREAD for key in found)
    yield "| cause | disagreements |"
    yield "|---|---|"
    for cause, count in counts.most_common():
        yield f"| {cause} | {count} |"
    yield ""


def _sorted(found: Iterable[Key], read: Mapping[Key, tuple[str, str]]) -> list[Key]:
    """The keys that we read, by cause and case."""
    known = [key for key in found if key in read]
    return sorted(known, key=lambda key: (read[key][0], key))
