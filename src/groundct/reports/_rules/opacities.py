"""What pneumonia looks like in the lungs, and what is taken for it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from groundct.core.report import Finding
from groundct.reports._rules.places.renamed import MEANINGS
from groundct.vocabulary.findings import findings

_LUNG: Final = "lung/lung"
_APPEARANCES: Final = frozenset(("ground_glass", "consolidation"))
"""Appearances of what pneumonia looks like; of centrilobular nodules the code says so."""
_CENTRILOBULAR: Final = "1e"
_ATELECTASIS: Final = "atelectasis"
_INFILTRATE: Final = "infiltrate"
"""A meaning that is an appearance as well: what has a place may be taken for pneumonia."""
_GROUND_GLASS: Final = "ground-glass"


def is_meaning(finding: Finding) -> bool:
    """Whether a finding is what opacities are taken for."""
    return finding.type in MEANINGS and finding.presence != "absent"


def is_open(finding: Finding) -> bool:
    """Whether a finding is what others are taken for, and nothing says where it lies."""
    return is_meaning(finding) and finding.anatomy == (_LUNG,) and finding.laterality is None


def is_opacity(finding: Finding) -> bool:
    """Whether a finding is there, and one of those that pneumonia looks like."""
    if finding.presence != "present":
        return False
    if finding.type in MEANINGS:
        return finding.type == _INFILTRATE and not is_open(finding)
    return _is_seen(finding.type) or _GROUND_GLASS in finding.modifiers


@lru_cache(maxsize=1 << 10)
def _is_seen(kind: str) -> bool:
    """Whether pneumonia looks like findings of a type."""
    own = findings().types[kind]
    seen = own.appearance in _APPEARANCES or own.code == _CENTRILOBULAR
    return seen and own.anatomy == _LUNG and kind != _ATELECTASIS


def any_marked(found: Iterable[Finding]) -> bool:
    """Whether one of them is an opacity, or what opacities are taken for."""
    for finding in found:
        if finding.presence == "absent":
            continue
        if finding.type in MEANINGS or is_opacity(finding):
            return True
    return False
