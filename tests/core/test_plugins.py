"""Plug-ins are found by name: our own modules, and entry points of other packages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from groundct.core import plugins
from groundct.core.contracts import Plugin
from groundct.core.plugins import UnknownPluginError, load_plugin, plugin_names


@dataclass(frozen=True)
class Entry:
    """An entry point as `importlib.metadata` gives it, and how often it was loaded."""

    name: str
    value: object
    loaded: list[str] = field(default_factory=list)

    def load(self) -> object:
        """The object that another package offers."""
        self.loaded.append(self.name)
        return self.value


@dataclass(frozen=True)
class Other:
    """The least that is a plug-in."""

    name: str
    version: str = "1"
    description: str = "Made for a test."


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Entry]]:
    """What other packages offer to `reports`; add to it."""
    entries: list[Entry] = []

    def found(group: str, name: str | None = None) -> list[Entry]:
        return [e for e in entries if group == "groundct.reports" and name in (None, e.name)]

    monkeypatch.setattr(plugins, "entry_points", found)
    load_plugin.cache_clear()
    yield entries
    load_plugin.cache_clear()


def test_a_plug_in_of_another_package_is_found_by_its_entry_point(offered: list[Entry]) -> None:
    offered.append(Entry("theirs", Other("theirs")))
    assert "theirs" in plugin_names("reports")
    assert "theirs" not in plugin_names("anatomy")
    assert load_plugin("reports", "theirs") is offered[0].value


def test_a_plug_in_is_looked_for_once(offered: list[Entry]) -> None:
    offered.append(Entry("theirs", Other("theirs")))
    assert load_plugin("reports", "theirs") is load_plugin("reports", "theirs")
    assert offered[0].loaded == ["theirs"]


def test_an_unknown_name_is_looked_for_again_when_it_has_been_installed(
    offered: list[Entry],
) -> None:
    with pytest.raises(UnknownPluginError, match=r"'late'; known: .*rules"):
        load_plugin("reports", "late")
    offered.append(Entry("late", Other("late")))
    assert load_plugin("reports", "late").name == "late"


def test_two_plug_ins_of_one_name_are_refused(offered: list[Entry]) -> None:
    offered.append(Entry("rules", Other("rules")))
    with pytest.raises(ValueError, match="two reports plug-ins are called 'rules'"):
        load_plugin("reports", "rules")


@pytest.mark.parametrize("value", [Other("another"), object()])
def test_what_is_no_plug_in_of_that_name_is_refused(offered: list[Entry], value: object) -> None:
    assert isinstance(value, Plugin) == isinstance(value, Other)
    offered.append(Entry("theirs", value))
    with pytest.raises(TypeError, match="'theirs' does not keep the contract"):
        load_plugin("reports", "theirs")
