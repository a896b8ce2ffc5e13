"""Multiple choice: every question in every order of its choices, and once without its answer.

Circular evaluation (Liu et al., MMBench, ECCV 2024) turns the choices round and asks again; only
who is right each time is right. The form "none" puts "None of the above" in the place of the right
choice, so that who recognises the answer's look instead of the finding is found out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from groundct.benchmark.questions.items import AnswerKey, Item, Rotation
from groundct.codecs._csv_text import inert
from groundct.codecs.tables import write_csv_table
from groundct.metrics.answers import chosen, normalised

NONE_OF_THE_ABOVE: Final = "None of the above"
NONE: Final[Rotation] = "none"
COLUMNS: Final = ("case_id", "question_id", "rotation", "question", "choices", "answer")


@dataclass(frozen=True)
class ChoiceScore:
    """``turns`` of the question were answered rightly out of ``asked``; ``none``: that form too."""

    turns: int
    asked: int
    none: bool

    @property
    def circular(self) -> bool:
        """Whether it was right in every order."""
        return self.turns == self.asked


def forms_of(item: Item) -> dict[Rotation, tuple[tuple[str, ...], int]]:
    """Rotation -> the choices in their order, and which is right."""
    own = item.choices
    right = next(n for n, c in enumerate(own) if normalised(c) == normalised(item.answer))
    forms = {
        str(turn): ((*own[turn:], *own[:turn]), (right - turn) % len(own))
        for turn in range(len(own))
    }
    without = (*own[:right], NONE_OF_THE_ABOVE, *own[right + 1 :])
    return forms | {NONE: (without, right)}


def score_choice(item: Item, answers: Mapping[AnswerKey, str]) -> ChoiceScore:
    """How the forms of a question were answered; one without an answer is wrong."""
    right = {
        rotation: chosen(answers.get((item.case_id, item.question_id, rotation), ""), choices)
        == index
        for rotation, (choices, index) in forms_of(item).items()
    }
    return ChoiceScore(sum(right.values()) - right[NONE], len(item.choices), right[NONE])


def ask_choices(path: Path, items: Iterable[Item]) -> None:
    """Write all forms of all multiple-choice questions as a table to be filled in.

    Choices are lettered from A on, a line each.
    """
    rows = (
        {
            "case_id": item.case_id,
            "question_id": item.question_id,
            "rotation": rotation,
            "question": inert(item.question),
            "choices": "\n".join(f"{chr(65 + n)}. {c}" for n, c in enumerate(choices)),
            "answer": "",
        }
        for item in items
        if item.task == "choice"
        for rotation, (choices, _) in forms_of(item).items()
    )
    write_csv_table(path, COLUMNS, rows)
