"""CT-RATE's 18 labels of a Reading."""

from __future__ import annotations

from collections.abc import Iterable

from groundct.core.report import Finding, Reading
from groundct.reports._rules.build import EARLIER
from groundct.vocabulary.findings import findings


def labels_of(reading: Reading) -> dict[str, bool]:
    """Each of the 18 labels in CT-RATE's order: whether a finding sets it."""
    return labels_of_findings(reading.findings)


def labels_of_findings(found: Iterable[Finding]) -> dict[str, bool]:
    """As `labels_of`, of findings.

    Present findings set the labels of their type; uncertain ones those that CT-RATE's readers set
    on suspicion (all but those of ``certain.tsv``). What is told of an earlier examination alone
    sets none.
    """
    words = findings()
    on: set[str] = set()
    for finding in found:
        presence = finding.presence
        if presence == "present":
            on.update(words.types[finding.type].labels)
        elif presence == "uncertain" and not _is_earlier(finding):
            on.update(set(words.types[finding.type].labels) - words.certain_labels)
    return {label: label in on for label in words.labels}


def _is_earlier(finding: Finding) -> bool:
    return any(cue.role == EARLIER for cue in finding.cues)
