"""Read the vocabulary's tables: UTF-8 TSV with a heading, checked row by row."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from groundct.core.issues import TableError


def read_table(path: str, columns: tuple[str, ...]) -> tuple[dict[str, str], ...]:
    """The rows of a table of this package; ``path`` is relative to ``vocabulary/``.

    Raises TableError when the heading is not ``columns`` or a row has another number of cells.
    """
    text = files("groundct.vocabulary").joinpath(path).read_text(encoding="utf-8")
    return parse_table(text, columns, where=path)


@lru_cache(maxsize=64)
def has_table(path: str) -> bool:
    """Whether this package has a table; ``path`` is relative to ``vocabulary/``."""
    return files("groundct.vocabulary").joinpath(path).is_file()


def parse_table(text: str, columns: tuple[str, ...], where: str) -> tuple[dict[str, str], ...]:
    """The rows of a TSV text; ``where`` names it in errors."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    heading = tuple(lines[0].split("\t")) if lines else ()
    if heading != columns:
        raise TableError.of(
            "vocabulary-heading",
            where,
            f"the heading is {heading} and not {columns}.",
            "Restore the table's heading.",
        )
    rows = []
    for line in lines[1:]:
        cells = line.split("\t")
        if len(cells) != len(columns):
            raise TableError.of(
                "vocabulary-row",
                where,
                f"{line!r} has {len(cells)} cells and not {len(columns)}.",
                "Separate cells by one tab, and keep the empty ones.",
            )
        rows.append(dict(zip(columns, cells, strict=True)))
    return tuple(rows)


def split_cell(cell: str) -> tuple[str, ...]:
    """The parts of a cell that holds a list, ``a|b``."""
    return tuple(part for part in cell.split("|") if part)
