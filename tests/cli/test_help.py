"""Help: every command has examples, each on a line of its own."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from groundct.cli.main import cli

COMMANDS = [
    "", "build", "categorize", "doctor", "export", "inspect", "phantom", "release verify",
    "reports",
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_stand_on_lines_of_their_own(command: str) -> None:
    lines = CliRunner().invoke(cli, [*command.split(), "--help"]).output.splitlines()
    at = next(n for n, line in enumerate(lines) if line.strip() in ("Example:", "Examples:"))
    assert lines[at + 1].startswith("    groundct ")
    assert not any("\\b" in line or "\b" in line for line in lines)
