"""The house keeps its own rules: small files, documented commands and plug-in families."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from groundct.cli.main import cli

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "src").rglob("*.py"))
COMMANDS = sorted(cli.list_commands(None))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_stay_small(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("floor", ["benchmark", "codecs", "release", "review"])
def test_who_reads_or_writes_for_people_takes_any_path(floor):
    """``AnyPath`` makes the type checker ask for ``Path(path)`` where the file is opened."""
    strict = [
        f"{path.relative_to(ROOT)}: {function.name}({argument.arg})"
        for path in FILES
        if path.parts[len(ROOT.parts) + 2] == floor and "/_" not in str(path.relative_to(ROOT))
        for function in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(function, ast.FunctionDef)
        and function.name.startswith(("open_", "read_", "scan_", "verify_", "write_"))
        for argument in (*function.args.args, *function.args.kwonlyargs)
        if "Path" in ast.unparse(argument.annotation or ast.Constant(0)).split()
    ]
    assert strict == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_an_example_and_is_in_the_readme(name):
    command = cli.get_command(None, name)
    helps = [CliRunner().invoke(command, ["--help"]).output]
    helps += [
        CliRunner().invoke(command, [sub, "--help"]).output
        for sub in getattr(command, "commands", {})
    ]
    assert any(re.search(rf"Examples?:\s+groundct {name}\b", text) for text in helps)
    assert f"groundct {name}" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["make demo", "make test"])
def test_the_two_commands_stand_in_the_first_screen_of_the_readme(command):
    first_screen = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:30]
    assert any(command in line for line in first_screen)


@pytest.mark.parametrize(
    "link", re.findall(r"\]\((?!http|#)([^)#]+)", (ROOT / "README.md").read_text())
)
def test_links_of_the_readme_lead_somewhere(link):
    assert (ROOT / link).exists()
