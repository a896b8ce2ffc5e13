"""What an addendum says anew of a finding before it, or behind it: its words count.

"Nodule in the left lower lobe 18 mm. ADDENDUM: the nodule in the left lower lobe measures 8 mm, not
18 mm." is one nodule of 8 mm; "Addendum: there is no pneumothorax." takes the one before back. A
sentence that takes a size back, "8 mm, not 18 mm", amends as well. An addendum that stands in front
of the findings amends those.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from groundct.core.report import Finding, Report
from groundct.reports._draft import Draft, DraftFinding
from groundct.reports._rules.american.wording import worded
from groundct.reports.sections import READ_FOR_FINDINGS
from groundct.vocabulary.grammar import grammar
from groundct.vocabulary.words import normal_word

_REACH = 200
"""How many findings before an addendum are looked through: more than reports have."""
_LABEL: Final = 40
"""The most characters of "Addendum by the second reader:"."""


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
        found[number] = _told_anew(found[number], DraftFinding(own, (index,), offset), report)
    return tuple(rest)


def amended_ahead(draft: Draft, report: Report) -> Draft:
    """A draft whose findings an addendum in front of them has amended."""
    ahead = _addendum_ahead(draft, report)
    if not ahead:
        return draft
    rest = [own for own in draft.findings if own.indices[0] not in ahead]
    kept: list[DraftFinding] = []
    taken: set[int] = set()
    for own in draft.findings:
        if own.indices[0] not in ahead:
            continue
        number = _meant(rest, own.finding, taken)
        if number is None:
            kept.append(own)
            continue
        taken.add(number)
        rest[number] = _told_anew(rest[number], own, report)
    return draft._replace(findings=(*kept, *rest))


def _addendum_ahead(draft: Draft, report: Report) -> range:
    """The sentences of an addendum that the findings stand behind.

    Where these have a section of their own, all before it are of the addendum.
    """
    first = next(
        (n for n, own in enumerate(draft.sentences) if own.section in READ_FOR_FINDINGS), None
    )
    if first is None:
        return range(0)
    start = draft.sentences[first].start
    words, colon, _ = report.text[start : start + _LABEL].partition(":")
    word = normal_word(words.strip("*#[ ").split(" ")[0], report.language) if words else ""
    if not colon or word not in grammar(report.language).amends:
        return range(0)
    findings = [s.span for s in report.sections if s.name == "findings"]
    behind = next((span.start for span in findings if span.start > start), None)
    own = [n for n, s in enumerate(draft.sentences) if behind is not None and s.start < behind]
    return range(first, own[-1] + 1 if own else first + 1)


def _told_anew(known: DraftFinding, own: DraftFinding, report: Report) -> DraftFinding:
    """A known finding as an addendum tells of it: with its sizes, or as one that is not there."""
    if own.finding.presence == "absent":
        return own
    first = known.moved()
    indices = tuple(sorted({*known.indices, *own.indices}))
    more = first.changed(measurements=own.moved().measurements, sentence_indices=indices)
    return DraftFinding(worded(more, report.text, report.language), indices)


def _meant(found: Sequence[DraftFinding], own: Finding, taken: set[int]) -> int | None:
    """The one finding that is amended; None where none or several may be meant."""
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
