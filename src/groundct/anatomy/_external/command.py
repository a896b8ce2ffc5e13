"""A tool that is a command of its own: run once, with its network closed, ended when too slow."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from groundct.anatomy._external.process import (
    ToolError,
    asked_for,
    cannot_start,
    last_words,
    tool_environment,
)

_SAID = "said.txt"


@dataclass(frozen=True)
class Command:
    """What to run, and where; ``network`` leaves connections open."""

    tool: str
    arguments: Sequence[str]
    cwd: Path
    timeout_s: float
    environment: Iterable[tuple[str, str]] = ()
    network: bool = False


def said_in(folder: Path) -> str:
    """All that a tool said in its last run with this folder."""
    return (folder / _SAID).read_text(encoding="utf-8", errors="replace")


def run_command(command: Command, folder: Path) -> None:
    """Run a tool; what it says goes to ``said.txt`` in ``folder``.

    Raises ToolError when it cannot start, fails, wants to reach another machine, or takes too long.
    """
    said = folder / _SAID
    environment = tool_environment(folder, command.environment, network=command.network)
    try:
        with said.open("wb") as stream:
            done = subprocess.run(
                list(command.arguments),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                cwd=command.cwd,
                env=environment,
                timeout=command.timeout_s,
                check=False,
            )
    except OSError as problem:
        raise cannot_start(command.tool, command.arguments[0], problem) from problem
    except subprocess.TimeoutExpired as problem:
        raise ToolError.of(
            "tool-too-slow",
            command.tool,
            f"no end within {command.timeout_s:g} s. It said last: {last_words(said)}",
            "Give it more time (timeout_s=SECONDS) or a faster device.",
        ) from problem
    if done.returncode == 0:
        return
    if asked := asked_for(folder):
        raise ToolError.of(
            "weights-missing",
            command.tool,
            f"it wanted to fetch something from {asked[0]}, and nothing is fetched without your "
            "word.",
            "Put what it needs into its environment, or run once with fetch=yes.",
        )
    raise ToolError.of(
        "tool-failed",
        command.tool,
        f"it ended with exit code {done.returncode}. It said last: {last_words(said)}",
        "Mend that, then run again.",
    )
