"""Measure links on sentences that nobody had linked: bench/blind_links.tsv.

Run: ``python -m bench.bench_blind_links [DATA]``; DATA is ``../shared/data`` unless given.

610 different sentences of reports without region texts were linked by a reader who saw the links of
45 other reports and none of ours: 450 drawn at random, and up to 40 more that hold a word of each
region that is rare there (``drawn``). The reader was a run of one language model; no radiologist
took part. The file has no text: ``sentence`` is the start of the SHA-256 of its words,
``regions`` the reader's, ``sure`` whether these were plain, ``first`` those that ``rules`` had
given before anyone looked.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.bench_links import score
from bench.bench_read_sentences import digest, sentences, template
from bench.bench_reports import data_folder, rows_of
from groundct.core.report import report_of_columns
from groundct.reports.rules import PLUGIN

HERE = Path(__file__).parent
Regions = frozenset[str]


@dataclass(frozen=True)
class Linked:
    """A sentence's regions: the reader's, those of ``rules`` at the first look, and of today."""

    drawn: str
    sure: bool
    reader: Regions
    first: Regions
    now: Regions


def regions_in(sentence: str) -> Regions:
    """What ``rules`` links a sentence to that stands alone."""
    reading = PLUGIN.extract(report_of_columns([("findings", sentence)]))
    return frozenset(region for part in reading.sentences for region in part.regions)


def linked(folder: Path) -> Iterator[Linked]:
    """Every sentence of the file that the reports hold."""
    texts = {digest(template(text)): text for text in sentences(folder)}
    for row in rows_of(HERE, "blind_links.tsv", "\t"):
        yield Linked(
            row["drawn"],
            row["sure"] == "yes",
            _regions(row["regions"]),
            _regions(row["first"]),
            regions_in(texts[row["sentence"]]),
        )


def _regions(cell: str) -> Regions:
    return frozenset(filter(None, cell.split(", ")))


def main() -> int:
    folder = data_folder("labelled_reports")
    if folder is None:
        return 1
    every = list(linked(folder))
    random = [row for row in every if row.drawn == "random"]
    groups = {
        "drawn at random": random,
        "of these, plain to the reader": [row for row in random if row.sure],
        "with those of rare regions": every,
    }
    for name, rows in groups.items():
        print(f"{name}: {len(rows)} sentences, first look")
        score([(row.reader, row.first) for row in rows])
        print(f"{name}, now")
        score([(row.reader, row.now) for row in rows])
    return 0


if __name__ == "__main__":
    sys.exit(main())
