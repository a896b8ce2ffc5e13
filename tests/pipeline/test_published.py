"""Published findings keep their own masks, whatever lies beside, and counts are checked."""

from __future__ import annotations

import json
import shutil

import pytest
from click.testing import CliRunner

from groundct.cli.main import cli
from groundct.codecs.volumes import read_volume
from groundct.core.issues import VolumeError
from groundct.pipeline.published import published_masks
from groundct.pipeline.workspace import Workspace
from groundct.sources import inspect_corpus

CASE = "phantom_6_0001"


def run(*arguments):
    return CliRunner().invoke(cli, [str(a) for a in arguments])


@pytest.fixture
def corpus(built, tmp_path):
    """One case in ReXGroundingCT's layout with its CT, and with CT-RATE's reports beside it."""
    root = tmp_path / "corpus"
    release = built.workspace / "release"
    assert run("export", release, "--to", "rexgroundingct", "-o", root).exit_code == 0
    data = json.loads((root / "dataset.json").read_text())
    kept = {split: [e for e in entries if CASE in e["name"]] for split, entries in data.items()}
    (root / "dataset.json").write_text(json.dumps(kept))
    for mask in (root / "segmentations").iterdir():
        if CASE not in mask.name:
            mask.unlink()
    (root / "ct").mkdir()
    shutil.copy(built.corpus / "volumes" / f"{CASE}.nii.gz", root / "ct")
    shutil.copy(built.corpus / "reports.csv", root / "reports.csv")
    return root


def state(corpus, **changes):
    """Change what dataset.json says of its only case."""
    data = json.loads((corpus / "dataset.json").read_text())
    (entries,) = [e for e in data.values() if e]
    for key, value in changes.items():
        entries[0][key].update(value)
    (corpus / "dataset.json").write_text(json.dumps(data))
    return entries[0]


def test_masks_stay_with_their_findings_when_a_report_lies_beside_them(corpus, tmp_path):
    entry = state(corpus, pixels={"0": 1})
    result = run("build", corpus, "-o", tmp_path / "ws", "--no-pages")
    assert result.exit_code == 0, result.output
    record = Workspace(tmp_path / "ws").read_record(CASE)
    texts = {f.finding_id: f.standardized for f in record.reading.findings}
    assert list(texts.values()) == list(entry["findings"].values())
    methods = {g.method for g in record.groundings if g.target == "finding"}
    assert methods == {"published"}
    (issue,) = [i for i in record.issues if i.code == "voxel-count"]
    assert issue.severity == "warning"
    assert str(corpus) not in issue.where


def test_masks_of_another_number_of_findings_are_refused(corpus):
    (case,) = inspect_corpus(corpus).cases
    volume, given = read_volume(case.volume), case.published
    assert published_masks(case, volume)[1] == ()
    more = given.model_copy(update={"findings": (*given.findings, *given.findings)})
    with pytest.raises(VolumeError, match="finding-count"):
        published_masks(case.model_copy(update={"published": more}), volume)
