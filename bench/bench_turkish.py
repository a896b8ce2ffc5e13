"""Measure the ``rules`` extractor on marked Turkish sentences and whole reports, all our own.

Run: ``python -m bench.bench_turkish [--faults]``. Files called "tuned" were used while the tables
grew; files called "held" were written before the tables and are scored by their totals alone. A
second author's sentences are tuned on by their even ids and held by their odd ones.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from bench.marked import Mark, Outcome, lines_of, outcome, parse
from bench.second_author import label_totals, second_outcomes
from groundct.core.report import Finding, Presence, Reading, Report, Span, report_of_columns
from groundct.reports.labels import labels_of
from groundct.reports.language import language_of
from groundct.reports.rules import PLUGIN
from groundct.reports.sections import split_sections
from groundct.vocabulary.findings import findings
from groundct.vocabulary.lexicon import expand, lexicon

CASES = Path(__file__).resolve().parents[1] / "tests" / "reports" / "cases_tr"
LANGUAGE = "tr"
MOST = 40
"""Phrases of an entry that are tried before the verbs."""
VERBS: dict[str, Presence] = {
    "izlendi": "present",
    "saptanmadı": "absent",
    "izlenmemiştir": "absent",
    "mevcut değildir": "absent",
    "yoktur": "absent",
    "tespit edilmemiştir": "absent",
    "ekarte edilemez": "uncertain",
    "olabilir": "uncertain",
}


@dataclass(frozen=True)
class WholeReport:
    """A marked report: its name, the labels that it sets and its text with markup."""

    name: str
    labels: frozenset[str]
    marked: str


def read_turkish(report: Report) -> Reading:
    """What ``rules`` reads in a report that is taken to be Turkish."""
    return PLUGIN.extract(report.changed(language=LANGUAGE))


def sentence_outcomes(name: str) -> list[Outcome]:
    """How each marked sentence is read of the files whose names begin with ``name``."""
    files = sorted(CASES.glob(f"{name}*.txt"))
    return [outcome(line, read_turkish) for file in files for line in lines_of(file)]


def reports_of(name: str) -> Iterator[WholeReport]:
    """The whole reports of a file; "== name | label, label" stands above each."""
    text = (CASES / "reports" / f"{name}.txt").read_text(encoding="utf-8")
    for part in text.split("\n== ")[1:]:
        head, _, body = part.partition("\n")
        key, _, labels = head.partition("|")
        named = frozenset(label.strip() for label in labels.split(",") if label.strip())
        if not named <= set(findings().labels):
            raise ValueError(f"{key.strip()}: {named - set(findings().labels)} are no labels")
        yield WholeReport(key.strip(), named, body.rstrip())


def report_outcome(whole: WholeReport) -> Outcome:
    """How a report is read: its labels, and the findings of its section findings.

    A mark is answered as in `bench.marked`; what is read there in words of its own and not marked
    is extra, and so is a finding of the impression whose type the report does not mark.
    """
    text, marks = parse(whole.marked)
    report = split_sections(text, LANGUAGE)
    reading = PLUGIN.extract(report)
    body = next(section.span for section in report.sections if section.name == "findings")

    def in_body(_: Report) -> Reading:
        kept = tuple(
            finding
            for finding in reading.findings
            if _stated(finding, body) or any(_meets(finding, mark) for mark in marks)
        )
        return reading.changed(findings=kept)

    found = outcome(whole.marked, in_body)
    right, wrong, faults = Counter(found.right), Counter(found.wrong), list(found.faults)
    told = {mark.type for mark in marks}
    for finding in reading.findings:
        new = finding.type not in told and finding.presence == "present"
        if new and not body.contains(finding.span):
            wrong["extra"] += 1
            faults.append(f"extra in impression {finding.type}")
    for label, value in labels_of(reading).items():
        (right if value == (label in whole.labels) else wrong)["label"] += 1
        if value != (label in whole.labels):
            faults.append(f"label {label} read {value}")
    (right if language_of(text) == LANGUAGE else wrong)["language"] += 1
    return Outcome(right, wrong, tuple(f"{whole.name}: {fault}" for fault in faults))


def phrase_faults() -> tuple[int, int]:
    """Every phrase of the lexicon of findings before each verb: sentences, and wrong presences."""
    wrong = total = 0
    for entry in lexicon(LANGUAGE, "findings", "type").entries:
        for phrase, (verb, presence) in product(expand(entry.term)[:MOST], VERBS.items()):
            text = f"Sağda {' '.join(phrase)} {verb}."
            reading = read_turkish(report_of_columns([("findings", text)]))
            total += 1
            wrong += not {finding.presence for finding in reading.findings} <= {presence}
    return total, wrong


def _stated(finding: Finding, body: Span) -> bool:
    """Whether a finding stands in a section in words of its own, not in a normal statement's."""
    normal = any(c.role == "finding" and c.entry.startswith("no") for c in finding.cues)
    return body.contains(finding.span) and not normal


def _meets(finding: Finding, mark: Mark) -> bool:
    return finding.span.start < mark.end and mark.start < finding.span.end


def totals(outcomes: list[Outcome]) -> tuple[Counter[str], Counter[str]]:
    """What was right and what was wrong, over all."""
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for one in outcomes:
        right.update(one.right)
        wrong.update(one.wrong)
    return right, wrong


def line_of(outcomes: list[Outcome]) -> str:
    """The totals as one line: texts without a fault, and right of all by what is compared."""
    right, wrong = totals(outcomes)
    clean = sum(not one.faults for one in outcomes)
    names = ("presence", "side", "at", "seg", "mm", "n", "prior", "change", "label", "language")
    keys = [k for k in names if right[k] + wrong[k]]
    parts = [f"{key} {right[key]}/{right[key] + wrong[key]}" for key in keys]
    lost = f"missed {wrong['missed']}, extra {wrong['extra']}"
    return f"{clean}/{len(outcomes)} without a fault; {lost}; " + ", ".join(parts)


def main() -> int:
    """Print the totals; faults of the tuned files too when asked."""
    for name in ("tuned", "held"):
        sentences = sentence_outcomes(name)
        start = time.process_time()
        reports = [report_outcome(whole) for whole in reports_of(name)]
        seconds = time.process_time() - start
        print(f"{name} sentences: {line_of(sentences)}")
        print(f"{name} reports: {line_of(reports)}; {len(reports) / seconds:.0f} reports/s")
        if name == "tuned" and "--faults" in sys.argv:
            for one in (*sentences, *reports):
                print(*one.faults, sep="\n  ") if one.faults else None
    for name, held in (("even", False), ("odd (held)", True)):
        second = second_outcomes(read_turkish, held=held)
        print(f"second author's {name} sentences: {line_of([one for _, one in second])}")
        for key, one in second:
            if one.faults and not held and "--faults" in sys.argv:
                print(key, *one.faults, sep="\n  ")
    print("second author's reports: {} of {} labels right".format(*label_totals()))
    print("phrases before verbs: {} sentences, {} wrong".format(*phrase_faults()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
