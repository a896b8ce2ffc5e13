"""Every form of negation in the vocabulary decides a marked case; every other entry stands in one.

Forms with their counts in real reports: ``docs/quality/negation.md``.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from groundct.core.report import report_of_columns
from groundct.reports._rules.reading import read_sentence
from groundct.reports.rules import PLUGIN
from groundct.vocabulary.lexicon import lexicon

_HERE = Path(__file__).parent
_TEXTS = [
    re.sub(r"<[^<>]*>", "", line)
    for folder, name in (("cases", "*.txt"), ("marked", "*_tuned.txt"))
    for path in sorted((_HERE / folder).glob(name))
    for line in path.read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
_ENTRIES = lexicon("en", "negation").entries


def _deciding() -> frozenset[str]:
    """The entries that made some finding of the cases absent."""
    return frozenset(
        cue.entry
        for text in _TEXTS
        for finding in PLUGIN.extract(report_of_columns([("findings", text)])).findings
        for cue in finding.cues
        if cue.role == "absent"
    )


def _standing() -> frozenset[str]:
    """The entries that were found in some sentence of the cases."""
    return frozenset(
        hit.entry.entry_id
        for text in _TEXTS
        for hit in read_sentence(text[:1000], "en").parsed.cues["negation"]
    )


DECIDING = _deciding()
STANDING = _standing()


@pytest.mark.parametrize(
    "entry",
    [e.entry_id for e in _ENTRIES if e.meaning.startswith("negates")],
)
def test_a_form_negates(entry: str) -> None:
    assert entry in DECIDING


@pytest.mark.parametrize(
    "entry",
    [e.entry_id for e in _ENTRIES if not e.meaning.startswith("negates")],
)
def test_another_entry_stands_in_a_case(entry: str) -> None:
    assert entry in STANDING
