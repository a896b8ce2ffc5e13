"""Builds that end at any moment, and two at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from faults._builds import build, content, end, kill, require, require_equal, run, start
from groundct.core.issues import WorkspaceError
from groundct.pipeline.hold import hold

ROUNDS = 4
KILLS_A_ROUND = 2


def kills(corpus: Path, folder: Path, rng: np.random.Generator) -> Iterator[str]:
    """Kill builds at random times, then let one end: it must leave what an undisturbed one does."""
    started = time.monotonic()
    end(start("build", corpus, "-o", folder / "whole"))
    whole_s, due = time.monotonic() - started, content(folder / "whole")
    for number in range(ROUNDS):
        workspace, told = folder / f"killed-{number}", []
        for _ in range(KILLS_A_ROUND):
            after_s, workers_too = float(rng.uniform(0.05, 1.05) * whole_s), rng.random() < 0.5
            process = start("build", corpus, "-o", workspace)
            time.sleep(after_s)
            ended = process.poll() is not None
            kill(process, workers_too=workers_too)
            who = "ended before" if ended else "all" if workers_too else "parent alone"
            told.append(f"{after_s:.1f} s ({who})")
        again = build(corpus, workspace)
        require(again.code == 0, f"the build after kills ended with {again.code}: {again.text}")
        require_equal(workspace, due)
        kept = again.text.count(": unchanged")
        yield f"killed after {', '.join(told)} of {whole_s:.1f} s: {kept} cases kept, all equal"


def killed_between_renames(corpus: Path, folder: Path, due: dict[str, str]) -> str:
    """A release that was moved aside and not yet replaced."""
    workspace = folder / "renames"
    build(corpus, workspace)
    (workspace / "release").rename(workspace / ".release.1.old")
    (workspace / ".release.2.part").mkdir()
    build(corpus, workspace)
    require_equal(workspace, due)
    return "release moved aside by a killed build: replaced, nothing left over"


def two_builds(corpus: Path, folder: Path, due: dict[str, str]) -> str:
    """A second build on a workspace is refused by name; the first goes on."""
    workspace = folder / "two"
    first = start("build", corpus, "-o", workspace)
    while not _is_held(workspace):
        require(first.poll() is None, "the first build ended before it held the workspace")
        time.sleep(0.05)
    second = run("build", corpus, "-o", workspace)
    require(second.code == 3, f"the second build ended with {second.code}: {second.text}")
    require("workspace-in-use" in second.codes, f"no word of the workspace: {second.text}")
    require(str(workspace) in second.text and "Do:" in second.text, second.text)
    require(end(first).code == 0, "the first build did not end well")
    require_equal(workspace, due)
    return "second build at once: refused with workspace-in-use, the first ended equal"


def _is_held(workspace: Path) -> bool:
    if not (workspace / "run.json").exists():
        return False
    try:
        with hold(workspace):
            return False
    except WorkspaceError:
        return True
