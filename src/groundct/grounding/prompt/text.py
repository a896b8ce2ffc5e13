"""A free text -> the findings that it asks for; the text is data and never an instruction."""

from __future__ import annotations

import re
from typing import Final

from groundct.core.issues import DataError
from groundct.core.report import Finding, Reading, report_of_columns
from groundct.reports.rules import PLUGIN as RULES

COMPANION: Final = "it is told of another finding and is not asked for itself"
ABSENT: Final = "the text says that it is not there"

_WITH = re.compile(
    r"\b(?:with|without|and its|showing|containing|causing|suspicious|suspected|suggest\w*"
    r"|consistent|compatible|due to|secondary|resulting|adjacent|surround\w*|associated)\b",
    re.IGNORECASE,
)


class PromptError(DataError):
    """A text that asks for no finding."""


def read_prompt(text: str, language: str = "en") -> Reading:
    """The reading of a free text such as "8 mm nodule in the right upper lobe".

    Raises PromptError for a text without any finding, TableError for a language that is not read.
    """
    if not text.strip():
        raise PromptError.of(
            "empty-text", "text", "there is no text.", 'Say what to look for: "5 mm nodule".'
        )
    reading = RULES.extract(report_of_columns([("findings", text)], language))
    if not reading.findings:
        raise PromptError.of(
            "no-finding-in-text",
            "text",
            f"no finding was read in {text!r}.",
            'Name it in the words of a report, as in "8 mm nodule in the right upper lobe".',
        )
    return reading


def not_asked_for(text: str, reading: Reading) -> dict[str, str]:
    """The findings of a reading that are not to be looked for, by id, and why.

    Those that the text denies; and those that only go with another in the same sentence, as the
    atelectasis in "nodule with adjacent atelectasis": their voxels are no part of the nodule.
    """
    reasons: dict[str, str] = {}
    heads: list[Finding] = []
    for finding in reading.findings:
        if finding.presence == "absent":
            reasons[finding.finding_id] = ABSENT
        elif any(_goes_with(finding, head, text) for head in heads):
            reasons[finding.finding_id] = COMPANION
        else:
            heads.append(finding)
    return reasons


def _goes_with(finding: Finding, head: Finding, text: str) -> bool:
    if not set(finding.sentence_indices) & set(head.sentence_indices):
        return False
    start, end = head.span.end, finding.span.start
    around = text[max(0, start) : finding.span.end] if start < end else ""
    return bool(_WITH.search(around))
