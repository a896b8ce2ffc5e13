"""Places on the vocabulary page: their words, the 18 lung segments, RadGenome's structures."""

from __future__ import annotations

from html import escape

from groundct.review._vocabulary.parts import (
    entries,
    entry,
    further,
    kind_link,
    pair,
    pair_list,
    path_words,
    place_link,
    table,
)
from groundct.review._vocabulary.sheet import Sheet
from groundct.vocabulary._tables import split_cell
from groundct.vocabulary.catalogue import TableRow

WORDS = "*/anatomy.tsv"
_PLACE_COLUMNS = ("key", "parent", "path", "sided", "regions", "yields_to")


def places_html(sheet: Sheet) -> str:
    """Every place with its words, its path and the regions that its sentences belong to."""
    words = sheet.rows_by(WORDS, "key")
    known = {row.cells["key"]: row for row in sheet.rows("places.tsv")}
    ruled_out = {row.cells["place"]: row.cells["type"] for row in sheet.rows("normal.tsv")}
    parts = []
    for key, row in known.items():
        facts = _facts(sheet, row)
        if key in ruled_out:
            facts.append(f"“normal” rules out {kind_link(sheet, ruled_out[key])}")
        parts.append(
            f'<article data-block data-row data-meaning="{escape(key)}" '
            f'id="{escape(sheet.anchor("places.tsv", row))}">'
            f"<div data-head><h5>{escape(key)}</h5>"
            f'<p class="facts">{" · ".join(facts)}</p></div>'
            f"{_words(sheet, words.get(key, []))}</article>"
        )
    for key in [key for key in words if key not in known]:
        parts.append(
            f'<article data-block data-meaning="{escape(key)}"><div data-head><h5>{escape(key)}'
            f"</h5></div>{_words(sheet, words[key])}</article>"
        )
    return "".join(parts)


def normal_html(sheet: Sheet) -> str:
    """What a statement of normality rules out at each place."""
    return pair_list(
        pair(
            sheet.anchor("normal.tsv", row),
            place_link(sheet, row.cells["place"]),
            " · ".join((kind_link(sheet, row.cells["type"]), *further(row, ("place", "type")))),
        )
        for row in sheet.rows("normal.tsv")
    )


def segments_html(sheet: Sheet) -> str:
    """The 18 segments with their lobes and the language's words for them."""
    own = {row.cells["id"]: row for row in sheet.rows("*/segments.tsv")}
    rows = []
    for row in sheet.rows("segments.tsv"):
        cells = row.cells
        said = own.get(cells["id"])
        rows.append(
            f'<tr id="{escape(sheet.anchor("segments.tsv", row))}">'
            f"<td><code>{escape(cells['id'])}</code></td><td><b>{escape(cells['name'])}</b></td>"
            f"{_segment_words(sheet, said)}</tr>"
        )
    headings = ("id", "segment", "named by, beside “segment”", "named by alone")
    return table(headings, rows)


def _facts(sheet: Sheet, row: TableRow) -> list[str]:
    """What a place's row says; a column that the page has no words for goes by its name."""
    cells = row.cells
    facts = [" or ".join(path_words(path) for path in split_cell(cells["path"]))]
    if cells["parent"]:
        facts.append(f"part of {place_link(sheet, cells['parent'])}")
    if cells["sided"]:
        facts.append(f"its halves are called left or right {escape(cells['sided'])}")
    yields = cells["yields_to"]
    if cells["regions"]:
        others = "any region" if yields == "*" else _listed(yields)
        unless = f", unless another place in them links to {others}" if yields else ""
        meaning = f'<span data-meaning="{escape(yields)}">{unless}</span>'
        facts.append(f"its sentences belong to {_listed(cells['regions'])}{meaning}")
    return [*facts, *further(row, _PLACE_COLUMNS)]


def _segment_words(sheet: Sheet, row: TableRow | None) -> str:
    if row is None:
        return "<td></td><td></td>"
    variants, alone, in_lobe = (
        " · ".join(escape(word) for word in split_cell(row.cells[column]))
        for column in ("variants", "alone", "in_lobe")
    )
    if in_lobe:
        variants += f"; beside its lobe also {in_lobe}"
    anchor = escape(sheet.anchor("*/segments.tsv", row))
    language = escape(sheet.language)
    return f'<td id="{anchor}" lang="{language}">{variants}</td><td lang="{language}">{alone}</td>'


def _words(sheet: Sheet, rows: list[TableRow]) -> str:
    return entries((entry(sheet, WORDS, row) for row in rows), sheet.language)


def _listed(cell: str) -> str:
    return ", ".join(escape(part) for part in split_cell(cell))
