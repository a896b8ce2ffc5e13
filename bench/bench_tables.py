"""Measure ``groundct reports`` on tables of 25,692 rows, as many as RadGenome-Chest CT has.

Run: ``python -m bench.bench_tables [DATA]``; DATA is ``../shared/data`` unless given.

The rows are made of the 378 whole reports there. In a first table they stand again and again. In a
second each is written with other numbers, sides and places and its sentences in another order. In
a third two of five sentences are made anew too: the beginning of one, and the end of another one
of the 1,178 reports there. A sentence is read once, so that it counts how many of them are
different: in the third table about 200,000, as many as one may expect of as many different
reports. First it says what a sentence costs in the 378 reports as they are: one that is new, and
one that was read before.
Ends with 1 when a table takes more than a minute of one core or more than 500 MB.
"""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench import DATA
from groundct.core.report import Span
from groundct.reports._rules.reading import READINGS
from groundct.reports._rules.words.sentences import sentence_places
from groundct.reports.tables.run import read_rows
from groundct.sources._report_table import open_report_table

ROWS = 25_692
MOST_SECONDS = 60
MOST_MB = 500
_REPORTS = "ct_rate_reports_dev.csv"
_LABELLED = "abnormality_labels_dev.csv"
_COLUMNS = ("Findings_EN", "Impressions_EN")
_NUMBER = re.compile(r"\d+")
_DIGIT = re.compile(r"\d")
_SENTENCE = re.compile(r"(?<=\.)\s+")
_PLACES = (
    ("right", "left"),
    ("upper", "lower"),
    ("anterior", "posterior", "apical", "superior", "lateral", "medial"),
    ("mild", "minimal", "slight", "moderate", "significant"),
)
_CUT = re.compile(r", | and |; ")
_ANEW = 0.4
"""The share of sentences made anew with which about 200,000 of them are different."""
_PLACE = re.compile(rf"\b({'|'.join(word for words in _PLACES for word in words)})\b")


def varied(text: str, rng: np.random.Generator, others: Sequence[str] = ()) -> str:
    """The text with other numbers and places, and its sentences in another order.

    With ``others``, sentences of other reports, some of its sentences are made anew.
    """
    same = {word: words for words in _PLACES for word in words}
    sentences = _SENTENCE.split(text)
    if others:
        sentences = [
            _crossed(own, others[int(rng.integers(len(others)))], rng)
            if rng.random() < _ANEW
            else own
            for own in sentences
        ]
    order = rng.permutation(len(sentences))
    shuffled = " ".join(sentences[int(n)] for n in order)
    placed = _PLACE.sub(lambda found: str(rng.choice(same[found[0]])), shuffled)
    return _NUMBER.sub(
        lambda found: str(int(rng.integers(10 ** (len(found[0]) - 1), 10 ** len(found[0])))),
        placed,
    )


def _crossed(one: str, other: str, rng: np.random.Generator) -> str:
    """The beginning of a sentence with the last part of another, cut at a comma or "and"."""
    cuts = [found.start() for found in _CUT.finditer(one)]
    end = cuts[int(rng.integers(len(cuts)))] if cuts else len(one.rstrip("."))
    return f"{one[:end]}, {_CUT.split(other)[-1]}"


def reports_of(source: Path) -> list[dict[str, str]]:
    """The rows of a table of reports."""
    csv.field_size_limit(10**8)
    with source.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def without_digits(source: Path) -> tuple[int, int]:
    """How many different sentences there are, and how many when all digits are the same one."""
    texts = (row[name] for row in reports_of(source) for name in _COLUMNS)
    every = {sentence for text in texts for sentence in _SENTENCE.split(text)}
    return len(every), len({_DIGIT.sub("0", sentence) for sentence in every})


def sentences_of(folder: Path) -> list[str]:
    """The different sentences of all reports there that can be cut, sorted."""
    found: set[str] = set()
    for name, columns in ((_REPORTS, _COLUMNS), (_LABELLED, ("report_text",))):
        for row in reports_of(folder / name):
            for text in filter(None, (row[column] for column in columns)):
                places = sentence_places(text, Span(start=0, end=len(text)), "en")
                found.update(text[start:end] for start, end in places)
    return sorted(sentence for sentence in found if _CUT.search(sentence))


def write_table(
    source: Path, path: Path, rng: np.random.Generator, others: Sequence[str] | None = ()
) -> tuple[int, int, float]:
    """Write the table; its sentences, how many differ, and the share of those there once or twice.

    ``others`` are as in `varied`; None for the reports as they are, again and again.
    """
    reports = reports_of(source)
    counts: Counter[str] = Counter()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(reports[0]))
        writer.writeheader()
        for number in range(ROWS):
            report = dict(reports[number % len(reports)])
            report["VolumeName"] = f"train_{number}_a_1.nii.gz"
            for column in _COLUMNS:
                if others is not None:
                    report[column] = varied(report[column], rng, others)
                counts.update(_SENTENCE.split(report[column]))
            writer.writerow(report)
    rare = sum(count for count in counts.values() if count <= 2)
    return counts.total(), len(counts), rare / counts.total()


@dataclass(frozen=True)
class Cost:
    """What a run took: seconds of all cores, seconds by the clock, and memory at its highest."""

    seconds: float
    wall: float
    megabytes: float

    @property
    def fits(self) -> bool:
        """Whether it stays within a minute of one core and 500 MB."""
        return self.seconds <= MOST_SECONDS and self.megabytes <= MOST_MB


def cost_of(table: Path, out: Path) -> Cost:
    """Run ``groundct reports`` on a table, in a process of its own."""
    code = "from groundct.cli.main import main; main()"
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", code, "reports", str(table), "-o", str(out)],
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss * 1024 / 1e6)


def sentence_costs(source: Path) -> tuple[float, float]:
    """Seconds of one core for a new sentence, over those of a known one, and for a known one.

    All that becomes of it counts, up to the rows of the tables.
    """
    rows = tuple(open_report_table(source).rows())
    list(read_rows(rows[:1], "rules"))  # the vocabulary is loaded once
    known = len(READINGS)
    seconds = []
    for _ in range(4):
        started = time.process_time()
        sentences = sum(batch.counts["sentences"] for batch in read_rows(rows, "rules"))
        seconds.append(time.process_time() - started)
    again = min(seconds[1:])
    new = len(READINGS) - known
    return (seconds[0] - again) / new, again / sentences


def main() -> int:
    """Run the benchmark."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    source = folder / "labelled_reports" / _REPORTS
    if not source.is_file():
        print(f"{source} is not there: nothing measured.", file=sys.stderr)
        return 1
    new, again = sentence_costs(source)
    print(
        f"a new sentence costs {new * 1e3:.2f} ms more than one read before: {again * 1e6:.0f} us"
    )
    different, apart = without_digits(source)
    print(f"{different - apart} of {different} different sentences differ in digits alone")
    costs = []
    for others in (None, (), sentences_of(source.parent)):
        with tempfile.TemporaryDirectory() as name:
            table = Path(name) / "reports.csv"
            every, apart, rare = write_table(source, table, np.random.default_rng(0), others)
            print(
                f"{ROWS} reports, {table.stat().st_size / 1e6:.0f} MB; {apart} of {every} "
                f"sentences are different, {rare:.0%} stand there once or twice"
            )
            cost = cost_of(table, Path(name) / "out")
        print(
            f"{cost.seconds:.0f} s of one core ({cost.wall:.0f} s by the clock), "
            f"{ROWS / cost.seconds:.0f} reports/s, {cost.megabytes:.0f} MB at most",
            flush=True,
        )
        costs.append(cost)
    return int(not all(cost.fits for cost in costs))


if __name__ == "__main__":
    sys.exit(main())
