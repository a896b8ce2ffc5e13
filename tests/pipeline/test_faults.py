"""A workspace that is held, damaged, full or left behind by a build that was killed."""

from __future__ import annotations

import errno
import os
import shutil

import pytest
from click.testing import CliRunner

from groundct.cli.main import cli
from groundct.core.issues import WorkspaceError
from groundct.pipeline.engine import RunOptions, run_corpus
from groundct.pipeline.hold import hold
from groundct.pipeline.ledger import Ledger
from groundct.pipeline.settings import BuildSettings
from groundct.pipeline.workspace import Workspace
from groundct.sources import inspect_corpus

CASE = "phantom_6_0000"


def run(*arguments):
    return CliRunner().invoke(cli, [str(a) for a in arguments])


@pytest.fixture
def copy(built, tmp_path):
    shutil.copytree(built.workspace, tmp_path / "copy")
    return tmp_path / "copy"


def test_a_held_workspace_refuses_the_second_build_by_name(built, copy):
    with hold(copy):
        result = run("build", built.corpus, "-o", copy)
    assert isinstance(result.exception, WorkspaceError)
    (issue,) = result.exception.issues
    assert (issue.code, issue.where) == ("workspace-in-use", str(copy))
    assert str(os.getpid()) in issue.what
    with hold(copy):
        pass


@pytest.mark.parametrize("name", ["record.json", "organs_0.nii.gz", "page.html", "checksums.json"])
@pytest.mark.parametrize("fault", ["cut", "gone"])
def test_a_damaged_case_is_not_whole(copy, name, fault):
    space = Workspace(copy)
    assert space.is_whole(CASE)
    path = space.case_path(CASE) / name
    if fault == "cut":
        path.write_bytes(path.read_bytes()[:-5])
    else:
        path.unlink()
    assert not space.is_whole(CASE)


@pytest.mark.parametrize("text", ["[]", "{}", "1", '{"record.json": 1}'])
def test_checksums_of_another_form_are_not_whole(copy, text):
    (Workspace(copy).case_path(CASE) / "checksums.json").write_text(text)
    assert not Workspace(copy).is_whole(CASE)


def test_a_damaged_case_is_built_again(built, copy):
    path = Workspace(copy).case_path(CASE) / "regions_0.nii.gz"
    before = path.read_bytes()
    path.write_bytes(before[:40])
    result = run("build", built.corpus, "-o", copy)
    assert f"{CASE}: built" in result.stderr
    assert "phantom_6_0001: unchanged" in result.stderr
    assert path.read_bytes() == before


def test_what_a_killed_build_left_is_removed_and_its_release_comes_back(copy):
    (copy / "release").rename(copy / ".release.77.old")
    (copy / ".release.77.part").mkdir()
    (copy / "cases" / ".x.draft-77").mkdir()
    Workspace(copy).remove_drafts()
    assert (copy / "release" / "manifest.json").exists()
    assert not list(copy.glob(".release.*"))
    assert not list((copy / "cases").glob(".*"))


def test_a_broken_ledger_is_told_with_its_remedy(built, copy):
    (copy / "ledger.sqlite").write_bytes(b"no ledger" * 200)
    result = run("build", built.corpus, "-o", copy)
    assert isinstance(result.exception, WorkspaceError)
    assert result.exception.issues[0].code == "broken-ledger"


def fills_the_disk(folder, built_case):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_sets_the_case_aside_without_more_writing(built, tmp_path):
    corpus = inspect_corpus(built.corpus)
    one = corpus.model_copy(update={"cases": tuple(c for c in corpus.cases if c.case_id == CASE)})
    list(run_corpus(one, Workspace(tmp_path), BuildSettings(), RunOptions(finish=fills_the_disk)))
    entry = Ledger(tmp_path / "ledger.sqlite").entries()[CASE]
    assert [issue.code for issue in entry.issues] == ["disk-full"]
    assert not (tmp_path / "errors").exists()
    assert not list((tmp_path / "cases").iterdir())


def test_a_workspace_that_cannot_be_written_is_told_with_its_remedy(built, copy):
    shutil.rmtree(copy / "cases")
    (copy / "cases").write_text("a file where a folder is due")
    (copy / "run.json").unlink()
    (copy / "run.json").mkdir()
    result = run("build", built.corpus, "-o", copy)
    assert isinstance(result.exception, WorkspaceError)
    assert result.exception.issues[0].code == "cannot-write"
    (copy / "file").touch()
    with pytest.raises(WorkspaceError, match="cannot-write"), hold(copy / "file"):
        pass


def test_other_errors_pass_through_the_hold(tmp_path):
    with pytest.raises(FileNotFoundError), hold(tmp_path):
        raise FileNotFoundError(errno.ENOENT, "gone", "/elsewhere")
