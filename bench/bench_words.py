"""Words of the reports that the lexicons do not know, and those that are read as another word.

Run: ``python -m bench.bench_words [DATA] [--list]``; labels are not looked at. ``--list`` prints
the words themselves, to the terminal alone.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from pathlib import Path

from bench import DATA
from bench.bench_reports import rows_of
from groundct.vocabulary.spelling import known_word, lexicon_words
from groundct.vocabulary.words import normal_word

_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST = 3


def texts(folder: Path) -> list[str]:
    """All report texts of the folder."""
    out = [row["report_text"] for row in rows_of(folder, "abnormality_labels_dev.csv")]
    for row in rows_of(folder, "ct_rate_reports_dev.csv"):
        out += (row["Findings_EN"], row["Impressions_EN"])
    return out


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", default=DATA)
    parser.add_argument("--list", action="store_true", help="print the words")
    asked = parser.parse_args()
    folder = asked.data / "labelled_reports"
    if not folder.is_dir():
        print(f"{folder} is not there: nothing counted.", file=sys.stderr)
        return 1
    found = Counter(
        normal_word(word, "en")
        for text in texts(folder)
        for word in _WORD.findall(text)
        if len(word) >= _SHORTEST
    )
    unknown = {word: n for word, n in found.items() if word not in lexicon_words("en")}
    meant = {word: known_word(word, "en") for word in unknown}
    read = {word: other for word, other in meant.items() if other != word}
    print(f"  {len(found)} different words, {len(unknown)} of them in no lexicon")
    print(f"  {len(read)} are read as another word, in {sum(unknown[w] for w in read)} places")
    if asked.list:
        for word, other in sorted(read.items()):
            print(f"    {unknown[word]:5d} {word} -> {other}")
        for word, n in sorted(unknown.items(), key=lambda item: -item[1]):
            print(f"    {n:5d} {word}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
