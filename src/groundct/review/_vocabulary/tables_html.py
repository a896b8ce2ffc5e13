"""All other tables of the vocabulary page: lexicons by what they mean, words by class, plain."""

from __future__ import annotations

from html import escape

from groundct.review._vocabulary.parts import (
    block,
    entries,
    entry,
    kind_link,
    pair,
    pair_list,
    path_words,
    table,
    table_row,
)
from groundct.review._vocabulary.phrases import phrase_html
from groundct.review._vocabulary.sheet import Sheet
from groundct.vocabulary.catalogue import TableRow

_TYPES = frozenset(("type", "wider", "by"))
_FLAGS = frozenset(("mask", "lesion"))
_PATHS = frozenset(("path", "paths", "anatomy"))


def table_html(sheet: Sheet, name: str) -> str:
    """A table in the form that its columns ask for."""
    columns = sheet.tables[name].columns
    if columns[:2] == ("id", "term"):
        return _lexicon(sheet, name)
    if columns == ("class", "word"):
        return _classes(sheet, name)
    if len(columns) == 1:
        return f'<p class="words" lang="{escape(sheet.language)}">{_chips(sheet, name)}</p>'
    if len(columns) == 2:
        first, second = columns
        return (
            f'<p class="soft">{escape(first)} → {escape(second)}</p>'
            f"{pair_list(_plain_pair(sheet, name, row) for row in sheet.rows(name))}"
        )
    return table(columns, (_plain_row(sheet, name, row) for row in sheet.rows(name)))


def titled(sheet: Sheet, names: tuple[str, ...], title: str, body: str) -> str:
    """A part of a section with its title, its files, and the notes that stand in them."""
    shown = [name for name in names if name in sheet.tables]
    files = " ".join(f"<code>{escape(sheet.tables[name].path)}</code>" for name in shown)
    notes = " ".join(escape(note) for name in shown for note in sheet.tables[name].notes)
    heading = f"<h3>{escape(title)}</h3>" if title else ""
    return f'<section class="table">{heading}<p class="file">{files} {notes}</p>{body}</section>'


def _lexicon(sheet: Sheet, name: str) -> str:
    """Entries by their third column; where nearly each has its own, a table instead."""
    columns = sheet.tables[name].columns
    if len(columns) == 2:
        return entries((entry(sheet, name, row) for row in sheet.rows(name)), sheet.language)
    groups = sheet.rows_by(name, columns[2])
    if len(groups) > max(20, len(sheet.rows(name)) // 4):
        return table(columns, (_entry_row(sheet, name, row) for row in sheet.rows(name)))
    return "".join(
        _group(sheet, name, meaning, rows, columns[3:]) for meaning, rows in groups.items()
    )


def _group(
    sheet: Sheet, name: str, meaning: str, rows: list[TableRow], rest: tuple[str, ...]
) -> str:
    words = sheet.meanings.get((name, meaning), meaning.replace("_", " "))
    sentence = sheet.examples.get((name, meaning), "")
    example = f'<q lang="{escape(sheet.language)}">{escape(sentence)}</q>' if sentence else ""
    items = (
        entry(sheet, name, row, also=" · ".join(escape(row.cells[c]) for c in rest if row.cells[c]))
        for row in rows
    )
    return block(
        f"{escape(words)} <code>{escape(meaning)}</code>",
        entries(items, sheet.language),
        attributes=f' data-meaning="{escape(meaning)}"',
        soft=example,
    )


def _classes(sheet: Sheet, name: str) -> str:
    rows = []
    for group, members in sheet.rows_by(name, "class").items():
        words = sheet.meanings.get((name, group), "")
        chips = " ".join(_chip(sheet, name, row, row.cells["word"]) for row in members)
        rows.append(
            f'<tr data-meaning="{escape(group)}"><td><code>{escape(group)}</code></td>'
            f'<td>{escape(words)}</td><td lang="{escape(sheet.language)}">{chips}</td></tr>'
        )
    return table(("class", "what its words do", "words"), rows)


def _chips(sheet: Sheet, name: str) -> str:
    (column,) = sheet.tables[name].columns
    return " ".join(_chip(sheet, name, row, row.cells[column]) for row in sheet.rows(name))


def _chip(sheet: Sheet, name: str, row: TableRow, word: str) -> str:
    return (
        f'<span class="any" data-row id="{escape(sheet.anchor(name, row))}">{escape(word)}</span>'
    )


def _entry_row(sheet: Sheet, name: str, row: TableRow) -> str:
    cells = [f"<code>{escape(row.cells['id'])}</code>", phrase_html(row.cells["term"])]
    cells += [escape(row.cells[column]) for column in sheet.tables[name].columns[2:]]
    return table_row(sheet.anchor(name, row), cells)


def _plain_pair(sheet: Sheet, name: str, row: TableRow) -> str:
    first, second = (_cell(sheet, column, cell) for column, cell in row.cells.items())
    return pair(sheet.anchor(name, row), first, second)


def _plain_row(sheet: Sheet, name: str, row: TableRow) -> str:
    return table_row(
        sheet.anchor(name, row),
        (_cell(sheet, column, cell) for column, cell in row.cells.items()),
    )


def _cell(sheet: Sheet, column: str, cell: str) -> str:
    parts = cell.split("|")
    if column in _FLAGS:
        return f'<span data-meaning="{escape(cell)}">{"yes" if cell == "1" else "–"}</span>'
    if column in _PATHS:
        return "<br>".join(path_words(part) for part in parts)
    if column in _TYPES:
        return ", ".join(kind_link(sheet, part) for part in parts)
    return ", ".join(escape(part) for part in parts)
