"""Which findings are normal statements: a whole region said to be normal, not one thing denied."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from groundct.core.report import Finding, Reading, Report
from groundct.vocabulary.lexicon import lexicon

UNNAMED_TYPE = "other"
_GENERAL_SUFFIX = "_finding"
_NORMAL_ROLE = "normal"
_ANY_PATHOLOGY = "~pathology"


def is_general(finding: Finding) -> bool:
    """Whether its type stands for anything at all that an organ may show."""
    return finding.type == UNNAMED_TYPE or finding.type.endswith(_GENERAL_SUFFIX)


def normal_statements(report: Report | None, reading: Reading) -> frozenset[str]:
    """The ids of absent findings that call their whole region normal.

    These are denials of a general type ("no abnormality of the liver") and those made by a cue of
    normality ("the liver is unremarkable"). A sentence that speaks of a property, such as the
    region's size, calls only that property normal and does not count.
    """
    text, language = (report.text, report.language) if report else ("", "en")
    spans = {sentence.index: sentence.span for sentence in reading.sentences}
    partial = {
        index
        for index, span in spans.items()
        if not _attributes(language).isdisjoint(re.findall(r"[^\W\d_]+", span.of(text).lower()))
    }
    cues = _normal_entries(language)
    return frozenset(
        finding.finding_id
        for finding in reading.findings
        if finding.presence == "absent"
        and (is_general(finding) or any(cue.entry in cues for cue in finding.cues))
        and partial.isdisjoint(finding.sentence_indices)
    )


@cache
def _attributes(language: str) -> frozenset[str]:
    """Words for single properties of a structure; empty for a language without a file."""
    source = files("groundct.questions") / "templates" / f"attributes.{language}.txt"
    return (
        frozenset(source.read_text(encoding="utf-8").split()) if source.is_file() else frozenset()
    )


@cache
def _normal_entries(language: str) -> frozenset[str]:
    """Ids of the vocabulary's entries that call something normal, or deny any pathology."""
    if not (files("groundct.vocabulary") / language / "normality.tsv").is_file():
        return frozenset()
    normal = lexicon(language, "normality").entries
    findings = lexicon(language, "findings", "type").entries
    return frozenset(
        entry.entry_id
        for entry in (*normal, *findings)
        if entry.meaning in (_NORMAL_ROLE, _ANY_PATHOLOGY)
    )
