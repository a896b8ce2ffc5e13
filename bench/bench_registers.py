"""Measure ``rules`` on reports of other registers than CT-RATE's: bench/registers.

Run: ``python -m bench.bench_registers [--list]``; no other data are read. ``--list`` prints what is
wrong in the half that was mended by.

120 reports were written for this, 24 in each of five registers (US templates; US dictation; British
and Commonwealth; English of other countries; Turkish), by writers who saw nothing of the vocabulary
and then noted what each report says: its labels, its findings, some denials (runs of one language
model; no radiologist took part). The faults of every other report were mended by; nobody who mended
saw the rest. ``first.tsv`` has what ``rules`` said before anyone looked. A finding counts as found
where one of ours, or a cue of it, touches its words; then presence, side and sizes are compared.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.bench_blind_labels import CODES
from bench.bench_reports import f1, rows_of
from groundct.core.report import Finding, SectionName, report_of_columns
from groundct.reports.labels import labels_of
from groundct.reports.rules import PLUGIN

FOLDER: Final = Path(__file__).parent / "registers"
REGISTERS: Final = ("us_templates", "us_dictation", "british", "other_countries", "turkish")
VERDICTS: Final = {"r": "right", "m": "missed", "p": "presence", "s": "side", "z": "size"}
OTHERWISE: Final = frozenset(("Lymphadenopathy", "Peribronchial thickening"))
"""Labels for which the writers were told another convention than CT-RATE's readers had: there any
listed node counts, and a thick bronchial wall does not."""
_NAMED: Final = frozenset(("finding", "place"))
Report = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """A report's labels, and for each finding that its writer noted a key of ``VERDICTS``."""

    labels: frozenset[str]
    verdicts: str


def outcome_of(report: Report) -> Outcome:
    """What ``rules`` reads in a report, against what its writer noted."""
    columns: list[tuple[SectionName, str]] = [
        ("findings", report["findings_text"]),
        ("impression", report["impression_text"]),
    ]
    read = report_of_columns(columns, report["language"])
    reading = PLUGIN.extract(read)
    verdicts = "".join(_verdict(noted, read.text, reading.findings) for noted in report["findings"])
    labels = frozenset(name for name, on in labels_of(reading).items() if on)
    return Outcome(labels, verdicts)


def _verdict(noted: Report, text: str, findings: Iterable[Finding]) -> str:
    spots = list(_spots(noted["text"], text))
    found = [finding for finding in findings if _touches(finding, spots)]
    if not found:
        return "m"
    same = [finding for finding in found if finding.presence == noted["presence"]]
    if not same:
        return "p"
    if noted["presence"] == "absent":
        return "r"
    sides = {finding.laterality for finding in same}
    if noted["side"] in ("right", "left", "bilateral") and noted["side"] not in sides:
        return "s"
    sizes = {mm for finding in same for size in finding.measurements for mm in size.values_mm}
    return "r" if sizes.issuperset(map(float, noted["size_mm"])) else "z"


def _spots(words: str, text: str) -> Iterator[tuple[int, int]]:
    """Wherever the words stand in a text."""
    at = text.find(words)
    while at >= 0:
        yield at, at + len(words)
        at = text.find(words, at + 1)


def _touches(finding: Finding, spots: list[tuple[int, int]]) -> bool:
    own = [finding.span, *(cue.span for cue in finding.cues if cue.role in _NAMED)]
    return any(span.start < end and start < span.end for span in own for start, end in spots)


def reports_of(register: str) -> list[Report]:
    """The reports of a register; those with an even place were mended by."""
    reports: list[Report] = json.loads((FOLDER / f"{register}.json").read_text(encoding="utf-8"))
    return reports


def first_outcomes() -> dict[str, Outcome]:
    """What was read at the first look, by report."""
    rows = rows_of(FOLDER, "first.tsv", "\t")
    return {
        row["id"]: Outcome(frozenset(CODES[c] for c in row["labels"].split()), row["findings"])
        for row in rows
    }


def label_line(pairs: list[tuple[frozenset[str], frozenset[str]]]) -> str:
    """Macro and micro F1 of labels, of all and of those of one convention; pairs: (noted, read)."""
    counts = {}
    for label in CODES.values():
        hit = sum(label in noted and label in read for noted, read in pairs)
        extra = sum(label in read for _, read in pairs) - hit
        counts[label] = (hit, extra, sum(label in noted for noted, _ in pairs) - hit)
    alike = {label: count for label, count in counts.items() if label not in OTHERWISE}
    parts = []
    for name, some in (("labels", counts), (f"without {len(OTHERWISE)}", alike)):
        macro = [f1(*count)[2] for count in some.values() if any(count)]
        micro = f1(*map(sum, zip(*some.values(), strict=True)))[2]
        parts.append(f"{name} macro {sum(macro) / len(macro):.3f} micro {micro:.3f}")
    return ", ".join(parts)


def finding_line(pairs: list[tuple[Report, Outcome]]) -> str:
    """Shares of the noted findings that are there, and of the denied ones, by verdict."""
    parts = []
    for name, own in (("there", ("present", "uncertain")), ("denied", ("absent",))):
        counts = Counter(
            verdict
            for report, outcome in pairs
            for noted, verdict in zip(report["findings"], outcome.verdicts, strict=True)
            if noted["presence"] in own
        )
        total = counts.total()
        told = [f"{VERDICTS[key]} {counts[key] / total:.3f}" for key in VERDICTS if counts[key]]
        parts.append(f"{name} ({total}): {', '.join(told)}")
    return "; ".join(parts)


def main() -> int:
    """Print first look and today, by half and register."""
    first = first_outcomes()
    for half, name in enumerate(("mended by", "held")):
        reports = {register: reports_of(register)[half::2] for register in REGISTERS}
        english = [r for own in reports.values() for r in own if r["language"] == "en"]
        for register, own in (*reports.items(), ("all English", english)):
            print(f"{name}, {register}: {len(own)} reports")
            now = {report["id"]: outcome_of(report) for report in own}
            for when, outcomes in (("first look", first), ("today", now)):
                labels = [(frozenset(r["labels"]), outcomes[r["id"]].labels) for r in own]
                print(f"  {when}: {label_line(labels)}")
                print(f"    {finding_line([(r, outcomes[r['id']]) for r in own])}")
            if half == 0 and "--list" in sys.argv and register in REGISTERS:
                _list(own, now)
    return 0


def _list(reports: list[Report], now: dict[str, Outcome]) -> None:
    """What is wrong today."""
    for report in reports:
        outcome, labels = now[report["id"]], frozenset(report["labels"])
        for sign, some in (("-", labels - outcome.labels), ("+", outcome.labels - labels)):
            for label in sorted(some):
                print(f"    {report['id']} {sign}{label}")
        for noted, verdict in zip(report["findings"], outcome.verdicts, strict=True):
            if verdict != "r":
                print(
                    f"    {report['id']} {VERDICTS[verdict]}: {noted['presence']} {noted['text']!r}"
                )


if __name__ == "__main__":
    sys.exit(main())
