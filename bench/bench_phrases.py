"""Measure `categorize` on phrases of ours that were written before any was read: phrases.tsv.

Run: ``python -m bench.bench_phrases [--list odd]``. 760 findings in the style of ReXGroundingCT,
written without a look at the vocabulary by writers who knew the ontology and, for the second and
third sets, the habits of its codes. A row has the codes that will do. Phrases of odd number are
there to be mended by, those of even number to be reported; the even ones of the first two sets
have been read since.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from groundct.reports.labels import categorize

PHRASES = Path(__file__).with_name("phrases.tsv")


def main() -> int:
    with PHRASES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    for name in ("first", "second", "third"):
        own = [row for row in rows if row["set"] == name]
        for half, some in (("odd", own[0::2]), ("even", own[1::2])):
            wrong = [r for r in some if categorize(r["finding"]) not in r["codes"].split("/")]
            right = len(some) - len(wrong)
            print(f"{name} set, {half} numbers: {right} of {len(some)} ({right / len(some):.3f})")
            if sys.argv[1:] == ["--list", half]:
                for row in wrong:
                    print(f"  {row['codes']:6s} {categorize(row['finding']):4s} {row['finding']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
