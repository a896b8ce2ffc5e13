"""Builds as a user starts them, and what a workspace holds, to be compared."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from groundct.pipeline.ledger import Ledger
from groundct.release.verify import verify_release

GROUNDCT = (sys.executable, "-c", "from groundct.cli.main import main; main()")
TIMEOUT_S = 600


class FaultError(AssertionError):
    """The product did not stand a fault."""


def require(holds: object, what: str) -> None:
    """Raise FaultError, with what was seen, unless it holds."""
    if not holds:
        raise FaultError(what)


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    text: str

    @property
    def codes(self) -> list[str]:
        """The codes of the issues that it printed, in order."""
        return re.findall(r"\[([a-z]+(?:-[a-z0-9]+)+)\]", self.text)


def start(*arguments: object) -> subprocess.Popen[str]:
    """Start groundct in a session of its own, so that all its processes can be killed."""
    return subprocess.Popen(
        [*GROUNDCT, *(str(a) for a in arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def end(process: subprocess.Popen[str]) -> Ended:
    """Wait for a command. No traceback may have been printed, whatever the fault."""
    text, _ = process.communicate(timeout=TIMEOUT_S)
    require("Traceback" not in text, f"a traceback: {text[-1500:]}")
    return Ended(process.returncode, text)


def run(*arguments: object) -> Ended:
    """Run groundct to its end."""
    return end(start(*arguments))


def build(corpus: Path, workspace: Path) -> Ended:
    """Build a corpus as every fault does."""
    return run("build", corpus, "-o", workspace)


def kill(process: subprocess.Popen[str], *, workers_too: bool) -> None:
    """End a build as the kernel does: the parent alone, or all of its processes at once."""
    if workers_too:
        with suppress(ProcessLookupError):  # it may have ended just now
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.communicate()


def content(workspace: Path) -> dict[str, str]:
    """Every file of a workspace with its digest; of the ledger what it says, but for times."""
    found = {
        path.relative_to(workspace).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(workspace.rglob("*"))
        if path.is_file() and path.name not in (".lock", "run.json", "ledger.sqlite")
    }
    entries = Ledger(workspace / "ledger.sqlite").entries().values()
    plain = [entry.model_dump(mode="json", exclude={"seconds", "peak_mib"}) for entry in entries]
    return {**found, "ledger": json.dumps(plain)}


def require_equal(workspace: Path, due: dict[str, str]) -> None:
    """The workspace must hold exactly what an undisturbed build leaves, and its release verify."""
    found = content(workspace)
    off = sorted(n for n in {*found, *due} if found.get(n) != due.get(n))
    require(not off, f"other than an undisturbed build: {off[:8]}")
    require(verify_release(workspace / "release") == (), "the release does not verify")
