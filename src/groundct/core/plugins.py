"""Find plug-ins: the public modules of a family's package, and entry points.

Each module holds ``PLUGIN``. Modules whose name starts with an underscore, and sub-packages, are
helpers and not plug-ins.
"""

from __future__ import annotations

import importlib
import itertools
import pkgutil
from functools import cache
from importlib.metadata import entry_points
from typing import Literal

from groundct.core.contracts import Plugin
from groundct.core.issues import Issue

Family = Literal["sources", "anatomy", "reports", "grounding", "exports"]

_PACKAGES: dict[str, str] = {
    "sources": "groundct.sources",
    "anatomy": "groundct.anatomy",
    "reports": "groundct.reports",
    "grounding": "groundct.grounding",
    "exports": "groundct.release.exports",
}


class UnknownPluginError(LookupError):
    """No plug-in of that name; the message lists the known ones, and ``issue`` is the same."""

    def __init__(self, family: str, name: str, known: tuple[str, ...]) -> None:
        told = f"no {family} plug-in {name!r}; known: {', '.join(known)}"
        super().__init__(told)
        self.issue = Issue(
            code="unknown-plugin",
            where=name,
            what=f"{told}.",
            remedy="Name one that is known, or install the package that offers it.",
        )


def plugin_names(family: Family) -> tuple[str, ...]:
    """The names of all plug-ins of a family, sorted; two of one name raise."""
    package = importlib.import_module(_PACKAGES[family])
    own = [
        module.name
        for module in pkgutil.iter_modules(package.__path__)
        if not module.ispkg and not module.name.startswith("_")
    ]
    others = [entry.name for entry in entry_points(group=f"groundct.{family}")]
    names = sorted(own + others)
    for first, second in itertools.pairwise(names):
        if first == second:
            raise ValueError(f"two {family} plug-ins are called {first!r}")
    return tuple(names)


@cache  # to look through all that is installed takes longer than to read a report
def load_plugin(family: Family, name: str) -> Plugin:
    """The plug-in of a name; its module is imported now, and looked for once in a process."""
    known = plugin_names(family)
    if name not in known:
        raise UnknownPluginError(family, name, known)
    for entry in entry_points(group=f"groundct.{family}", name=name):
        plugin = entry.load()
        break
    else:
        plugin = importlib.import_module(f"{_PACKAGES[family]}.{name}").PLUGIN
    if not isinstance(plugin, Plugin) or plugin.name != name:
        raise TypeError(f"{family} plug-in {name!r} does not keep the contract of a plug-in")
    return plugin
