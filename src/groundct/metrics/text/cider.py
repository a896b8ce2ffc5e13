"""CIDEr-D (Vedantam et al. 2015) as pycocoevalcap computes it, one reference a text.

n-grams of order 1 to 4 of the words between spaces, weights by their frequency in the references,
a Gaussian penalty on the difference in length (sigma 6), times 10.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from groundct.metrics.text.bleu import MAX_ORDER, ngrams

_SIGMA = 6.0
_SCALE = 10.0
_Weights = Mapping[tuple[str, ...], float]


def cider(references: Sequence[str], predictions: Sequence[str]) -> tuple[float, ...]:
    """CIDEr-D of each text, 0..10; the corpus's score is their mean.

    A text's score depends on all references: they give the n-grams' weights.
    Raises ValueError when the two differ in number or there is none.
    """
    if len(references) != len(predictions) or not references:
        raise ValueError(f"{len(references)} references and {len(predictions)} predictions")
    expected = [_counts(text.split()) for text in references]
    documents: Counter[tuple[str, ...]] = Counter(gram for grams in expected for gram in grams)
    log_documents = math.log(len(references))
    rarity = {gram: log_documents - math.log(n) for gram, n in documents.items()}
    return tuple(
        _score(counts, _counts(text.split()), (rarity, log_documents))
        for counts, text in zip(expected, predictions, strict=True)
    )


def _counts(words: Sequence[str]) -> Counter[tuple[str, ...]]:
    return sum((ngrams(words, order) for order in range(1, MAX_ORDER + 1)), Counter())


def _score(
    expected: Counter[tuple[str, ...]],
    given: Counter[tuple[str, ...]],
    rarity: tuple[_Weights, float],
) -> float:
    """The mean over orders of the clipped cosine; ``rarity`` of an unseen n-gram is the second."""
    total = 0.0
    known, unseen = rarity
    length = [sum(n for gram, n in c.items() if len(gram) == 2) for c in (expected, given)]
    penalty = math.exp(-((length[1] - length[0]) ** 2) / (2 * _SIGMA**2))
    for order in range(1, MAX_ORDER + 1):
        weights = [
            {g: n * known.get(g, unseen) for g, n in counts.items() if len(g) == order}
            for counts in (expected, given)
        ]
        norms = [math.sqrt(sum(w * w for w in side.values())) for side in weights]
        if not all(norms):
            continue
        shared = sum(
            min(w, weights[0][g]) * weights[0][g] for g, w in weights[1].items() if g in weights[0]
        )
        total += penalty * shared / (norms[0] * norms[1])
    return _SCALE * total / MAX_ORDER
