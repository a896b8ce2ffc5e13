"""Every export that is found keeps the contract of its family."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from groundct.core.issues import ReleaseError
from groundct.core.plugins import load_plugin, plugin_names
from groundct.release.exports._contract import Exporter, ExportOptions, ReleasedCase

NAMES = plugin_names("exports")


def test_the_own_exports_are_found() -> None:
    assert {"radgenome", "rexgroundingct"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_contract(name: str, case: Callable[..., ReleasedCase], tmp_path: Path) -> None:
    plugin = load_plugin("exports", name)
    assert isinstance(plugin, Exporter)
    assert plugin.version and plugin.description and "\n" not in plugin.description
    trees = []
    for out in (tmp_path / "one", tmp_path / "two"):
        exported = plugin.export([case()], out, ExportOptions())
        assert exported.files and all(file.is_file() for file in exported.files)
        assert {p for p in out.rglob("*") if p.is_file()} == set(exported.files)
        trees.append({p.relative_to(out): p.read_bytes() for p in exported.files})
    assert trees[0] == trees[1]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_to_export_is_no_error(name: str, tmp_path: Path) -> None:
    plugin = load_plugin("exports", name)
    assert isinstance(plugin, Exporter)
    plugin.export([], tmp_path, ExportOptions())


@pytest.mark.parametrize("name", NAMES)
def test_what_is_there_already_is_not_mixed_with(
    name: str, case: Callable[..., ReleasedCase], tmp_path: Path
) -> None:
    plugin = load_plugin("exports", name)
    assert isinstance(plugin, Exporter)
    plugin.export([case()], tmp_path / "out", ExportOptions())
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    with pytest.raises(ReleaseError, match="folder-not-empty"):
        plugin.export([], tmp_path / "out", ExportOptions())
    assert before == {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
