"""A message's content -> the words of its answer, read past a byte order mark and thoughts.

Some servers send text in parts, and models that think first send their thoughts in front of the
answer, between marks or in parts of their own. Nothing is ever taken out of thoughts.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from groundct.reports.language_model.failures import failed

_BOM: Final = "\ufeff"
_OPEN: Final = "<think>"
_CLOSE: Final = "</think>"
_JSON: Final = ("{", "[")
_THOUGHTS: Final = ("thinking", "reasoning")
_FIELDS: Final = ("reasoning_content", "reasoning")


class Spoken(NamedTuple):
    """The words of an answer; ``reasoned``: the message held thoughts as well."""

    words: str
    reasoned: bool


def spoken(message: dict[str, Any], where: str) -> Spoken:
    """The words that a message says, "" where it says none.

    Raises LanguageModelError ``truncated`` for thoughts that do not end, and ``not-a-completion``
    for content that is neither text nor parts of text.
    """
    content = message.get("content")
    reasoned = any(message.get(name) for name in _FIELDS)
    if content is None:
        return Spoken("", reasoned)
    if isinstance(content, list):
        reasoned = reasoned or any(_kind(part) in _THOUGHTS for part in content)
        content = "".join(_text(part, where) for part in content if _kind(part) not in _THOUGHTS)
    if not isinstance(content, str):
        kind = type(content).__name__
        raise failed("not-a-completion", where, f"its content is {kind}, where text is due.")
    words = content.removeprefix(_BOM)
    answer = _behind_thoughts(words, where)
    return Spoken(answer.removeprefix(_BOM), reasoned or answer != words)


def _kind(part: Any) -> object:
    return part.get("type") if isinstance(part, dict) else None


def _text(part: Any, where: str) -> str:
    if _kind(part) == "refusal":
        raise failed("refused-by-model", where, "a part of its content is a refusal.")
    text = part.get("text") if _kind(part) == "text" else None
    if not isinstance(text, str):
        raise failed("not-a-completion", where, "a part of its content is no text.")
    return text


def _behind_thoughts(words: str, where: str) -> str:
    """What stands behind the first end of thoughts, all where there are none.

    Servers that begin a model's thoughts for it send the mark of their end alone. An answer that
    begins as JSON has no thoughts in front of it, whatever its texts quote.
    """
    begun = words.lstrip()
    if begun.startswith(_JSON):
        return words
    _, close, answer = words.partition(_CLOSE)
    if close:
        return answer.lstrip()
    if begun.startswith(_OPEN):
        raise failed("truncated", where, "the model's thoughts do not end.")
    return words
