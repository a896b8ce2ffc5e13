"""The page of a result: all of it there, nothing from elsewhere, hostile names harmless."""

import re

import pytest
from tests.benchmark.made import CASES, write_reference, write_weak

from groundct.benchmark.segmentation import Settings, evaluate_segmentation, open_masks
from groundct.review._evaluation_plots import dice_histogram, interval_bar
from groundct.review.evaluation_page import write_evaluation_page


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    root = tmp_path_factory.mktemp("page")
    masks = (open_masks(write_reference(root / "r")), open_masks(write_weak(root / "p")))
    return evaluate_segmentation(*masks, Settings(draws=20, surfaces=("hd95:max",)))


def page_of(result, tmp_path):
    write_evaluation_page(tmp_path / "p.html", result)
    return (tmp_path / "p.html").read_text(encoding="utf-8")


def test_all_findings_and_scores_stand_there(result, tmp_path):
    page = page_of(result, tmp_path)
    assert page.count('class="dot"') == 9 + sum(len(g) for g in result.slices.values())
    for case in CASES:
        assert case in page
    assert f"{result.summary['mean_dice_per_finding']:.3f}" in page
    assert "hd95:max" in page and "nodule or mass" in page
    assert not re.search(r"\{\{\w+\}\}", page)


def test_nothing_is_asked_for_and_nothing_runs(result, tmp_path):
    page = page_of(result, tmp_path)
    assert "<script" not in page and "script-src 'none'" in page
    assert not re.search(r"(src|href)=", page)


def test_hostile_names_are_text(result, tmp_path):
    row = result.findings[0].changed(case="<img src=x onerror=alert(1)>", category="<b>")
    page = page_of(result.changed(findings=(row,)), tmp_path)
    assert "<img" not in page and "&lt;img" in page


def test_scores_without_a_value_are_shown_as_such(result, tmp_path):
    summary = result.summary | {"distance_f1": None, "ci95": {}}
    page = page_of(result.changed(summary=summary, findings=()), tmp_path)
    assert "not defined" in page and "None of the findings has a Dice" in page


def test_plots_stay_in_their_frame():
    assert 'cx="234.0"' in interval_bar(1.0, (0.5, 1.2))
    assert interval_bar(None, None) == ""
    assert dice_histogram([0.0, 1.0, 0.5]).count('class="bar"') == 20
