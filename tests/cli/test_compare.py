"""``groundct compare``: the folder it writes, the names it gives, what it refuses."""

from __future__ import annotations

import json

import nibabel as nib
import numpy as np
import pytest
from click.testing import CliRunner
from tests.benchmark.made import AFFINE, CASES, SHAPE, write_reference, write_weak

from bench.made_results import made_results
from groundct.benchmark.segmentation import (
    Settings,
    evaluate_segmentation,
    open_masks,
    write_result,
)
from groundct.cli.compare import named
from groundct.cli.main import cli
from groundct.core.issues import DataError

QUICK = ["--draws", "100", "--permutations", "200"]


@pytest.fixture
def files(tmp_path):
    paths = []
    for name, result in made_results(40).items():
        paths.append(tmp_path / name / "result.json")
        paths[-1].parent.mkdir()
        paths[-1].write_text(json.dumps(result))
    return [str(path) for path in paths]


def run(*words):
    return CliRunner().invoke(cli, ["compare", *words], catch_exceptions=False)


def test_it_writes_a_ranking_as_json_csv_and_page(files, tmp_path):
    out = tmp_path / "ranking"
    done = run(*files, "-o", str(out), *QUICK)
    assert done.exit_code == 0
    assert sorted(p.name for p in out.iterdir()) == ["ranking.csv", "ranking.html", "ranking.json"]
    ranking = json.loads((out / "ranking.json").read_text())
    assert {facts["model"] for facts in ranking["models"]} == set(made_results(1))
    assert "1  atlas" in done.output and "by tests)" in done.output
    assert "All is of" not in done.output and "No test tells" not in done.output


def test_a_ranking_is_not_written_over_unless_told(files, tmp_path):
    out = tmp_path / "ranking"
    assert run(*files, "-o", str(out), *QUICK).exit_code == 0
    before = (out / "ranking.json").read_bytes()
    with pytest.raises(DataError, match="output-exists"):
        run(*files[:2], "-o", str(out), *QUICK)
    assert (out / "ranking.json").read_bytes() == before
    assert run(*files[:2], "-o", str(out), *QUICK, "--force").exit_code == 0
    assert (out / "ranking.json").read_bytes() != before


def test_that_few_patients_show_nothing_is_said(tmp_path):
    _, words = scored(tmp_path)  # three scans of three patients
    done = run(*words, "-o", str(tmp_path / "out"), *QUICK)
    assert "All is of 3 patients" in done.output
    assert "No test tells the two models apart" in done.output and "at least" in done.output
    assert done.output.count("1= by tests") == 2
    page = (tmp_path / "out" / "ranking.html").read_text()
    assert "No test tells the two models apart" in page


def test_names_are_given_or_those_of_files_or_of_folders(tmp_path):
    odd = tmp_path / "a=b.json"
    odd.write_text("{}")
    words = ["ours=x/result.json", "y/result.json", "z/theirs.json", str(odd)]
    assert [name for name, _ in named(words)] == ["ours", "y", "theirs", "a=b"]
    assert [name for name, _ in named(["p/m.json", "q/m.json"])] == ["p", "q"]


def test_the_same_command_gives_the_same_bytes(files, tmp_path):
    for place in ("one", "two"):
        run(*files, "-o", str(tmp_path / place), *QUICK)
    for name in ("ranking.html", "ranking.json", "ranking.csv"):
        one, two = ((tmp_path / place / name).read_bytes() for place in ("one", "two"))
        assert one == two


def test_mixed_results_end_with_the_issue(files, tmp_path):
    other = json.loads((tmp_path / "ember" / "result.json").read_text())
    other["protocol"] = "rexgroundingct"
    (tmp_path / "ember" / "result.json").write_text(json.dumps(other))
    with pytest.raises(DataError, match="mixed-results"):
        run(*files, "-o", str(tmp_path / "ranking"), *QUICK)
    assert not (tmp_path / "ranking").exists()


def test_costs_and_metrics_are_taken(files, tmp_path):
    costs = tmp_path / "costs.csv"
    costs.write_text("model,memory_gib\natlas,12\nember,3\n")
    out = tmp_path / "ranking"
    run(*files, "-o", str(out), "--costs", str(costs), "--metric", "instance_recall", *QUICK)
    ranking = json.loads((out / "ranking.json").read_text())
    assert ranking["combined"]["metrics"] == ["instance_recall"]
    assert "memory, GiB" in (out / "ranking.html").read_text()


def scored(tmp_path):
    """Masks of a reference and two predictions, their results, and CTs."""
    reference, weak = write_reference(tmp_path / "truth"), write_weak(tmp_path / "weak")
    masks = {"perfect": reference, "weak": weak}
    words = []
    for name, place in masks.items():
        result = evaluate_segmentation(open_masks(reference), open_masks(place), Settings(draws=50))
        path, _ = write_result(tmp_path / f"{name}.json", result)
        words.append(f"{name}={path}")
    return masks, words


def test_hard_findings_are_shown_as_pictures(tmp_path):
    masks, words = scored(tmp_path)
    (tmp_path / "scans").mkdir()
    for case in CASES:
        noise = np.random.default_rng(0).integers(-1000, 200, SHAPE).astype(np.int16)
        nib.save(nib.Nifti1Image(noise, AFFINE), tmp_path / "scans" / f"{case}.nii.gz")
    out = tmp_path / "ranking"
    given = [word for name, place in masks.items() for word in ("--prediction", f"{name}={place}")]
    scans = ["--reference", str(masks["perfect"]), "--volumes", str(tmp_path / "scans")]
    assert run(*words, "-o", str(out), *QUICK, *scans, *given).exit_code == 0
    page = (out / "ranking.html").read_text()
    assert page.count("data:image/png;base64,") == 2 * sum(CASES.values())
    assert "img-src data:" in page


@pytest.mark.parametrize(
    "wrong", [["--prediction", "nobody=x"], ["--prediction", "x"], ["--prediction", "weak=x"]]
)
def test_pictures_of_nobody_or_without_a_reference_are_refused(tmp_path, wrong):
    done = run("weak=a.json", "b.json", "-o", str(tmp_path / "out"), *wrong)
    assert done.exit_code == 2
    assert "--prediction" in done.output
