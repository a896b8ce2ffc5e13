"""Measure the rewriting and the standard words of ``rules`` on report texts: what do they lose?

Run: ``python -m bench.bench_rewriting [DATA] [--list N]``; DATA is ``../shared/data`` unless given.

Texts of both halves are read without their labels. Every sentence that is rewritten is read again,
and so is every finding's standard text; what comes back must be the same. ``--list`` prints up to N
of each kind that is not, to the terminal only.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

from bench import DATA
from bench.bench_reports import rows_of
from groundct.core.report import Finding, Sentence, Span, report_of_columns, rewritten
from groundct.reports._rules.details.measures import measured
from groundct.reports._rules.reading import read_sentence
from groundct.reports._rules.words.sentences import sentence_places
from groundct.reports.rules import PLUGIN

LANGUAGE = "en"
_WITH_UNIT = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)?\s?-?(?:mm|cm|millimet\w*|centimet\w*)\b")
ASPECTS = ("type", "presence", "side", "places", "segments", "sizes")


def aspects(finding: Finding) -> tuple[object, ...]:
    """What must survive, in the order of ASPECTS."""
    return (
        finding.type,
        finding.presence,
        finding.laterality,
        tuple(sorted(finding.anatomy)),
        tuple(sorted(finding.lung_segments)),
        tuple(size.values_mm for size in finding.measurements),
    )


def texts(folder: Path) -> list[str]:
    labelled = rows_of(folder, "abnormality_labels_dev.csv")
    reports = rows_of(folder, "ct_rate_reports_dev.csv")
    out = [row["report_text"] for row in labelled]
    return out + [f"{row['Findings_EN']}\n\n{row['Impressions_EN']}" for row in reports]


def sentences(folder: Path) -> list[str]:
    """The distinct sentences of all texts."""
    found: dict[str, None] = {}
    for text in texts(folder):
        for start, end in sentence_places(text, Span(start=0, end=len(text)), LANGUAGE):
            found[text[start:end]] = None
    return list(found)


def rewriting(every: list[str], shown: int) -> None:
    entries: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    changed = 0
    for text in every:
        said = read_sentence(text, LANGUAGE)
        if not said.rewrites:
            continue
        changed += 1
        entries.update(rewrite.entry for rewrite in said.rewrites)
        whole = Sentence(index=0, section="findings", span=Span(start=0, end=len(text)))
        new = rewritten(whole.changed(rewrites=said.rewrites), text)
        before = Counter(aspects(f) for f in said.findings)
        after = Counter(aspects(f) for f in read_sentence(new, LANGUAGE).findings)
        if before != after:
            lost["sentences read otherwise"] += 1
            if lost["sentences read otherwise"] <= shown:
                print(f"    {text}\n    {new}")
    print(f"  {len(every)} distinct sentences, {changed} rewritten")
    print(f"  {sum(entries.values())} rewrites by {len(entries)} entries")
    print(f"  {lost['sentences read otherwise']} read otherwise after it")


def standard(every: list[str], shown: int) -> None:
    seen: set[tuple[str, tuple[object, ...]]] = set()
    lost: Counter[str] = Counter()
    for text in every:
        for finding in read_sentence(text, LANGUAGE).findings:
            seen.add((finding.standardized, aspects(finding)))
    for words, wanted in sorted(seen, key=str):
        report = report_of_columns([("findings", f"{words}.")])
        read = [aspects(f) for f in PLUGIN.extract(report).findings]
        fits = [[n for n in range(len(ASPECTS)) if got[n] != wanted[n]] for got in read]
        wrong = [ASPECTS[n] for n in min(fits, key=len)] if fits else ["nothing read"]
        if not wrong and len(read) > 1:
            wrong = ["more than one finding"]
        lost.update(wrong)
        if wrong:
            lost["findings"] += 1
        if wrong and all(lost[kind] <= shown for kind in wrong):
            print(f"    {', '.join(wrong)}: {words}")
    print(f"  {len(seen)} distinct findings, {lost['findings']} read otherwise from their words")
    for kind, count in sorted(lost.items()):
        if kind != "findings":
            print(f"    {kind:24s} {count}")


def numbers(every: list[str]) -> None:
    """How many numbers before a unit, found by a plain pattern, are read, and as what."""
    counts: Counter[str] = Counter()
    for text in every:
        said = read_sentence(text, LANGUAGE)
        items = measured(said.parsed)
        own = {size.span for f in said.findings for size in f.measurements}
        for match in _WITH_UNIT.finditer(text):
            place = [item for item in items if _holds(item.size.measurement.span, match.start())]
            if not place:
                counts["not read"] += 1
            elif place[0].prior:
                counts["of an earlier examination"] += 1
            elif place[0].size.measurement.span in own:
                counts["sizes of a finding"] += 1
            else:
                counts["read, of no finding"] += 1
    print(f"  {sum(counts.values())} numbers before mm or cm")
    for kind, count in sorted(counts.items()):
        print(f"    {kind:26s} {count}")


def _holds(span: Span, position: int) -> bool:
    return span.start <= position < span.end


def details(every: list[str]) -> None:
    counts: Counter[str] = Counter()
    for text in every:
        for finding in read_sentence(text, LANGUAGE).findings:
            counts["findings"] += 1
            counts["with modifiers"] += bool(finding.modifiers)
            counts["with a remark"] += bool(finding.remarks)
            counts["with a change"] += finding.change is not None
            counts["sizes"] += len(finding.measurements)
            for size in finding.measurements:
                counts[f"sizes: {size.kind}"] += 1
                counts[f"sizes: form {size.form}"] += 1
                counts["sizes without a unit"] += not size.unit_stated
    for kind, count in sorted(counts.items()):
        print(f"  {kind:24s} {count}")


def main() -> int:
    given = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    shown = int(given.pop()) if "--list" in sys.argv else 0
    folder = (Path(given[0]) if given else DATA) / "labelled_reports"
    if not folder.is_dir():
        print(f"{folder} is not there: nothing measured.", file=sys.stderr)
        return 1
    every = sentences(folder)
    print("rewriting into American radiology English")
    rewriting(every, shown)
    print("standard words of findings")
    standard(every, shown)
    print("numbers before a unit in these sentences")
    numbers(every)
    print("details of findings in these sentences")
    details(every)
    return 0


if __name__ == "__main__":
    sys.exit(main())
