"""Published answers are kept as they came, and derived ones are held to the record."""

from __future__ import annotations

from groundct.core.case import PublishedRow
from groundct.questions.published import published_questions
from groundct.release._check_record import check_record

ROW = PublishedRow(table="vqa_presence", values=("pleura/pleura", "pleural effusion", "Yes."))


def test_a_published_answer_need_not_rest_on_a_finding(record):
    questions = published_questions([ROW, ROW], record.case_id, record.regions)
    assert [q.answer for q in questions] == ["Yes."]
    codes = {i.code for i in check_record(record.model_copy(update={"questions": questions}))}
    assert "unfounded-answer" not in codes


def test_a_derived_answer_must_rest_on_a_finding(record):
    (question,) = published_questions([ROW], record.case_id, record.regions)
    derived = (question.model_copy(update={"origin": "derived"}),)
    codes = {i.code for i in check_record(record.model_copy(update={"questions": derived}))}
    assert "unfounded-answer" in codes
