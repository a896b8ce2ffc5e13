"""The command: files beside one another, exit codes, refusals, going on after a kill."""

import json

import pytest
from click.testing import CliRunner
from tests.benchmark.made import CASES, save, weak_block, write_reference, write_weak

from groundct.cli.evaluate import command
from groundct.core.issues import DataError


@pytest.fixture
def places(tmp_path):
    return write_reference(tmp_path / "ref"), write_weak(tmp_path / "pred"), tmp_path / "out" / "r"


def run(places, *more):
    reference, prediction, out = places
    arguments = ["--reference", str(reference), "--prediction", str(prediction)]
    arguments += ["-o", f"{out}.json", "--workers", "1", *more]
    return CliRunner().invoke(command, ["segmentation", *arguments], catch_exceptions=True)


def test_result_table_and_page_beside_one_another(places):
    done = run(places, "--surface", "hd95:max", "--surface", "nsd:border", "--tolerance-mm", "3")
    assert done.exit_code == 0, done.output
    out = places[2].parent
    assert sorted(p.name for p in out.iterdir()) == ["r.csv", "r.html", "r.json"]
    data = json.loads((out / "r.json").read_text())
    assert data["protocol"] == "strict"
    assert set(data["surfaces"]) == {"hd95:max", "nsd:border@3mm"}
    assert "nsd:border@3mm" in (out / "r.csv").read_text().splitlines()[0]
    assert "mean_dice_per_finding" in done.output
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("  hd95:max"))
    assert " mm " in line


def test_a_refusal_writes_nothing_and_names_every_file(places):
    for case in list(CASES)[:2]:
        save(places[1] / f"{case}.nii.gz", weak_block(case) * 0.5)
    done = run(places)
    assert isinstance(done.exception, DataError)
    assert all(case in str(done.exception) for case in list(CASES)[:2])
    assert not (places[2].parent / "r.json").exists()
    done = run(places, "--refused", "empty")
    assert done.exit_code == 0
    assert json.loads((places[2].parent / "r.json").read_text())["summary"]["n_refused"] == 5


def test_options_that_exclude_each_other(places):
    done = run(places, "--protocol", "rexgroundingct", "--connectivity", "6")
    assert done.exit_code == 2 and "rules of its own" in done.output
    done = run(places, "--surface", "hd95")
    assert done.exit_code == 2 and "no surface metric is called hd95; known are" in done.output
    assert "nsd:surfel" in done.output and "Value error" not in done.output
    done = run(places, "--tolerance-mm", "-1", "--surface", "hd95:max")
    assert done.exit_code == 2 and "0 mm or more" in done.output


def test_why_a_number_is_not_defined_and_has_no_interval_is_said(places):
    (places[0] / "dataset.json").unlink()
    done = run(places)
    assert "distance_precision" in done.output and "give --dataset" in done.output
    assert "no interval:" not in done.output
    for case in list(CASES)[1:]:
        for place in places[:2]:
            (place / f"{case}.nii.gz").unlink()
    assert "no interval: of one patient" in run(places, "--fresh").output


def test_every_task_shows_an_example():
    for task in command.list_commands(None):
        text = CliRunner().invoke(command, [task, "--help"]).output
        assert f"groundct evaluate {task}" in text
