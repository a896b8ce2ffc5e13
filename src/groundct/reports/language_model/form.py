"""The form of an answer: a pydantic model, its JSON Schema for the server, and its check."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from groundct.reports.language_model.failures import failed, quoted
from groundct.reports.language_model.settings import LlmSettings
from groundct.reports.language_model.strict_json import (
    NotJsonError,
    NotStrictError,
    parse_strict,
)

_CHOICES: Final = ("literal_error", "enum")
_FENCE: Final = "```"
_PLACE: Final = "answer"


class AnswerPart(BaseModel):
    """The base of what an answer is made of: nothing unknown, nothing converted."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


Part = TypeVar("Part", bound=AnswerPart)


@dataclass(frozen=True)
class JsonForm:
    """The name and the JSON Schema of an answer."""

    name: str
    schema: dict[str, Any]


def schema_of(form: type[AnswerPart]) -> dict[str, Any]:
    """The JSON Schema of an answer, without references or titles, everything required."""
    schema = form.model_json_schema()
    return dict(_plain(schema, schema.pop("$defs", {})))


def chat_body(settings: LlmSettings, system: str, user: str, form: JsonForm) -> bytes:
    """The body of a chat completion; equal input gives equal bytes."""
    body: dict[str, Any] = {
        "model": settings.model,
        "messages": [
            {"role": "system", "content": system},
            {"role": "user", "content": user},
        ],
        "temperature": settings.temperature,
        "seed": settings.seed,
        "max_tokens": settings.max_tokens,
        "n": 1,
        "stream": False,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": form.name, "strict": True, "schema": form.schema},
        },
    }
    return json.dumps(body, allow_nan=False).encode("ascii")


def answer_of(content: str, form: type[Part]) -> Part:
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
        return form.model_validate(plain)
    except ValidationError as problem:
        first = problem.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        code = "wrong-choice" if first["type"] in _CHOICES else "wrong-shape"
        said = quoted(str(first["input"])) if code == "wrong-choice" else first["msg"]
        raise failed(code, _PLACE, f"{quoted(place)}: {said}.") from None


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
