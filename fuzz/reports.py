"""Texts out of clinical words: read without an error, spans inside, in time that grows evenly."""

from __future__ import annotations

import time
from functools import lru_cache
from pathlib import Path

import numpy as np

from fuzz._laws import require
from groundct.core.report import Report, report_of_columns
from groundct.reports.labels import categorize, labels_of
from groundct.reports.rules import PLUGIN
from groundct.reports.sections import split_sections
from groundct.vocabulary.lexicon import expand, lexicon

LEXICONS = {
    "findings": "type", "anatomy": "key", "negation": "role", "uncertainty": "role",
    "temporal": "role", "laterality": "role", "recommendation": "role",
}  # fmt: skip
GLUE = (
    ".", ",", ";", ":", "(", ")", "-", "•", "\n", "\n\n", "and", "or", "with", "in the", "of",
    "No.", "5 mm", "3.5 x 2 cm", "1/2", "T4.", "9" * 30, "é", "ﬁ", "İ", "ß", "\u202e", "\u200b",
    "\ud7ff", "😀", "\x00", "\t", "Findings:", "IMPRESSION:", "0 mm", "-3 mm", "1e400 cm",
    "५ mm", "²", "9" * 5000,
)  # fmt: skip
SLOWER_AT_MOST = 10  # for a text four times as long
SLACK_S = 0.5


def attempt(rng: np.random.Generator, folder: Path) -> str:
    """Make one text and read it, once in a while repeated at two lengths; the outcome."""
    text = _text(rng)
    (folder / "report.txt").write_text(text, encoding="utf-8", newline="")
    for report in (split_sections(text), report_of_columns([("findings", text)])):
        _check(report)
    categorize(text)
    if rng.random() < 0.02:
        _check_time(text)
        return "read, and timed"
    return "read"


def _check(report: Report) -> None:
    reading = PLUGIN.extract(report)
    labels_of(reading)
    end = 0
    for sentence in reading.sentences:
        span = sentence.span
        require(end <= span.start < span.end <= len(report.text), f"sentence at {span}")
        end = span.end
    for finding in reading.findings:
        home = reading.sentences[finding.sentence_indices[0]].span
        spans = [finding.span, *(m.span for m in finding.measurements)]
        spans += [cue.span for cue in finding.cues]
        require(all(home.contains(span) for span in spans), f"a span outside {home}: {finding}")


def _check_time(text: str) -> None:
    def seconds(length: int) -> float:
        report = report_of_columns([("findings", (text * (1 + length // len(text)))[:length])])
        start = time.process_time()
        PLUGIN.extract(report)
        return time.process_time() - start

    short, long = seconds(8_000), seconds(32_000)
    require(long <= SLOWER_AT_MOST * short + SLACK_S, f"{short:.2f} s, then {long:.2f} s")


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
    found: set[str] = set()
    for name, meaning in LEXICONS.items():
        for entry in lexicon("en", name, meaning).entries:
            found.update(" ".join(words) for words in expand(entry.term))
    return tuple(sorted(found))
