"""The form of an answer: a pydantic model, and the JSON Schema that a server is to enforce."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any, Final, Literal

from pydantic import WithJsonSchema

from groundct.core.value import digest
from groundct.reports.language_model.failures import failed, quoted
from groundct.reports.language_model.form import AnswerPart, answer_of, schema_of
from groundct.vocabulary.findings import findings

NAME: Final = "chest_ct_findings"
_PLACE: Final = "answer"

FindingType = Annotated[
    str, WithJsonSchema({"type": "string", "enum": list(findings().types)}, mode="validation")
]


class AnsweredFinding(AnswerPart):
    """A finding as a model says it: words of the sentence, and choices out of closed lists.

    ``text``, ``places`` and ``sizes`` are quotes; everything else that a finding has is read in the
    sentence itself.
    """

    text: str
    type: FindingType
    presence: Literal["present", "absent", "uncertain"]
    laterality: Literal["right", "left", "bilateral", "midline", "none"]
    places: list[str]
    sizes: list[str]


class AnsweredSentence(AnswerPart):
    """What a model says of one sentence; ``id`` is the request's."""

    id: str
    findings: list[AnsweredFinding]


class Answer(AnswerPart):
    """An answer; ``report`` is the request's id."""

    report: str
    sentences: list[AnsweredSentence]


@lru_cache(maxsize=1)
def answer_schema() -> dict[str, Any]:
    """The JSON Schema of `Answer`."""
    return schema_of(Answer)


@lru_cache(maxsize=1)
def schema_digest() -> str:
    """The digest of the schema."""
    return digest(answer_schema())


def parse_answer(content: str) -> Answer:
    """The answer that a model's words are; raises LanguageModelError of stage "answer"."""
    answer = answer_of(content, Answer)
    for sentence in answer.sentences:
        for finding in sentence.findings:
            if finding.type not in findings().types:
                raise failed("wrong-choice", _PLACE, f"type: {quoted(finding.type)}.")
    return answer
