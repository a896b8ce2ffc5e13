"""What second readers say of how ``rules`` read real sentences: bench/read_sentences.tsv.

Run: ``python -m bench.bench_read_sentences [DATA]``; DATA is ``../shared/data`` unless given.

Different sentences of the reports there (numbers apart), drawn at random, were read alone by
``rules``, and a second reader said of each whether every finding, presence, type, side, place, size
and change was right. The readers were runs of one language model with written instructions; no
radiologist took part. The file has no text: ``sentence`` is the start of the SHA-256 of its words,
``seen`` how often they occur, ``half`` 0 those that were mended by and 1 those that were not.
``first`` is the verdict before any was read, ``now`` that of the reading whose lines have the
digest ``lines``: "right", or the kinds of fault and how grave they are; regions and modifiers do
not count. Where the reports are at hand, it is also said how many readings that were judged right
have changed since.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bench import DATA
from bench.bench_reports import rows_of
from groundct.core.report import Finding, report_of_columns
from groundct.reports._rules.reading import read_sentence
from groundct.reports.rules import PLUGIN

RIGHT = "right"
Row = dict[str, str]


def digest(text: str) -> str:
    """Twelve letters that stand for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def template(sentence: str) -> str:
    """The words of a sentence, its numbers apart."""
    return re.sub(r"\d+", "0", " ".join(sentence.lower().split()))


def lines(sentence: str) -> str:
    """What is read in a sentence, findings by the line."""
    reading = PLUGIN.extract(report_of_columns([("findings", sentence)]))
    return "\n".join(_line(finding) for finding in reading.findings)


def _line(finding: Finding) -> str:
    sizes = [f"{m.values_mm} {m.kind} {m.form}" for m in finding.measurements]
    parts = (finding.presence, finding.type, finding.category, finding.laterality)
    places = (finding.anatomy, finding.lung_segments, sizes, finding.count)
    return repr((parts, places, finding.refers_to_prior, finding.change))


def sentences(folder: Path) -> Iterator[str]:
    """All sentences of the reports, on one line each."""
    texts = [row["report_text"] for row in rows_of(folder, "abnormality_labels_dev.csv")]
    for row in rows_of(folder, "ct_rate_reports_dev.csv"):
        texts += [row["Findings_EN"], row["Impressions_EN"]]
    for text in filter(None, texts):
        for sentence in PLUGIN.extract(report_of_columns([("findings", text)])).sentences:
            yield " ".join(sentence.span.of(text).split())


def shares(name: str, rows: list[Row], column: str) -> None:
    """Print how many sentences, and how many of their occurrences, are right."""
    judged = [row for row in rows if row[column]]
    seen = sum(int(row["seen"]) for row in judged)
    right = [row for row in judged if row[column] == RIGHT]
    fair = [row for row in judged if not row[column].endswith("major")]
    print(f"  {name}: {len(judged)} sentences, {seen} occurrences")
    for what, some in (("right in all", right), ("no grave fault", fair)):
        times = sum(int(row["seen"]) for row in some)
        print(f"    {what:15s} {len(some)} ({len(some) / len(judged):.3f}), {times / seen:.3f}")
    kinds = Counter(
        kind
        for row in judged
        if row[column] != RIGHT
        for kind in row[column].rsplit(" ", 1)[0].split(",")
    )
    print("    faults", ", ".join(f"{kind} {count}" for kind, count in kinds.most_common()))


def changed(rows: list[Row], folder: Path) -> None:
    """Print how many readings that were judged right are other ones today."""
    wanted = {row["sentence"]: row for row in rows if row["now"] == RIGHT}
    texts: dict[str, str] = {}
    for sentence in sentences(folder):
        key = digest(template(sentence))
        if key in wanted:
            texts.setdefault(key, sentence)
    other = sum(digest(lines(text)) != wanted[key]["lines"] for key, text in texts.items())
    print(f"judged right: {len(wanted)}, found here: {len(texts)}, read otherwise today: {other}")


def doubted(rows: list[Row], folder: Path) -> None:
    """Print how many sentences ``rules`` doubts, by how their reading was judged.

    A reading that was judged right and is another one today does not count.
    """
    known = {row["sentence"]: row for row in rows}
    texts = {digest(template(text)): text for text in sentences(folder)}
    for half, column in (("0", "now"), ("later", "now"), ("1", "now"), ("last", "first")):
        seen: Counter[str] = Counter()
        unsure: Counter[str] = Counter()
        for key, text in texts.items():
            row = known.get(key)
            if row is None or row["half"] != half or not row[column]:
                continue
            verdict = row[column].rsplit(" ", 1)[-1]
            if verdict == RIGHT and digest(lines(text)) != row["lines"]:
                continue
            seen[verdict] += 1
            unsure[verdict] += bool(read_sentence(text, "en").doubts)
        told = ", ".join(f"{unsure[v]} of {seen[v]} {v}" for v in (RIGHT, "minor", "major"))
        print(
            f"half {half}, doubted by rules: {told}" if half.isdigit() else f"drawn {half}: {told}"
        )


def main() -> int:
    folder = (Path(sys.argv[1]) if len(sys.argv) > 1 else DATA) / "labelled_reports"
    rows = rows_of(Path(__file__).parent, "read_sentences.tsv", "\t")
    for half in ("0", "1", "later", "last"):
        own = [row for row in rows if row["half"] == half]
        print(f"half {half}" if half.isdigit() else f"drawn {half}")
        shares("first look", own, "first")
        if half.isdigit() and all(row["now"] for row in own):
            shares("now", own, "now")
    if folder.is_dir():
        changed(rows, folder)
        doubted(rows, folder)
    else:
        print(f"{folder} is not there: whether readings have changed is not known.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
