"""``groundct compare``: the folder it writes, the names it gives, what it refuses."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from bench.made_results import made_results
from groundct.cli.compare import named
from groundct.cli.main import cli
from groundct.core.issues import DataError

QUICK = ["--draws", "200", "--permutations", "200"]


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
    assert "1  atlas" in done.output


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
