"""A small corpus of two good cases and one broken file, built once."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner, Result

from groundct.cli.main import cli


class Built(NamedTuple):
    """A corpus, the workspace built from it, and the command's result."""

    corpus: Path
    workspace: Path
    result: Result


def run(*arguments: object) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(cli, [str(a) for a in arguments])


@pytest.fixture(scope="session")
def phantoms(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("phantoms")
    drawn = ("--seed", 6, "--shape", 72, 72, 60, "--findings", "2b")
    result = run("phantom", "-o", out, "--count", 2, *drawn)
    assert result.exit_code == 0, result.output
    return out


@pytest.fixture(scope="session")
def built(phantoms, tmp_path_factory) -> Built:
    """Two good cases and one whose file is cut short."""
    corpus = tmp_path_factory.mktemp("corpus") / "corpus"
    shutil.copytree(phantoms / "corpus", corpus)
    whole = sorted((corpus / "volumes").iterdir())[0]
    (corpus / "volumes" / "broken.nii.gz").write_bytes(whole.read_bytes()[:-2000])
    workspace = tmp_path_factory.mktemp("workspace")
    result = run("build", corpus, "-o", workspace)
    return Built(corpus, workspace, result)
