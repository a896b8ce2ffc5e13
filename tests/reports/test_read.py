"""``groundct.reports.read``: a text as it is, to everything that is said in it."""

from __future__ import annotations

import doctest
import math

import pytest

from groundct.core.issues import DataError
from groundct.reports import ReportReading, _read, read

TEXT = """CLINICAL INFORMATION: Cough for 3 weeks, nodule known.
FINDINGS:
There is no pleural effusion. A 12 x 8 mm nodule is seen in the left lower lobe.
IMPRESSION: Nodule in the left lower lobe.
"""


def test_the_example_in_the_docstring() -> None:
    runner = doctest.DocTestRunner()
    for test in doctest.DocTestFinder().find(read, "read", globs=vars(_read)):
        runner.run(test)
    assert runner.tries > 0 and runner.failures == 0


def test_headings_make_sections_and_spans_are_in_the_text() -> None:
    reading = read(TEXT)
    assert isinstance(reading, ReportReading)
    assert reading.report.text == TEXT
    assert [s.name for s in reading.report.sections] == [
        "clinical_information", "findings", "impression",
    ]  # fmt: skip
    assert [s.section for s in reading.sentences] == [
        "clinical_information", "findings", "findings", "impression",
    ]  # fmt: skip
    nodule = next(f for f in reading.findings if f.type == "nodule")
    assert nodule.span.of(TEXT) == "nodule"
    assert nodule.measurements[0].span.of(TEXT) == "12 x 8 mm"
    assert nodule.laterality == "left" and nodule.sentence_indices == (2, 3)
    assert [name for name, value in reading.labels.items() if value] == ["Lung nodule"]
    assert len(reading.labels) == 18


def test_a_text_without_headings_is_findings() -> None:
    reading = read("No effusion.")
    assert [(f.type, f.presence) for f in reading.findings] == [("pleural_effusion", "absent")]


@pytest.mark.parametrize(
    "text", ["", " \n", "\u200b\ufeff", "<p></p>", "{\\rtf1 }", None, math.nan]
)
def test_a_text_that_says_nothing_is_refused(text: str | None) -> None:
    with pytest.raises(DataError, match="no-report"):
        read(text)


def test_a_language_that_is_not_read_is_said() -> None:
    with pytest.raises(DataError, match="unsupported-language"):
        read("Keine Ergüsse.", language="xx")


def test_headings_in_mark_up() -> None:
    text = "<h2>Findings</h2><p>No <i>nodule</i>.</p><h3>IMPRESSION</h3><li>Emphysema.</li>"
    reading = read(text)
    assert [(s.section, s.span.of(text)) for s in reading.sentences] == [
        ("findings", "No <i>nodule</i>."),
        ("impression", "Emphysema."),
    ]


@pytest.mark.parametrize(("given", "said"), [(b"No effusion.", "bytes: text.decode"), (5, "int")])
def test_what_is_no_text_is_refused(given, said):
    with pytest.raises(TypeError, match=f"a report is a str, got {said}"):
        read(given)
