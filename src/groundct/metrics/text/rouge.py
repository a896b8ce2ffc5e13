"""ROUGE-1, ROUGE-2 and ROUGE-L (Lin 2004): the F1 of rouge-score, without its stemmer."""

from __future__ import annotations

from collections.abc import Sequence

from groundct.metrics.text.bleu import ngrams
from groundct.metrics.text.tokens import tokens_rouge


def rouge_n(reference: str, prediction: str, order: int) -> float:
    """F1 of the n-grams of an order, 0..1; 0 where a text has none."""
    expected = ngrams(tokens_rouge(reference), order)
    given = ngrams(tokens_rouge(prediction), order)
    return _f1((expected & given).total(), expected.total(), given.total())


def rouge_l(reference: str, prediction: str) -> float:
    """F1 of the longest common subsequence of the words of the whole texts, 0..1."""
    expected, given = tokens_rouge(reference), tokens_rouge(prediction)
    return _f1(_common_length(expected, given), len(expected), len(given))


def _f1(hits: int, expected: int, given: int) -> float:
    if not hits:
        return 0.0
    precision, recall = hits / given, hits / expected
    return 2 * precision * recall / (precision + recall)


def _common_length(first: Sequence[str], second: Sequence[str]) -> int:
    """The length of the longest common subsequence, a row of the table at a time as bits.

    After M. Crochemore et al., Inf. Process. Lett. 80, 2001, 279-285: a row grows by at most one
    from column to column; bit n of ``flat`` is set where it does not grow at column n.
    """
    places: dict[str, int] = {}
    for column, word in enumerate(first):
        places[word] = places.get(word, 0) | 1 << column
    every = (1 << len(first)) - 1
    flat = every
    for word in second:
        hits = flat & places.get(word, 0)
        flat = (flat + hits | flat - hits) & every
    return len(first) - flat.bit_count()
