"""``groundct phantom``: what it writes, what it keeps, what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from PIL import Image

from groundct.cli._phantom_case import CaseJob, make_case
from groundct.cli.main import cli
from groundct.codecs.label_maps import read_label_map
from groundct.phantom.spec import FindingSpec, PhantomSpec
from groundct.sources.nifti_folder import PLUGIN

TINY = ("--shape", "40", "40", "32", "--seed", "5")


def run(out: Path, *more: str) -> str:
    done = CliRunner().invoke(cli, ["phantom", "-o", str(out), *more])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out: Path = tmp_path_factory.mktemp("phantoms")
    run(out, "-n", "2", *TINY)
    return out


def truth(out: Path, number: int) -> dict[str, Any]:
    path = out / "truth" / f"phantom_5_{number:04d}" / "truth.json"
    known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return known


def test_a_corpus_can_be_read_with_its_truth(corpus: Path) -> None:
    found = PLUGIN.read(corpus / "corpus")
    assert [case.case_id for case in found.cases] == ["phantom_5_0000", "phantom_5_0001"]
    for number, case in enumerate(found.cases):
        known = truth(corpus, number)
        assert case.report is not None
        assert case.report.text == known["report"]["text"]
        folder = corpus / "truth" / case.case_id
        organs = read_label_map(folder, "organs")
        assert organs.mask("lung vessel").any()
        assert read_label_map(folder, "segments").geometry == organs.geometry
        read_label_map(folder, "findings")
        read_label_map(folder, "extras")
    with Image.open(corpus / "montage.png") as picture:
        assert picture.size[0] > 2 * 192


def test_finished_cases_are_kept_and_others_made_anew(corpus: Path) -> None:
    (corpus / "truth" / "phantom_5_0001" / "truth.json").unlink()
    said = run(corpus, "-n", "2", *TINY)
    assert "phantom_5_0000, kept" in said
    assert "phantom_5_0001, kept" not in said
    assert truth(corpus, 1)["asked"]["seed"] != truth(corpus, 0)["asked"]["seed"]


def test_another_wish_is_another_case(corpus: Path, tmp_path: Path) -> None:
    run(tmp_path, "-n", "1", *TINY, "--findings", "none", "--contrast", "venous")
    known = truth(tmp_path, 0)
    assert known["spec"]["findings"] == []
    assert known["spec"]["contrast"] == "venous"
    assert known["asked"] != truth(corpus, 0)["asked"]


def test_findings_without_room_are_left_out_and_told(tmp_path: Path) -> None:
    huge = FindingSpec(category="2d", site="right lung middle lobe", size_mm=150)
    small = FindingSpec(category="2c", site="left lung")
    spec = PhantomSpec(shape=(32, 32, 24), findings=(huge, small))
    result = make_case(CaseJob("one", spec, tmp_path))
    assert len(result.left_out) == 1
    assert "nodule of 150 mm" in result.left_out[0]
    known = json.loads((tmp_path / "truth" / "one" / "truth.json").read_text(encoding="utf-8"))
    assert [f["category"] for f in known["spec"]["findings"]] == ["2c"]
    assert len(known["asked"]["findings"]) == 2


def test_unknown_codes_are_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["phantom", "-o", str(tmp_path), "--findings", "2d,9z"])
    assert done.exit_code == 2
    assert "9z" in done.output
    assert not list(tmp_path.iterdir())
