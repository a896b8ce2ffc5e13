"""A record's sentences and questions as rows of RadGenome's tables.

RadGenome joins several names in one cell by ", "; a place or size of its own has a row of its own.
Answers stand in the tables without the period that its loader adds ("no findings"), save for
presence (``Yes.``, ``No.``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from groundct.codecs.radgenome import COLUMNS, anatomy_cells
from groundct.core.case import PublishedRow
from groundct.core.record import Question, Record
from groundct.core.report import Report

ANSWER_SEPARATOR: Final = "; "
"""Stands between the parts of a question's answer that has several."""
NO_FINDINGS: Final = "no findings"


def rows_of(record: Record) -> tuple[PublishedRow, ...]:
    """All rows of a record, each once, by table and then in the record's order.

    The same question in several wordings is one row.
    """
    rows = [*_sentence_rows(record), *(row for q in record.questions for row in _question_rows(q))]
    order = list(COLUMNS)
    return tuple(sorted(dict.fromkeys(rows), key=lambda row: order.index(row.table)))


def _sentence_rows(record: Record) -> Iterator[PublishedRow]:
    report: Report | None = record.report
    if report is None:
        return
    for sentence in record.reading.sentences:
        text = sentence.span.of(report.text)
        for cell in anatomy_cells(sentence.regions, sentence.anatomy):
            yield PublishedRow(table="region_report", values=(cell, text))


def _question_rows(question: Question) -> Iterator[PublishedRow]:
    parts = question.answer.split(ANSWER_SEPARATOR)
    joined = _without_period(", ".join(parts))
    if question.task == "disorders":
        yield PublishedRow(table="case_disorders", values=(joined,))
    elif question.task == "abnormality":
        yield PublishedRow(table="vqa_abnormality", values=(question.anatomy, joined))
    elif question.task == "presence":
        key = (question.anatomy, question.abnormality)
        yield PublishedRow(table="vqa_presence", values=(*key, question.answer))
    elif question.task == "location":
        for part in parts:
            place = (_without_period(part), question.abnormality)
            yield PublishedRow(table="vqa_location", values=place)
    else:
        for part in parts:
            key = (question.anatomy, question.abnormality)
            yield PublishedRow(table="vqa_size", values=(*key, _without_period(part)))


def _without_period(answer: str) -> str:
    bare = answer.removesuffix(".")
    return NO_FINDINGS if bare.lower() == NO_FINDINGS else bare
