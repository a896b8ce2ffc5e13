"""Reasoning: traces from lines and releases, pairing, missing ones, and the command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from groundct.benchmark.reasoning import Trace, Traces, evaluate_reasoning, read_traces
from groundct.cli.main import cli
from groundct.core.issues import TableError


def trace(case: str = "train_1_a_1", finding: str = "f0", start: int = 10) -> Trace:
    return Trace.model_validate(
        {
            "case_id": case,
            "finding_id": finding,
            "steps": [
                {"level": "scan", "name": "chest CT"},
                {"level": "organ", "name": "right lung", "box": boxed(5, 50)},
                {"level": "finding", "name": "nodule", "box": boxed(start, 4)},
            ],
        }
    )


def boxed(start: int, size: int) -> dict:
    return {"low": [start] * 3, "high": [start + size] * 3}


REFERENCE = (trace(), trace(start=30), trace("train_2_a_1"), trace("train_2_a_1", "f1"))


def scored(prediction, reference=REFERENCE):
    return evaluate_reasoning(Traces(reference, "r"), Traces(tuple(prediction), "p"), draws=50)


def test_traces_of_one_finding_are_paired_by_their_last_boxes() -> None:
    turned = (REFERENCE[1], REFERENCE[0], *REFERENCE[2:])
    summary = scored(turned).summary
    assert all(summary[n] == 1 for n in ("factuality", "completeness", "efficiency", "overlap"))
    assert summary["n_missing"] == 0


def test_missing_traces_count_and_extra_ones_change_nothing() -> None:
    result = scored([*REFERENCE[:3], trace(), trace("train_9_a_1")])
    assert result.summary["completeness"] == 0.75
    assert result.summary["overlap"] == 0.75
    assert (result.summary["n_missing"], result.summary["n_undefined"]["order"]) == (1, 1)
    assert result.extra == ("train_1_a_1 f0", "train_9_a_1 f0")
    assert {issue.code for issue in result.issues} == {"missing-traces", "extra-traces"}
    assert result.levels["finding"]["overlap"] == 0.75


def test_many_guesses_for_one_finding_are_not_chosen_from() -> None:
    wrong = trace("train_2_a_1", "f1", start=80)
    honest, many = ([*REFERENCE[:3], *own] for own in ([wrong], [wrong, REFERENCE[3]]))
    assert scored(many).summary["overlap"] == scored(honest).summary["overlap"] < 1


def test_a_reference_without_steps_is_refused() -> None:
    with pytest.raises(TableError, match="no-steps"):
        scored([], [])
    with pytest.raises(TableError, match="have no step"):
        scored([], [Trace(case_id="a", finding_id="f", steps=())])


def lines(path: Path, objects) -> Path:
    path.write_text("\n".join(o if isinstance(o, str) else json.dumps(o) for o in objects) + "\n")
    return path


def test_the_command(tmp_path: Path) -> None:
    own = [one.model_dump(mode="json") for one in REFERENCE]
    reference = lines(tmp_path / "r.jsonl", own)
    prediction = lines(tmp_path / "p.jsonl", ["", *own[:2]])
    output = tmp_path / "result.json"
    arguments = ["evaluate", "reasoning", "--reference", str(reference), "--prediction"]
    run = CliRunner().invoke(cli, [*arguments, str(prediction), "-o", str(output)])
    assert run.exit_code == 0, run.output
    result = json.loads(output.read_text())
    assert result["summary"]["completeness"] == 0.5
    assert [row["status"] for row in result["traces"]] == ["scored"] * 2 + ["missing"] * 2
    assert output.with_suffix(".csv").read_text().count("\n") == 5


@pytest.mark.parametrize(
    "line",
    [
        "{",
        '{"case_id": "a"}',
        '{"case_id": "a", "finding_id": "f", "steps": [{"level": "attic", "name": "x"}]}',
        '{"case_id": "a", "finding_id": "f", "steps": [{"level": "organ", "name": "x", "box": '
        '{"low": [3, 3, 3], "high": [3, 4, 4]}}]}',
    ],
)
def test_lines_that_are_no_traces_are_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(TableError, match=r"no-trace.*line 2"):
        read_traces(lines(tmp_path / "t.jsonl", ["", line]))
