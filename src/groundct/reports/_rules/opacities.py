"""What pneumonia looks like in the lungs, and what is taken for it."""

from __future__ import annotations

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
    kind = findings().types[finding.type]
    seen = kind.appearance in _APPEARANCES or kind.code == _CENTRILOBULAR
    looks = seen and kind.anatomy == _LUNG and finding.type != _ATELECTASIS
    return looks or _GROUND_GLASS in finding.modifiers
