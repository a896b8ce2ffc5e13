"""Predictions that try to gain get a right score or a typed refusal, never more than honesty."""

import numpy as np
import pytest
from tests.benchmark.adversaries import EQUAL, LOWER, REFUSED
from tests.benchmark.made import CASES, write_reference, write_weak

from groundct.benchmark.segmentation import Settings, evaluate_segmentation, open_masks
from groundct.benchmark.segmentation.result import HEADLINES
from groundct.core.issues import DataError

FEW = Settings(draws=20)
EMPTY = Settings(draws=20, refused="empty")
COUNTED = ("mean_dice_per_finding", "mean_dice_per_case", "hit_rate", "instance_recall")


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    return open_masks(write_reference(tmp_path_factory.mktemp("reference")))


@pytest.fixture(scope="module")
def honest(reference, tmp_path_factory):
    return scored(reference, write_weak(tmp_path_factory.mktemp("weak")))


@pytest.fixture
def folder(tmp_path):
    return write_weak(tmp_path / "prediction")


def scored(reference, root, settings=FEW):
    return evaluate_segmentation(reference, open_masks(root), settings)


def test_the_honest_prediction_is_weak_and_better_than_nothing(honest):
    assert 0.3 < honest.summary["mean_dice_per_finding"] < 0.7
    assert honest.summary["instance_f1"] > 0.5
    assert honest.summary["n_missing"] == 0


def test_there_are_at_least_sixty():
    assert len(EQUAL) + len(LOWER) + len(REFUSED) >= 60


@pytest.mark.parametrize("name", EQUAL)
def test_says_the_same_and_scores_the_same(name, reference, honest, folder):
    EQUAL[name](folder)
    result = scored(reference, folder)
    assert {n: result.summary[n] for n in HEADLINES} == {n: honest.summary[n] for n in HEADLINES}
    assert [r.dice for r in result.findings] == [r.dice for r in honest.findings]


@pytest.mark.parametrize("name", LOWER)
def test_gains_nothing(name, reference, honest, folder):
    LOWER[name](folder)
    result = scored(reference, folder)
    assert result.summary["n_findings"] == sum(CASES.values())
    assert result.summary["n_cases"] == len(CASES)
    for score in COUNTED:
        assert result.summary[score] <= honest.summary[score] + 1e-12, score
    assert (result.summary["instance_f1"] or 0.0) <= honest.summary["instance_f1"]


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused_with_its_reason(name, reference, honest, folder):
    attack, code = REFUSED[name]
    attack(folder)
    with pytest.raises(DataError) as caught:
        scored(reference, folder)
    codes = {issue.code for issue in caught.value.issues}
    assert codes == {code} or code == "*", codes
    assert all(issue.remedy and issue.where for issue in caught.value.issues)
    if code == "doubled-case":
        return
    result = scored(reference, folder, EMPTY)
    assert result.summary["n_refused"] > 0
    for score in COUNTED:
        assert result.summary[score] <= honest.summary[score] + 1e-12
    empty = [row.dice for row in result.findings if row.status == "refused"]
    assert np.allclose(empty, 0.0, atol=1e-6)
