"""Releases with changed files: ``verify_release`` tells of what is wrong and never fails itself."""

from __future__ import annotations

import atexit
import json
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from fuzz._laws import changed_bytes, require
from groundct.core.issues import DataError
from groundct.release.manifest import (
    MANIFEST,
    file_entry,
    files_under,
    read_manifest,
    write_manifest,
)
from groundct.release.verify import verify_release

LEAVES: tuple[object, ...] = (
    None, True, 0, -1, 10**12, 10**400, 0.5, 1e308, "", "x", "../x", "left lung", [], [0], {},
    {"a": 1}, "\x00", "sha256:0", [[0, 0, 0]], "😀", "1.0",
)  # fmt: skip


def attempt(rng: np.random.Generator, folder: Path) -> str:
    """Change a sound release, state it anew in half of the cases, and verify it; the outcome."""
    root = folder / "release"
    shutil.copytree(_sound(), root)
    path = _change(rng, root)
    signed = rng.random() < 0.6 and path.name != MANIFEST and _sign(root)
    issues = verify_release(root)
    for issue in issues:
        require(issue.code and issue.where and issue.remedy, f"an issue says too little: {issue}")
    if not signed and _differs(root):
        require(issues, f"a change of {path} is not seen")
    return "told" if issues else "nothing to tell"


def _change(rng: np.random.Generator, root: Path) -> Path:
    names = [*files_under(root), MANIFEST]
    path = root / names[int(rng.integers(len(names)))]
    if rng.random() < 0.5:
        path = root / str(rng.choice([n for n in names if n.endswith(".json")]))
    match int(rng.integers(10)):
        case 0:
            path.unlink()
        case 1:
            path.unlink()
            path.mkdir()
        case 2:
            (path.parent / "extra").write_bytes(rng.bytes(5))
        case 3:
            other = root / names[int(rng.integers(len(names)))]
            path.write_bytes(other.read_bytes())
        case 4 | 5:
            path.write_bytes(changed_bytes(rng, path.read_bytes()))
        case _ if path.suffix == ".json":
            data = json.loads(path.read_bytes())
            for _ in range(int(rng.integers(1, 3))):
                data = _changed_json(rng, data)
            path.write_text(json.dumps(data), encoding="utf-8")
        case _:
            path.write_bytes(changed_bytes(rng, path.read_bytes()))
    return path


def _changed_json(rng: np.random.Generator, data: Any) -> Any:
    """The data with one value at any depth replaced, dropped or doubled."""
    keys = list(data) if isinstance(data, dict) else list(range(len(data)))
    if not keys:
        return data
    key = keys[int(rng.integers(len(keys)))]
    value = data[key]
    if isinstance(value, dict | list) and value and rng.random() < 0.9:
        data[key] = _changed_json(rng, value)
    elif rng.random() < 0.15:
        del data[key]
    elif isinstance(data, list) and rng.random() < 0.3:
        data.append(value)
    else:
        data[key] = LEAVES[int(rng.integers(len(LEAVES)))]
    return data


def _sign(root: Path) -> bool:
    """State the changed files in the manifest, so that their content is looked at, too."""
    manifest = read_manifest(root)
    files = tuple(file_entry(root, path) for path in files_under(root))
    manifest = manifest.model_copy(update={"files": files})
    manifest = manifest.model_copy(update={"digest": manifest.computed_digest()})
    write_manifest(root, manifest)
    return True


def _differs(root: Path) -> bool:
    def content(base: Path) -> dict[str, bytes]:
        found = {path: (base / path).read_bytes() for path in files_under(base)}
        with suppress(DataError):  # as values: spaces and defaults in it say nothing
            found[MANIFEST] = read_manifest(base).model_dump_json().encode()
        return found

    return content(root) != content(_sound())


@lru_cache(maxsize=1)
def _sound() -> Path:
    """A small release out of one synthetic chest, made once a run."""
    base = Path(tempfile.mkdtemp(prefix="groundct-fuzz-"))
    atexit.register(shutil.rmtree, base, ignore_errors=True)
    groundct = [sys.executable, "-c", "from groundct.cli.main import main; main()"]
    shape = ["--shape", "48", "48", "40"]
    for arguments in (
        ["phantom", "-o", base / "p", "--count", "1", "--seed", "2", *shape],
        ["build", base / "p" / "corpus", "-o", base / "w", "--no-pages"],
    ):
        subprocess.run([*groundct, *map(str, arguments)], check=True, capture_output=True)
    require(verify_release(base / "w" / "release") == (), "the sound release has issues")
    return base / "w" / "release"
