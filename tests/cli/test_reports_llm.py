"""``groundct reports`` with a language model, against a server on this machine."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.reports.llm.server import running

from groundct.cli.main import cli
from groundct.core.issues import DataError


def write(path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("VolumeName", "Findings_EN", "Impressions_EN"))
        writer.writerow(("v_1", "No pleural effusion. A 5 mm nodule in the right upper lobe.", ""))
        writer.writerow(("v_2", "Emphysema in both lungs.", "Emphysema."))
        writer.writerow(("v_3", "", ""))
    return path


@pytest.mark.parametrize("extractor", ["llm", "hybrid"])
def test_what_it_cost_is_told_and_a_second_run_calls_no_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extractor: str
) -> None:
    module = __import__(f"groundct.reports.{extractor}", fromlist=["PLUGIN"])
    with running() as server:
        monkeypatch.setenv("GROUNDCT_LLM_URL", server.url)
        monkeypatch.setenv("GROUNDCT_LLM_MODEL", "stand-in")
        monkeypatch.setenv("GROUNDCT_LLM_CACHE", str(tmp_path / "answers.sqlite"))
        source = write(tmp_path / "in.csv")
        summaries = []
        for name in ("one", "two"):
            monkeypatch.setattr(module, "PLUGIN", type(module.PLUGIN)())
            result = CliRunner().invoke(
                cli, ["reports", str(source), "-o", str(tmp_path / name), "--json",
                      "--extractor", extractor],
            )  # fmt: skip
            assert result.exit_code == 1, result.output
            summaries.append(json.loads(result.stdout))
    first, second = summaries
    assert first["read"] == 2 and first["set_aside"] == 1
    assert first["bill"]["reports"] == 2
    assert second["bill"]["calls"] == 0
    if extractor == "llm":
        assert first["bill"]["calls"] >= 2 and second["bill"]["cached"] >= 2
        assert first["extractor"]["configuration"]["model"] == "stand-in"
    for name in ("sentences", "findings", "labels"):
        (path,) = (tmp_path / "one").glob(f"{name}.*")
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_a_server_that_is_not_set_up_ends_the_run_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from groundct.reports import llm

    monkeypatch.delenv("GROUNDCT_LLM_URL", raising=False)
    monkeypatch.setattr(llm, "PLUGIN", llm.LlmExtractor())
    source = write(tmp_path / "in.csv")
    arguments = ["reports", str(source), "-o", str(tmp_path / "out"), "--extractor", "llm"]
    with pytest.raises(DataError, match="not-set-up"):
        cli(arguments, standalone_mode=False)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]
