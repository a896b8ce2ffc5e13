"""What an addendum says anew of a finding before it: its last words count.

"Nodule in the left lower lobe 18 mm. ADDENDUM: the nodule in the left lower lobe measures 8 mm, not
18 mm." is one nodule of 8 mm; "Addendum: there is no pneumothorax." takes the one before back. A
sentence that takes a size back, "8 mm, not 18 mm", amends as well.
"""

from __future__ import annotations

from groundct.core.report import Finding, Report
from groundct.reports._draft import DraftFinding
from groundct.reports._rules.american.wording import worded

_REACH = 200
"""How many findings before an addendum are looked through: more than reports have."""


def amended(
    found: list[DraftFinding], told: tuple[Finding, ...], where: tuple[int, int], report: Report
) -> tuple[Finding, ...]:
    """The findings of an amending sentence that no finding before it is; those are changed.

    ``where`` is the sentence's index and the characters before it in the report.
    """
    index, offset = where
    rest: list[Finding] = []
    taken: set[int] = set()
    for own in told:
        number = _meant(found, own, taken)
        if number is None:
            rest.append(own)
            continue
        taken.add(number)
        if own.presence == "absent":
            found[number] = DraftFinding(own, (index,), offset)
            continue
        known = found[number].moved()
        sizes = tuple([size.moved(offset) for size in own.measurements])
        indices = tuple(sorted({*known.sentence_indices, index}))
        more = known.changed(measurements=sizes, sentence_indices=indices)
        found[number] = DraftFinding(worded(more, report.text, report.language), indices)
    return tuple(rest)


def _meant(found: list[DraftFinding], own: Finding, taken: set[int]) -> int | None:
    """The one finding before that is amended; None where none or several may be meant."""
    if own.presence == "uncertain" or (own.presence == "present" and not own.measurements):
        return None
    low = max(0, len(found) - _REACH)
    meant = [
        number
        for number, draft in enumerate(found[low:], low)
        if number not in taken
        and draft.finding.type == own.type
        and draft.finding.presence == "present"
        and _may_be(draft.finding, own)
    ]
    return meant[0] if len(meant) == 1 else None


def _may_be(known: Finding, own: Finding) -> bool:
    """Whether a finding's places and side leave it open that it is a known one."""
    if own.laterality is not None and own.laterality != known.laterality:
        return False
    return all(
        any(f"{one}/".startswith(f"{path}/") for one in known.anatomy) for path in own.anatomy
    )
