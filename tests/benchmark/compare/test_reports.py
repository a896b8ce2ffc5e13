"""Results of reports are compared by the scores that each text has."""

from __future__ import annotations

import json

import pytest

from groundct.benchmark.compare.by_metric import Resampling
from groundct.benchmark.compare.compare import compare
from groundct.benchmark.compare.read import ResultError, read_results
from groundct.benchmark.reports.inputs import Texts
from groundct.benchmark.reports.result import write_result
from groundct.benchmark.reports.run import evaluate_reports
from groundct.benchmark.reports.settings import Settings
from groundct.review.comparison_page import comparison_page

CASES = [f"valid_{n}_a_1" for n in range(1, 13)]
TRUTH = "There is a nodule in the right lung. No pleural effusion is seen."
GOOD = "There is a small nodule in the right lung. No pleural effusion."
POOR = "Normal study."


def results(tmp_path, predictions, region=""):
    reference = Texts.of({(case, region): f"{TRUTH} Case {case}." for case in CASES})
    places = []
    for name, texts in predictions.items():
        given = Texts.of({(case, region): text for case, text in texts.items()})
        result = evaluate_reports(reference, given, Settings(parts=("text",), draws=50))
        path, _ = write_result(tmp_path / f"{name}.json", result)
        places.append((name, path))
    return places


def ranked(places):
    return compare(read_results(places), how=Resampling(draws=100, permutations=5000))


def test_better_texts_rank_first_by_every_score_and_missing_ones_count_as_empty(tmp_path):
    predictions = {
        "good": dict.fromkeys(CASES, GOOD),
        "poor": dict.fromkeys(CASES, POOR),
        "half": dict.fromkeys(CASES[:6], GOOD),
    }
    ranking = ranked(results(tmp_path, predictions))
    assert ranking.thing == "text"
    rouge = next(m for m in ranking.metrics if m.metric == "rouge_l")
    assert [one.model for one in rouge.standings] == ["good", "half", "poor"]
    values = {one.model: one for one in rouge.standings}
    assert values["half"].value == pytest.approx(values["good"].value / 2, abs=0.02)
    assert values["half"].n_missing == 6
    assert "Hard texts" in comparison_page(ranking)


def test_regions_are_categories_where_there_are_no_whole_reports(tmp_path):
    predictions = {name: dict.fromkeys(CASES, text) for name, text in (("a", GOOD), ("b", POOR))}
    ranking = ranked(results(tmp_path, predictions, "lung"))
    assert list(ranking.categories) == ["lung"]


def test_a_mean_that_the_texts_do_not_give_is_refused(tmp_path):
    predictions = {name: dict.fromkeys(CASES, text) for name, text in (("a", GOOD), ("b", POOR))}
    places = results(tmp_path, predictions)
    result = json.loads(places[1][1].read_text())
    result["regions"][""]["rouge_l"] = 0.99
    places[1][1].write_text(json.dumps(result))
    with pytest.raises(ResultError, match="summary-contradicts-rows"):
        read_results(places)
