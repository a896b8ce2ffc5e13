"""Findings on the vocabulary page: types under their codes, general words, CT-RATE's labels."""

from __future__ import annotations

from html import escape
from itertools import groupby

from groundct.review._vocabulary.parts import (
    block,
    entries,
    entry,
    further,
    general_name,
    kind_link,
    label_link,
    pair,
    pair_list,
    path_words,
    place_link,
    table,
    table_row,
)
from groundct.review._vocabulary.sheet import Sheet, slug
from groundct.vocabulary._tables import split_cell
from groundct.vocabulary.catalogue import TableRow
from groundct.vocabulary.places import GENERAL

WORDS = "*/findings.tsv"
ANYWHERE = "*"
_TYPE_COLUMNS = ("type", "name", "code", "anatomy", "appearance", "labels")


def groups(sheet: Sheet) -> tuple[tuple[str, str], ...]:
    """The 12 parents of the ontology: anchor and name."""
    parents = {_parent(row): row.cells["group"] for row in sheet.rows("ontology.tsv")}
    return tuple((f"group-{number}", f"{number} {name}") for number, name in parents.items())


def types_html(sheet: Sheet) -> str:
    """All finding types, by parent, code and type."""
    words = sheet.rows_by(WORDS, "type")
    kinds = sheet.rows_by("findings.tsv", "code")
    at = _general_places(sheet)
    parts = []
    for number, codes in groupby(sheet.rows("ontology.tsv"), key=_parent):
        rows = list(codes)
        group = escape(rows[0].cells["group"])
        parts.append(f'<section class="group" data-meaning="{group}">')
        parts.append(f'<h3 id="group-{number}">{number} {group}</h3>')
        for row in rows:
            cards = "".join(
                _card(sheet, kind, words.get(kind.cells["type"], []), at)
                for kind in kinds.get(row.cells["code"], [])
            )
            none = '<p class="soft">No type of its own yet.</p>'
            code = escape(row.cells["code"])
            anchor = escape(sheet.anchor("ontology.tsv", row))
            parts.append(
                f'<section class="code" data-meaning="{code}"><h4 id="{anchor}">'
                f"<code>{code}</code> {escape(row.cells['name'])}</h4>{cards or none}</section>"
            )
        parts.append("</section>")
    unknown = [word for kind in words if not _is_known(sheet, kind) for word in words[kind]]
    if unknown:
        items = (entry(sheet, WORDS, word, also=escape(word.cells["type"])) for word in unknown)
        parts.append(block("Of no known type", entries(items, sheet.language)))
    return "".join(parts)


def general_html(sheet: Sheet) -> str:
    """Words such as "thickening": who names them, and which type they are at each place."""
    words = sheet.rows_by(WORDS, "type")
    rows = sheet.rows_by("compounds.tsv", "head")
    heads = sorted({*rows, *(kind for kind in words if kind.startswith(GENERAL))})
    return "".join(_general(sheet, head, words.get(head, []), rows.get(head, [])) for head in heads)


def labels_html(sheet: Sheet) -> str:
    """For each of the 18 labels the types that set it."""
    certain = {
        row.cells["label"]: escape(sheet.anchor("certain.tsv", row))
        for row in sheet.rows("certain.tsv")
    }
    rows = []
    for row in sheet.rows("labels.tsv"):
        label = row.cells["label"]
        kinds = [kind for kind in sheet.findings.types.values() if label in kind.labels]
        links = ", ".join(kind_link(sheet, kind.type) for kind in kinds)
        doubt = f'<span id="{certain[label]}">no</span>' if label in certain else "yes"
        rest = " · ".join((doubt, *further(row, ("label",))))
        cells = (f"<b>{escape(label)}</b>", links, rest)
        rows.append(table_row(sheet.anchor("labels.tsv", row), cells))
    body = table(("label", "set by a finding of type", "also if it is uncertain"), rows)
    return f"<section data-block>{body}</section>"


def _card(
    sheet: Sheet, row: TableRow, words: list[TableRow], at: dict[str, dict[str, list[str]]]
) -> str:
    kind = row.cells["type"]
    said = entries((entry(sheet, WORDS, word) for word in words), sheet.language)
    general = "; ".join(
        f"{kind_link(sheet, head)} ({_entries_of(sheet, head)}) {_at_places(sheet, places)}"
        for head, places in at.get(kind, {}).items()
    )
    more = f'<p class="facts">General words: {general}</p>' if general else ""
    none = "" if said or more else '<p class="facts">No word of this language names it.</p>'
    return (
        f'<article data-block data-row data-meaning="{escape(kind)}" '
        f'id="{escape(sheet.anchor("findings.tsv", row))}">'
        f"<div data-head><h5>{escape(row.cells['name'])} <code>{escape(kind)}</code></h5>"
        f"{_facts(sheet, row)}</div><div>{said}{more}{none}</div></article>"
    )


def _facts(sheet: Sheet, row: TableRow) -> str:
    cells = row.cells
    focal = {True: "focal", False: "not focal", None: ""}[sheet.findings.codes[cells["code"]].focal]
    kind = cells["type"]
    narrower = [name for name, above in sheet.findings.wider.items() if above == kind]
    labels = ", ".join(label_link(label) for label in split_cell(cells["labels"]))
    facts = (
        focal,
        f"place: {path_words(cells['anatomy'])}" if cells["anatomy"] else "no place of its own",
        f"sets {labels}" if labels else "",
        *(_wider(sheet, kind)),
        f"kinds of it: {', '.join(kind_link(sheet, name) for name in narrower)}"
        if narrower
        else "",
        f"looked for in the scan as {escape(cells['appearance'].replace('_', ' '))}"
        if cells["appearance"]
        else "",
        *further(row, _TYPE_COLUMNS),
    )
    return f'<p class="facts">{" · ".join(fact for fact in facts if fact)}</p>'


def _wider(sheet: Sheet, kind: str) -> list[str]:
    return [
        f'<span data-row id="{escape(sheet.anchor("wider.tsv", row))}">'
        f"a kind of {kind_link(sheet, row.cells['wider'])}</span>"
        for row in sheet.rows("wider.tsv")
        if row.cells["type"] == kind
    ]


def _general(sheet: Sheet, head: str, words: list[TableRow], rows: list[TableRow]) -> str:
    said = entries((entry(sheet, WORDS, word) for word in words), sheet.language)
    ordered = sorted(rows, key=lambda row: row.cells["anatomy"] != ANYWHERE)
    nothing = '<span class="soft">nothing</span>'
    pairs = (
        pair(
            sheet.anchor("compounds.tsv", row),
            _place(sheet, row.cells["anatomy"]),
            " · ".join(
                (
                    kind_link(sheet, row.cells["type"]) if row.cells["type"] else nothing,
                    *further(row, ("head", "anatomy", "type")),
                )
            ),
        )
        for row in ordered
    )
    anchor = escape(slug(head))
    return (
        f'<section data-block id="general-{anchor}" data-meaning="{escape(head)}"><div data-head>'
        f"<h3>{escape(general_name(head))} <code>{escape(head)}</code></h3></div>"
        f"{said}{pair_list(pairs)}</section>"
    )


def _general_places(sheet: Sheet) -> dict[str, dict[str, list[str]]]:
    """For each type the general words that give it, and at which places."""
    found: dict[str, dict[str, list[str]]] = {}
    for row in sheet.rows("compounds.tsv"):
        places = found.setdefault(row.cells["type"], {}).setdefault(row.cells["head"], [])
        places.append(row.cells["anatomy"])
    return found


def _entries_of(sheet: Sheet, head: str) -> str:
    count = sum(row.cells["type"] == head for row in sheet.rows(WORDS))
    return f"{count} entry" if count == 1 else f"{count} entries"


def _at_places(sheet: Sheet, places: list[str]) -> str:
    named = [place for place in places if place != ANYWHERE]
    parts = [f"at {', '.join(place_link(sheet, place) for place in named)}"] if named else []
    if ANYWHERE in places:
        parts.append("where no place is named")
    return " or ".join(parts)


def _place(sheet: Sheet, key: str) -> str:
    if key == ANYWHERE:
        return '<i data-meaning="*">no place named</i>'
    return place_link(sheet, key)


def _is_known(sheet: Sheet, kind: str) -> bool:
    return kind.startswith(GENERAL) or kind in sheet.findings.types


def _parent(row: TableRow) -> str:
    return row.cells["code"].rstrip("abcdefghijk")
