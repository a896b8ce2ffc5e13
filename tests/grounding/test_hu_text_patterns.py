"""Airways, septa, dots, patches, bands, cysts and plaques: found where drawn, not mistaken."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from groundct.core.contracts import Answer, FindingRequest
from groundct.core.geometry import Geometry
from groundct.core.volume import BoolArray, RegionMask, Volume, label_map_of_masks
from groundct.grounding._hu_text.form import principal_mm
from groundct.grounding._hu_text.rules import WITHOUT_RULE
from groundct.grounding.hu_text import PLUGIN
from groundct.metrics.overlap import dice
from groundct.vocabulary.findings import findings

SHAPE, STEP = (88, 80, 60), 1.25
LUNG_HU = -860.0


@dataclass
class Block:
    """A lung in soft tissue on a grid of 1.25 mm, under construction; places are in mm."""

    hu: np.ndarray
    lung: BoolArray
    ribs: BoolArray
    at: tuple[np.ndarray, np.ndarray, np.ndarray]
    others: dict[str, BoolArray] = field(default_factory=dict)

    def ball(self, centre: tuple[float, float, float], radius: float) -> BoolArray:
        gaps = sum((a - c) ** 2 for a, c in zip(self.at, centre, strict=True))
        return np.asarray(np.sqrt(gaps) <= radius)

    def tube(self, start: Any, end: Any, radius: float) -> BoolArray:
        a, b = np.array(start, float), np.array(end, float)
        axis = (b - a) / np.linalg.norm(b - a)
        off = [x - o for x, o in zip(self.at, a, strict=True)]
        along = np.clip(
            sum(o * u for o, u in zip(off, axis, strict=True)), 0, np.linalg.norm(b - a)
        )
        gaps = sum((o - along * u) ** 2 for o, u in zip(off, axis, strict=True))
        return np.asarray(np.sqrt(gaps) <= radius)

    def box(
        self, centre: tuple[float, float, float], size: tuple[float, float, float]
    ) -> BoolArray:
        near = [abs(a - c) <= s / 2 for a, c, s in zip(self.at, centre, size, strict=True)]
        return np.asarray(near[0] & near[1] & near[2])

    def put(self, mask: BoolArray, hu: float) -> BoolArray:
        inside = mask & self.lung
        self.hu[inside] = hu
        return inside

    def ask(self, asked: Any) -> Answer:
        noise = np.random.default_rng(5).normal(0, 12, SHAPE)
        hu = np.asfortranarray(np.rint(self.hu + noise).astype(np.int16))
        geometry = Geometry.of(SHAPE, np.diag([STEP, STEP, STEP, 1.0]))
        masks = [("left lung", RegionMask.of(self.lung)), ("rib", RegionMask.of(self.ribs))]
        masks += [(name, RegionMask.of(mask)) for name, mask in self.others.items()]
        organs = label_map_of_masks(masks, geometry, geometry)
        volume = Volume(hu, geometry, geometry)
        site = self.lung | self.box((55, 50, 37), (104, 96, 70)) if asked.category == "2e" else None
        return PLUGIN.segment(
            FindingRequest(asked, volume, organs, self.lung if site is None else site & ~self.ribs)
        )


@pytest.fixture
def block() -> Block:
    i, j, k = np.indices(SHAPE) * STEP
    lung = ((i - 55) / 46) ** 2 + ((j - 50) / 40) ** 2 + ((k - 37) / 42) ** 2 < 1
    lung &= (k > 4) & (k < 70)
    hu = np.full(SHAPE, 40.0)
    hu[lung] = LUNG_HU
    ribs = (j < 14) & (j > 6) & (k % 18 < 7) & (abs(i - 55) < 42) & ~lung
    hu[ribs] = 500
    return Block(hu, lung, ribs, (i, j, k))


def _vessels(block: Block) -> None:
    for x in (30, 45, 60, 75):
        block.put(block.tube((55, 85, 37), (x, 20, 20 + x / 3), 1.6), 30)


def _best(answer: Answer, truth: BoolArray) -> float:
    assert answer.candidates, answer.reason
    assert answer.reason == ""
    return dice(truth, answer.candidates[0].mask.dense(SHAPE))


def _bronchi(block: Block, lumen: float, wall: float) -> tuple[BoolArray, BoolArray]:
    ways = [
        ((55, 80, 40), (30, 30, 30)),
        ((55, 80, 40), (80, 30, 35)),
        ((55, 80, 40), (55, 25, 55)),
    ]
    walls = np.zeros(SHAPE, dtype=np.bool_)
    lumina = np.zeros(SHAPE, dtype=np.bool_)
    for start, end in ways:
        walls |= block.put(block.tube(start, end, lumen + wall), -30)
    for start, end in ways:
        lumina |= block.put(block.tube(start, end, lumen), -960)
    return walls & ~lumina, lumina


def test_thick_bronchial_walls_are_found_without_their_lumina(block: Block, finding: Any) -> None:
    walls, lumina = _bronchi(block, 2.0, 3.2)
    answer = block.ask(finding(category="1a"))
    assert _best(answer, walls) > 0.7
    assert not (answer.candidates[0].mask.dense(SHAPE) & lumina)[lumina].mean() > 0.2


def test_bronchi_with_thin_walls_have_no_thickening(block: Block, finding: Any) -> None:
    _bronchi(block, 2.6, 1.7)
    assert "not thick" in block.ask(finding(category="1a")).reason


def test_wide_bronchi_are_found_with_their_walls(block: Block, finding: Any) -> None:
    walls, lumina = _bronchi(block, 3.8, 1.2)
    assert _best(block.ask(finding(category="1b")), walls | lumina) > 0.7


def test_bronchi_of_usual_width_are_no_bronchiectasis(block: Block, finding: Any) -> None:
    _bronchi(block, 1.4, 1.0)
    assert not block.ask(finding(category="1b")).candidates


def test_what_is_wide_next_to_a_lobar_bronchus_is_healthy(block: Block, finding: Any) -> None:
    block.put(block.tube((55, 60, 40), (55, 42, 45), 4.6), -30)
    block.put(block.tube((55, 60, 40), (55, 42, 45), 3.4), -960)
    asked = finding(category="1b")
    assert block.ask(asked).candidates
    block.others["left lower lobe bronchus"] = block.ball((55, 68, 38), 5)
    assert not block.ask(asked).candidates


def test_lung_that_soft_tissue_encloses_is_no_wide_bronchus(block: Block, finding: Any) -> None:
    block.put(block.tube((55, 70, 40), (55, 30, 45), 6.5), 30)
    block.put(block.tube((55, 70, 40), (55, 30, 45), 4.5), LUNG_HU)
    assert not block.ask(finding(category="1b")).candidates


def _septa(block: Block) -> BoolArray:
    patch = block.ball((50, 40, 37), 26)
    net = np.zeros(SHAPE, dtype=np.bool_)
    for axis, turn in ((0, 1), (1, 2), (2, 0)):
        across = block.at[axis] + 0.35 * block.at[turn]
        net |= across % 13 < 1.9
    return block.put(net & patch, -80)


def test_a_net_of_septa_is_found_and_vessels_are_none(block: Block, finding: Any) -> None:
    _vessels(block)
    assert not block.ask(finding(category="1d")).candidates
    truth = _septa(block)
    assert _best(block.ask(finding(category="1d")), truth) > 0.6
    assert _best(block.ask(finding(category="2a", kind="reticulation")), truth) > 0.6


def test_many_dots_are_found_and_vessels_are_none(block: Block, finding: Any) -> None:
    _vessels(block)
    assert not block.ask(finding(category="1e")).candidates
    rng = np.random.default_rng(2)
    truth = np.zeros(SHAPE, dtype=np.bool_)
    places = np.argwhere(block.lung & (block.hu == LUNG_HU)) * STEP
    for place in places[rng.permutation(len(places))[:60]]:
        truth |= block.put(block.ball(tuple(place), 1.9), 10)
    assert _best(block.ask(finding(category="1e")), truth) > 0.5


def test_dark_patches_are_found_and_an_even_gradient_is_none(block: Block, finding: Any) -> None:
    _vessels(block)
    lung = block.hu == LUNG_HU
    block.hu[lung] += (40 - block.at[1])[lung]
    assert not block.ask(finding(category="1f")).candidates
    dark = (block.ball((35, 45, 40), 17) | block.ball((75, 45, 35), 15)) & lung
    block.hu[dark] -= 90
    assert _best(block.ask(finding(category="1f")), dark) > 0.6


def test_a_band_is_found_and_a_vessel_is_none(block: Block, finding: Any) -> None:
    _vessels(block)
    assert not block.ask(finding(category="2a")).candidates
    truth = block.put(block.box((92, 45, 35), (24, 2.6, 14)), -10)
    assert _best(block.ask(finding(category="2a")), truth) > 0.5


def test_a_flat_thing_on_the_heart_is_no_band(block: Block, finding: Any) -> None:
    block.put(block.box((92, 45, 35), (24, 2.6, 14)), -10)
    block.others["heart"] = block.box((92, 41, 35), (30, 3.0, 20))
    assert not block.ask(finding(category="2a")).candidates


def test_haze_in_a_single_slice_is_no_ground_glass(block: Block, finding: Any) -> None:
    block.put(block.box((55, 45, 37.5), (34, 34, 2.5)), -560)
    assert not block.ask(finding(category="2c")).candidates
    truth = block.put(block.box((55, 45, 37.5), (34, 34, 16)), -560)
    assert _best(block.ask(finding(category="2c")), truth) > 0.6


def test_what_lies_on_the_vessels_of_the_hilum_is_no_consolidation(
    block: Block, finding: Any
) -> None:
    block.put(block.box((55, 45, 37), (30, 16, 20)), 40)
    assert block.ask(finding(category="2b")).candidates
    block.others["pulmonary artery"] = block.box((55, 45, 37), (30, 12, 18))
    answer = block.ask(finding(category="2b"))
    assert not answer.candidates
    assert "hilum" in answer.reason


def test_branching_vessels_are_no_nodule_of_unknown_size(block: Block, finding: Any) -> None:
    _vessels(block)
    answer = block.ask(finding())
    assert not answer.candidates
    assert "size" in answer.reason


def test_packed_cysts_at_the_pleura_are_found(block: Block, finding: Any) -> None:
    patch = block.ball((55, 22, 37), 17) & block.lung
    cells = sum(np.abs((a % 6.5) - 3.25) ** 2 for a in block.at)
    block.put(patch, -150)
    block.put(patch & (cells < 2.4**2), -930)
    assert _best(block.ask(finding(category="2f")), patch) > 0.6


@pytest.mark.parametrize("hu", [20, -550])
def test_dense_or_hazy_lung_is_no_honeycombing(block: Block, finding: Any, hu: int) -> None:
    block.put(block.ball((55, 22, 37), 17), hu)
    assert not block.ask(finding(category="2f")).candidates


@pytest.mark.parametrize(("category", "kind"), [("2h", "air_cyst"), ("1c", "bulla")])
def test_a_pocket_of_air_is_found_with_its_wall(
    block: Block, finding: Any, category: str, kind: str
) -> None:
    truth = block.put(block.ball((50, 45, 37), 10), -350)
    block.put(block.ball((50, 45, 37), 8.5), -985)
    assert _best(block.ask(finding(category=category, kind=kind)), truth) > 0.8


def test_a_cavity_holds_its_thick_wall(block: Block, finding: Any) -> None:
    truth = block.put(block.ball((50, 45, 37), 13), 30)
    block.put(block.ball((50, 45, 37), 7), -970)
    assert _best(block.ask(finding(category="2h", kind="cavity")), truth) > 0.8


def test_an_open_bronchus_is_no_air_cyst(block: Block, finding: Any) -> None:
    _bronchi(block, 2.5, 1.2)
    assert not block.ask(finding(category="2h")).candidates


def test_air_where_a_segment_leaves_its_lobar_bronchus_is_no_air_cyst(
    block: Block, finding: Any
) -> None:
    block.put(block.ball((50, 45, 37), 10), -350)
    block.put(block.ball((50, 45, 37), 8.5), -985)
    block.others["left lower lobe bronchus"] = block.ball((50, 62, 37), 4)
    assert not block.ask(finding(category="2h")).candidates
    assert block.ask(finding(category="2h", kind="cavity")).candidates


def test_the_stated_size_chooses_among_cysts(block: Block, finding: Any) -> None:
    large = block.put(block.ball((40, 45, 30), 11), -985)
    small = block.put(block.ball((72, 45, 45), 5.5), -985)
    assert _best(block.ask(finding(category="2h", size_mm=22)), large) > 0.7
    assert _best(block.ask(finding(category="2h", size_mm=11)), small) > 0.6


def test_a_flat_plaque_at_a_rib_is_found_and_a_round_one_or_none_is_not(
    block: Block, finding: Any
) -> None:
    asked = finding(category="2e", kind="pleural_thickening")
    assert not block.ask(asked).candidates
    plaque = block.lung & block.box((55, 10, 37), (26, 14, 20))
    block.hu[plaque] = 45
    block.lung &= ~plaque
    assert _best(block.ask(asked), plaque) > 0.5
    calcified = finding(category="2e", kind="pleural_calcification")
    assert not block.ask(calcified).candidates
    block.hu[plaque] = 400
    assert _best(block.ask(calcified), plaque) > 0.5


def test_what_is_small_and_round_is_no_consolidation_unless_the_text_gives_its_size(
    block: Block, finding: Any
) -> None:
    truth = block.put(block.ball((50, 45, 37), 10), 20)
    assert "round" in block.ask(finding(category="2b")).reason
    assert _best(block.ask(finding(category="2b", size_mm=20)), truth) > 0.8


def test_types_without_a_rule_get_the_reason_and_are_in_the_vocabulary(
    block: Block, finding: Any
) -> None:
    assert set(findings().types) >= WITHOUT_RULE
    answer = block.ask(finding(category="2h", kind="lung_hernia"))
    assert not answer.candidates
    assert "lung_hernia" in answer.reason


@pytest.mark.parametrize(("word", "at"), [("peripheral", 0), ("central", 1), ("dependent", 0)])
def test_words_of_place_choose_among_equals(block: Block, finding: Any, word: str, at: int) -> None:
    pair = [block.ball((55, 20, 37), 7), block.ball((55, 58, 37), 7)]
    drawn = [block.put(ball, -985) for ball in pair]
    asked = finding(category="2h").model_copy(update={"modifiers": (word,)})
    answer = block.ask(asked)
    assert len(answer.candidates) == 2
    assert _best(answer, drawn[at]) > 0.7
    assert answer.candidates[0].confidence > 1.5 * answer.candidates[1].confidence


@pytest.mark.parametrize("category", PLUGIN.categories)
def test_a_coarse_and_tiny_place_raises_nothing(finding: Any, category: str) -> None:
    hu = np.random.default_rng(4).normal(-850, 90, (14, 12, 10)).astype(np.int16, order="F")
    geometry = Geometry.of(hu.shape, np.diag([4.0, 4.0, 6.0, 1.0]))
    lung = np.zeros(hu.shape, dtype=np.bool_)
    lung[4:9, 4:8, 3:6] = True
    organs = label_map_of_masks([("left lung", RegionMask.of(lung))], geometry, geometry)
    volume = Volume(hu, geometry, geometry)
    answer = PLUGIN.segment(FindingRequest(finding(category=category), volume, organs, lung))
    assert answer.candidates or answer.reason


def test_a_region_has_a_form_and_none_has_not() -> None:
    box = np.zeros((30, 20, 10), dtype=np.bool_)
    box[2:26, 4:16, 3:6] = True
    long, wide, thick = (12**0.5 * sd for sd in principal_mm(box, (1.0, 1.0, 2.0)))
    assert (round(long), round(wide), round(thick)) == (24, 12, 6)
    assert principal_mm(np.ones((1, 1, 1), dtype=np.bool_), (1.0, 1.0, 1.0)) == (0, 0, 0)
    with pytest.raises(ValueError, match="empty"):
        principal_mm(np.zeros((2, 2, 2), dtype=np.bool_), (1.0, 1.0, 1.0))
