"""Measure ``groundct reports`` on a table of 25,692 rows, as many as RadGenome-Chest CT has.

Run: ``python -m bench.bench_tables [DATA]``; DATA is ``../shared/data`` unless given.

The rows are made of the 378 whole reports there: each is written again with other numbers, sides
and places and its sentences in another order; how many sentences stand in the table only once or
twice is printed, since sentences that repeat are read once. First it says what a sentence costs in
the 378 reports as they are: one that is new, and one that was read before.
Ends with 1 when it takes more than a minute of one core or more than 500 MB.
"""

from __future__ import annotations

import csv
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

from groundct.reports._rules.reading import read_sentence
from groundct.reports.tables.run import read_rows
from groundct.sources._report_table import open_report_table

ROWS = 25_692
MOST_SECONDS = 60
MOST_MB = 500
_NUMBER = re.compile(r"\d+")
_DIGIT = re.compile(r"\d")
_SENTENCE = re.compile(r"(?<=\.)\s+")
_PLACES = (
    ("right", "left"),
    ("upper", "lower"),
    ("anterior", "posterior", "apical", "superior", "lateral", "medial"),
    ("mild", "minimal", "slight", "moderate", "significant"),
)
_PLACE = re.compile(rf"\b({'|'.join(word for words in _PLACES for word in words)})\b")


def varied(text: str, rng: np.random.Generator) -> str:
    """The text with other numbers and places, and its sentences in another order."""
    same = {word: words for words in _PLACES for word in words}
    sentences = _SENTENCE.split(text)
    order = rng.permutation(len(sentences))
    shuffled = " ".join(sentences[int(n)] for n in order)
    placed = _PLACE.sub(lambda found: str(rng.choice(same[found[0]])), shuffled)
    return _NUMBER.sub(
        lambda found: str(int(rng.integers(10 ** (len(found[0]) - 1), 10 ** len(found[0])))),
        placed,
    )


def reports_of(source: Path) -> list[dict[str, str]]:
    """The rows of a table of reports."""
    csv.field_size_limit(10**8)
    with source.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def without_digits(source: Path) -> tuple[int, int]:
    """How many different sentences there are, and how many when all digits are the same one."""
    texts = (row[name] for row in reports_of(source) for name in ("Findings_EN", "Impressions_EN"))
    every = {sentence for text in texts for sentence in _SENTENCE.split(text)}
    return len(every), len({_DIGIT.sub("0", sentence) for sentence in every})


def write_table(source: Path, path: Path, rng: np.random.Generator) -> float:
    """Write the table; the share of its sentences that stand in it once or twice."""
    reports = reports_of(source)
    counts: Counter[str] = Counter()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(reports[0]))
        writer.writeheader()
        for number in range(ROWS):
            report = dict(reports[number % len(reports)])
            report["VolumeName"] = f"train_{number}_a_1.nii.gz"
            for column in ("Findings_EN", "Impressions_EN"):
                report[column] = varied(report[column], rng)
                counts.update(_SENTENCE.split(report[column]))
            writer.writerow(report)
    rare = sum(count for count in counts.values() if count <= 2)
    return rare / counts.total()


def sentence_costs(source: Path) -> tuple[float, float]:
    """Seconds of one core for a new sentence, over those of a known one, and for a known one.

    All that becomes of it counts, up to the rows of the tables.
    """
    rows = tuple(open_report_table(source).rows())
    list(read_rows(rows[:1], "rules"))  # the vocabulary is loaded once
    known = read_sentence.cache_info().misses
    seconds = []
    for _ in range(4):
        started = time.process_time()
        sentences = sum(batch.counts["sentences"] for batch in read_rows(rows, "rules"))
        seconds.append(time.process_time() - started)
    again = min(seconds[1:])
    new = read_sentence.cache_info().misses - known
    return (seconds[0] - again) / new, again / sentences


def main() -> int:
    """Run the benchmark."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    source = folder / "labelled_reports" / "ct_rate_reports_dev.csv"
    if not source.is_file():
        print(f"{source} is not there: nothing measured.", file=sys.stderr)
        return 1
    new, again = sentence_costs(source)
    print(
        f"a new sentence costs {new * 1e3:.2f} ms more than one read before: {again * 1e6:.0f} us"
    )
    different, apart = without_digits(source)
    print(f"{different - apart} of {different} different sentences differ in digits alone")
    with tempfile.TemporaryDirectory() as name:
        table = Path(name) / "reports.csv"
        rare = write_table(source, table, np.random.default_rng(0))
        print(f"{ROWS} reports, {table.stat().st_size / 1e6:.0f} MB; {rare:.0%} rare sentences")
        code = "from groundct.cli.main import main; main()"
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", code, "reports", str(table), "-o", f"{name}/out"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        wall = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds, megabytes = used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6
    print(
        f"{seconds:.0f} s of one core ({wall:.0f} s by the clock), {ROWS / seconds:.0f} reports/s, "
        f"{megabytes:.0f} MB at most"
    )
    return int(seconds > MOST_SECONDS or megabytes > MOST_MB)


if __name__ == "__main__":
    sys.exit(main())
