"""Count the forms of negation in real reports, and measure presence and sites on marked sentences.

Run: ``python -m bench.bench_negation [DATA]``; DATA is ``../shared/data`` unless given. No text of
the reports is printed, except sentences on effusion and thickening that read wrong, and those to
the error output. Exits with 1 where there is such a sentence, or no data.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bench import DATA
from bench.bench_reports import rows_of
from bench.marked import lines_of, outcome
from groundct.core.report import Finding, Span
from groundct.reports._rules.reading import SentenceReading, read_sentence
from groundct.reports._rules.words.sentences import sentence_places
from groundct.reports.rules import PLUGIN
from groundct.vocabulary.lexicon import lexicon

_TEXTS = (
    ("abnormality_labels_dev.csv", ("report_text",), ","),
    ("ct_rate_reports_dev.csv", ("Findings_EN", "Impressions_EN"), ","),
    ("finding_categories_dev.tsv", ("finding",), "\t"),
)
_KIN = re.compile(r"effusion\W+(?:\w+\W+){0,4}thick|thick\w*\W+(?:\w+\W+){0,4}effusion", re.I)
_MARKED = Path(__file__).resolve().parents[1] / "tests" / "reports" / "marked"


def sentences(folder: Path) -> Iterator[str]:
    """All sentences of all different texts of the labelled reports."""
    seen: set[str] = set()
    for name, columns, delimiter in _TEXTS:
        for row in rows_of(folder, name, delimiter):
            for text in (row[column] or "" for column in columns):
                if not text or text in seen:
                    continue
                seen.add(text)
                for start, end in sentence_places(text, Span(start=0, end=len(text)), "en"):
                    yield text[start:end]


def shape(finding: Finding, said: SentenceReading) -> str:
    """The form of the statement that made a finding absent, in our own words."""
    cue = next(c for c in finding.cues if c.role == "absent")
    many = sum(c.span == cue.span for f in said.findings for c in f.cues if c.role == "absent")
    held = "X" if many == 1 else "X, Y" if many == 2 else "X, Y, Z ..."
    role = next(
        hit.entry.meaning for hit in said.parsed.cues["negation"] if hit.entry.entry_id == cue.entry
    )
    low, high = sorted((cue.span.end, finding.span.start))
    tokens = said.parsed.tokens
    inside = [n for n, token in enumerate(tokens) if low <= token.start < high]
    doubted = said.parsed.role("uncertainty", "uncertain_after", "explains")
    about = " finding of" if any(hit.first in inside for hit in doubted) else ""
    if cue.span.start > finding.span.start:
        return f"{held} NOT" if role == "negates_before" else f"{held}, NO Y (slip or answer)"
    verbs = said.parsed.role("negation", "asserts", "described")
    told = any(tokens[hit.first].start >= cue.span.end for hit in verbs)
    return f"NO{about} {held}" + (" is seen" if told else "")


def forms(counted: Counter[str]) -> int:
    """Print the forms with their counts; the sentences on effusion and thickening read wrong."""
    terms = {entry.entry_id: entry.term for entry in lexicon("en", "negation").entries}
    decided: Counter[tuple[str, str]] = Counter()
    totals: Counter[str] = Counter()
    kin: Counter[bool] = Counter()
    for text, count in counted.items():
        said = read_sentence(text[:1000], "en")
        cues = said.parsed.role("negation", "negates_after", "negates_before")
        totals["sentences"] += count
        totals["with a negation"] += count if cues else 0
        for finding in said.findings:
            totals[finding.presence] += count
            cue = next((c for c in finding.cues if c.role == "absent"), None)
            # Other words that deny are those of normality: "the wall is of normal thickness".
            if cue is not None and cue.entry in terms:
                decided[cue.entry, shape(finding, said)] += count
        if cues and _KIN.search(text):
            right = _both_absent(said)
            kin[right] += count
            if not right:
                print(f"effusion and thickening: {text}", file=sys.stderr)
    print(", ".join(f"{name} {number}" for name, number in totals.items()))
    shapes: Counter[str] = Counter()
    for (_, form), number in decided.items():
        shapes[form] += number
    for form, number in shapes.most_common():
        print(f"  {number:6d}  {form}")
    for (entry, form), number in decided.most_common():
        print(f"  {number:6d}  {entry}  {form:32s}  {terms[entry][:50]}")
    print(f"effusion with thickening under a negation: {kin[True]} right, {kin[False]} wrong")
    return kin[False]


def _both_absent(said: SentenceReading) -> bool:
    """Whether each effusion and thickening is absent that no earlier examination is named for."""
    words = ("effusion", "thickening")
    own = [f for f in said.findings if f.type.endswith(words)]
    denied = all(finding.presence == "absent" for finding in own)
    return bool(own) and (denied or bool(said.parsed.role("negation", "earlier")))


def marked() -> None:
    """Print how the marked sentences are read: tuned on, and held."""
    for path in sorted(_MARKED.glob("*.txt")):
        right: Counter[str] = Counter()
        wrong: Counter[str] = Counter()
        lines = [outcome(line, PLUGIN.extract) for line in lines_of(path)]
        for line in lines:
            right += line.right
            wrong += line.wrong
        clean = sum(not line.faults for line in lines)
        print(f"  {path.stem:16s} {clean} of {len(lines)} sentences right in all")
        for key in (*right, *(key for key in wrong if key not in right)):
            print(f"    {key:10s} right {right[key]:4d}  wrong {wrong[key]:3d}")


def main() -> int:
    print("marked sentences")
    marked()
    folder = (Path(sys.argv[1]) if len(sys.argv) > 1 else DATA) / "labelled_reports"
    if not folder.is_dir():
        print(f"{folder} is not there: no forms counted.", file=sys.stderr)
        return 1
    print("forms of negation in the labelled reports")
    return 1 if forms(Counter(sentences(folder))) else 0


if __name__ == "__main__":
    sys.exit(main())
