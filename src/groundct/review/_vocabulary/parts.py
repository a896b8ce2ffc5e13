"""Small pieces of HTML: entries, links to types, paths and blocks that can be searched."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from groundct.review._vocabulary.phrases import phrase_html
from groundct.review._vocabulary.sheet import Sheet, slug
from groundct.vocabulary.catalogue import TableRow
from groundct.vocabulary.places import GENERAL


def entry(sheet: Sheet, name: str, row: TableRow, also: str = "") -> str:
    """A lexicon's row as a list item: its id, its phrase and what else it says."""
    more = f' <span class="soft">{also}</span>' if also else ""
    anchor, number = escape(sheet.anchor(name, row)), escape(row.cells["id"])
    return (
        f'<li id="{anchor}"><code>{number}</code>'
        f"<span>{phrase_html(row.cells['term'])}{more}</span></li>"
    )


def entries(items: Iterable[str], language: str) -> str:
    """A list of entries, in their language; nothing for none."""
    body = "".join(items)
    return f'<ul class="entries" lang="{escape(language)}">{body}</ul>' if body else ""


def kind_link(sheet: Sheet, kind: str) -> str:
    """A finding type, or a general word, by its name and as a link to where it stands."""
    if kind.startswith(GENERAL):
        return f'<a href="#general-{escape(slug(kind))}">{escape(general_name(kind))}</a>'
    if kind not in sheet.findings.types:
        return escape(kind)
    name = sheet.findings.types[kind].name
    return f'<a href="#type-{escape(kind)}">{escape(name)}</a>'


def general_name(head: str) -> str:
    """A general word as people say it: ``~free_air`` -> ``free air``."""
    return head.removeprefix(GENERAL).replace("_", " ")


def label_link(label: str) -> str:
    """A CT-RATE label as a link to where it stands."""
    return f'<a class="label" href="#label-{escape(slug(label))}">{escape(label)}</a>'


def place_link(sheet: Sheet, key: str) -> str:
    """A place of ``places.tsv`` as a link to where it stands."""
    known = any(row.cells["key"] == key for row in sheet.rows("places.tsv"))
    return f'<a href="#place-{escape(slug(key))}">{escape(key)}</a>' if known else escape(key)


def path_words(path: str) -> str:
    """An anatomy path as steps, a name that repeats the one above it only once."""
    parts = path.split("/")
    steps = [part for n, part in enumerate(parts) if n == 0 or part != parts[n - 1]]
    return " › ".join(escape(step) for step in steps)


def block(title: str, body: str, *, attributes: str = "", soft: str = "") -> str:
    """A part of the page that is searched as one: its heading counts for all rows in it."""
    note = f'<p class="soft">{soft}</p>' if soft else ""
    return (
        f"<section data-block{attributes}><div data-head><h3>{title}</h3>{note}</div>"
        f"{body}</section>"
    )


def further(row: TableRow, known: Iterable[str]) -> list[str]:
    """What stands in columns that a part of the page has no words for: ``column: cell``."""
    rest = {column: row.cells[column] for column in row.cells if column not in set(known)}
    return [
        f"{escape(column.replace('_', ' '))}: {escape(cell.replace('|', ', '))}"
        for column, cell in rest.items()
        if cell
    ]


def pair(anchor: str, first: str, second: str) -> str:
    """A row of two ready cells, as an item of `pair_list`."""
    return f'<li id="{escape(anchor)}">{first} <i>→</i> {second}</li>'


def pair_list(items: Iterable[str]) -> str:
    """Pairs side by side; nothing for none."""
    body = "".join(items)
    return f'<ul class="pairs">{body}</ul>' if body else ""


def table(headings: Iterable[str], rows: Iterable[str]) -> str:
    """A table from ready rows."""
    head = "".join(f"<th scope='col'>{escape(heading)}</th>" for heading in headings)
    body = "".join(rows)
    inner = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    return f'<div class="wide"><table>{inner}</table></div>'


def table_row(anchor: str, cells: Iterable[str]) -> str:
    """A row of a table from ready cells."""
    body = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr id="{escape(anchor)}">{body}</tr>'
