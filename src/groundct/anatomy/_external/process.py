"""A process of another Python that stays warm: requests and replies as lines of JSON.

The other environment holds what groundct never imports (torch and all that needs it). Its network
is closed unless it was opened on purpose: ``on_path/sitecustomize.py`` refuses every connection of
the process and of its own Python children, and writes down who was asked for.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from groundct.core.issues import DataError

_HERE: Final = Path(__file__).parent
CLOSED: Final = "GROUNDCT_NETWORK"
NETWORK_LOG: Final = "GROUNDCT_NETWORK_LOG"
_LAST_LINES: Final = 12
_START_SECONDS: Final = 300.0


class ToolError(DataError):
    """A tool in an environment of its own that is not there, failed, or answered nonsense."""


@dataclass(frozen=True)
class WorkerSpec:
    """What a worker is: equal specs share one warm process.

    ``script`` is a file of ``workers/``; ``settings`` is told to it once; ``environment`` is added
    to this process's. ``network`` leaves connections open.
    """

    tool: str
    python: Path
    script: str
    settings: tuple[tuple[str, str], ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    network: bool = False


class Worker:
    """A warm process; started when first asked, and again after it died."""

    def __init__(self, spec: WorkerSpec) -> None:
        self.spec = spec
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = tempfile.TemporaryDirectory(prefix=f"groundct-{spec.tool}-")
        atexit.register(self.close)

    @property
    def folder(self) -> Path:
        """A temporary folder that lives as long as the worker."""
        return Path(self._folder.name)

    def asked_for(self) -> tuple[str, ...]:
        """The hosts that the process tried to reach and was refused."""
        return asked_for(self.folder)

    def ask(self, request: Mapping[str, Any], timeout_s: float) -> dict[str, Any]:
        """The reply to a request.

        Raises ToolError when the process cannot start, dies, or takes longer than ``timeout_s``.
        What it said last stands in the error.
        """
        process = self._running()
        self._send(process, request)
        return self._reply(process, timeout_s)

    def stop(self) -> None:
        """End the process, if it runs."""
        process, self._process = self._process, None
        if process is None:
            return
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def close(self) -> None:
        """End the process and remove its folder; the worker cannot be asked again."""
        self.stop()
        self._folder.cleanup()
        atexit.unregister(self.close)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.stop()
        spec = self.spec
        environment = tool_environment(self.folder, spec.environment, network=spec.network)
        command = [str(spec.python), "-u", str(_HERE / "workers" / spec.script)]
        try:
            with (self.folder / "said.txt").open("wb") as said:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=said,
                    cwd=self.folder,
                    env=environment,
                )
        except OSError as problem:
            raise cannot_start(spec.tool, spec.python, problem) from problem
        self._send(self._process, {"settings": dict(spec.settings)})
        self._reply(self._process, _START_SECONDS)
        return self._process

    def _send(self, process: subprocess.Popen[bytes], request: Mapping[str, Any]) -> None:
        if process.stdin is None:
            raise TypeError("the worker has no standard input")
        try:
            process.stdin.write(json.dumps(request).encode("utf-8") + b"\n")
            process.stdin.flush()
        except OSError as problem:
            raise self._died(process) from problem

    def _reply(self, process: subprocess.Popen[bytes], timeout_s: float) -> dict[str, Any]:
        line = self._line(process, timeout_s)
        if line is None:
            self.stop()
            raise ToolError.of(
                "tool-too-slow",
                self.spec.tool,
                f"no answer within {timeout_s:g} s. It said last: {self._said()}",
                "Give it more time (timeout_s=SECONDS) or a faster device.",
            )
        try:
            reply = json.loads(line)
        except ValueError as problem:
            raise self._died(process) from problem
        if not isinstance(reply, dict):
            raise self._died(process)
        if error := reply.get("error"):
            raise ToolError.of(
                str(reply.get("code", "tool-failed")),
                self.spec.tool,
                str(error),
                str(reply.get("remedy", "Mend that, then run again.")),
            )
        return reply

    def _line(self, process: subprocess.Popen[bytes], timeout_s: float) -> bytes | None:
        """One whole line of the process; empty at its end, None when time is up."""
        if process.stdout is None:
            raise TypeError("the worker has no standard output")
        end = time.monotonic() + timeout_s
        whole = b""
        while not whole.endswith(b"\n"):
            left = end - time.monotonic()
            if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
                return None
            piece = os.read(process.stdout.fileno(), 1 << 16)
            if not piece:
                return b""
            whole += piece
        return whole

    def _died(self, process: subprocess.Popen[bytes]) -> DataError:
        self.stop()
        return ToolError.of(
            "tool-died",
            self.spec.tool,
            f"the process ended (exit code {process.returncode}). It said last: {self._said()}",
            f"Check that {self.spec.python} holds {self.spec.tool}, and that memory suffices.",
        )

    def _said(self) -> str:
        return last_words(self.folder / "said.txt")


def tool_environment(
    folder: Path, more: Iterable[tuple[str, str]] = (), *, network: bool
) -> dict[str, str]:
    """The variables for a tool's process: its own packages only, the network closed or open.

    ``folder`` gets the log of refused connections, and is where a tool may keep its settings.
    """
    environment = {**os.environ, **dict(more)}
    environment.pop("PYTHONHOME", None)
    environment["PYTHONPATH"] = str(_HERE / "on_path")
    environment[CLOSED] = "open" if network else "closed"
    environment[NETWORK_LOG] = str(folder / "network.log")
    environment["GROUNDCT_HOME"] = str(folder / "home")
    return environment


def cannot_start(tool: str, program: str | Path, problem: OSError) -> ToolError:
    """The error for a tool whose program the system did not start."""
    return ToolError.of(
        "no-python",
        program,
        f"{tool} cannot be started with it: {problem.strerror or problem}.",
        f"Name the Python of the environment in which {tool} is installed.",
    )


def asked_for(folder: Path) -> tuple[str, ...]:
    """The hosts that a process with this folder tried to reach and was refused."""
    log = folder / "network.log"
    return tuple(log.read_text(encoding="utf-8").split()) if log.is_file() else ()


def last_words(said: Path) -> str:
    """The last lines of what a process said, on one line."""
    try:
        text = said.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "(nothing)"
    lines = [line for line in text.splitlines() if line.strip()]
    return " / ".join(lines[-_LAST_LINES:]) or "(nothing)"


@lru_cache(maxsize=4)
def worker(spec: WorkerSpec) -> Worker:
    """The warm worker of a spec: one for each, ended with this process."""
    return Worker(spec)
