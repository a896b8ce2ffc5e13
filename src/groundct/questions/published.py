"""RadGenome's published rows -> Question[]: the answers as published, worded by our templates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from groundct.core.case import PublishedRow
from groundct.core.record import Question, QuestionTask, Region
from groundct.questions._places import leaf
from groundct.questions._wordings import choose, wordings_of

TASK_OF_TABLE: Final[dict[str, QuestionTask]] = {
    "case_disorders": "disorders",
    "vqa_abnormality": "abnormality",
    "vqa_presence": "presence",
    "vqa_location": "location",
    "vqa_size": "size",
}


def published_questions(
    rows: Iterable[PublishedRow], case_id: str, regions: Iterable[Region]
) -> tuple[Question, ...]:
    """A question for every row of a question table, each once; other rows are left out.

    Questions about a place are tied to the region of its organ, when the record has that one.
    """
    organs = {region.name: region.region_id for region in regions if region.kind == "organ"}
    own = dict.fromkeys(row for row in rows if row.table in TASK_OF_TABLE)
    return tuple(_question(row, number, case_id, organs) for number, row in enumerate(own))


def _question(row: PublishedRow, number: int, case_id: str, organs: dict[str, str]) -> Question:
    task = TASK_OF_TABLE[row.table]
    place, name, answer = asked_parts(task, row.values)
    asked = answer if task == "location" else place
    (wording,) = choose(wordings_of(task), (case_id, task, asked, name), 1)
    tied = organs.get(leaf(asked)) if asked else None
    return Question(
        question_id=f"published:{number}",
        level="case" if task == "disorders" else "region",
        task=task,
        origin="published",
        template=wording.id,
        question=wording.text.format(region=leaf(place), abnormality=name),
        answer=answer,
        anatomy=asked,
        abnormality=name,
        region_ids=(tied,) if tied else (),
    )


def asked_parts(task: QuestionTask, values: tuple[str, ...]) -> tuple[str, str, str]:
    """The place asked about, the abnormality asked about, and the answer."""
    if task == "disorders":
        return "", "", values[0]
    if task == "abnormality":
        return values[0], "", values[1]
    if task == "location":
        return "", values[1], values[0]
    return values[0], values[1], values[2]
