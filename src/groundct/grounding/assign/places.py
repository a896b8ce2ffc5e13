"""The places of a finding in a case."""

from __future__ import annotations

from groundct.core.record import NotGroundable
from groundct.core.report import Finding
from groundct.grounding.assign.atlas import Atlas, Missing, Spot
from groundct.grounding.assign.names import names_of


def places_of(finding: Finding, atlas: Atlas) -> tuple[Spot, ...] | NotGroundable:
    """Where a finding is, by its own words, or why it cannot be grounded."""
    if finding.presence == "absent":
        return absent(finding)
    names = names_of(finding)
    if not names:
        contradicted = finding.anatomy or finding.lung_segments
        detail = (
            f"The places named do not lie on the {finding.laterality}."
            if contradicted
            else "The text names no place."
        )
        return NotGroundable(
            target="finding", target_id=finding.finding_id, reason="whole_scan", detail=detail
        )
    looked = [atlas.look(name) for name in names]
    spots = tuple(spot for spot in looked if isinstance(spot, Spot))
    if spots:
        return spots
    missing = next(place for place in looked if isinstance(place, Missing))
    return NotGroundable(
        target="finding",
        target_id=finding.finding_id,
        reason=missing.reason,
        detail=missing.detail,
    )


def absent(finding: Finding) -> NotGroundable:
    """The grounding of a finding that the report denies."""
    return NotGroundable(
        target="finding",
        target_id=finding.finding_id,
        reason="absent",
        detail="The report says that it is not there.",
    )
