"""The main job, on synthetic chests: what it leaves, what it sets aside, what it does again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner

from groundct.cli.main import cli
from groundct.codecs.nifti import write_nifti_volume
from groundct.core.case import Case, NiftiVolume
from groundct.core.geometry import Geometry
from groundct.core.issues import VolumeError, WorkspaceError
from groundct.core.volume import Volume
from groundct.pipeline.engine import RunOptions, run_corpus
from groundct.pipeline.ledger import Ledger
from groundct.pipeline.settings import BuildSettings
from groundct.pipeline.stages import build_case
from groundct.pipeline.workspace import Workspace
from groundct.release.read import read_release
from groundct.release.verify import verify_release
from groundct.sources import inspect_corpus


def run(*arguments):
    return CliRunner().invoke(cli, [str(a) for a in arguments])


def entries(workspace):
    return Ledger(workspace / "ledger.sqlite").entries()


def test_good_cases_are_built_and_the_broken_one_is_set_aside_with_its_reason(built):
    found = entries(built.workspace)
    assert [entry.status for entry in found.values()] == ["set_aside", "built", "built"]
    (issue,) = found["broken"].issues
    assert issue.code == "truncated-gzip"
    assert "broken.nii.gz" in issue.where
    assert built.result.exit_code == 1
    assert "SET ASIDE" in built.result.output
    assert not Workspace(built.workspace).case_path("broken").exists()


def test_each_case_leaves_record_masks_page_and_sheet(built):
    for case_id in ("phantom_6_0000", "phantom_6_0001"):
        folder = Workspace(built.workspace).case_path(case_id)
        names = {path.name for path in folder.iterdir()}
        assert {"record.json", "organs.json", "regions.json", "page.html", "sheet.png"} <= names
    assert (built.workspace / "index.html").exists()


def test_the_run_states_versions_settings_and_seed(built):
    run_statement = json.loads((built.workspace / "run.json").read_text())
    assert run_statement["settings"]["seed"] == 0
    assert {"groundct", "numpy", "python"} <= set(run_statement["environment"])


def test_the_release_is_whole_and_tells_of_the_case_left_out(built):
    root = built.workspace / "release"
    assert verify_release(root) == ()
    release = read_release(root)
    assert set(release.case_ids) == {"phantom_6_0000", "phantom_6_0001"}
    assert "truncated-gzip" in (root / "set_aside.json").read_text()


def test_no_path_of_this_machine_gets_into_the_release(built):
    for path in (built.workspace / "release").rglob("*.json"):
        assert str(built.corpus) not in path.read_text(), path


def test_every_present_finding_is_grounded_or_says_why_not(built):
    for case in read_release(built.workspace / "release").cases():
        told = {g.target_id for g in case.record.groundings if g.target == "finding"}
        assert told == {f.finding_id for f in case.record.reading.findings}


def test_running_again_builds_nothing_and_changes_nothing(built, tmp_path):
    workspace = tmp_path / "copy"
    shutil.copytree(built.workspace, workspace)
    before = (workspace / "release" / "manifest.json").read_bytes()
    result = run("build", built.corpus, "-o", workspace, "--json")
    summary = json.loads(result.stdout)
    assert (summary["built"], summary["unchanged"]) == (2, 2)
    assert (
        "0 cases built, 2 unchanged, 1 set aside"
        in run("build", built.corpus, "-o", workspace).stdout
    )
    assert "phantom_6_0000: unchanged" in result.stderr
    assert "phantom_6_0001: unchanged" in result.stderr
    assert (workspace / "release" / "manifest.json").read_bytes() == before


def test_a_changed_report_is_built_again_and_its_neighbour_is_not(built, tmp_path):
    corpus, workspace = tmp_path / "corpus", tmp_path / "copy"
    shutil.copytree(built.corpus, corpus)
    shutil.copytree(built.workspace, workspace)
    table = corpus / "reports.csv"
    lines = table.read_text().splitlines(keepends=True)
    changed = next(n for n, line in enumerate(lines) if line.startswith("phantom_6_0001"))
    lines[changed] = 'phantom_6_0001.nii.gz,,,"No pleural effusion is seen.",\n'
    table.write_text("".join(lines[: changed + 1]))
    (corpus / "volumes" / "broken.nii.gz").unlink()
    result = run("build", corpus, "-o", workspace, "--no-pages")
    assert result.exit_code == 0, result.output
    assert "phantom_6_0000: unchanged" in result.stderr
    assert "phantom_6_0001: built" in result.stderr
    assert "broken" not in entries(workspace)
    record = Workspace(workspace).read_record("phantom_6_0001")
    assert [f.type for f in record.reading.findings] == ["pleural_effusion"]


def test_equal_inputs_give_equal_records(built, tmp_path):
    run("build", built.corpus, "-o", tmp_path, "--no-pages", "--case", "phantom_6_0000")
    assert (
        entries(tmp_path)["phantom_6_0000"].record_digest
        == entries(built.workspace)["phantom_6_0000"].record_digest
    )


def test_building_one_case_again_leaves_the_others_as_they_are(built, tmp_path):
    workspace = tmp_path / "copy"
    shutil.copytree(built.workspace, workspace)
    result = run("build", built.corpus, "-o", workspace, "--case", "phantom_6_0000", "--json")
    assert json.loads(result.stdout)["built"] == 1
    assert set(entries(workspace)) == set(entries(built.workspace))
    assert set(read_release(workspace / "release").case_ids) == {"phantom_6_0000", "phantom_6_0001"}


def test_a_release_does_not_mix_settings(built, tmp_path):
    workspace = tmp_path / "copy"
    shutil.copytree(built.workspace, workspace)
    run("build", built.corpus, "-o", workspace, "--case", "phantom_6_0000", "--seed", 7)
    assert read_release(workspace / "release").case_ids == ("phantom_6_0000",)
    assert Workspace(workspace).case_path("phantom_6_0001").exists()


def test_a_workspace_is_not_emptied_for_another_corpus(built, phantoms, tmp_path):
    workspace = tmp_path / "copy"
    shutil.copytree(built.workspace, workspace)
    other = tmp_path / "other"
    shutil.copytree(phantoms / "corpus", other)
    for volume in (other / "volumes").iterdir():
        volume.rename(volume.with_name(f"other_{volume.name}"))
    result = run("build", other, "-o", workspace)
    assert isinstance(result.exception, WorkspaceError)
    assert result.exception.issues[0].code == "other-corpus"
    assert set(entries(workspace)) == set(entries(built.workspace))


def test_what_is_wrong_with_the_corpus_is_told_before_the_build(built, tmp_path):
    corpus = tmp_path / "corpus"
    shutil.copytree(built.corpus, corpus)
    with (corpus / "reports.csv").open("a") as table:
        table.write("gone.nii.gz,,,No nodule.,\n")
    result = run("build", corpus, "-o", tmp_path / "w", "--no-pages", "--case", "phantom_6_0000")
    lines = result.stderr.splitlines()
    told = next(n for n, line in enumerate(lines) if "report-without-volume" in line)
    assert told < next(n for n, line in enumerate(lines) if "reading the volume" in line)


def test_a_report_in_a_language_that_is_not_read_sets_its_case_aside(built, tmp_path):
    corpus = tmp_path / "corpus"
    shutil.copytree(built.corpus / "volumes", corpus)
    text = "file,report,language\nphantom_6_0000,Rundherd im linken Oberlappen.,de\n"
    (corpus / "r.csv").write_text(text, "utf-8")
    run("build", corpus, "-o", tmp_path / "w", "--no-pages", "--case", "phantom_6_0000")
    (issue,) = entries(tmp_path / "w")["phantom_6_0000"].issues
    assert issue.code == "unsupported-language"


@pytest.mark.parametrize(("lowest", "highest"), [(0, 1), (0, 255), (3, 3), (0, 256), (-1, 255)])
def test_sixteen_bit_label_maps_are_no_cts(tmp_path, lowest, highest):
    hu = np.full((8, 8, 8), lowest, np.int16, order="F")
    hu[4:] = highest
    grid = Geometry.of(hu.shape, np.diag([4.0, 4.0, 4.0, 1.0]))
    write_nifti_volume(tmp_path / "a.nii.gz", Volume(hu, grid, grid))
    volume = NiftiVolume(path=tmp_path / "a.nii.gz")
    case = Case(case_id="a", patient_id="a", volume=volume, report=None)
    codes = []
    try:
        build_case(case, "nifti_folder", BuildSettings(), lambda stage: None)
    except VolumeError as error:
        codes = [issue.code for issue in error.issues]
    assert ("not-a-ct" in codes) == (lowest >= 0 and highest <= 255)


def test_an_interrupt_ends_the_build_and_not_the_work(built, tmp_path):
    command = [sys.executable, "-c", "from groundct.cli.main import main; main()"]
    arguments = ["build", str(built.corpus), "-o", str(tmp_path / "w")]
    with subprocess.Popen([*command, *arguments], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "segmenting organs" in line:
                process.send_signal(signal.SIGINT)
                break
        told = process.stderr.read()
        assert process.wait(timeout=20) == 130
    assert "stopped: " in told and "Traceback" not in told, told
    assert not list((tmp_path / "w" / "cases").glob(".*"))


def test_a_case_that_is_not_there_is_refused_by_name(built, tmp_path):
    result = run("build", built.corpus, "-o", tmp_path, "--case", "nobody")
    assert result.exit_code == 2
    assert "nobody" in result.output


def fails(folder, built_case):  # a finish that breaks, at top level so that it travels
    raise RuntimeError(f"no ink for {built_case.record.case_id}")


def test_an_unforeseen_fault_sets_the_case_aside_and_keeps_its_traceback(built, tmp_path):
    corpus = inspect_corpus(built.corpus)
    one = corpus.model_copy(
        update={"cases": tuple(c for c in corpus.cases if c.case_id == "phantom_6_0000")}
    )
    events = list(run_corpus(one, Workspace(tmp_path), BuildSettings(), RunOptions(finish=fails)))
    (entry,) = [event.entry for event in events if event.entry]
    assert entry.status == "set_aside"
    assert entry.issues[0].code == "unexpected-error"
    assert "no ink" in entry.issues[0].what
    assert "no ink" in (tmp_path / "errors" / "phantom_6_0000.txt").read_text()
    assert not list((tmp_path / "cases").glob("*"))


def test_a_case_whose_process_dies_is_set_aside(built, tmp_path):
    corpus = inspect_corpus(built.corpus)
    events = list(
        run_corpus(corpus, Workspace(tmp_path), BuildSettings(), RunOptions(finish=dies, workers=2))
    )
    ended = {event.case_id: event.entry for event in events if event.entry}
    assert ended["phantom_6_0000"].issues[0].code == "process-ended"
    assert ended["phantom_6_0001"].status == "built"


def dies(folder, built_case):
    if built_case.record.case_id == "phantom_6_0000":
        os._exit(9)


def test_candidates_lie_on_the_side_that_the_report_names(built):
    sides = {"left": -1, "right": 1}
    seen = 0
    for case in read_release(built.workspace / "release").cases():
        regions = {region.region_id: region for region in case.record.regions}
        spine = case.organs.mask("vertebrae").nonzero()[0].mean()
        middle = case.organs.geometry.world_from_index([spine, 0, 0])[0]
        findings = {f.finding_id: f for f in case.record.reading.findings}
        for grounding in case.record.groundings:
            if grounding.target != "finding" or grounding.state != "grounded":
                continue
            side = sides.get(findings[grounding.target_id].laterality or "")
            for region_id in grounding.region_ids:
                if side and regions[region_id].kind == "finding":
                    seen += 1
                    assert side * (regions[region_id].centroid_mm[0] - middle) > 0
    assert seen


def test_pages_that_were_left_out_are_drawn_when_asked_for(built, tmp_path):
    run("build", built.corpus, "-o", tmp_path, "--no-pages", "--case", "phantom_6_0001")
    page = Workspace(tmp_path).page_path("phantom_6_0001")
    assert not page.exists()
    run("build", built.corpus, "-o", tmp_path, "--case", "phantom_6_0001")
    assert page.exists()
