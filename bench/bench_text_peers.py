"""Scores of texts and labels beside public tools, on 2,000 random pairs and with their times.

Run with a Python that has the tools (none is a dependency of this project):
``PYTHONPATH=src:. python -m bench.bench_text_peers``. A tool that is not there is "not installed".
METEOR is compared without synonyms, as NLTK's own corpus of WordNet is a download; NLTK is given
words between spaces.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import random
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from groundct.metrics.text.bleu import corpus_bleu
from groundct.metrics.text.cider import cider
from groundct.metrics.text.meteor import meteor
from groundct.metrics.text.rouge import rouge_l, rouge_n

PAIRS = 2000
TEXT = """
no nodule nodules in the right left lung upper lower lobe is are seen observed of and pleural
effusion thickening calcified 5 3.5 mm 12x8 heart size normal bilateral ( ) , .
"""
WORDS = tuple(TEXT.split())
TOLERANCE = 1e-9
Pairs = Sequence[tuple[str, str]]


def made_pairs(seed: int) -> list[tuple[str, str]]:
    """Random texts and altered copies of them, from one to sixty words, a few of them equal."""
    rng = random.Random(seed)
    pairs = []
    for _ in range(PAIRS):
        words = rng.choices(WORDS, k=rng.randint(1, 60))
        change = rng.random()
        other = [rng.choice(WORDS) if rng.random() < change else word for word in words]
        other = other[: rng.randint(1, len(other))] if rng.random() < 0.3 else other
        pairs.append((" ".join(words), " ".join(other)))
    return pairs


def rouge_peer(pairs: Pairs) -> list[float]:
    scorer = importlib.import_module("rouge_score.rouge_scorer")
    own = scorer.RougeScorer(["rouge1", "rouge2", "rougeL"])
    scores = [own.score(*pair) for pair in pairs]
    return [s[name].fmeasure for s in scores for name in ("rouge1", "rouge2", "rougeL")]


def rouge_own(pairs: Pairs) -> list[float]:
    return [
        value for pair in pairs for value in (rouge_n(*pair, 1), rouge_n(*pair, 2), rouge_l(*pair))
    ]


def bleu_peer(pairs: Pairs) -> list[float]:
    sacrebleu = importlib.import_module("sacrebleu")
    tools = [sacrebleu.BLEU(smooth_method="none", max_ngram_order=n) for n in range(1, 5)]
    corpora = [pairs, *([pair] for pair in pairs)]
    return [
        tool.corpus_score([b for _, b in corpus], [[a for a, _ in corpus]]).score / 100
        for corpus in corpora
        for tool in tools
    ]


def bleu_own(pairs: Pairs) -> list[float]:
    corpora = [pairs, *([pair] for pair in pairs)]
    return [
        value
        for corpus in corpora
        for value in corpus_bleu([a for a, _ in corpus], [b for _, b in corpus], smooth=False)
    ]


class _NoWords:
    """Stands for a WordNet without synonyms."""

    def synsets(self, _: str) -> list[Any]:
        return []


def meteor_peer(pairs: Pairs) -> list[float]:
    module = importlib.import_module("nltk.translate.meteor_score")
    return [module.single_meteor_score(a.split(), b.split(), wordnet=_NoWords()) for a, b in pairs]


def meteor_own(pairs: Pairs) -> list[float]:
    return [meteor(*pair, lambda _: ()) for pair in pairs]


def cider_peer(pairs: Pairs) -> list[float]:
    module = importlib.import_module("pycocoevalcap.cider.cider")
    references = {n: [a] for n, (a, _) in enumerate(pairs)}
    predictions = {n: [b] for n, (_, b) in enumerate(pairs)}
    _, each = module.Cider().compute_score(references, predictions)
    return [float(value) for value in each]


def cider_own(pairs: Pairs) -> list[float]:
    references, predictions = (list(side) for side in zip(*pairs, strict=True))
    return list(cider(references, predictions))


def timed(score: Callable[[Pairs], list[float]], pairs: Pairs) -> tuple[list[float], float]:
    start = time.perf_counter()
    return score(pairs), time.perf_counter() - start


def main() -> int:
    pairs = made_pairs(11)
    print(f"{PAIRS} random pairs of 1 to 60 words, seed 11; {sys.version.split()[0]}")
    wrong = 0
    for name, package, peer, own in (
        ("ROUGE-1, -2, -L", "rouge-score", rouge_peer, rouge_own),
        (
            "BLEU-1..4 of the corpus and of each pair, not smoothed",
            "sacrebleu",
            bleu_peer,
            bleu_own,
        ),
        ("METEOR without synonyms", "nltk", meteor_peer, meteor_own),
        ("CIDEr", "pycocoevalcap", cider_peer, cider_own),
    ):
        try:
            version = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            print(f"  {name}: {package} is not installed")
            continue
        theirs, their_seconds = timed(peer, pairs)
        ours, our_seconds = timed(own, pairs)
        gaps = [abs(a - b) for a, b in zip(ours, theirs, strict=True)]
        different = sum(gap > TOLERANCE for gap in gaps)
        wrong += different
        print(
            f"  {name}: {package} {version}, {len(gaps)} values, {different} differ, largest "
            f"difference {max(gaps):.1e}; {their_seconds:.2f} s, here {our_seconds:.2f} s"
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
