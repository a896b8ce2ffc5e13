"""CT-RATE's 18 labels of a Reading."""

from __future__ import annotations

from groundct.core.report import Reading
from groundct.vocabulary.findings import findings


def labels_of(reading: Reading) -> dict[str, bool]:
    """Each of the 18 labels in CT-RATE's order: whether a finding that is not absent sets it."""
    words = findings()
    on: set[str] = set()
    for finding in reading.findings:
        if finding.presence != "absent":
            on.update(words.types[finding.type].labels)
    return {label: label in on for label in words.labels}
