"""How often the entailment judge by findings agrees with RadFact's own examples.

Run: ``python -m bench.bench_facts [DATA]``; DATA is ``../shared/data`` unless given. The examples
are those of RadFact's judge prompt and tests: phrases of chest radiographs with a verdict each. No
rule was tuned on them. Beside the judge stands one that calls equal words entailed and no more.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from bench import DATA
from groundct.benchmark.reports.judges import FindingsJudge, Statement
from groundct.core.plugins import load_plugin
from groundct.reports.sections import split_sections

VERDICTS = {"entailment": "entailed", "contradiction": "contradicted", "neutral": "neutral"}


def statements(extractor: Any, phrases: list[str]) -> list[Statement]:
    """Each phrase read on its own, as the examples have it."""
    readings = (extractor.extract(split_sections(phrase)) for phrase in phrases)
    return [Statement(p, reading.findings) for p, reading in zip(phrases, readings, strict=True)]


def verdicts(examples: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """(theirs, the judge's, that of equal words) for every phrase of every example."""
    extractor = load_plugin("reports", "rules")
    judge = FindingsJudge()
    out = []
    for example in examples:
        own, other = (
            statements(extractor, example["input"][f"phrases_{side}"]) for side in ("A", "B")
        )
        for side, hypotheses, premises in (("A", own, other), ("B", other, own)):
            theirs = example["output"][f"phrases_{side}_evidenced"]
            plain = (
                [Statement(s.text, ()) for s in hypotheses],
                [Statement(s.text, ()) for s in premises],
            )
            for due, ours, words in zip(
                theirs, judge.judge(hypotheses, premises), judge.judge(*plain), strict=True
            ):
                out.append((VERDICTS[due["status"]], ours.verdict, words.verdict))
    return out


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    path = folder / "reports" / "radfact" / "test_examples.json"
    if not path.is_file():
        print(f"{path} is not there: nothing measured.", file=sys.stderr)
        return 1
    rows = verdicts(json.loads(path.read_text(encoding="utf-8")))
    print(f"{len(rows)} phrases; rows theirs, columns ours")
    table = Counter((due, ours) for due, ours, _ in rows)
    names = tuple(VERDICTS.values())
    print(f"{'':14s}" + "".join(f"{name:>14s}" for name in names))
    for due in names:
        print(f"{due:14s}" + "".join(f"{table[due, ours]:14d}" for ours in names))
    for title, column in (("findings judge", 1), ("equal words", 2)):
        hits = sum(row[0] == "entailed" == row[column] for row in rows)
        said = sum(row[column] == "entailed" for row in rows)
        due = sum(row[0] == "entailed" for row in rows)
        agree = sum((row[0] == "entailed") == (row[column] == "entailed") for row in rows)
        precision = f"{hits / said:.3f}" if said else "not defined"
        print(
            f"{title}: entailed or not, agreement {agree / len(rows):.3f}, "
            f"precision {precision}, recall {hits / due:.3f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
