"""Everything that can go wrong with a language model, by a code each: ``failures.tsv``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final, Literal, cast

from groundct.core.issues import DataError

Stage = Literal["setup", "call", "reply", "answer"]
_COLUMNS: Final = ("code", "stage", "again", "stops", "means", "remedy")
_LONGEST_QUOTE = 120


@dataclass(frozen=True)
class Failure:
    """A kind of failure.

    ``stage``: setup (settings), call (the way to the server), reply (what HTTP brought back) or
    answer (what the model said). ``again``: another call may help. ``stops``: no other report can
    fare better, so that a run ends with it.
    """

    code: str
    stage: Stage
    again: bool
    stops: bool
    means: str
    remedy: str


class LanguageModelError(DataError):
    """A language model that cannot be asked, or whose answer is refused."""


@lru_cache(maxsize=1)
def failures() -> dict[str, Failure]:
    """All kinds of failure by code, in the table's order."""
    text = (
        files("groundct.reports.language_model")
        .joinpath("failures.tsv")
        .read_text(encoding="utf-8")
    )
    heading, *rows = [line.split("\t") for line in text.splitlines() if line]
    if tuple(heading) != _COLUMNS or any(len(row) != len(_COLUMNS) for row in rows):
        raise ValueError("failures.tsv is not a table of its columns")
    return {
        code: Failure(code, cast(Stage, stage), again == "yes", stops == "yes", means, remedy)
        for code, stage, again, stops, means, remedy in rows
    }


def failed(code: str, where: str, what: str) -> LanguageModelError:
    """The error of a failure; its remedy is the table's."""
    kind = failures()[code]
    return LanguageModelError.of(kind.code, where, what, kind.remedy)


def kind_of(error: LanguageModelError) -> Failure:
    """The kind of an error's first issue."""
    return failures()[error.issues[0].code]


def quoted(text: str) -> str:
    """Words of a server or a model as they may stand in an issue: short, in one inert line."""
    short = text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "..."
    return ascii(short)
