"""Questions and answers from a release, from RadGenome's tables, or from a plain table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

from pydantic import ValidationError

from groundct.benchmark._results import file_digest, patients_of
from groundct.benchmark.questions.items import FIRST, AnswerKey, Item, Task
from groundct.codecs.radgenome import (
    COLUMNS,
    TABLES_FOLDER,
    VOLUME_COLUMN,
    TableName,
    read_table,
)
from groundct.codecs.tables import read_csv_headings, read_csv_table
from groundct.core.issues import Issue, TableError
from groundct.core.paths import AnyPath
from groundct.core.value import digest
from groundct.questions.published import TASK_OF_TABLE, asked_parts
from groundct.release.read import read_release
from groundct.sources._names import case_id_of

REFERENCE_COLUMNS: Final = ("case_id", "question_id", "task", "answer")
PREDICTION_COLUMNS: Final = ("case_id", "question_id", "answer")
SEPARATOR: Final = "; "


@dataclass(frozen=True)
class Answers:
    """Answers by question, and the digest of where they come from."""

    answers: Mapping[AnswerKey, str]
    digest: str


@dataclass(frozen=True)
class Items:
    """Questions with their answers, and the digest of where they come from."""

    items: tuple[Item, ...]
    digest: str


def read_items(path: AnyPath) -> Items:
    """The questions of a reference.

    A release (a folder with ``manifest.json``), one of RadGenome's question tables or a folder with
    them, or a table with case_id, question_id, task, answer and, when there, anatomy, question and
    choices (between semicolons).

    Raises DataError for what is none of these, or has a question twice.
    """
    path = Path(path)
    if not path.is_dir() and _radgenome_table(path) is None:
        return Items(tuple(_plain_items(path)), file_digest(path))
    items, source = _either(path)
    return Items(items, source)


def read_answers(path: AnyPath) -> Answers:
    """The answers of a prediction: as `read_items`, or a table with case_id, question_id, answer.

    Multiple choice has a column ``rotation`` too. Raises DataError.
    """
    path = Path(path)
    if not path.is_dir() and _radgenome_table(path) is None:
        rows = read_csv_table(path, required=PREDICTION_COLUMNS)
        answers: dict[AnswerKey, str] = {}
        twice = []
        for row in rows:
            rotation = row.get("rotation", "").strip() or FIRST
            key = (case_id_of(row["case_id"]), row["question_id"].strip(), rotation)
            if key in answers:
                twice.append(key)
            answers[key] = row["answer"]
        _refuse_twice(path, twice)
        return Answers(answers, file_digest(path))
    items, source = _either(path)
    return Answers({(i.case_id, i.question_id, FIRST): i.answer for i in items}, source)


def _either(path: Path) -> tuple[tuple[Item, ...], str]:
    """The questions of a release or of RadGenome's tables."""
    if (path / "manifest.json").is_file():
        release = read_release(path)
        patients = patients_of(release)
        names = ("case_id", "question_id", "task", "answer", "anatomy", "question")
        items = tuple(
            Item(**{name: row[name] for name in names}, patient_id=patients[row["case_id"]])
            for row in release.table("questions").to_pylist()
        )
        return items, digest([item.model_dump() for item in items])
    folder = path / TABLES_FOLDER if (path / TABLES_FOLDER).is_dir() else path
    files = [path] if path.is_file() else sorted(folder.glob("*.csv"))
    tables = [(file, name) for file in files if (name := _radgenome_table(file))]
    if not tables:
        raise TableError.of(
            "no-questions",
            path,
            "it is no release and holds none of RadGenome's question tables.",
            "Give a release, a folder with such tables, or one table.",
        )
    items = tuple(item for file, name in tables for item in _published_items(file, name))
    _refuse_twice(path, _repeated((i.case_id, i.question_id) for i in items))
    return items, digest([file_digest(file) for file, _ in tables])


def _radgenome_table(path: Path) -> TableName | None:
    """Which question table a file is: by its columns, and by its name where two share those."""
    headings = set(read_csv_headings(path)) - {""}
    same = [
        name
        for name, columns in COLUMNS.items()
        if name in TASK_OF_TABLE and headings == {VOLUME_COLUMN, *columns}
    ]
    named = [name for name in same if TASK_OF_TABLE[name] in path.stem]
    if len(same) > 1 and len(named) != 1:
        tasks = " or ".join(TASK_OF_TABLE[name] for name in same)
        raise TableError.of(
            "unclear-table", path, f"its columns are those of {tasks}.", "Name it by its task."
        )
    return next(iter(named or same), None)


def _published_items(path: Path, table: TableName) -> Iterator[Item]:
    """A question for every different key; rows that share one are parts of its answer."""
    task = TASK_OF_TABLE[table]
    answers: dict[tuple[str, str, str], dict[str, None]] = {}
    for volume, row in read_table(path, table):
        place, name, answer = asked_parts(task, row.values)
        answers.setdefault((case_id_of(volume), place, name), {})[answer] = None
    for (case, place, name), parts in answers.items():
        yield Item(
            case_id=case,
            question_id=":".join(part for part in (task, place, name) if part),
            task=task,
            answer=SEPARATOR.join(parts),
            anatomy=place,
        )


def _plain_items(path: Path) -> Iterator[Item]:
    issues = []
    for number, row in enumerate(
        read_csv_table(path, required=REFERENCE_COLUMNS, key=REFERENCE_COLUMNS[:2]), start=1
    ):
        choices = tuple(part.strip() for part in row.get("choices", "").split(";") if part.strip())
        try:
            item = Item.model_validate(
                {name: row.get(name, "").strip() for name in (*REFERENCE_COLUMNS, "anatomy")}
                | {"case_id": case_id_of(row["case_id"]), "choices": choices}
                | {"question": row.get("question", "")}
            )
        except ValidationError:
            known = ", ".join(get_args(Task))
            what = f"row {number} has the task {row['task']!r}."
            issues.append(_issue(path, "unknown-task", what, f"Use one of {known}."))
            continue
        if (item.task == "choice") != (len(choices) > 1):
            what = f"row {number} of task {item.task!r} has {len(choices)} choices."
            remedy = "Give two or more, between semicolons, to task choice, and none to others."
            issues.append(_issue(path, "wrong-choices", what, remedy))
        yield item
    if issues:
        raise TableError(*issues)


def _repeated(keys: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    seen: set[tuple[str, ...]] = set()
    return [key for key in keys if key in seen or seen.add(key)]  # type: ignore[func-returns-value]


def _refuse_twice(path: Path, keys: Iterable[tuple[str, ...]]) -> None:
    issues = [
        _issue(path, "doubled-question", f"{' '.join(key)!r} stands there twice.", "Keep one row.")
        for key in keys
    ]
    if issues:
        raise TableError(*issues)


def _issue(path: Path, code: str, what: str, remedy: str) -> Issue:
    return Issue(code=code, where=str(path), what=what, remedy=remedy)
