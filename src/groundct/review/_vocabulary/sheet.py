"""The vocabulary of one language, arranged for the page: tables by name, an anchor for each row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from groundct.review._html import static_text
from groundct.vocabulary._tables import parse_table
from groundct.vocabulary.anatomy import Anatomy, anatomy
from groundct.vocabulary.catalogue import TableRow, VocabularyTable, vocabulary_tables
from groundct.vocabulary.findings import FindingVocabulary, findings

OWN = "*/"
"""Stands for the language's folder in the names of tables: ``*/negation.tsv``."""

_ANCHORS = {
    "findings.tsv": ("type", "type"),
    "ontology.tsv": ("code", "code"),
    "places.tsv": ("place", "key"),
    "segments.tsv": ("segment", "id"),
    "labels.tsv": ("label", "label"),
}


@dataclass(frozen=True)
class Sheet:
    """All tables of a language; ``tables`` goes by names such as ``places.tsv``, ``*/sites.tsv``.

    ``meanings`` says in words what (table, meaning) does, ``examples`` shows it in a sentence.
    """

    language: str
    tables: Mapping[str, VocabularyTable]
    findings: FindingVocabulary
    anatomy: Anatomy
    meanings: Mapping[tuple[str, str], str]
    examples: Mapping[tuple[str, str], str]

    def rows(self, name: str) -> tuple[TableRow, ...]:
        """The rows of a table; none where the language has no such table."""
        return self.tables[name].rows if name in self.tables else ()

    def rows_by(self, name: str, column: str) -> dict[str, list[TableRow]]:
        """The rows of a table by what stands in a column, in the table's order."""
        groups: dict[str, list[TableRow]] = {}
        for row in self.rows(name):
            groups.setdefault(row.cells[column], []).append(row)
        return groups

    def anchor(self, name: str, row: TableRow) -> str:
        """The id of a row on the page: ``entry-f001``, ``type-nodule``, ``row-compounds-17``.

        An entry's id that stands in several tables of the language carries the table's name too.
        """
        table = name.removeprefix(OWN).removesuffix(".tsv")
        if name in _ANCHORS:
            prefix, column = _ANCHORS[name]
            return f"{prefix}-{slug(row.cells[column])}"
        entry = row.cells.get("id", "")
        if name.startswith(OWN) and entry and "term" in row.cells:
            many = self._entry_ids.get(entry, 0) > 1
            return f"entry-{table}-{slug(entry)}" if many else f"entry-{slug(entry)}"
        own = f"{self.language}-" if name.startswith(OWN) else ""
        return f"row-{own}{table}-{row.line}"

    @cached_property
    def _entry_ids(self) -> Mapping[str, int]:
        """How often an entry's id stands in the language's tables."""
        counts: dict[str, int] = {}
        for name, table in self.tables.items():
            if name.startswith(OWN) and "term" in table.columns:
                for row in table.rows:
                    counts[row.cells.get("id", "")] = counts.get(row.cells.get("id", ""), 0) + 1
        return counts


def sheet_of(language: str) -> Sheet:
    """The sheet of a language. Raises TableError when the vocabulary does not have it."""
    folder = f"{language}/"
    tables = {}
    for table in vocabulary_tables(language):
        own = table.path.startswith(folder)
        tables[OWN + table.path.removeprefix(folder) if own else table.path] = table
    meanings = {
        (row["table"], row["meaning"]): row["words"]
        for row in words_table("meanings", ("table", "meaning", "words"))
    }
    examples = {
        (row["table"], row["meaning"]): row["sentence"]
        for row in words_table("examples", ("language", "table", "meaning", "sentence"))
        if row["language"] == language
    }
    return Sheet(language, tables, findings(), anatomy(), meanings, examples)


def words_table(name: str, columns: tuple[str, ...]) -> tuple[dict[str, str], ...]:
    """The rows of one of the page's own tables of words."""
    path = f"templates/vocabulary_{name}.tsv"
    return parse_table(static_text(path), columns, where=path)


def slug(text: str) -> str:
    """A text as part of an element's id."""
    return text.replace(" ", "-").replace("~", "")
