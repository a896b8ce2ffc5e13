"""What a tool's process may do: answer, talk to this machine, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from groundct.anatomy._external.command import Command, run_command
from groundct.anatomy._external.process import ToolError, asked_for, tool_environment

OUTSIDE = """
import socket
try:
    {}
except OSError as problem:
    print(type(problem).__name__)
else:
    print("reached")
"""


def said(folder: Path, code: str, *, network: bool = False) -> str:
    environment = tool_environment(folder, network=network)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("call", "host"),
    [
        ("socket.create_connection(('192.0.2.1', 80), timeout=1)", "192.0.2.1"),
        ("socket.socket().connect(('192.0.2.1', 80))", "192.0.2.1"),
        ("socket.getaddrinfo('example.invalid', 443)", "example.invalid"),
        ("socket.gethostbyname('example.invalid')", "example.invalid"),
        ("socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 9))",
         "192.0.2.1"),
    ],
)  # fmt: skip
def test_other_machines_are_refused_and_written_down(tmp_path: Path, call: str, host: str) -> None:
    assert said(tmp_path, OUTSIDE.format(call)) == "ConnectionRefusedError"
    assert set(asked_for(tmp_path)) == {host}


def test_children_are_held_to_it_too(tmp_path: Path) -> None:
    inner = OUTSIDE.format("socket.create_connection(('192.0.2.1', 80), timeout=1)")
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    assert said(tmp_path, outer) == "ConnectionRefusedError"
    assert asked_for(tmp_path) == ("192.0.2.1",)


def test_this_machine_may_be_reached(tmp_path: Path) -> None:
    code = """
import socket
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname()).close()
socket.create_connection(("localhost", server.getsockname()[1])).close()
a, b = socket.socketpair()
print("reached")
"""
    assert said(tmp_path, code) == "reached"
    assert asked_for(tmp_path) == ()


def test_an_open_network_is_left_alone(tmp_path: Path) -> None:
    code = "import sys; print('sitecustomize' in sys.modules, end=' '); import socket; print('ok')"
    assert said(tmp_path, code, network=True).endswith("ok")
    assert asked_for(tmp_path) == ()


def test_packages_of_this_process_are_not_handed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    environment = tool_environment(tmp_path, network=False)
    assert "/somewhere" not in environment["PYTHONPATH"] and "PYTHONHOME" not in environment
    assert os.environ["PYTHONPATH"] == "/somewhere"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("/no/such/program",), "no-python"),
        ((sys.executable, "-c", "raise SystemExit('no GPU here')"), "tool-failed"),
        ((sys.executable, "-c", "import time; time.sleep(30)"), "tool-too-slow"),
        (
            (sys.executable, "-c", "import socket; socket.getaddrinfo('example.invalid', 1)"),
            "weights-missing",
        ),
    ],
)
def test_a_command_that_fails_says_why(
    tmp_path: Path, arguments: tuple[str, ...], code: str
) -> None:
    timeout_s = 2.0 if code == "tool-too-slow" else 120.0
    command = Command("tool", arguments, cwd=tmp_path, timeout_s=timeout_s)
    with pytest.raises(ToolError) as caught:
        run_command(command, tmp_path)
    issue = caught.value.issues[0]
    assert issue.code == code
    assert ("no GPU here" in issue.what) == (code == "tool-failed")
