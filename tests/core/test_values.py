"""Values check themselves, spans rebuild the text, digests follow content."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from groundct.core.issues import DataError, Issue, VolumeError, errors
from groundct.core.plugins import UnknownPluginError, load_plugin
from groundct.core.report import Report, Section, Span, report_of_columns
from groundct.core.value import digest

NAMES = ["clinical_information", "technique", "findings", "impression"]


@given(st.lists(st.text(max_size=20), min_size=4, max_size=4))
def test_sections_hold_each_cell_untouched(cells):
    report = report_of_columns(zip(NAMES, cells, strict=True))
    assert [s.span.of(report.text) for s in report.sections] == [c for c in cells if c]


@pytest.mark.parametrize("span", [(3, 3), (5, 2), (-1, 4)])
def test_a_span_without_characters_is_refused(span):
    with pytest.raises(ValidationError):
        Span(start=span[0], end=span[1])


def test_sections_that_overlap_or_leave_the_text_are_refused():
    first = Section(name="findings", span=Span(start=0, end=5))
    with pytest.raises(ValidationError, match="overlaps"):
        Report(text="0123456789", sections=(first, first))
    with pytest.raises(ValidationError, match="leaves"):
        Report(text="012", sections=(first,))


def test_equal_content_has_an_equal_digest_and_other_content_another():
    assert digest(Span(start=1, end=2)) == digest({"end": 2, "start": 1})
    assert digest(Span(start=1, end=2)) != digest(Span(start=1, end=3))


def test_unknown_fields_are_refused():
    with pytest.raises(ValidationError):
        Span.model_validate({"start": 0, "end": 1, "colour": "red"})


def test_an_error_names_the_case_and_keeps_its_type():
    error = VolumeError.of("bad-crc", "a.nii.gz", "CRC differs.", "Copy it again.")
    named = error.for_case("train_1_a_1")
    assert isinstance(named, VolumeError)
    assert "train_1_a_1" in str(named)
    assert "a.nii.gz" in str(named)
    with pytest.raises(TypeError):
        DataError()


def test_only_errors_count_as_errors():
    note = Issue(code="n", where="w", what="x", remedy="y", severity="note")
    error = note.model_copy(update={"severity": "error"})
    assert errors([note, error]) == (error,)


def test_an_unknown_plugin_lists_the_known_ones():
    with pytest.raises(UnknownPluginError, match="known:"):
        load_plugin("sources", "nonsense")


def test_a_changed_value_equals_a_new_one_and_leaves_the_old():
    old = Span(start=1, end=2)
    new = old.changed(end=5)
    assert new == Span(start=1, end=5) and hash(new) == hash(Span(start=1, end=5))
    assert old == Span(start=1, end=2)
    assert digest(new) == digest(Span(start=1, end=5))
    with pytest.raises(ValidationError):
        new.end = 7


def test_a_line_names_its_case_once() -> None:
    issue = Issue(code="c", where="p_1 f2", what="what.", remedy="do.", case_id="p_1")
    assert issue.line() == "error [c] p_1 f2: what. Do: do."
    elsewhere = issue.model_copy(update={"where": "p_12"})
    assert elsewhere.line() == "error [c] p_1: p_12: what. Do: do."
