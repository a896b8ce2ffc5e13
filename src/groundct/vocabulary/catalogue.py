"""Every table of the vocabulary as it stands in its file: columns, rows with their lines, notes.

What shows the vocabulary to people reads it here, so that no file and no row can be left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from groundct.core.issues import TableError
from groundct.vocabulary._tables import parse_table

_PACKAGE: Final = "groundct.vocabulary"


@dataclass(frozen=True)
class TableRow:
    """A row: the line of the file it stands at, from 1, and its cells by column."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class VocabularyTable:
    """A file of the vocabulary; ``path`` is relative to ``vocabulary/``: ``en/negation.tsv``.

    ``notes`` are its comment lines above the first row, without the sign; none where comments stand
    between rows too, since they are then about the rows that follow.
    """

    path: str
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    notes: tuple[str, ...]


def vocabulary_languages() -> tuple[str, ...]:
    """The languages that have a folder with a lexicon of findings, sorted."""
    folders = (item for item in files(_PACKAGE).iterdir() if item.is_dir())
    return tuple(sorted(item.name for item in folders if (item / "findings.tsv").is_file()))


@lru_cache(maxsize=8)
def vocabulary_tables(language: str) -> tuple[VocabularyTable, ...]:
    """All tables that a language's reading uses: those of all languages first, then its own.

    Raises TableError when there is no such language, or when a row has another number of cells
    than its heading.
    """
    if language not in vocabulary_languages():
        raise TableError.of(
            "unsupported-language",
            language,
            f"the vocabulary has {', '.join(vocabulary_languages())}.",
            "Choose one of these.",
        )
    root = files(_PACKAGE)
    shared = [(item.name, item) for item in root.iterdir()]
    own = [(f"{language}/{item.name}", item) for item in (root / language).iterdir()]
    return tuple(
        _table(path, item.read_text(encoding="utf-8"))
        for path, item in (*sorted(shared), *sorted(own))
        if path.endswith(".tsv")
    )


def _table(path: str, text: str) -> VocabularyTable:
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line]
    kept = [(number, line) for number, line in lines if not line.startswith("#")]
    columns = tuple(kept[0][1].split("\t")) if kept else ()
    rows = parse_table(text, columns, where=path) if kept else ()
    notes = [(number, line.lstrip("# ")) for number, line in lines if line.startswith("#")]
    about_all = len(kept) < 2 or all(number < kept[1][0] for number, _ in notes)
    return VocabularyTable(
        path=path,
        columns=columns,
        rows=tuple(
            TableRow(number, MappingProxyType(cells))
            for (number, _), cells in zip(kept[1:], rows, strict=True)
        ),
        notes=tuple(note for _, note in notes) if about_all else (),
    )
