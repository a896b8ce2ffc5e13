"""The form of an answer: a pydantic model, and the JSON Schema that a server is to enforce."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError, WithJsonSchema

from groundct.core.value import digest
from groundct.reports._llm.failures import failed, quoted
from groundct.reports._llm.strict_json import NotJsonError, NotStrictError, parse_strict
from groundct.vocabulary.findings import findings

NAME: Final = "chest_ct_findings"
_CHOICES: Final = ("literal_error", "enum")
_FENCE: Final = "```"
_PLACE = "answer"

FindingType = Annotated[
    str, WithJsonSchema({"type": "string", "enum": list(findings().types)}, mode="validation")
]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class AnsweredFinding(_Part):
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


class AnsweredSentence(_Part):
    """What a model says of one sentence; ``id`` is the request's."""

    id: str
    findings: list[AnsweredFinding]


class Answer(_Part):
    """An answer; ``report`` is the request's id."""

    report: str
    sentences: list[AnsweredSentence]


@lru_cache(maxsize=1)
def answer_schema() -> dict[str, Any]:
    """The JSON Schema of `Answer`, without references or titles, everything required."""
    schema = Answer.model_json_schema()
    parts = schema.pop("$defs")
    return dict(_plain(schema, parts))


@lru_cache(maxsize=1)
def schema_digest() -> str:
    """The digest of the schema."""
    return digest(answer_schema())


def parse_answer(content: str) -> Answer:
    """The answer that a model's words are; raises LanguageModelError of stage "answer"."""
    if content.lstrip().startswith(_FENCE) or content.rstrip().endswith(_FENCE):
        raise failed("fenced", _PLACE, "it stands in a code fence.")
    try:
        plain = parse_strict(content)
    except NotJsonError as problem:
        raise failed("not-json", _PLACE, f"{problem}.") from None
    except NotStrictError as problem:
        raise failed("not-strict", _PLACE, f"{problem}.") from None
    try:
        answer = Answer.model_validate(plain)
    except ValidationError as problem:
        first = problem.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        code = "wrong-choice" if first["type"] in _CHOICES else "wrong-shape"
        said = quoted(str(first["input"])) if code == "wrong-choice" else first["msg"]
        raise failed(code, _PLACE, f"{quoted(place)}: {said}.") from None
    for sentence in answer.sentences:
        for finding in sentence.findings:
            if finding.type not in findings().types:
                raise failed("wrong-choice", _PLACE, f"type: {quoted(finding.type)}.")
    return answer


def _plain(node: Any, parts: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_plain(item, parts) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _plain(parts[node["$ref"].rsplit("/", 1)[-1]], parts)
    left_out = ("title", "description")
    return {
        key: {name: _plain(value, parts) for name, value in inner.items()}
        if key == "properties"
        else _plain(inner, parts)
        for key, inner in node.items()
        if key not in left_out
    }
