"""BLEU-1 to BLEU-4 (Papineni et al. 2002), in the convention of Hugging Face ``evaluate``.

One reference a text, tokens of mteval-v13a with their case, uniform weights, brevity penalty over
the corpus. ``smooth`` adds one to the matches and to the n-grams of every order (Lin and Och 2004).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from groundct.metrics.text.tokens import tokens_13a

MAX_ORDER = 4


def corpus_bleu(
    references: Sequence[str], predictions: Sequence[str], *, smooth: bool
) -> tuple[float, ...]:
    """BLEU-1 to BLEU-4 of a corpus, 0..1: matches and lengths are added up before dividing.

    Raises ValueError when the two differ in number or there is none.
    """
    if len(references) != len(predictions) or not references:
        raise ValueError(f"{len(references)} references and {len(predictions)} predictions")
    counts = [bleu_counts(*pair) for pair in zip(references, predictions, strict=True)]
    return bleu_of_counts([sum(column) for column in zip(*counts, strict=True)], smooth=smooth)


def bleu_counts(reference: str, prediction: str) -> tuple[int, ...]:
    """What a text adds to its corpus: matches and n-grams of orders 1 to 4, then both lengths."""
    expected, given = tokens_13a(reference), tokens_13a(prediction)
    orders = range(1, MAX_ORDER + 1)
    matches = [(ngrams(expected, order) & ngrams(given, order)).total() for order in orders]
    possible = [max(0, len(given) - order + 1) for order in orders]
    return (*matches, *possible, len(expected), len(given))


def bleu_of_counts(sums: Sequence[float], *, smooth: bool) -> tuple[float, ...]:
    """BLEU-1 to BLEU-4, 0..1, of the sums of what `bleu_counts` gives for each text."""
    matches, possible = sums[:MAX_ORDER], sums[MAX_ORDER : 2 * MAX_ORDER]
    penalty = _brevity_penalty(sums[-2], sums[-1])
    added = 1 if smooth else 0
    precisions = [
        (hit + added) / (all_ + added) if all_ + added else 0.0
        for hit, all_ in zip(matches, possible, strict=True)
    ]
    return tuple(penalty * _geometric_mean(precisions[:n]) for n in range(1, MAX_ORDER + 1))


def sentence_bleu(reference: str, prediction: str) -> tuple[float, ...]:
    """Smoothed BLEU-1 to BLEU-4 of one text, 0..1."""
    return corpus_bleu([reference], [prediction], smooth=True)


def ngrams(tokens: Sequence[str], order: int) -> Counter[tuple[str, ...]]:
    """How often each n-gram of an order occurs."""
    return Counter(zip(*(tokens[start:] for start in range(order)), strict=False))


def _brevity_penalty(reference_length: float, prediction_length: float) -> float:
    if not prediction_length:
        return 0.0
    if prediction_length > reference_length:
        return 1.0
    return math.exp(1 - reference_length / prediction_length)


def _geometric_mean(values: Sequence[float]) -> float:
    if min(values) <= 0:
        return 0.0
    return math.exp(sum(math.log(value) for value in values) / len(values))
