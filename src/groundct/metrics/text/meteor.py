"""METEOR (Banerjee and Lavie 2005), in the convention of NLTK and Hugging Face ``evaluate``.

Words are matched from the text's end, first as they are, then by stem, then as synonyms of
WordNet 3.0; alpha .9, beta 3, gamma .5. NLTK looks synonyms up by the stems that the second step
leaves, so "thickening" asks for those of "thicken"; the published values rest on that.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Sequence

from groundct.metrics.text.porter import stem
from groundct.metrics.text.tokens import tokens_penn

_ALPHA = 0.9
_BETA = 3
_GAMMA = 0.5
_Words = list[tuple[int, str]]


def meteor(reference: str, prediction: str, synonyms: Callable[[str], Collection[str]]) -> float:
    """METEOR of a text, 0..1; ``synonyms`` gives WordNet's synonyms of a word, itself left out."""
    expected = list(enumerate(token.lower() for token in tokens_penn(reference)))
    given = list(enumerate(token.lower() for token in tokens_penn(prediction)))
    lengths = len(given), len(expected)
    pairs = _matched(given, expected, lambda mine, other: mine == other)
    given = [(place, stem(word)) for place, word in given]
    expected = [(place, stem(word)) for place, word in expected]
    pairs += _matched(given, expected, lambda mine, other: mine == other)
    known = {word: frozenset(synonyms(word)) for _, word in given}
    pairs += _matched(given, expected, lambda mine, other: other in known[mine])
    return _score(sorted(pairs), lengths)


def _matched(
    given: _Words, expected: _Words, same: Callable[[str, str], bool]
) -> list[tuple[int, int]]:
    """Pairs of places whose words are the same; they are taken out of both lists."""
    pairs = []
    for mine in range(len(given) - 1, -1, -1):
        for other in range(len(expected) - 1, -1, -1):
            if same(given[mine][1], expected[other][1]):
                pairs.append((given.pop(mine)[0], expected.pop(other)[0]))
                break
    return pairs


def _score(pairs: Sequence[tuple[int, int]], lengths: tuple[int, int]) -> float:
    if not pairs:
        return 0.0
    precision, recall = (len(pairs) / length for length in lengths)
    mean = precision * recall / (_ALPHA * precision + (1 - _ALPHA) * recall)
    steps = itertools.pairwise(pairs)
    chunks = 1 + sum(b[0] != a[0] + 1 or b[1] != a[1] + 1 for a, b in steps)
    return (1 - _GAMMA * (chunks / len(pairs)) ** _BETA) * mean
