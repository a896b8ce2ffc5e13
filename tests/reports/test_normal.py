"""Where the words of a normal statement begin and end when it speaks of several organs."""

from __future__ import annotations

import pytest

from groundct.core.report import report_of_columns
from groundct.reports._rules.doubts import UNKNOWN_WORDS
from groundct.reports._rules.reading import read_sentence
from groundct.reports.rules import PLUGIN


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The pancreas and spleen are unremarkable.",
            {
                "pancreatic_lesion": "pancreas and spleen are unremarkable",
                "splenic_lesion": "spleen are unremarkable",
            },
        ),
        (
            "The liver, gallbladder and both kidneys are normal in size. The heart is large.",
            {
                "liver_finding": "liver, gallbladder and both kidneys are normal in size",
                "gallbladder_lesion": "gallbladder and both kidneys are normal in size",
                "renal_finding": "kidneys are normal in size",
            },
        ),
        ("The pancreas and spleen. All else is normal.", {}),
        (
            "Normal calibre aorta and pulmonary trunk.",
            {
                "aortic_aneurysm": "Normal calibre aorta",
                "pulmonary_artery_dilatation": "Normal calibre aorta and pulmonary trunk",
            },
        ),
        ("Normal spleen, liver lesion in segment 6.", {"splenic_lesion": "Normal spleen"}),
    ],
)
def test_a_statement_of_several_organs_ends_at_its_cue(text: str, expected: dict[str, str]) -> None:
    reading = PLUGIN.extract(report_of_columns([("findings", text)]))
    absent = [f for f in reading.findings if f.presence == "absent"]
    assert {f.type: f.span.of(text) for f in absent} == expected
    for finding in absent:
        assert reading.sentences[finding.sentence_indices[0]].span.contains(finding.span)


@pytest.mark.parametrize("text", ["The trachea is not open.", "Rib contours are not preserved."])
def test_what_is_not_normal_is_a_doubt(text: str) -> None:
    said = read_sentence(text, "en")
    assert not said.findings
    assert said.doubts == (UNKNOWN_WORDS,)
