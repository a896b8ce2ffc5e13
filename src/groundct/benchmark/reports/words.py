"""Scores of words: BLEU, ROUGE, CIDEr and METEOR of a region's texts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final

import numpy as np

from groundct.benchmark._summary import Floats, Score, mean_of
from groundct.metrics.text.bleu import MAX_ORDER, bleu_counts, bleu_of_counts, sentence_bleu
from groundct.metrics.text.cider import cider
from groundct.metrics.text.meteor import meteor
from groundct.metrics.text.rouge import rouge_l, rouge_n

Synonyms = Callable[[str], Collection[str]]
Pair = tuple[str, str]
"""Reference and prediction."""

_ORDERS: Final = range(1, MAX_ORDER + 1)
NAMES: Final = (
    *(f"sentence_bleu_{order}" for order in _ORDERS),
    *("rouge_1", "rouge_2", "rouge_l", "cider", "meteor"),
)
CORPUS_NAMES: Final = tuple(f"corpus_bleu_{order}" for order in _ORDERS)


def word_scores(pairs: Sequence[Pair], synonyms: Synonyms | None) -> list[dict[str, float | None]]:
    """The scores of each pair by name; all None where the reference has no text.

    CIDEr's weights come from these references; it is None with fewer than two. METEOR is None
    without ``synonyms``.
    """
    kept = [pair for pair in pairs if pair[0].strip()]
    consensus: list[float | None] = [None] * len(kept)
    if len(kept) > 1:
        consensus = list(cider([a for a, _ in kept], [b for _, b in kept]))
    others = iter(consensus)
    return [
        _of_pair(pair, next(others), synonyms) if pair[0].strip() else dict.fromkeys(NAMES)
        for pair in pairs
    ]


def _of_pair(
    pair: Pair, consensus: float | None, synonyms: Synonyms | None
) -> dict[str, float | None]:
    bleu = sentence_bleu(*pair)
    return {f"sentence_bleu_{order}": bleu[order - 1] for order in _ORDERS} | {
        "rouge_1": rouge_n(*pair, 1),
        "rouge_2": rouge_n(*pair, 2),
        "rouge_l": rouge_l(*pair),
        "cider": consensus,
        "meteor": None if synonyms is None else meteor(*pair, synonyms),
    }


def summary_scores(
    pairs: Sequence[Pair], samples: Sequence[dict[str, float | None]]
) -> dict[str, Score]:
    """Means of the samples' scores, and BLEU of the corpus, smoothed as published tables have it.

    Texts whose reference is empty are in neither.
    """
    width = 2 * MAX_ORDER + 2
    counts = np.array(
        [bleu_counts(*pair) if pair[0].strip() else (0,) * width for pair in pairs], np.float64
    )
    means = {
        name: mean_of([sample[name] for sample in samples], unbounded=name == "cider")
        for name in NAMES
    }
    return means | {
        name: Score(counts, _corpus_bleu(order))
        for order, name in zip(_ORDERS, CORPUS_NAMES, strict=True)
    }


def _corpus_bleu(order: int) -> Callable[[Floats], Floats]:
    def score(sums: Floats) -> Floats:
        values = [
            bleu_of_counts(row, smooth=True)[order - 1] if row[-2] else np.nan
            for row in sums.tolist()
        ]
        return np.array(values)

    return score
