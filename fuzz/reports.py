"""Texts out of clinical words: read without an error, spans inside, in time that grows evenly.

``python -m fuzz.reports`` times every adversary at three lengths and prints the worst; it ends with
1 when the time of one grows faster than its length.
"""

from __future__ import annotations

import argparse
import sys
import time
from functools import lru_cache
from pathlib import Path

import numpy as np

from fuzz._laws import require
from fuzz.adversaries import Write, adversaries, phrases_by_lexicon
from groundct.core.issues import DataError
from groundct.core.report import Reading, Report, report_of_columns
from groundct.reports import read
from groundct.reports.labels import categorize, labels_of
from groundct.reports.plain import moved_back, plain_report
from groundct.reports.rules import PLUGIN
from groundct.reports.sections import split_sections

GLUE = (
    ".", ",", ";", ":", "(", ")", "-", "•", "\n", "\n\n", "and", "or", "with", "in the", "of",
    "No.", "5 mm", "3.5 x 2 cm", "1/2", "T4.", "9" * 30, "é", "ﬁ", "İ", "ß", "\u202e", "\u200b",
    "\ud7ff", "😀", "\x00", "\t", "Findings:", "IMPRESSION:", "0 mm", "-3 mm", "1e400 cm",
    "५ mm", "²", "9" * 5000, "<b>", "</p>", "<5 mm", "&lt;", "&#305;", "{\\rtf1 ", "}", "\\'fd",
    "e\u0301", "\xad",
)  # fmt: skip
SLOWER_AT_MOST = 8.0
"""Times as long, for a text four times as long; an even growth is 4, a square one 16."""
SLACK_S = 0.25
SHORT = 8_000


def attempt(rng: np.random.Generator, folder: Path) -> str:
    """Make one text and read it, once in a while time an adversary; the outcome."""
    if rng.random() < 0.01:
        names = sorted(adversaries())
        name = names[int(rng.integers(len(names)))]
        times = _times(adversaries()[name], rng)
        require(_even(times), f"{name}: {', '.join(f'{s:.2f} s' for s in times)}")
        return "timed"
    text = _text(rng)
    (folder / "report.txt").write_text(text, encoding="utf-8", newline="")
    categorize(text)
    try:
        for report in (split_sections(text), report_of_columns([("findings", text)])):
            _check(report, PLUGIN.extract(report))
            plain = plain_report(report)
            reading = PLUGIN.extract(plain.report)
            _check(report, moved_back(reading, plain.origin) if plain.origin else reading)
        read(text)
    except DataError as problem:
        return f"refused {problem.issues[0].code}"
    return "read"


def _check(report: Report, reading: Reading) -> None:
    labels_of(reading)
    end = 0
    for sentence in reading.sentences:
        span = sentence.span
        require(end <= span.start < span.end <= len(report.text), f"sentence at {span}")
        end = span.end
    for finding in reading.findings:
        home = reading.sentences[finding.sentence_indices[0]].span
        require(home.contains(finding.span), f"a span outside {home}: {finding}")
        own = [reading.sentences[index].span for index in finding.sentence_indices]
        parts = (*finding.measurements, *finding.cues, *finding.remarks, *finding.relations)
        inside = all(any(span.contains(part.span) for span in own) for part in parts)
        require(inside, f"a part outside {own}: {finding}")


def _times(write: Write, rng: np.random.Generator, shortest: int = SHORT) -> tuple[float, ...]:
    """Seconds of work on texts of one, two and four times a length, as findings and impression."""
    return tuple(_seconds(write, rng, shortest * times) for times in (1, 2, 4))


def _seconds(write: Write, rng: np.random.Generator, length: int) -> float:
    """The faster of two goes, each at texts of its own, since sentences are kept."""
    goes = []
    for _ in range(2):
        cells = (("findings", write(rng, length // 2)), ("impression", write(rng, length // 2)))
        start = time.process_time()
        report = plain_report(report_of_columns(cells)).report
        labels_of(PLUGIN.extract(report))
        goes.append(time.process_time() - start)
    return min(goes)


def _even(times: tuple[float, ...]) -> bool:
    return times[-1] <= SLOWER_AT_MOST * times[0] + SLACK_S


def _text(rng: np.random.Generator) -> str:
    count = int(rng.integers(1, 60))
    words = []
    for _ in range(count):
        pieces = _phrases() if rng.random() < 0.6 else GLUE
        words.append(pieces[int(rng.integers(len(pieces)))])
    if rng.random() < 0.2:
        words = words[:3] * int(rng.integers(1, 100))
    if rng.random() < 0.1:
        words.append("".join(chr(int(c)) for c in rng.integers(1, 0xD7FF, 20)))
    joint = str(rng.choice([" ", " ", " ", "", "-", "\n"]))
    return joint.join(word.upper() if rng.random() < 0.1 else word for word in words)


@lru_cache(maxsize=1)
def _phrases() -> tuple[str, ...]:
    """Every phrase of the lexicons, in order."""
    return tuple(sorted({p for phrases in phrases_by_lexicon().values() for p in phrases}))


def main() -> int:
    """Time every adversary and print the slowest first."""
    parser = argparse.ArgumentParser(prog="python -m fuzz.reports", description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", help="adversaries whose name holds this")
    parser.add_argument("--characters", type=int, default=SHORT, help="of the shortest texts")
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    chosen = {n: w for n, w in adversaries().items() if not given.only or given.only in n}
    read("No effusion. A 5 mm nodule.")  # the vocabulary is read now
    found = {name: _times(write, rng, given.characters) for name, write in chosen.items()}
    broken = [name for name, times in found.items() if not _even(times)]
    lengths = [given.characters * times for times in (1, 2, 4)]
    print(f"{'seconds for characters':32s}" + "".join(f"{length:9d}" for length in lengths))
    for name, times in sorted(found.items(), key=lambda item: -item[1][2]):
        mark = "  GROWS FASTER THAN ITS LENGTH" if name in broken else ""
        print(f"{name:32s}" + "".join(f"{seconds:9.3f}" for seconds in times) + mark)
    slowest, times = max(found.items(), key=lambda item: item[1][2])
    print(
        f"worst: {slowest}, {1e6 * times[2] / lengths[2]:.0f} us a character; "
        f"{len(broken)} of {len(found)} grow faster than their length"
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
