"""Write the measured parts of a document anew.

Run: ``python -m bench.refresh docs/quality/reports.md [DATA]``. A part stands between the comments
``<!-- label scores -->`` and ``<!-- end -->``; its name says what is written there.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from bench import DATA
from bench.bench_reports import half, label_scores, rows_of
from bench.disagreements import tables
from bench.label_causes import score_table

_PART = re.compile(r"<!-- ([a-z ]+) -->\n.*?<!-- end -->", re.DOTALL)


def _scores(folder: Path) -> Iterator[str]:
    rows = rows_of(folder, "abnormality_labels_dev.csv")
    first, second = (
        label_scores([row for row in rows if half(row["AccessionNo"]) == number])
        for number in (0, 1)
    )
    return score_table((first, second))


def part(name: str, folder: Path) -> Iterator[str]:
    """The lines of a part; raises KeyError when no part has this name."""
    task, _, kind = name.partition(" ")
    if name == "label scores":
        return _scores(folder)
    if kind == "disagreements" and task in ("label", "code", "link"):
        return tables(folder, f"{task}s")
    raise KeyError(name)


def main() -> int:
    document = Path(sys.argv[1])
    folder = (Path(sys.argv[2]) if len(sys.argv) > 2 else DATA) / "labelled_reports"
    if not folder.is_dir():
        print(f"{folder} is not there: nothing written.", file=sys.stderr)
        return 1

    def anew(found: re.Match[str]) -> str:
        lines = "\n".join(part(found[1], folder))
        return f"<!-- {found[1]} -->\n{lines}\n<!-- end -->"

    document.write_text(_PART.sub(anew, document.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
