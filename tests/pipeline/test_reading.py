"""A report of a case is read as any text: mark-up and headings are seen through."""

from __future__ import annotations

from groundct.core.case import Case
from groundct.core.report import report_of_columns
from groundct.pipeline.stages import _read
from groundct.reports.rules import PLUGIN


def test_marked_up_reports_are_read_with_spans_in_the_text_as_given() -> None:
    text = (
        "<p>FINDINGS:</p><p>No <b>pleu\u200bral</b> effusion.\u202e</p>"
        "<p>IMPRESSION: Emphysema.</p>"
    )
    report = report_of_columns([("other", text)])
    read, reading, told = _read(
        Case(case_id="a", patient_id="a", volume=None, report=report), PLUGIN
    )
    assert read is not None and read.text == text
    assert [section.name for section in read.sections] == ["findings", "impression"]
    assert [s.span.of(text) for s in reading.sentences] == [
        "No <b>pleu\u200bral</b> effusion.", "Emphysema.",
    ]  # fmt: skip
    assert [issue.code for issue in told] == ["direction-override"]
