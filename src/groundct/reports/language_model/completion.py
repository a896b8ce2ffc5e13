"""What HTTP brought back -> the model's words, or the failure that it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from groundct.reports.language_model.failures import LanguageModelError, failed, quoted
from groundct.reports.language_model.spoken import Spoken, spoken
from groundct.reports.language_model.strict_json import NotJsonError, NotStrictError, parse_strict
from groundct.reports.language_model.transport import Reply

_STATUS: Final = {
    400: "request-refused",
    401: "not-authorized",
    402: "forbidden",
    403: "forbidden",
    404: "not-found",
    408: "server-error",
    413: "request-refused",
    422: "request-refused",
    429: "rate-limited",
}
_FINISHED: Final = {
    "length": "truncated",
    "content_filter": "filtered",
    "tool_calls": "tool-call",
    "function_call": "tool-call",
}
_SAID_AT_MOST = 300
_SECRET = "(the key)"
_COUNTED: Final = ("prompt", "completion")


@dataclass(frozen=True)
class Usage:
    """Tokens that a call cost; ``counted`` is False where the server did not say."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    counted: bool = False


@dataclass(frozen=True)
class Completion:
    """The words of a model, or why there are none; a failed call may have cost tokens too.

    ``reasoned``: the model told its thoughts too, which are left out and cost tokens.
    """

    content: str
    usage: Usage
    problem: LanguageModelError | None = None
    reasoned: bool = False


def completion_of(reply: Reply, where: str, key: str | None) -> Completion:
    """Classify a reply. What a server says is quoted shortly and never with the key."""
    try:
        _check_status(reply, where, key)
        envelope = _parsed(reply, where)
    except LanguageModelError as problem:
        return Completion("", Usage(), problem)
    usage = _usage(envelope)
    try:
        answer = _answer(envelope, where, key)
        return Completion(answer.words, usage, reasoned=answer.reasoned)
    except LanguageModelError as problem:
        return Completion("", usage, problem)


def _check_status(reply: Reply, where: str, key: str | None) -> None:
    if reply.status == 200:
        return
    code = _STATUS.get(reply.status, "unexpected-status")
    if 300 <= reply.status < 400:
        code = "redirected"
    elif reply.status >= 500:
        code = "server-error"
    said = reply.body[:_SAID_AT_MOST].decode("utf-8", "replace")
    raise failed(code, where, f"status {reply.status}: {_without(key, said)}.")


def _without(key: str | None, said: str) -> str:
    return quoted(said.replace(key, _SECRET) if key else said)


def _parsed(reply: Reply, where: str) -> Any:
    encoding = reply.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise failed("encoded-reply", where, f"its encoding is {quoted(encoding)}.")
    kind = reply.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json":
        raise failed("wrong-content-type", where, f"its type is {quoted(kind)}.")
    try:
        return parse_strict(reply.body.decode("utf-8-sig"))
    except UnicodeDecodeError as problem:
        raise failed("reply-not-utf8", where, f"byte {problem.start} is not UTF-8.") from None
    except NotJsonError as problem:
        raise failed("reply-not-json", where, f"{problem}.") from None
    except NotStrictError as problem:
        raise failed("reply-not-strict", where, f"{problem}.") from None


def _answer(envelope: Any, where: str, key: str | None) -> Spoken:
    choices = envelope.get("choices") if isinstance(envelope, dict) else None
    if not isinstance(choices, list):
        raise failed("not-a-completion", where, f"it is {_without(key, str(envelope))}.")
    if not choices:
        raise failed("no-choice", where, "its list of choices is empty.")
    choice = choices[0] if len(choices) == 1 else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        raise failed("not-a-completion", where, "it does not hold one choice with one message.")
    if message.get("refusal"):
        raise failed("refused-by-model", where, f"{_without(key, str(message['refusal']))}.")
    if message.get("tool_calls") or message.get("function_call"):
        raise failed("tool-call", where, "the message holds a call of a tool.")
    finish = choice.get("finish_reason")
    if finish in _FINISHED:
        raise failed(_FINISHED[finish], where, f"it finished for {finish!r}.")
    answer = spoken(message, where)
    if not answer.words:
        raise failed("no-content", where, "the message has no content.")
    if finish != "stop":
        raise failed("not-a-completion", where, f"it finished for {quoted(str(finish))}.")
    return answer


def _usage(envelope: Any) -> Usage:
    usage = envelope.get("usage") if isinstance(envelope, dict) else None
    counts = [usage.get(f"{n}_tokens") if isinstance(usage, dict) else None for n in _COUNTED]
    prompt, completion = (n if type(n) is int and 0 <= n < 1 << 31 else None for n in counts)
    if prompt is None or completion is None:
        return Usage()
    return Usage(prompt, completion, counted=True)
