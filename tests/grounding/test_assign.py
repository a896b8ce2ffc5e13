"""ground(): one grounding each, with the right reason or the right voxels on the right side."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundct.core.record import Grounded, NotGroundable
from groundct.core.report import Reading, Sentence, Span
from groundct.core.volume import RegionMask, to_stored
from groundct.grounding.assign import (
    GroundingOutcome,
    GroundingRequest,
    PublishedMask,
    ground,
    ground_without_volume,
)
from groundct.grounding.hu_text import PLUGIN
from groundct.metrics.overlap import dice

LOBE = "lung/lung/right lung/right lung lower lobe"


@pytest.fixture
def run(report: Any, reading: Any) -> Any:
    def of(chest: Any, *findings: Any, **options: Any) -> GroundingOutcome:
        regions = options.pop("regions", ())
        return ground(
            GroundingRequest(
                chest.volume(),
                chest.label_map(),
                report,
                reading(*findings, regions=regions),
                PLUGIN,
                **options,
            )
        )

    return of


def _of(outcome: GroundingOutcome, target: str, target_id: str) -> Any:
    (found,) = (g for g in outcome.groundings if (g.target, g.target_id) == (target, target_id))
    return found


def test_every_sentence_and_finding_has_exactly_one_grounding(
    chest: Any, finding: Any, run: Any
) -> None:
    outcome = run(
        chest,
        finding("f1", place="lung", sentence_indices=(0, 2)),
        finding("f2", "2e", place="pleura", presence="absent", sentence_indices=(1,)),
    )
    targets = [(g.target, g.target_id) for g in outcome.groundings]
    assert targets == [
        *(("sentence", str(n)) for n in range(3)), ("finding", "f1"), ("finding", "f2")
    ]  # fmt: skip


def test_a_nodule_becomes_a_measured_region_on_the_stored_grid(
    chest: Any, finding: Any, run: Any
) -> None:
    truth = chest.put(chest.ball((26, 36, 26), 10), 20)
    outcome = run(chest, finding(place="left lung", size_mm=20))
    grounded = _of(outcome, "finding", "f1")
    assert (grounded.region_ids, grounded.method) == (("f1.1",), "candidate")
    region = next(r for r in outcome.regions if r.region_id == "f1.1")
    assert (region.kind, region.name, region.instance) == ("finding", "nodule", 1)
    assert region.longest_axial_diameter_mm == pytest.approx(20, abs=3)
    assert region.mean_hu == pytest.approx(20, abs=60)
    stored = to_stored(outcome.masks.mask("f1.1"), chest.geometry()[1])
    where = np.argwhere(stored)
    assert region.voxels == len(where)
    assert region.box.low == tuple(where.min(axis=0))
    assert region.box.high == tuple(where.max(axis=0) + 1)
    assert region.centroid_index == pytest.approx(tuple(where.mean(axis=0)))
    world = chest.geometry()[1].world_from_index(region.centroid_index)
    assert region.centroid_mm == pytest.approx(tuple(world))
    assert np.count_nonzero(outcome.masks.mask("f1.1") & truth) > 0.7 * truth.sum()
    assert "f1.1" in _of(outcome, "sentence", "0").region_ids


def test_looked_for_in_vain_is_grounded_to_its_place_less_surely(
    chest: Any, finding: Any, run: Any
) -> None:
    found = _of(run(chest, finding(category="2c", place="left lung")), "finding", "f1")
    assert (found.method, found.region_ids) == ("site", ("organ:left lung",))
    asked = finding(category="3a", place="left lung")
    plain = _of(run(chest, asked), "finding", "f1")
    assert plain.method == "organ"
    assert found.confidence < plain.confidence


def test_a_lobe_is_an_approximate_site_with_its_lung_around_it(
    chest: Any, finding: Any, run: Any
) -> None:
    outcome = run(chest, finding(category="3a", anatomy=(LOBE,), laterality="right"))
    regions = {r.region_id: r for r in outcome.regions}
    assert regions["site:right lung lower lobe"].approximate
    assert not regions["organ:right lung"].approximate
    assert "site:right lung lower lobe" in outcome.masks.names
    assert "organ:right lung" not in outcome.masks.names


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"presence": "absent", "place": "lung"}, "absent"),
        ({"category": "3a", "anatomy": ("thyroid/thyroid/thyroid gland",)}, "not_segmented"),
        ({"category": "3a", "anatomy": ("heart/heart",)}, "outside_scan"),
        ({"type": "no such type"}, "whole_scan"),
        ({"place": "left lung", "laterality": "right"}, "whole_scan"),
    ],
)
def test_each_reason_not_to_ground(
    chest: Any, finding: Any, run: Any, fields: dict[str, Any], reason: str
) -> None:
    chest.organs["heart"] = np.zeros(chest.hu.shape, dtype=np.bool_)
    found = _of(run(chest, finding(**fields)), "finding", "f1")
    assert isinstance(found, NotGroundable)
    assert found.reason == reason
    assert found.detail


def test_a_published_mask_is_used_as_it_is_and_an_empty_one_is_no_candidate(
    chest: Any, finding: Any, run: Any
) -> None:
    mask = RegionMask.of(chest.ball((26, 36, 26), 8))
    nothing = RegionMask.of(np.zeros(chest.hu.shape, dtype=np.bool_))
    published = (PublishedMask("f1", (mask,)), PublishedMask("f2", (nothing,)))
    asked = (finding("f1", place="left lung"), finding("f2", place="left lung"))
    outcome = run(chest, *asked, published=published)
    assert _of(outcome, "finding", "f1").method == "published"
    assert np.array_equal(outcome.masks.mask("f1.1"), mask.dense(chest.hu.shape))
    assert _of(outcome, "finding", "f2").reason == "no_candidate"


def test_without_a_volume_all_but_the_absent_say_so(finding: Any, reading: Any) -> None:
    read = reading(finding("f1"), finding("f2", presence="absent"))
    reasons = [g.reason for g in ground_without_volume(read) if isinstance(g, NotGroundable)]
    assert reasons == ["no_volume", "no_volume", "absent"]


def test_two_findings_of_one_section_do_not_share_a_blob(
    chest: Any, finding: Any, run: Any
) -> None:
    large = chest.put(chest.ball((26, 28, 20), 12), 20)
    small = chest.put(chest.ball((28, 44, 34), 6), 20)
    outcome = run(
        chest, finding("f1", place="left lung"), finding("f2", place="left lung", size_mm=24)
    )
    assert outcome.masks.mask("f2.1")[large].mean() > 0.7
    assert outcome.masks.mask("f1.1")[small].mean() > 0.7


def _told_twice(later: str, first: Any, second: Any) -> Reading:
    sections: tuple[Any, ...] = ("findings", later)
    sentences = tuple(
        Sentence(index=n, section=name, span=Span(start=n, end=n + 1))
        for n, name in enumerate(sections)
    )
    return Reading(sentences=sentences, findings=(first, second))


@pytest.mark.parametrize(("second_type", "expected"), [("nodule", ("f1.1",)), ("mass", ("f2.1",))])
def test_the_impression_reuses_the_region_of_the_same_finding(
    chest: Any, finding: Any, report: Any, second_type: str, expected: tuple[str, ...]
) -> None:
    chest.put(chest.ball((26, 36, 26), 10), 20)
    first = finding("f1", place="left lung", size_mm=20)
    second = finding("f2", place="left lung", sentence_indices=(1,), type=second_type)
    read = _told_twice("impression", first, second)
    outcome = ground(GroundingRequest(chest.volume(), chest.label_map(), report, read, PLUGIN))
    assert _of(outcome, "finding", "f1").region_ids == ("f1.1",)
    assert _of(outcome, "finding", "f2").region_ids == expected
    assert _of(outcome, "sentence", "1").region_ids[0] == expected[0]
    own = {r.region_id for r in outcome.regions if r.kind == "finding"}
    assert own == {"f1.1", *expected}


def test_an_impression_of_another_lesion_gets_a_region_of_its_own(
    chest: Any, finding: Any, report: Any
) -> None:
    chest.put(chest.ball((26, 28, 20), 12), 20)
    chest.put(chest.ball((28, 44, 34), 6), 20)
    first = finding("f1", place="left lung", size_mm=24)
    second = finding("f2", place="left lung", size_mm=12, sentence_indices=(1,))
    read = _told_twice("impression", first, second)
    outcome = ground(GroundingRequest(chest.volume(), chest.label_map(), report, read, PLUGIN))
    assert _of(outcome, "finding", "f2").region_ids == ("f2.1",)


@pytest.mark.parametrize(("lobe", "found"), [("lower", True), ("upper", False)])
def test_a_consolidation_beyond_its_lobe_is_whole_and_that_of_another_lobe_is_not_taken(
    chest: Any, finding: Any, run: Any, lobe: str, found: bool
) -> None:
    lung = chest.organs["left lung"]
    truth = chest.put(lung & chest.ball((26, 22, 16), 20), 25)
    chest.organs["left lung"] = lung & ~truth
    place = f"lung/lung/left lung/left lung {lobe} lobe"
    outcome = run(chest, finding(category="2b", anatomy=(place,), laterality="left"))
    grounding = _of(outcome, "finding", "f1")
    assert (grounding.method == "candidate") is found
    if found:
        assert dice(truth, outcome.masks.mask("f1.1")) > 0.6


def test_bilateral_findings_get_a_region_on_each_side(chest: Any, finding: Any, run: Any) -> None:
    for centre in ((26, 36, 26), (69, 36, 26)):
        chest.put(chest.ball(centre, 14), -600)
    outcome = run(chest, finding(category="2c", place="lung", laterality="bilateral"))
    masks = [outcome.masks.mask(i) for i in _of(outcome, "finding", "f1").region_ids]
    assert {bool(m[chest.organs["left lung"]].any()) for m in masks} == {True, False}
    assert len(masks) == 2


def test_a_denial_is_grounded_to_the_place_that_its_sentence_is_linked_to(
    chest: Any, finding: Any, run: Any
) -> None:
    absent = finding(category="2e", place="pleura", presence="absent")
    outcome = run(chest, absent, regions=("pleura",))
    sentence = _of(outcome, "sentence", "0")
    assert isinstance(sentence, Grounded)
    assert sentence.region_ids == ("site:pleura",)
    silent = _of(run(chest, absent), "sentence", "0")
    assert (silent.state, silent.reason) == ("not_groundable", "whole_scan")


@settings(max_examples=6, deadline=None)
@given(
    category=st.sampled_from(PLUGIN.categories),
    side=st.sampled_from(["left", "right"]),
    place=st.sampled_from(["lung", "pleura"]),
    orientation=st.sampled_from(["LPS", "RAS", "LAS", "PIR", "SRA"]),
    across=st.integers(-8, 8),
)
def test_sides_are_never_crossed(
    make_chest: Any,
    finding: Any,
    reading: Any,
    report: Any,
    category: str,
    side: str,
    place: str,
    orientation: str,
    across: int,
) -> None:
    chest = make_chest(orientation)
    for middle in (26, 69):
        chest.put(chest.ball((middle + across, 36, 26), 12), 20)
        chest.put(chest.ball((middle, 22, 36), 9), -620)
        chest.put(chest.ball((middle, 50, 20), 9), -990)
    asked = finding(category=category, place=place, laterality=side)
    request = GroundingRequest(chest.volume(), chest.label_map(), report, reading(asked), PLUGIN)
    outcome = ground(request)
    other = chest.organs["right lung" if side == "left" else "left lung"]
    for region in outcome.regions:
        sign = -1 if side == "left" else 1
        assert sign * region.centroid_mm[0] > 0, region.region_id
        if region.kind != "organ":
            assert not outcome.masks.mask(region.region_id)[other].any()


def test_a_pattern_keeps_to_the_segment_that_the_text_names(
    chest: Any, finding: Any, run: Any
) -> None:
    where = ((20, 30, 40), (26, 36, 40), (32, 30, 40), (24, 40, 12), (30, 34, 12), (20, 34, 12))
    for centre in where:
        chest.put(chest.ball(centre, 6), -985)
    named = ("left lung upper lobe apicoposterior segment",)
    whole = run(chest, finding("f1", "1c", place="left lung"))
    part = run(chest, finding("f1", "1c", place="left lung", lung_segments=named))
    masks = [_of(each, "finding", "f1").region_ids for each in (whole, part)]
    all_of_it, kept = (
        each.masks.mask(ids[0]) for each, ids in zip((whole, part), masks, strict=True)
    )
    assert kept.any()
    assert not (kept & ~all_of_it).any()
    assert kept.sum() < 0.8 * all_of_it.sum()
