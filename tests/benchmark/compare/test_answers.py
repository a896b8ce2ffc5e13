"""Results of questions and of reasoning are compared row by row."""

from __future__ import annotations

import json

import pytest

from groundct.benchmark.compare.answers import REASONING
from groundct.benchmark.compare.by_metric import Resampling
from groundct.benchmark.compare.compare import compare
from groundct.benchmark.compare.read import ResultError, read_results
from groundct.benchmark.questions.inputs import read_answers, read_items
from groundct.benchmark.questions.result import write_result
from groundct.benchmark.questions.run import evaluate_questions

QUICK = Resampling(draws=100, permutations=5000)
TRUTH = [(f"valid_{n}_a_1", f"q{m}", "presence", "Yes.") for n in range(9) for m in range(2)]


def places(tmp_path, answers):
    reference = tmp_path / "reference.csv"
    lines = ["case_id,question_id,task,answer", *(",".join(row) for row in TRUTH)]
    reference.write_text("\n".join(lines) + "\n")
    out = []
    for name, given in answers.items():
        table = tmp_path / f"{name}.csv"
        rows = [f"{case},{q},{given}" for case, q, _, _ in TRUTH]
        table.write_text("\n".join(["case_id,question_id,answer", *rows]) + "\n")
        result = evaluate_questions(read_items(reference), read_answers(table), draws=50)
        path, _ = write_result(tmp_path / f"{name}.json", result)
        out.append((name, path))
    return out


def test_right_answers_rank_before_wrong_ones_and_refusals(tmp_path):
    given = {"right": "Yes.", "wrong": "No.", "shy": "I cannot tell."}
    ranking = compare(read_results(places(tmp_path, given)), how=QUICK)
    assert ranking.thing == "question"
    assert [(one.model, one.rank) for one in ranking.combined.standings] == [
        ("right", 1),
        ("shy", 2),
        ("wrong", 2),
    ]
    assert list(ranking.categories) == ["presence"]
    assert ranking.metrics[0].standings[0].value == 1.0


def test_results_of_two_tasks_are_refused(tmp_path):
    made = places(tmp_path, {"right": "Yes.", "wrong": "No."})
    other = tmp_path / "other.json"
    result = json.loads(made[0][1].read_text())
    result |= {"task": "reasoning", "summary": {}}
    result["traces"] = [trace("a", "f1")]
    other.write_text(json.dumps(result))
    with pytest.raises(ResultError, match="its task is 'reasoning'"):
        read_results([made[1], ("other", other)])


def trace(case, finding, factuality=0.5):
    shares = dict.fromkeys(("completeness", "efficiency"), 0.5) | {"order": None, "overlap": None}
    row = {"case": case, "patient": case, "finding": finding, "region": "lung", "status": "scored"}
    return row | {"factuality": factuality} | shares


def test_traces_of_one_finding_are_told_apart_by_their_order():
    result = {"traces": [trace("a", "f1", 0.1), trace("a", "f1", 0.9), trace("a", "f2")]}
    samples = REASONING.samples_of(result)
    assert list(samples) == [("a", "f1"), ("a", "f1 (2)"), ("a", "f2")]
    assert samples["a", "f1 (2)"].parts["factuality"] == (0.9, 1.0)
    assert samples["a", "f1"].parts["order"] == (0.0, 0.0)
