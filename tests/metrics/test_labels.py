"""Precision, recall and F1 over labels equal scikit-learn's (golden/labels.json)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from groundct.metrics.labels import LABEL_SCORES, label_counts, label_table

GOLDEN = json.loads((Path(__file__).parent / "golden/labels.json").read_text(encoding="utf-8"))


def sums_of(case: dict[str, Any]) -> np.ndarray:
    reference, prediction = (np.array(case[n], bool) for n in ("reference", "prediction"))
    return label_counts(reference, prediction).sum(axis=0, keepdims=True)


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=range(len(GOLDEN["cases"])))
def test_as_scikit_learn_has_them(case: dict[str, Any]) -> None:
    sums = sums_of(case)
    for name, expected in case["scores"].items():
        assert LABEL_SCORES[name](sums)[0] == pytest.approx(expected, abs=1e-12), name
    for name, expected in case["labels"].items():
        assert label_table(sums)[name][0] == pytest.approx(expected, abs=1e-12), name


def test_a_label_that_nobody_has_counts_as_zero_in_one_mean_only() -> None:
    both = np.array([[True, False]])
    sums = label_counts(both, both)
    assert LABEL_SCORES["macro_f1"](sums)[0] == 0.5
    assert LABEL_SCORES["macro_f1_defined"](sums)[0] == 1.0


def test_without_any_label_the_mean_of_defined_ones_has_no_value() -> None:
    none = np.zeros((2, 3), bool)
    sums = label_counts(none, none)
    assert np.isnan(LABEL_SCORES["macro_f1_defined"](sums)).all()
    assert not LABEL_SCORES["micro_f1"](sums).any()


def test_other_numbers_of_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="predicted labels"):
        label_counts(np.zeros((1, 2), bool), np.zeros((1, 3), bool))
