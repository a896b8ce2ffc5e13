"""What a finding's text says of its place: the side and the lobes, for slices."""

from __future__ import annotations

from functools import cache
from typing import Final, cast

from groundct.core.contracts import Extractor
from groundct.core.plugins import load_plugin
from groundct.core.report import Finding, report_of_columns

LOBES: Final = (
    "right lung upper lobe",
    "right lung middle lobe",
    "right lung lower lobe",
    "left lung upper lobe",
    "left lung lower lobe",
)


@cache
def side_and_lobes(text: str) -> tuple[str | None, tuple[str, ...]]:
    """The side and the lobes that a finding's text names; None and nothing when it names none."""
    extractor = cast(Extractor, load_plugin("reports", "rules"))
    found = extractor.extract(report_of_columns([("findings", text)])).findings
    return said_side(found), said_lobes(found)


def said_side(findings: tuple[Finding, ...]) -> str | None:
    """The one side that findings agree on; bilateral when they name several."""
    sides = {finding.laterality for finding in findings if finding.laterality}
    return None if not sides else sides.pop() if len(sides) == 1 else "bilateral"


def said_lobes(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """The lobes that findings lie in, in the order of ``LOBES``."""
    paths = [path for finding in findings for path in finding.anatomy]
    return tuple(lobe for lobe in LOBES if any(lobe in path for path in paths))
