"""Reproduce the published scores of a report generator from its texts, to the printed digits.

Run: ``python -m bench.bench_texts [DATA]``; DATA is ``../shared/data`` unless given. METEOR needs
WordNet 3.0 (Debian: ``apt-get install wordnet-base``); without it that line says "not computed".
"""

from __future__ import annotations

import csv
import statistics
import sys
from pathlib import Path

from groundct.codecs.wordnet import USUAL_FOLDER, WordNet
from groundct.metrics.text.bleu import corpus_bleu, sentence_bleu
from groundct.metrics.text.cider import cider
from groundct.metrics.text.meteor import meteor
from groundct.metrics.text.rouge import rouge_l, rouge_n

Row = dict[str, str]


def rows_of(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def scores(references: list[str], predictions: list[str], words: WordNet | None) -> Row:
    """Each score as the published table prints it, by the table's column."""
    pairs = list(zip(references, predictions, strict=True))
    bleu = [sentence_bleu(*pair) for pair in pairs]
    whole = corpus_bleu(references, predictions, smooth=True)
    each = {f"BLEU-{n}": [score[n - 1] for score in bleu] for n in range(1, 5)}
    each |= {f"ROUGE-{n}": [rouge_n(*pair, n) for pair in pairs] for n in (1, 2)}
    each |= {"ROUGE-L": [rouge_l(*pair) for pair in pairs]}
    each |= {"CIDEr": list(cider(references, predictions))}
    if words is not None:
        each |= {"METEOR": [meteor(*pair, words.synonyms) for pair in pairs]}
    out = {
        name: f"{statistics.fmean(values):.4f}±{statistics.pstdev(values):.4f}"
        for name, values in each.items()
    }
    return out | {f"Overall_BLEU-{n}": f"{score:.4f}" for n, score in enumerate(whole, start=1)}


def main() -> int:
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = (Path(sys.argv[1]) if len(sys.argv) > 1 else default) / "generated_reports"
    if not folder.is_dir():
        print(f"{folder} is not there: nothing measured.", file=sys.stderr)
        return 1
    words = WordNet(USUAL_FOLDER) if USUAL_FOLDER.is_dir() else None
    different = 0
    for published in rows_of(folder / "published_scores.csv"):
        rows = rows_of(folder / f"{published['region']}_reports.csv")
        ours = scores(
            [row["GT_combined_report"] for row in rows],
            [row["Pred_combined_report"] for row in rows],
            words,
        )
        print(f"{published['region']}, {len(rows)} texts")
        for name in ("METEOR",) if words is None else ():
            print(f"  {name:16s} not computed: {USUAL_FOLDER} is not there")
        for name, value in ours.items():
            # The table prints .072 for .0720.
            wanted = "±".join(f"{float(part):.4f}" for part in published[name].split("±"))
            different += value != wanted
            print(
                f"  {name:16s} {value:18s} published {wanted:18s} {'' if value == wanted else '<<'}"
            )
    print(f"{different} values differ from the published ones")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
