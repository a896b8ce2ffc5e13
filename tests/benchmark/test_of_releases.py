"""Questions and traces of releases: read, scored against one another, and altered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.release.conftest import artifacts, build_record, make, volume

from groundct.benchmark.questions import Answers, evaluate_questions, read_answers, read_items
from groundct.benchmark.reasoning import (
    Traces,
    evaluate_reasoning,
    overlap_by_masks,
    read_traces,
)
from groundct.cli.main import cli
from groundct.core.issues import SourceError

__all__ = ["artifacts", "make", "volume"]


def test_a_release_against_itself(make, tmp_path: Path) -> None:
    path = make()
    output = tmp_path / "result.json"
    for task, name in (("questions", "balanced_score"), ("reasoning", "completeness")):
        arguments = ["evaluate", task, "--reference", str(path), "--prediction", str(path)]
        run = CliRunner().invoke(cli, [*arguments, "-o", str(output)])
        assert run.exit_code == 0, run.output
        assert json.loads(output.read_text())["summary"][name] == 1


def test_patients_are_those_of_the_release(make, artifacts) -> None:
    cases = [artifacts(build_record(f"scan{n}", f"patient{n % 2}")) for n in range(4)]
    path = make(*cases)
    items, traces = read_items(path), read_traces(path)
    summary = evaluate_questions(items, read_answers(path), draws=50).summary
    assert (summary["n"], summary["n_patients"]) == (8, 2)
    assert evaluate_reasoning(traces, traces, draws=50).summary["n_patients"] == 2


def test_the_opposite_answers_to_a_releases_questions(make) -> None:
    path = make()
    items, answers = read_items(path), read_answers(path)
    turned = {"Yes.": "No.", "No.": "Yes."}
    wrong = Answers({key: turned[answer] for key, answer in answers.answers.items()}, "")
    result = evaluate_questions(items, wrong, draws=50)
    assert result.summary["balanced_score"] == 0
    assert result.tasks["presence"]["chance_corrected"] == -1
    assert result.summary["n"] == len(items.items) == 4


def test_regions_by_voxels(make) -> None:
    own = read_traces(make())
    result = evaluate_reasoning(own, own, overlap_of=overlap_by_masks(own, own), draws=50)
    assert result.summary["overlap"] == 1
    assert result.settings["regions"] == "masks"
    trace = own.traces[0]
    lung = {"region_id": "organ:right lung", "name": "right lung", "level": "organ"}
    steps = tuple(s.changed(**lung) if s.region_id else s for s in trace.steps)
    overlap = overlap_by_masks(own, own)(trace, trace.changed(steps=steps))
    last = len(steps) - 1
    assert overlap(last, last) == pytest.approx(8 / (4 * 6 * 6))
    assert overlap(0, 0) is None


def test_masks_need_two_releases(make) -> None:
    own = read_traces(make())
    with pytest.raises(SourceError, match="no-masks"):
        overlap_by_masks(own, Traces(own.traces, own.digest))
