"""What a question is, how an answer to it is scored, and when it is a refusal."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final, Literal

from groundct.core.value import Value
from groundct.metrics.answers import list_score, location_score, normalised, size_score, yes_or_no

Task = Literal["disorders", "abnormality", "presence", "location", "size", "choice", "free"]
Rotation = str
"""How the choices were turned: "0", "1", ...; "none" where the right one was taken out."""

AnswerKey = tuple[str, str, Rotation]
"""Case id, question id and rotation; the rotation is "0" for all but multiple choice."""
FIRST: Final[Rotation] = "0"


class Item(Value):
    """A question with its answer, which is one of the ``choices`` where the task is ``choice``.

    ``anatomy`` is the path asked about, empty for the whole scan; ``patient_id`` is empty where the
    case's name says whose it is.
    """

    case_id: str
    question_id: str
    task: Task
    answer: str
    anatomy: str = ""
    question: str = ""
    patient_id: str = ""
    choices: tuple[str, ...] = ()

    @property
    def region(self) -> str:
        """The top region that it asks about; empty for the whole scan."""
        return self.anatomy.split("/", 1)[0]


def _yes_no_score(reference: str, prediction: str) -> float | None:
    said = yes_or_no(prediction)
    return None if said is None else float(said == yes_or_no(reference))


def _same_words(reference: str, prediction: str) -> float:
    return float(normalised(reference) == normalised(prediction))


SCORES: Final[Mapping[str, Callable[[str, str], float | None]]] = MappingProxyType(
    {
        "disorders": list_score,
        "abnormality": list_score,
        "presence": _yes_no_score,
        "location": location_score,
        "size": size_score,
        "free": _same_words,
    }
)
"""Task -> score of an answer, 0..1; None for an answer that cannot be read as one of its kind."""


def can_be_scored(item: Item) -> bool:
    """Whether the reference's own answer can be read: not "yes" and "no" at once, for example."""
    if item.task == "choice":
        return sum(normalised(c) == normalised(item.answer) for c in item.choices) == 1
    return bool(item.answer.strip()) and SCORES[item.task](item.answer, item.answer) == 1


def is_refusal(answer: str) -> bool:
    """Whether an answer says that none is given; its words stand in ``refusals.txt``."""
    words = " ".join(re.findall(r"[^\W_]+", answer.casefold()))
    return _refusals().search(words) is not None


@cache
def _refusals() -> re.Pattern[str]:
    source = files("groundct.benchmark.questions") / "refusals.txt"
    phrases = source.read_text(encoding="utf-8").splitlines()
    return re.compile(rf"\b(?:{'|'.join(phrases)})\b")
