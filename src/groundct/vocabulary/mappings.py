"""What the classes of other tools and datasets are in groundct's tree of structures.

Data: one table a tool in ``mappings/``, with a row for every class.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Final, Literal

from groundct.core.issues import Issue, TableError
from groundct.vocabulary._tables import parse_table, read_table, split_cell

Relation = Literal["exact", "broader", "derived", "none"]
RELATIONS: Final[Mapping[str, Relation]] = MappingProxyType(
    {"exact": "exact", "broader": "broader", "derived": "derived", "none": "none"}
)
TOOLS: Final = ("totalsegmentator", "sat", "rexgroundingct")
_COLUMNS: Final = ("task", "label", "class", "relation", "structures", "note")


@dataclass(frozen=True)
class ClassMapping:
    """A class of a tool.

    ``relation`` says what ``structures`` are to it. exact: the same thing. derived: the structure
    is the union of all classes of this task that name it so. broader: the structures hold the
    class, and more; several are where it may lie. none: nothing. A class may have a row for each of
    two relations. ``label`` is its number in the tool's multi-label files, where one is known.
    """

    task: str
    label: int | None
    name: str
    relation: Relation
    structures: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class ToolMapping:
    """All classes of a tool, in the order of its tasks and labels."""

    tool: str
    classes: tuple[ClassMapping, ...]

    @cached_property
    def tasks(self) -> tuple[str, ...]:
        """The tasks that have classes here."""
        return tuple(dict.fromkeys(each.task for each in self.classes))

    def of_task(self, task: str) -> tuple[ClassMapping, ...]:
        """The classes of a task; none for one that is unknown."""
        return tuple(each for each in self.classes if each.task == task)

    def find(self, name: str, task: str | None = None) -> ClassMapping | None:
        """The first row of a class, in a task or in the first that has it; None when unknown."""
        found = (each for each in self.classes if each.name == name and task in (None, each.task))
        return next(found, None)

    def made_of(self, task: str) -> Mapping[str, tuple[str, ...]]:
        """For each structure that a task answers for, the classes whose union it is."""
        out: dict[str, tuple[str, ...]] = {}
        for each in self.of_task(task):
            if each.relation in ("exact", "derived"):
                for structure in each.structures:
                    out[structure] = (*out.get(structure, ()), each.name)
        return MappingProxyType(out)


@lru_cache(maxsize=8)
def mapping(tool: str) -> ToolMapping:
    """The classes of a tool, read once.

    Raises TableError for a tool without a table, or a malformed one.
    """
    if tool not in TOOLS:
        known = ", ".join(TOOLS)
        raise _wrong("unknown-tool", tool, f"there are tables for {known}.", "Choose one of these.")
    where = f"mappings/{tool}.tsv"
    return _checked(tool, read_table(where, _COLUMNS), where)


def parse_mapping(tool: str, text: str) -> ToolMapping:
    """The classes of a table given as text; raises TableError as ``mapping`` does."""
    return _checked(tool, parse_table(text, _COLUMNS, where=tool), tool)


def _checked(tool: str, rows: tuple[dict[str, str], ...], where: str) -> ToolMapping:
    classes = []
    for row in rows:
        relation = RELATIONS.get(row["relation"])
        structures = split_cell(row["structures"])
        place = f"{where} {row['task']} {row['class']}"
        if relation is None:
            what = f"{row['relation']!r} is none of {', '.join(RELATIONS)}."
            raise _wrong("unknown-relation", place, what, "Correct the row.")
        if (relation == "none") != (not structures) or (
            relation == "exact" and len(structures) > 1
        ):
            what = f"relation {relation} with {len(structures)} structures."
            raise _wrong("structures-of-relation", place, what, "Correct the row.")
        if row["label"] and not row["label"].isdecimal():
            what = f"{row['label']!r} is no whole number."
            raise _wrong("label-of-class", place, what, "Correct the row.")
        label = int(row["label"]) if row["label"] else None
        classes.append(
            ClassMapping(row["task"], label, row["class"], relation, structures, row["note"])
        )
    return ToolMapping(tool, tuple(classes))


def _wrong(code: str, where: str, what: str, remedy: str) -> TableError:
    return TableError(Issue(code=code, where=where, what=what, remedy=remedy))
