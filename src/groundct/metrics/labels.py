"""Precision, recall and F1 over labels: micro, macro and weighted, and label by label.

The conventions are scikit-learn's with ``zero_division=0``, which published tables of clinical
efficacy use: a label that neither side has counts as 0 in a macro mean. ``macro_f1_defined`` leaves
such labels out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from groundct.metrics.arguments import ArgumentError, flags_of

Floats = NDArray[np.float64]


def label_counts(reference: ArrayLike, prediction: ArrayLike) -> Floats:
    """Columns for `LABEL_SCORES`, (n, 3 L): tp of every label, then fp, then fn.

    ``reference`` and ``prediction`` are (n, L), bools or zeros and ones. Raises ArgumentError for
    anything else, and when their shapes differ.
    """
    ours, theirs = flags_of(reference, "reference labels"), flags_of(prediction, "predicted labels")
    if ours.ndim != 2 or ours.shape != theirs.shape:
        raise ArgumentError(
            f"{ours.shape} reference and {theirs.shape} predicted labels: (reports, labels) is due"
        )
    parts = (ours & theirs, ~ours & theirs, ours & ~theirs)
    return np.concatenate(parts, axis=1).astype(np.float64)


def label_table(sums: Floats) -> dict[str, Floats]:
    """Precision, recall, F1 and support of each label, (m, L), from sums (m, 3 L)."""
    tp, fp, fn = np.split(sums, 3, axis=1)
    return {
        "precision": _ratio(tp, tp + fp),
        "recall": _ratio(tp, tp + fn),
        "f1": _ratio(2 * tp, 2 * tp + fp + fn),
        "support": tp + fn,
    }


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.zeros_like(above), where=below != 0)


def _micro(name: str) -> Callable[[Floats], Floats]:
    def score(sums: Floats) -> Floats:
        pooled = [part.sum(axis=1, keepdims=True) for part in np.split(sums, 3, axis=1)]
        return label_table(np.concatenate(pooled, axis=1))[name][:, 0]

    return score


def _macro(name: str) -> Callable[[Floats], Floats]:
    return lambda sums: np.asarray(label_table(sums)[name].mean(axis=1))


def _weighted(name: str) -> Callable[[Floats], Floats]:
    def score(sums: Floats) -> Floats:
        table = label_table(sums)
        above = (table[name] * table["support"]).sum(axis=1)
        return _ratio(above, table["support"].sum(axis=1))

    return score


def _macro_f1_defined(sums: Floats) -> Floats:
    known = np.add.reduce(np.split(sums, 3, axis=1)) > 0
    above = (label_table(sums)["f1"] * known).sum(axis=1)
    below = known.sum(axis=1).astype(np.float64)
    undefined = np.full_like(above, np.nan)
    return np.asarray(np.divide(above, below, out=undefined, where=below != 0))


LABEL_SCORES: Final[Mapping[str, Callable[[Floats], Floats]]] = MappingProxyType(
    {
        f"{kind}_{name}": make(name)
        for kind, make in (("micro", _micro), ("macro", _macro), ("weighted", _weighted))
        for name in ("precision", "recall", "f1")
    }
    | {"macro_f1_defined": _macro_f1_defined}
)
"""Name -> function of sums (m, 3 L) that gives (m,)."""
