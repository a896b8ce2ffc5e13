"""CT-RATE's 18 labels of a Reading."""

from __future__ import annotations

from groundct.core.report import Reading
from groundct.vocabulary.findings import findings


def labels_of(reading: Reading) -> dict[str, bool]:
    """Each of the 18 labels in CT-RATE's order: whether a finding sets it.

    Present findings set the labels of their type; uncertain ones those that CT-RATE's readers set
    on suspicion (all but those of ``certain.tsv``).
    """
    words = findings()
    on: set[str] = set()
    for finding in reading.findings:
        labels = words.types[finding.type].labels
        if finding.presence == "present":
            on.update(labels)
        elif finding.presence == "uncertain":
            on.update(set(labels) - words.certain_labels)
    return {label: label in on for label in words.labels}
