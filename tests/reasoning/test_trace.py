"""The way inwards: each step holds the finding, and what is not known is said."""

import numpy as np
import pytest

RIGHT = "lung/lung/right lung"
RUL = f"{RIGHT}/right lung upper lobe"
LUL = "lung/lung/left lung/left lung upper lobe"
APICAL = "right lung upper lobe apical segment"


@pytest.fixture
def nodule(region):
    return region("f1.1", "finding", "nodule", (10, 30, 70), (20, 40, 80), RUL)


@pytest.fixture
def lobe(region):
    return region(
        "site:rul", "site", "right lung upper lobe", (5, 20, 50), (45, 80, 95), approximate=True
    )


def names(trace):
    return [(step.level, step.name) for step in trace.steps]


def test_scan_organ_lobe_segment_finding(trace, lungs, lobe, nodule):
    (found,) = trace((*lungs, lobe, nodule), RUL, lung_segments=(APICAL,))
    assert names(found) == [
        ("scan", "chest CT"),
        ("organ", "right lung"),
        ("lobe", "right lung upper lobe"),
        ("segment", APICAL),
        ("finding", "pulmonary nodule"),
    ]
    assert [step.approximate for step in found.steps] == [False, False, True, False, False]
    assert "approximate" in found.steps[2].text
    assert found.steps[3].box is None


def test_coordinates_are_those_of_the_grid_and_regions(trace, lungs, nodule):
    scan, _, _, last = trace((*lungs, nodule), RUL)[0].steps
    assert scan.box is not None and scan.box.high == (100, 100, 100)
    np.testing.assert_allclose(scan.centroid_mm, (0.5, 0.5, 99))
    assert last.box == nodule.box and last.region_id == "f1.1"
    assert "(35.5, 15.5, 149.0) mm, voxel (14.5, 34.5, 74.5)" in last.text
    assert "14.1 mm" in last.text and "i 10-19" in last.text


def test_every_drawn_step_holds_the_centre(trace, lungs, lobe, nodule):
    (found,) = trace((*lungs, lobe, nodule), RUL)
    for step in found.steps:
        low, high = np.array(step.box.low), np.array(step.box.high)
        assert np.all(low - 0.5 <= nodule.centroid_index)
        assert np.all(nodule.centroid_index < high - 0.5)


def test_place_that_does_not_hold_the_finding_is_left_out_aloud(trace, lungs, lobe, region):
    low = region("f1.1", "finding", "nodule", (10, 30, 10), (20, 40, 20))
    (found,) = trace((*lungs, lobe, low), RUL)
    assert ("lobe", "right lung upper lobe") not in names(found)
    assert "right lung upper lobe" in found.steps[-1].text


def test_finding_on_the_wrong_side_does_not_pass_through_the_named_lung(trace, lungs, region):
    left = region("f1.1", "finding", "nodule", (60, 30, 70), (70, 40, 80))
    (found,) = trace((*lungs, left), RIGHT)
    assert [level for level, _ in names(found)] == ["scan", "finding"]
    assert "right lung" in found.steps[-1].text


def test_side_comes_from_position_when_the_report_gives_none(trace, lungs, nodule, region):
    (found,) = trace(
        (*lungs, region("f1.1", "finding", "x", (60, 30, 7), (70, 40, 9))), "lung/lung"
    )
    assert names(found)[1] == ("organ", "left lung")
    wide = region("organ:left lung", "organ", "left lung", (5, 20, 5), (95, 80, 95))
    (found,) = trace((lungs[0], lungs[1], wide, nodule), "lung/lung")
    assert names(found)[1] == ("organ", "lung")


def test_laterality_names_the_side(trace, lungs, nodule):
    (found,) = trace((*lungs, nodule), "lung/lung", laterality="right")
    assert names(found)[1] == ("organ", "right lung")


def test_lobe_without_side_gets_the_side_of_the_finding(trace, lungs, region):
    left = region("f1.1", "finding", "nodule", (60, 30, 70), (70, 40, 80))
    (found,) = trace((*lungs, left), "lung/lung/lung upper lobe")
    assert names(found)[1:3] == [("organ", "left lung"), ("lobe", "left lung upper lobe")]


def test_bilateral_finding_goes_each_its_own_way(trace, lungs, region):
    right = region("f1.1", "finding", "nodule", (10, 30, 70), (20, 40, 80))
    left = region("f1.2", "finding", "nodule", (60, 30, 70), (70, 40, 80))
    found = trace((*lungs, right, left), RUL, LUL, ids=("f1.1", "f1.2"))
    assert [names(one)[1][1] for one in found] == ["right lung", "left lung"]
    assert [names(one)[2][1] for one in found] == ["right lung upper lobe", "left lung upper lobe"]


def test_site_only_is_no_mask_of_the_finding(trace, lungs, lobe):
    (found,) = trace((*lungs, lobe), RUL, ids=("site:rul",))
    assert found.steps[-1].approximate
    assert found.steps[-1].box == lobe.box
    assert "of its own" in found.steps[-1].text


def test_organ_outside_the_lung(trace, region):
    heart = region("organ:heart", "organ", "heart", (30, 30, 10), (70, 70, 60))
    (found,) = trace((heart,), "heart/heart/heart tissue", ids=("organ:heart",))
    assert names(found)[1] == ("organ", "heart")


def test_place_without_mask_is_named_without_coordinates(trace, nodule):
    (found,) = trace((nodule,), "abdomen/abdomen/liver")
    assert names(found)[1] == ("organ", "liver")
    assert found.steps[1].box is found.steps[1].centroid_mm is found.steps[1].region_id is None


def test_drawn_segment_is_chosen_by_position(trace, lungs, nodule, region):
    other = "right lung upper lobe posterior segment"
    drawn = (
        region("s1", "site", APICAL, (5, 20, 65), (45, 80, 95), approximate=True),
        region("s2", "site", other, (5, 20, 50), (45, 80, 64), approximate=True),
    )
    (found,) = trace((*lungs, *drawn, nodule), RUL, lung_segments=(other, APICAL))
    assert names(found)[3] == ("segment", APICAL)
    (found,) = trace((*lungs, nodule), RUL, lung_segments=(other, APICAL))
    assert names(found)[3] == ("segment", f"{other} and {APICAL}")


@pytest.mark.parametrize("presence", ["absent", "uncertain"])
def test_only_present_findings_are_traced(trace, lungs, nodule, presence):
    assert trace((*lungs, nodule), RUL, presence=presence) == ()


def test_finding_without_voxels_is_not_traced(trace, lungs):
    assert trace(lungs, RUL, ids=()) == ()


def test_equal_requests_give_equal_traces(trace, lungs, nodule):
    assert trace((*lungs, nodule), RUL) == trace((*lungs, nodule), RUL)


@pytest.fixture
def pleurae(region):
    return (
        region("site:left pleura", "site", "left pleura", (52, 10, 0), (99, 90, 99)),
        region("site:right pleura", "site", "right pleura", (1, 10, 0), (48, 90, 99)),
    )


def test_paired_structure_is_taken_on_the_side_of_the_finding(trace, pleurae, region):
    right = region("f1.1", "finding", "x", (10, 80, 10), (20, 90, 20), "pleura/pleura")
    for laterality in ("right", "bilateral", None):
        (found,) = trace((*pleurae, right), "pleura/pleura", laterality=laterality)
        assert names(found)[1] == ("organ", "right pleura")


def test_paired_structure_of_the_stated_side_that_does_not_hold_it_is_left_out(
    trace, pleurae, region
):
    left = region("f1.1", "finding", "x", (60, 80, 10), (70, 90, 20), "pleura/pleura")
    (found,) = trace((*pleurae, left), "pleura/pleura", laterality="right")
    assert [level for level, _ in names(found)] == ["scan", "finding"]
    assert "right pleura" in found.steps[-1].text


def test_site_that_is_the_region_is_its_own_step(trace, pleurae):
    (found,) = trace(pleurae, "pleura/pleura", laterality="left", ids=("site:left pleura",))
    assert names(found)[1] == ("organ", "left pleura")


def test_side_is_not_guessed_when_no_side_holds_the_finding(trace, pleurae, region):
    middle = region("f1.1", "finding", "x", (49, 80, 10), (51, 90, 20), "pleura/pleura")
    (found,) = trace((*pleurae, middle), "pleura/pleura")
    assert names(found)[1] == ("organ", "pleura") and found.steps[1].box is None
