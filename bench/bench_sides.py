"""Right and left: count the sentences of reports whose reading breaks when their sides are swapped.

Run: ``python -m bench.bench_sides [DATA]``; DATA is ``../shared/data`` unless given. No text is
printed; ``--show`` prints the sentences that break.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from bench import DATA
from bench.bench_reports import half, rows_of
from groundct.core.report import Reading, report_of_columns
from groundct.reports.rules import PLUGIN
from groundct.vocabulary.segments import segments

_FILES = {
    "ct_rate_reports_dev.csv": ("VolumeName", "Findings_EN"),
    "abnormality_labels_dev.csv": ("AccessionNo", "report_text"),
}
OTHER = {"right": "left", "left": "right"}
# Words that say one side by themselves, or mean another thing on the other side.
ONE_SIDED = re.compile(
    r"middle (lobe|zone)|middle.{1,30}(lobe|zone)|lingul|\b(rul|rml|rll|lul|lll)\b|apicoposterior"
    r"|anteromedio|medio?basal|medial basal|left (main coronary|main stem|anterior descending)"
    r"|\b\d{1,2}[rl]\b",
    re.IGNORECASE,
)
_SIDE = re.compile(r"\b(right|left)(?=\b|sided)", re.IGNORECASE)
_SEGMENTS = {segment.name for segment in segments()}


def sided(text: str) -> bool:
    """Whether a text names a side, and no structure that only one side has."""
    return bool(_SIDE.search(text)) and not ONE_SIDED.search(text)


def swapped(text: str) -> str:
    """The text with right and left changed for each other, capitals kept."""

    def turn(match: re.Match[str]) -> str:
        other = OTHER[match[0].lower()]
        return other.capitalize() if match[0][0].isupper() else other

    return _SIDE.sub(turn, text)


def seen(reading: Reading, *, swap: bool) -> list[object]:
    """What a reading says of places and sides; in sets, since two sides have no order."""
    turn = swapped if swap else str
    said: list[object] = [
        (s.regions, frozenset(turn(path) for path in s.anatomy)) for s in reading.sentences
    ]
    for finding in reading.findings:
        side = finding.laterality and turn(finding.laterality)
        where = frozenset(turn(path) for path in finding.anatomy)
        names = frozenset(turn(name) for name in finding.lung_segments)
        said.append((finding.type, finding.presence, side, where, names))
    return said


def holds(text: str) -> bool:
    """Whether a text is read the same with its sides swapped, but for the sides.

    True too where the other lung has no segment of a name that is read.
    """
    first = PLUGIN.extract(report_of_columns([("findings", text)]))
    second = PLUGIN.extract(report_of_columns([("findings", swapped(text))]))
    found = (*first.findings, *second.findings)
    names = {swapped(name) for finding in found for name in finding.lung_segments}
    return not names <= _SEGMENTS or seen(first, swap=True) == seen(second, swap=False)


def _sentences(folder: Path, name: str, number: int) -> Iterator[str]:
    """The sentences of one half of a file's reports, each on one line."""
    case, column = _FILES[name]
    for row in rows_of(folder, name):
        if half(row[case]) == number:
            report = report_of_columns([("findings", row[column])])
            for sentence in PLUGIN.extract(report).sentences:
                yield " ".join(sentence.span.of(report.text).split())


def main() -> int:
    arguments = [word for word in sys.argv[1:] if word != "--show"]
    folder = (Path(arguments[0]) if arguments else DATA) / "labelled_reports"
    if not folder.is_dir():
        print(f"{folder} is not there: nothing measured.", file=sys.stderr)
        return 1
    for number in (0, 1):
        texts = {text for name in _FILES for text in _sentences(folder, name, number)}
        asked = sorted(text for text in texts if sided(text))
        broken = [text for text in asked if not holds(text)]
        print(f"half {number}: {len(asked)} different sentences name a side; {len(broken)} break")
        for text in broken if "--show" in sys.argv else ():
            print(f"  {text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
