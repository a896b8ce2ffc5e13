"""The six appearances: found where they were put, and nothing found where nothing is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from groundct.core.contracts import Candidate, FindingRequest
from groundct.grounding._space.spaces import space_of
from groundct.grounding.hu_text import PLUGIN
from groundct.metrics.overlap import dice


def _look(
    chest: Any, asked: Any, site: Any = None, side: str = "left lung"
) -> tuple[Candidate, ...]:
    volume, organs = chest.volume(), chest.label_map()
    if site is None:
        site = chest.organs[side]
    return PLUGIN.segment(FindingRequest(asked, volume, organs, site)).candidates


def _cavity(chest: Any, side: str = "left lung") -> Any:
    return space_of("thoracic cavity", chest.volume(), chest.label_map(), (side,))


def _pleural(chest: Any, side: str = "left lung") -> Any:
    return space_of("pleural space", chest.volume(), chest.label_map(), (side,))


def _best(candidates: tuple[Candidate, ...], truth: Any) -> float:
    return dice(truth, candidates[0].mask.dense(truth.shape)) if candidates else 0.0


@pytest.mark.parametrize("size_mm", [None, 20])
def test_a_nodule_is_found_with_and_without_its_size(
    chest: Any, finding: Any, size_mm: float | None
) -> None:
    truth = chest.put(chest.ball((26, 36, 26), 10), 20)
    assert _best(_look(chest, finding(size_mm=size_mm)), truth) > 0.8


def test_a_nodule_at_the_pleura_is_found_though_the_lung_mask_lacks_it(
    chest: Any, finding: Any
) -> None:
    truth = chest.put(chest.ball((26, 15, 26), 9), 20) & chest.organs["left lung"]
    chest.organs["left lung"] &= ~truth
    site = chest.organs["left lung"]
    assert _best(_look(chest, finding(size_mm=18), site), truth) > 0.6


def test_the_stated_size_chooses_among_nodules(chest: Any, finding: Any) -> None:
    large = chest.put(chest.ball((26, 28, 20), 12), 20)
    small = chest.put(chest.ball((28, 44, 34), 6), 20)
    assert _best(_look(chest, finding(size_mm=24)), large) > 0.8
    assert _best(_look(chest, finding(size_mm=12)), small) > 0.7


def test_a_vessel_is_less_sure_than_a_nodule(chest: Any, finding: Any) -> None:
    i, j, _ = chest.index
    chest.put((np.hypot(i - 26, j - 30) * 2.5 <= 4) & chest.organs["left lung"], 40)
    alone = max((c.confidence for c in _look(chest, finding())), default=0.0)
    truth = chest.put(chest.ball((26, 44, 26), 6), 20)
    found = _look(chest, finding())
    assert _best(found, truth) > 0.7
    assert found[0].confidence > 2 * alone


def test_ground_glass_is_found_without_the_vessel_in_it_splitting_it(
    chest: Any, finding: Any
) -> None:
    truth = chest.put(chest.ball((26, 36, 26), 16), -600)
    i, j, _ = chest.index
    chest.put((np.hypot(i - 26, j - 36) <= 0.8) & truth, 30)
    assert _best(_look(chest, finding(category="2c")), truth) > 0.6


def test_consolidation_at_the_wall_is_found_though_the_lung_mask_lacks_it(
    chest: Any, finding: Any
) -> None:
    truth = chest.put(chest.ball((26, 16, 26), 16) & chest.organs["left lung"], 25)
    chest.organs["left lung"] &= ~truth
    assert _best(_look(chest, finding(category="2b"), _cavity(chest)), truth) > 0.6


def test_emphysema_is_one_candidate_of_all_its_holes(chest: Any, finding: Any) -> None:
    truth = np.zeros(chest.hu.shape, dtype=np.bool_)
    for centre in ((24, 30, 24), (28, 40, 30), (26, 34, 36), (22, 38, 14), (30, 28, 40)):
        truth |= chest.put(chest.ball(centre, 6), -985)
    found = _look(chest, finding(category="1c"))
    assert len(found) == 1
    assert _best(found, truth) > 0.6


def test_an_effusion_is_found_at_the_back_of_its_own_side(chest: Any, finding: Any) -> None:
    lung = chest.organs["right lung"].copy()
    truth = chest.put(lung & (chest.index[1] < 22), 8)
    chest.organs["right lung"] = lung & ~truth
    found = _look(chest, finding(category="2e"), _pleural(chest, "right lung"))
    assert _best(found, truth) > 0.6
    assert found[0].confidence > 0.4
    assert _look(chest, finding(category="2e"), _pleural(chest, "left lung")) == ()


def test_a_thin_layer_of_fluid_is_found(chest: Any, finding: Any) -> None:
    lung = chest.organs["right lung"].copy()
    truth = chest.put(lung & (chest.index[1] < 16), 8)
    chest.organs["right lung"] = lung & ~truth
    assert _best(_look(chest, finding(category="2e"), _pleural(chest, "right lung")), truth) > 0.5


def test_fat_and_muscle_side_by_side_are_no_fluid(chest: Any, finding: Any) -> None:
    lung = chest.organs["right lung"].copy()
    layer = lung & (chest.index[1] < 22)
    chest.put(layer & (chest.index[0] % 4 < 2), -90)
    chest.put(layer & (chest.index[0] % 4 >= 2), 105)
    chest.organs["right lung"] = lung & ~layer
    assert _look(chest, finding(category="2e"), _pleural(chest, "right lung")) == ()


@pytest.mark.parametrize("front", [False, True])
def test_fluid_off_the_wall_or_in_front_is_no_effusion(
    chest: Any, finding: Any, front: bool
) -> None:
    middle = (69, 56, 26) if front else (69, 34, 8)
    lung = chest.organs["right lung"].copy()
    pool = chest.put(lung & chest.ball(middle, 20), 8)
    chest.organs["right lung"] = lung & ~pool
    assert _look(chest, finding(category="2e"), _pleural(chest, "right lung")) == ()


@pytest.mark.parametrize("hu", [45, -90])
def test_a_layer_of_muscle_or_fat_is_no_effusion(chest: Any, finding: Any, hu: int) -> None:
    lung = chest.organs["right lung"].copy()
    layer = chest.put(lung & (chest.index[1] < 22), hu)
    chest.organs["right lung"] = lung & ~layer
    assert _look(chest, finding(category="2e"), _pleural(chest, "right lung")) == ()


def test_a_dark_and_noisy_lung_is_no_emphysema(chest: Any, finding: Any) -> None:
    lung = chest.organs["left lung"]
    noise = np.random.default_rng(3).normal(-915, 25, lung.shape)
    chest.hu[lung] = noise[lung].astype(np.int16)
    assert _look(chest, finding(category="1c")) == ()


def test_a_lung_dark_throughout_is_emphysema(chest: Any, finding: Any) -> None:
    truth = chest.put(chest.organs["left lung"], -975)
    assert _best(_look(chest, finding(category="1c")), truth) > 0.8


def test_a_pneumothorax_is_found_at_the_front(chest: Any, finding: Any) -> None:
    lung = chest.organs["left lung"]
    truth = chest.put(lung & (chest.index[1] > 50), -998)
    assert _best(_look(chest, finding(category="2g"), _cavity(chest)), truth) > 0.6


@pytest.mark.parametrize("category", PLUGIN.categories)
def test_in_clear_lung_nothing_is_found(chest: Any, finding: Any, category: str) -> None:
    site = chest.organs["left lung"]
    if category in ("2b", "2g"):
        site = _cavity(chest)
    if category == "2e":
        site = _pleural(chest)
    assert _look(chest, finding(category=category), site) == ()
