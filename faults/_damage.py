"""Files of a workspace or corpus that are damaged, missing or of another kind."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from faults._builds import build, require, require_equal
from groundct.pipeline.engine import run_corpus
from groundct.pipeline.settings import BuildSettings
from groundct.pipeline.workspace import Workspace
from groundct.release.verify import verify_release
from groundct.sources import inspect_corpus

Change = Callable[[Path], object]


def changes(rng: np.random.Generator) -> dict[str, Change]:
    """What is done to a file, by name."""

    def flip(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[int(rng.integers(len(data)))] ^= 1 << int(rng.integers(8))
        path.write_bytes(data)

    def folder_instead(path: Path) -> None:
        path.unlink()
        path.mkdir()

    return {
        "truncated": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
        "emptied": lambda path: path.write_bytes(b""),
        "with a bit flipped": flip,
        "missing": lambda path: path.unlink(),
        "a folder instead": folder_instead,
    }


def damaged_cases(
    corpus: Path, whole: Path, due: dict[str, str], rng: np.random.Generator
) -> Iterator[str]:
    """Files of a case, each kind of damage: the next build notices and builds the case again."""
    workspace = whole.with_name("damaged-case")
    shutil.copytree(whole, workspace)
    for name, change in changes(rng).items():
        case = sorted((workspace / "cases").iterdir())[int(rng.integers(3))]
        path = sorted(case.iterdir())[int(rng.integers(len(list(case.iterdir()))))]
        change(path)
        again = build(corpus, workspace)
        require(again.code == 0, f"{path.name} {name}: exit {again.code}: {again.text}")
        require(again.text.count(": unchanged") == 2, f"{path.name} {name}: not noticed")
        require_equal(workspace, due)
        yield f"case file {path.name} {name}: built again, all equal"


def damaged_release(
    corpus: Path, whole: Path, due: dict[str, str], rng: np.random.Generator
) -> Iterator[str]:
    """Files of the release: verify tells, and the next build replaces it or says why not."""
    workspace = whole.with_name("damaged-release")
    for name, change in changes(rng).items():
        for manifest in (False, True):
            shutil.rmtree(workspace, ignore_errors=True)
            shutil.copytree(whole, workspace)
            files = sorted(path for path in (workspace / "release").rglob("*") if path.is_file())
            path = workspace / "release" / "manifest.json"
            if not manifest:
                files.remove(path)
                path = files[int(rng.integers(len(files)))]
            change(path)
            issues = verify_release(workspace / "release")
            require(issues, f"{path.name} {name}: verify says nothing")
            again = build(corpus, workspace)
            if again.code == 0:
                require_equal(workspace, due)
                after = "replaced by the next build"
            else:
                require(again.code == 3 and "Do:" in again.text, f"{again.code}: {again.text}")
                after = f"the next build refuses with {again.codes[-1]}"
            yield f"release file {path.name} {name}: verify says {issues[0].code}, {after}"


def wrong_kinds(corpus: Path, whole: Path) -> Iterator[str]:
    """A folder where a file is due, and a file where a folder is."""
    for number, name in enumerate(("run.json", "ledger.sqlite", "index.html", "release", "cases")):
        workspace = whole.with_name(f"kind-{number}")
        shutil.copytree(whole, workspace)
        path = workspace / name
        if path.is_dir():
            shutil.rmtree(path)
            path.write_text("a file")
        else:
            path.unlink()
            path.mkdir()
        ended = build(corpus, workspace)
        require(ended.code in (1, 3) and "Do:" in ended.text, f"{ended.code}: {ended.text}")
        yield f"workspace's {name} of the wrong kind: exit {ended.code}, {ended.codes[-1]}"
    for name in ("volumes/unreadable.nii.gz", "reports.csv"):
        other = whole.with_name("corpus-" + Path(name).stem)
        shutil.copytree(corpus, other)
        (other / name).unlink(missing_ok=True)
        (other / name).mkdir()
        ended = build(other, whole.with_name("built-" + other.name))
        seen = ended.codes[-1] if ended.codes else "no issue: a folder is no volume"
        yield f"corpus' {name} is a folder: exit {ended.code}, {seen}"


def vanished(corpus: Path, whole: Path) -> str:
    """A volume that goes between inspection and build sets its case aside; the others go on."""
    other = whole.with_name("corpus-vanishing")
    shutil.copytree(corpus, other)
    found = inspect_corpus(other)
    sorted((other / "volumes").iterdir())[0].unlink()
    events = run_corpus(found, Workspace(whole.with_name("vanished")), BuildSettings())
    entries = [event.entry for event in events if event.entry]
    aside = [entry for entry in entries if entry.status == "set_aside"]
    require(len(entries) == 3 and len(aside) == 1, f"{len(aside)} of {len(entries)} set aside")
    return f"volume gone before its turn: set aside with {aside[0].issues[0].code}, others built"
