"""The sections of a free text."""

from __future__ import annotations

import pytest

from groundct.reports.sections import split_sections


@pytest.mark.parametrize(
    ("text", "sections"),
    [
        ("No effusion.", [("findings", "No effusion.")]),
        ("FINDINGS:\nA.\nIMPRESSION:\nB.", [("findings", "A."), ("impression", "B.")]),
        ("FINDINGS\nA.\nIMPRESSION\nB.", [("findings", "A."), ("impression", "B.")]),
        ("CT of the chest\nFindings: A.", [("other", "CT of the chest"), ("findings", "A.")]),
        ("A nodule.\nImpression: B.", [("findings", "A nodule."), ("impression", "B.")]),
        ("TECHNIQUE: X. FINDINGS: A. Conclusion: B.",
         [("technique", "X."), ("findings", "A."), ("impression", "B.")]),
        ("Clinical information: cough. Technique: X. Findings: A.",
         [("clinical_information", "cough."), ("technique", "X."), ("findings", "A.")]),
        ("Comparison: none. A nodule.", [("findings", "Comparison: none. A nodule.")]),
        ("Findings: A. Comparison: none. B.", [("findings", "A. Comparison: none. B.")]),
        ("Findings: A.\nComparison: none.", [("findings", "A."), ("technique", "none.")]),
        ("The findings: A. No findings: B.", [("findings", "The findings: A. No findings: B.")]),
        ("Lungs: clear. Pleura: clear.", [("findings", "Lungs: clear. Pleura: clear.")]),
        ("**Findings**\nA.\n## Impression\nB.", [("findings", "A."), ("impression", "B.")]),
        (" \n", []),
    ],
)  # fmt: skip
def test_sections(text: str, sections: list[tuple[str, str]]) -> None:
    report = split_sections(text)
    assert report.text == text
    assert [(s.name, s.span.of(text)) for s in report.sections] == sections
