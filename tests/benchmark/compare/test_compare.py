"""Ranking results: values as stated, missing as empty, mixtures refused, ties as ties."""

from __future__ import annotations

import copy
import itertools
import json
from fractions import Fraction

import numpy as np
import pytest
from tests.benchmark.made import write_reference, write_weak

from bench.made_results import made_results, summary
from groundct.benchmark.compare.by_metric import Resampling
from groundct.benchmark.compare.compare import compare
from groundct.benchmark.compare.costs import read_costs
from groundct.benchmark.compare.read import ResultError, read_results
from groundct.benchmark.compare.write import write_ranking
from groundct.benchmark.segmentation import (
    Settings,
    evaluate_segmentation,
    open_masks,
    write_result,
)
from groundct.core.issues import TableError
from groundct.metrics.statistics.bootstrap import mean_interval, ratio_interval

QUICK = Resampling(draws=200, permutations=200)
SMALL = made_results(60)


def changed(results=SMALL):
    return copy.deepcopy(results)


def again(result):
    """The same result with a summary of its rows as they are now."""
    result["summary"] = summary(result["findings"])
    return result


def read(tmp_path, results):
    places = []
    for name, result in results.items():
        path = tmp_path / f"{name}.json"
        path.write_text(result if isinstance(result, str) else json.dumps(result))
        places.append((name, path))
    return read_results(places)


def ranked(tmp_path, results, **options):
    return compare(read(tmp_path, results), **({"how": QUICK} | options))


def by_model(ranking, metric):
    found = next(m for m in ranking.metrics if m.metric == metric)
    return {one.model: one for one in found.standings}


def with_row(result, **changes):
    return result | {"findings": [result["findings"][0] | changes, *result["findings"][1:]]}


def flat(value):
    numbers = []
    for field in value.model_dump(exclude={"model"}).values():
        numbers += field if isinstance(field, tuple) else [field]
    return numbers


def codes(caught):
    return {issue.code for issue in caught.value.issues}


def test_values_are_those_of_the_results_and_intervals_those_of_the_patients(tmp_path):
    ranking = ranked(tmp_path, SMALL)
    for metric in ranking.metrics:
        for name, one in by_model(ranking, metric.metric).items():
            assert one.value == pytest.approx(SMALL[name]["summary"][metric.metric], abs=1e-12)
    rows = SMALL["beacon"]["findings"]
    patients = [row["patient"] for row in rows]
    dice = by_model(ranking, "mean_dice_per_finding")["beacon"]
    expected = mean_interval([row["dice"] for row in rows], patients, draws=200)
    assert dice.ci95 == pytest.approx(expected, abs=1e-12)
    tp, fp = (np.array([row[n] for row in rows], float) for n in ("tp", "fp"))
    precision = by_model(ranking, "instance_precision")["beacon"]
    assert precision.ci95 == pytest.approx(ratio_interval(tp, tp + fp, patients, draws=200))


def test_skill_decides_the_ranks_and_equals_are_not_told_apart(tmp_path):
    ranking = ranked(tmp_path, made_results(150))
    assert [one.model for one in ranking.combined.standings][::4] == ["atlas", "ember"]
    dice = next(m for m in ranking.metrics if m.metric == "mean_dice_per_finding")
    assert {frozenset(stretch) for stretch in dice.together} == {frozenset({"beacon", "cedar"})}
    assert by_model(ranking, dice.metric)["ember"].rank_open == (5, 5)
    pair = next(p for p in dice.pairs if (p.first, p.second) == ("atlas", "ember"))
    assert pair.better == "atlas"
    assert pair.ci95[0] > 0.2
    assert pair.superiority > 0.8


def test_the_order_of_results_and_of_their_rows_changes_nothing(tmp_path):
    one = ranked(tmp_path, SMALL)
    turned = {name: changed()[name] for name in reversed(SMALL)}
    for result in turned.values():
        result["findings"].reverse()
    other = ranked(tmp_path, turned)
    for metric in one.metrics:
        there, here = (by_model(r, metric.metric) for r in (one, other))
        for name in SMALL:
            assert flat(there[name]) == pytest.approx(flat(here[name]), abs=1e-12)


def test_two_equal_predictions_share_every_rank(tmp_path):
    results = {"one": changed()["cedar"], "two": changed()["cedar"], "less": changed()["ember"]}
    ranking = ranked(tmp_path, results)
    assert [one.rank for one in ranking.combined.standings] == [1, 1, 3]
    assert ranking.combined.standings[0].rank_shares == (0.5, 0.5, 0.0)
    pair = next(p for p in ranking.metrics[0].pairs if (p.first, p.second) == ("one", "two"))
    assert (pair.p, pair.better, pair.superiority) == (1.0, None, 0.5)
    assert any("one, two: the same predictions" in note for note in ranking.notes)


def test_a_missing_finding_counts_as_an_empty_prediction(tmp_path):
    results = changed()
    gone = results["atlas"]["findings"][:40]
    del results["atlas"]["findings"][:40]
    again(results["atlas"])
    ranking = ranked(tmp_path, results)
    rows = results["atlas"]["findings"]
    dice = by_model(ranking, "mean_dice_per_finding")["atlas"]
    assert dice.value == pytest.approx(sum(r["dice"] for r in rows) / (len(rows) + 40))
    assert dice.n_missing == 40
    tp, fn = (sum(r[n] for r in rows) for n in ("tp", "fn"))
    lost = sum(r["tp"] + r["fn"] for r in gone)
    recall = by_model(ranking, "instance_recall")["atlas"]
    assert recall.value == pytest.approx(tp / (tp + fn + lost))
    assert any(note.startswith("atlas: 40 of") for note in ranking.notes)


def test_leaving_out_hard_cases_under_the_official_protocol_gains_nothing(tmp_path):
    results = changed()
    for result in results.values():
        result["protocol"] = "rexgroundingct"
    hard = [row for row in results["delta"]["findings"] if row["dice"] < 0.3]
    for row in hard:
        row |= {"status": "missing", "dice": None, "hit": None}
        row |= dict.fromkeys(f"{p}{n}" for p in ("", "distance_") for n in ("tp", "fp", "fn"))
    kept = [row for row in results["delta"]["findings"] if row["dice"] is not None]
    results["delta"]["summary"] = summary(kept)
    assert results["delta"]["summary"]["mean_dice_per_finding"] > 0.4
    ranking = ranked(tmp_path, results)
    honest = ranked(tmp_path, SMALL)
    for metric in ("mean_dice_per_finding", "mean_dice_per_case", "hit_rate", "instance_recall"):
        there = by_model(ranking, metric)["delta"].value
        assert there <= by_model(honest, metric)["delta"].value


def test_small_cases_have_the_enumerated_p(tmp_path):
    ranking = ranked(tmp_path, made_results(7, {"a": 0.6, "b": 0.2}))
    results = made_results(7, {"a": 0.6, "b": 0.2})
    patients = sorted({row["patient"] for row in results["a"]["findings"]})
    sums = {
        name: [
            sum(Fraction(r["dice"]) for r in result["findings"] if r["patient"] == p)
            for p in patients
        ]
        for name, result in results.items()
    }
    change = [a - b for a, b in zip(sums["a"], sums["b"], strict=True)]
    near = abs(sum(change)) - Fraction(1, 10**10)
    far = [
        abs(sum(c * s for c, s in zip(change, signs, strict=True))) >= near
        for signs in itertools.product([1, -1], repeat=len(patients))
    ]
    pair = ranking.metrics[0].pairs[0]
    assert pair.p == pytest.approx(sum(far) / len(far), abs=1e-12)


def test_an_incomplete_reference_gives_recall_alone(tmp_path):
    results = changed()
    for result in results.values():
        result["partial_reference"] = True
        for name in ("instance", "distance"):
            result["summary"] |= {f"{name}_precision": None, f"{name}_f1": None}
    ranking = ranked(tmp_path, results)
    names = {metric.metric for metric in ranking.metrics}
    assert "instance_recall" in names and "instance_precision" not in names
    assert "instance_f1" not in ranking.combined.metrics
    assert any("incomplete" in note for note in ranking.notes)


def test_metrics_of_surfaces_rank_the_smaller_distance_first(tmp_path):
    results = changed()
    for offset, result in enumerate(results.values()):
        for row in result["findings"]:
            row["surfaces"] = {"hd95:max": 9.0 - offset, "nsd:max@2": 0.1 * offset}
            row["surfaces"] |= {"hd95:max": None} if row["finding"] == 2 else {}
    ranking = ranked(tmp_path, results, metrics=["hd95:max", "nsd:max@2"])
    assert [one.model for one in ranking.combined.standings] == list(reversed(SMALL))
    last = by_model(ranking, "hd95:max")["ember"]
    assert last.value == 5.0 and last.n_undefined > 0


def test_a_distance_without_a_prediction_is_left_out_for_all_models(tmp_path):
    results = changed()
    for name, result in results.items():
        for row in result["findings"]:
            far = row["finding"] == 1
            row["surfaces"] = {
                "hd95:max": None if far and name == "ember" else 50.0 if far else 5.0
            }
    ranking = ranked(tmp_path, results, metrics=["hd95:max"])
    assert {one.rank for one in ranking.combined.standings} == {1}
    assert {one.value for one in by_model(ranking, "hd95:max").values()} == {5.0}
    assert any(note.startswith("hd95:max: over the") for note in ranking.notes)


def test_differences_of_distances_are_intervals_of_amounts_and_few_patients_are_told(tmp_path):
    results = changed(made_results(12))
    rng = np.random.default_rng(0)
    for offset, result in enumerate(results.values()):
        for row in result["findings"]:
            row["surfaces"] = {"hd95:max": float(rng.lognormal(1 + 0.2 * offset))}
    ranking = ranked(tmp_path, results)
    metric = next(m for m in ranking.metrics if m.metric == "hd95:max")
    first, second = (
        [row["surfaces"]["hd95:max"] for row in results[name]["findings"]]
        for name in (metric.pairs[0].first, metric.pairs[0].second)
    )
    rows = next(iter(results.values()))["findings"]
    patients = [row["patient"] for row in rows]
    for one in metric.standings:
        own = [row["surfaces"]["hd95:max"] for row in results[one.model]["findings"]]
        assert one.ci95 == pytest.approx(
            mean_interval(own, patients, draws=200, unbounded=True), abs=1e-12
        )
    apart = mean_interval(np.subtract(first, second), patients, draws=200, unbounded=True)
    assert metric.pairs[0].ci95 == pytest.approx(apart, rel=1e-6)
    few = f"The intervals of hd95:max are of {len(set(patients))} patients"
    assert len(set(patients)) < 20 and any(note.startswith(few) for note in ranking.notes)
    assert not any("has a value" in note for note in ranking.notes)


def test_worst_findings_and_those_that_nobody_finds_are_named(tmp_path):
    results = changed()
    for result in results.values():
        result["findings"][5] |= {"dice": 0.0, "hit": False, "category": "2e"}
        again(result)
    ranking = ranked(tmp_path, results)
    row = results["atlas"]["findings"][5]
    assert (row["case"], str(row["finding"])) in {(h.case, h.item) for h in ranking.worst}
    assert ranking.zero_in_all["2e"] >= 1
    assert ranking.disputed[0].spread == max(h.spread for h in ranking.disputed)


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("reference_digest", "sha256:" + "1" * 64),
        ("protocol", "rexgroundingct"),
        ("partial_reference", True),
        ("settings", {"protocol": "strict", "mode": "global"}),
        ("versions", {"scoring": "2"}),
    ],
)
def test_mixed_results_are_refused_with_both_sides_named(tmp_path, field, other):
    results = changed()
    results["cedar"][field] = other
    with pytest.raises(ResultError) as caught:
        read(tmp_path, results)
    assert codes(caught) == {"mixed-results"}
    line = str(caught.value)
    assert "cedar.json" in line and "atlas.json" in line
    shown = {"versions": "2", "settings": "global"}
    assert repr(shown.get(field, other)) in line
    assert ("settings mode" in line) == (field == "settings")


def test_other_draws_and_seeds_are_no_mixture(tmp_path):
    results = changed()
    results["cedar"]["settings"] |= {"draws": 50, "seed": 9}
    assert len(read(tmp_path, results)) == 5


@pytest.mark.parametrize(
    ("break_it", "code"),
    [
        (lambda r: "{", "not-a-result"),
        (lambda r: "[]", "not-a-result"),
        (lambda r: r | {"task": "poetry"}, "not-a-result"),
        (lambda r: r | {"findings": []}, "not-a-result"),
        (lambda r: {k: v for k, v in r.items() if k != "reference_digest"}, "not-a-result"),
        (lambda r: r | {"findings": [{"case": "a"}]}, "not-a-result"),
        (lambda r: r | {"findings": r["findings"][:-3]}, "summary-contradicts-rows"),
        (lambda r: r | {"findings": [*r["findings"], r["findings"][0]]}, "not-a-result"),
        (lambda r: with_row(r, dice=float("nan")), "not-a-result"),
        (lambda r: with_row(r, dice=float("inf")), "not-a-result"),
        (lambda r: with_row(r, dice="0.5"), "summary-contradicts-rows"),
        (lambda r: with_row(r, dice="high"), "not-a-result"),
        (lambda r: with_row(r, tp=-5, fp=-1), "not-a-result"),
        (lambda r: with_row(r, case=None), "not-a-result"),
        (lambda r: "[" * 100_000, "not-a-result"),
    ],
)
def test_what_is_no_result_is_refused(tmp_path, break_it, code):
    results = changed()
    results["cedar"] = break_it(results["cedar"])
    with pytest.raises(ResultError) as caught:
        read(tmp_path, results)
    assert codes(caught) == {code}


def test_one_result_unknown_metrics_and_names_given_twice_are_refused(tmp_path):
    read_all = read(tmp_path, SMALL)
    with pytest.raises(ResultError, match="too-few-results"):
        compare(read_all[:1])
    with pytest.raises(ResultError, match="unknown-metric"):
        compare(read_all, metrics=["beauty"], how=QUICK)
    path = tmp_path / "atlas.json"
    with pytest.raises(ResultError, match="name-given-twice"):
        read_results([("a", path), ("a", path)])


def test_costs_are_read_and_wrong_ones_refused_together(tmp_path):
    path = tmp_path / "costs.csv"
    path.write_text("model,seconds_per_case,parameters_million\natlas,3.5,\ncedar,,12\n")
    first, second = read_costs(path, list(SMALL))
    assert (first.seconds_per_case, first.parameters_million) == (3.5, None)
    assert second.parameters_million == 12
    path.write_text("model,seconds_per_case\nnobody,3\natlas,-1\ncedar,fast\n")
    with pytest.raises(TableError) as caught:
        read_costs(path, list(SMALL))
    assert [issue.code for issue in caught.value.issues] == ["unknown-model", "no-cost", "no-cost"]


def test_what_is_written_is_what_was_found(tmp_path):
    ranking = ranked(tmp_path, SMALL)
    written, table = write_ranking(tmp_path / "out", ranking)
    again_read = json.loads(written.read_text())
    assert again_read == ranking.model_dump(mode="json")
    assert len(table.read_text().splitlines()) == 1 + 9 * 5


def test_results_of_the_evaluation_itself_are_compared(tmp_path):
    reference = open_masks(write_reference(tmp_path / "reference"))
    weak = open_masks(write_weak(tmp_path / "weak"))
    places = []
    for name, prediction in (("perfect", reference), ("weak", weak)):
        result = evaluate_segmentation(reference, prediction, Settings(draws=50))
        path, _ = write_result(tmp_path / f"{name}.json", result)
        places.append((name, path))
    ranking = compare(read_results(places), how=QUICK)
    assert [one.model for one in ranking.combined.standings] == ["perfect", "weak"]
    assert by_model(ranking, "mean_dice_per_finding")["perfect"].value == pytest.approx(1.0)
