"""What second readers say of how ``rules`` puts whole reports together: bench/read_reports.tsv.

Run: ``python -m bench.bench_read_reports``; no data are read. Reports were drawn at random, and a
reader (a run of one language model; no radiologist) was shown their sentences and the findings
that ``rules`` kept as present or uncertain, and wrote down what is wrong between sentences: one
thing left as two (``split``) or two joined (``merged``), a place or side not carried over or
wrongly (``not-carried``, ``carried``), a size on the wrong one, something of an earlier examination
taken as found today, findings missed or denied by the report. The faults of the first draw were
then mended by; those of the second were judged after that and nobody had seen them. The file has
no text.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from bench.bench_reports import rows_of


def main() -> int:
    rows = rows_of(Path(__file__).parent, "read_reports.tsv", "\t")
    for draw in ("first", "second"):
        own = [row for row in rows if row["draw"] == draw]
        findings = sum(int(row["findings"]) for row in own)
        faults = Counter(fault for row in own for fault in row["faults"].split(", ") if fault)
        clean = sum(not row["faults"] for row in own)
        print(f"{draw} draw: {len(own)} reports, {findings} findings, {clean} without a fault")
        for grave in ("major", "minor"):
            some = {k.split()[0]: n for k, n in faults.most_common() if k.endswith(grave)}
            total = sum(some.values())
            kinds = ", ".join(f"{kind} {n}" for kind, n in some.items())
            print(f"  {grave}: {total} ({100 * total / findings:.1f} of 100 findings): {kinds}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
