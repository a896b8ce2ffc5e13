"""In which language are texts taken to be? English reports and their sentences, one by one.

Run: ``python -m bench.bench_language [DATA]``; DATA is ``../shared/data`` unless given. Prints how
many are taken for another language, and the time for a report.
"""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from pathlib import Path

from bench.bench_reports import data_folder, rows_of
from groundct.reports.language import contradiction, language_of

_END = re.compile(r"(?<=[.])\s+")


def texts_of(folder: Path) -> list[str]:
    """The report texts and, from the second table, the cells of each section."""
    texts = [row["report_text"] for row in rows_of(folder, "abnormality_labels_dev.csv")]
    for row in rows_of(folder, "ct_rate_reports_dev.csv"):
        texts += [cell for name, cell in row.items() if name.endswith("_EN") and cell.strip()]
    return texts


def main() -> int:
    """Print the counts by language."""
    folder = data_folder("labelled_reports")
    if folder is None:
        return 1
    texts = texts_of(folder)
    sentences = sorted({s.strip() for text in texts for s in _END.split(text) if s.strip()})
    for name, items in (("reports and sections", texts), ("sentences", sentences)):
        start = time.process_time()
        refused = sum(contradiction(text, "en") is not None for text in items)
        seconds = time.process_time() - start
        told = dict(Counter(map(language_of, items)).most_common())
        print(f"{len(items)} {name}: {told}; said to be English and refused: {refused}")
        print(f"  {1000 * seconds / len(items):.2f} ms each")
    return 0


if __name__ == "__main__":
    sys.exit(main())
