"""The wordings of the questions: data files, and the choice among them."""

from __future__ import annotations

import hashlib
import string
from functools import cache
from importlib.resources import files
from typing import get_args

from groundct.core.issues import Issue, TableError
from groundct.core.record import QuestionTask
from groundct.core.value import Value, canonical_json

TASKS: tuple[QuestionTask, ...] = get_args(QuestionTask)
HEADING = "id\ttask\twording"
SLOTS: dict[QuestionTask, frozenset[str]] = {
    "disorders": frozenset(),
    "abnormality": frozenset({"region"}),
    "presence": frozenset({"region", "abnormality"}),
    "location": frozenset({"abnormality"}),
    "size": frozenset({"region", "abnormality"}),
}
"""The slots that every wording of a task has, and no others."""


class Wording(Value):
    """One way to ask: ``text`` has the slots of its task."""

    id: str
    task: QuestionTask
    text: str


def parse_wordings(text: str, task: QuestionTask, where: str) -> tuple[Wording, ...]:
    """The wordings of one task's file, in its order.

    Raises TableError that lists every bad row: columns, task, doubled ids or texts, slots.
    """
    lines = text.splitlines()
    if not lines or lines[0] != HEADING:
        raise TableError.of(
            "bad-heading", where, "its first line is not id, task, wording.", "Restore the heading."
        )
    issues: list[Issue] = []
    wordings: list[Wording] = []
    seen: set[str] = set()
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split("\t")
        fault = _fault(cells, task, seen)
        if fault:
            issues.append(
                Issue(
                    code=fault[0],
                    where=f"{where} line {number}",
                    what=fault[1],
                    remedy="Correct the row; docs/how-to/add-a-question-wording.md has the rules.",
                )
            )
            continue
        seen.update((cells[0], cells[2]))
        wordings.append(Wording(id=cells[0], task=task, text=cells[2]))
    if issues:
        raise TableError(*issues)
    if not wordings:
        raise TableError.of("no-wording", where, "it holds no wording.", "Add one row at least.")
    return tuple(wordings)


@cache
def wordings_of(task: QuestionTask) -> tuple[Wording, ...]:
    """All wordings of a task."""
    source = files("groundct.questions") / "templates" / f"{task}.tsv"
    return parse_wordings(source.read_text(encoding="utf-8"), task, f"{task}.tsv")


def choose(
    wordings: tuple[Wording, ...], key: tuple[str, ...], count: int = 1
) -> tuple[Wording, ...]:
    """``count`` different wordings, chosen by the SHA-256 of ``key``; all of them when fewer."""
    number = int.from_bytes(hashlib.sha256(canonical_json(key).encode()).digest()[:8], "big")
    start = number % len(wordings)
    return tuple(wordings[(start + n) % len(wordings)] for n in range(min(count, len(wordings))))


def _fault(cells: list[str], task: QuestionTask, seen: set[str]) -> tuple[str, str] | None:
    """The first fault of a row: its code and what is wrong."""
    if len(cells) != 3 or not all(cell and cell == cell.strip() for cell in cells):
        return "bad-columns", "it does not have three filled cells without outer spaces."
    if cells[1] != task:
        return "wrong-task", f"its task is {cells[1]!r} in the file of {task!r}."
    if cells[0] in seen or cells[2] in seen:
        return "doubled-wording", f"the id {cells[0]!r} or its wording stands there twice."
    try:
        slots = [name for _, name, _, _ in string.Formatter().parse(cells[2]) if name is not None]
    except ValueError as error:
        return "bad-slots", f"its braces do not match ({error})."
    if sorted(slots) != sorted(SLOTS[task]):
        return "bad-slots", f"it has the slots {sorted(slots)}, due are {sorted(SLOTS[task])}."
    return None
