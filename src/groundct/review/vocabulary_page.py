"""The vocabulary page: what the report reader knows, for a radiologist who reads no Python.

It is generated from the tables of `groundct.vocabulary` alone; every row of every table stands on
it, with the id or line by which a correction can be proposed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import Final

from groundct.core.paths import AnyPath
from groundct.review._html import page, static_text
from groundct.review._vocabulary.findings_html import (
    general_html,
    groups,
    labels_html,
    types_html,
)
from groundct.review._vocabulary.phrases import phrase_count
from groundct.review._vocabulary.places_html import normal_html, places_html, segments_html
from groundct.review._vocabulary.sheet import OWN, Sheet, sheet_of, words_table
from groundct.review._vocabulary.tables_html import table_html, titled
from groundct.vocabulary.languages import languages

_OTHERS: Final = "others"
_BODIES: Final[Mapping[str, Callable[[Sheet], str]]] = MappingProxyType(
    {
        "*/findings.tsv": types_html,
        "compounds.tsv": general_html,
        "labels.tsv": labels_html,
        "normal.tsv": normal_html,
        "*/anatomy.tsv": places_html,
        "segments.tsv": segments_html,
    }
)
_INSIDE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "*/findings.tsv": ("findings.tsv", "ontology.tsv", "wider.tsv"),
        "*/anatomy.tsv": ("places.tsv",),
        "labels.tsv": ("certain.tsv",),
        "segments.tsv": ("*/segments.tsv",),
    }
)
"""Tables whose rows stand inside the parts of another."""


def write_vocabulary_page(path: AnyPath, language: str = "en") -> None:
    """Write the page of a language as one HTML file; equal tables give equal bytes.

    Raises TableError when the vocabulary does not have the language or a table is malformed.
    """
    path = Path(path)
    path.write_text(vocabulary_page(language), encoding="utf-8")


def vocabulary_page(language: str = "en") -> str:
    """The page as text."""
    sheet = sheet_of(language)
    style, script = static_text("static/vocabulary.css"), static_text("static/vocabulary.js")
    sections = [
        (row, body)
        for row in words_table("sections", ("section", "title", "words"))
        if (body := _section(sheet, row["section"]))
    ]
    values = {
        "script": script,
        "language": escape(_name(language)),
        "summary": escape(vocabulary_summary(language)),
        "digest": _digest(sheet),
        "contents": "".join(_contents(sheet, row) for row, _ in sections),
        "sections": "".join(
            f'<section class="part" id="{row["section"]}"><h2>{escape(row["title"])}</h2>'
            f'<p class="lead">{escape(row["words"])}</p>{body}</section>'
            for row, body in sections
        ),
    }
    title = f"Vocabulary ({_name(language)})"
    return page("vocabulary", values, title=title, style=style, scripts=(script,), images="'none'")


def vocabulary_summary(language: str = "en") -> str:
    """What the vocabulary of a language holds, in numbers."""
    sheet = sheet_of(language)
    terms = [
        row.cells["term"]
        for name, table in sheet.tables.items()
        if name.startswith(OWN) and "term" in table.columns
        for row in table.rows
    ]
    spelled = sum(phrase_count(term) for term in terms)
    return (
        f"{len(sheet.findings.types)} finding types · {len(sheet.findings.codes)} codes · "
        f"{len(sheet.findings.labels)} labels · {len(terms):,} entries that spell out "
        f"{spelled:,} phrases"
    )


def _section(sheet: Sheet, section: str) -> str:
    placed = words_table("tables", ("section", "table", "title"))
    rows = [(row["table"], row["title"]) for row in placed if row["section"] == section]
    if section == _OTHERS:
        inside = {name for names in _INSIDE.values() for name in names}
        known = {row["table"] for row in placed} | inside
        rows = [(name, name.removeprefix(OWN)) for name in sheet.tables if name not in known]
    return "".join(_table(sheet, name, title) for name, title in rows if name in sheet.tables)


def _table(sheet: Sheet, name: str, title: str) -> str:
    made = _BODIES.get(name)
    body = made(sheet) if made else table_html(sheet, name)
    return titled(sheet, (name, *_INSIDE.get(name, ())), title, body)


def _contents(sheet: Sheet, row: Mapping[str, str]) -> str:
    parts = groups(sheet) if row["section"] == "findings" else ()
    inner = "".join(f'<li><a href="#{anchor}">{escape(name)}</a></li>' for anchor, name in parts)
    return (
        f'<li><a href="#{row["section"]}">{escape(row["title"])}</a>'
        f"{f'<ul>{inner}</ul>' if inner else ''}</li>"
    )


def _name(language: str) -> str:
    known = languages().get(language)
    return known.name if known else language


def _digest(sheet: Sheet) -> str:
    """Which state of the tables this is: the start of the SHA-256 of all their cells."""
    lines = [
        "\t".join((name, *row.cells.values()))
        for name, table in sorted(sheet.tables.items())
        for row in table.rows
    ]
    return hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()[:12]
