"""The vocabulary page shows every row of every table, each once, with all that it says."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from click.testing import CliRunner

from groundct.cli.vocabulary import command
from groundct.core.issues import TableError
from groundct.review._vocabulary.phrases import phrase_count, phrase_html
from groundct.review._vocabulary.sheet import Sheet, sheet_of, words_table
from groundct.review.vocabulary_page import vocabulary_page, write_vocabulary_page
from groundct.vocabulary.catalogue import _table, vocabulary_languages, vocabulary_tables
from groundct.vocabulary.lexicon import expand, lexicon
from groundct.vocabulary.words import normal_word

BESIDE = frozenset(("*/segments.tsv", "certain.tsv"))
"""Tables whose rows stand in a row of another table."""
ROWS = frozenset(("li", "tr"))
"""What is a row where it has an id."""
VOID = frozenset(("meta", "input", "br", "link"))


@dataclass
class Element:
    """An element with what it and what is in it says; ``above`` are the elements around it."""

    tag: str
    above: tuple[Element, ...]
    attributes: dict[str, str]
    said: list[str] = field(default_factory=list)

    @property
    def is_row(self) -> bool:
        return "data-row" in self.attributes or (self.tag in ROWS and "id" in self.attributes)

    def words(self) -> frozenset[str]:
        around = [outer.attributes.get("data-meaning", "") for outer in self.above]
        return frozenset(words_of(" ".join((*self.said, *around))))


class Elements(HTMLParser):
    """All elements of a page that have an id."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[Element] = []
        self.ids: dict[str, Element] = {}
        self.twice: list[str] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag in VOID:
            return
        attributes = {name: value or "" for name, value in attrs}
        made = Element(tag, tuple(self.open), attributes)
        self.open.append(made)
        said = (attributes.get("href", ""), attributes.get("data-meaning", ""))
        for element in self.open:
            element.said.extend(said)
        if attributes.get("href"):
            self.links.append(attributes["href"])
        if "id" in attributes:
            if attributes["id"] in self.ids:
                self.twice.append(attributes["id"])
            self.ids[attributes["id"]] = made

    def handle_endtag(self, tag):
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data):
        for element in self.open:
            element.said.append(data)


def words_of(text: str) -> list[str]:
    return re.findall(r"[^\W_]+|[^\w\s|()/]", text)


@pytest.fixture(scope="module", params=vocabulary_languages())
def sheet(request) -> Sheet:
    return sheet_of(request.param)


@pytest.fixture(scope="module")
def page(sheet) -> str:
    return vocabulary_page(sheet.language)


@pytest.fixture(scope="module")
def elements(page) -> Elements:
    return Elements(page)


def test_every_row_of_every_table_is_on_the_page_with_all_its_cells(sheet, elements):
    missing = []
    for name, table in sheet.tables.items():
        for row in table.rows:
            shown = elements.ids.get(sheet.anchor(name, row))
            if name in BESIDE and shown:
                shown = next(e for e in shown.above[::-1] if e.is_row)
            wanted = words_of(" ".join(row.cells.values()))
            if shown is None or not shown.words().issuperset(wanted):
                missing.append((name, row.line, dict(row.cells)))
    assert missing == [], missing[:5]


def test_no_id_stands_twice_and_no_link_leads_nowhere(elements):
    assert elements.twice == []
    assert {link for link in elements.links if link.removeprefix("#") not in elements.ids} == set()


def test_files_of_tables_stand_on_the_page(sheet, page):
    for table in sheet.tables.values():
        assert f"<code>{table.path}</code>" in page


def test_the_page_is_one_small_file_that_asks_for_nothing(page):
    assert len(page.encode()) < 1_000_000
    assert "http:" not in page and "https:" not in page and "src=" not in page
    assert "default-src 'none'" in page and "{{" not in page


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("id\tterm\trole\nzz1\t(a|b) <c>\tdoes_it\n", ("entry-zz1", "does it", "&lt;c&gt;")),
        ("from\tto\n# Why.\nx\ty|z\n", ("row-en-new-3", "from → to", "y, z", "Why.")),
        ("word\nx\ny\n", ("row-en-new-2", "row-en-new-3")),
        ("a\tb\tc\n1\t\t3\n", ("row-en-new-2", ">a</th>")),
    ],
)
def test_a_new_table_is_shown_without_being_named_anywhere(monkeypatch, text, seen):
    new = _table("en/new.tsv", text)
    monkeypatch.setattr(
        "groundct.review._vocabulary.sheet.vocabulary_tables",
        lambda language: (*vocabulary_tables(language), new),
    )
    shown = vocabulary_page("en").partition('<section class="part" id="others">')[2]
    assert all(word in shown for word in (*seen, "en/new.tsv"))


def test_notes_between_rows_are_not_said_of_the_whole_table():
    assert _table("x.tsv", "a\n# All.\n1\n2\n").notes == ("All.",)
    assert _table("x.tsv", "a\n# Ones.\n1\n# Twos.\n2\n").notes == ()


def test_a_row_with_a_cell_too_few_is_refused():
    with pytest.raises(TableError) as raised:
        _table("en/new.tsv", "a\tb\n1\n")
    assert raised.value.issues[0].code == "vocabulary-row"


def test_the_page_names_its_language():
    assert "<title>Vocabulary (English) · groundct</title>" in vocabulary_page("en")
    assert "<b>Turkish</b>" in vocabulary_page("tr")


def test_equal_tables_give_equal_bytes(tmp_path, sheet, page):
    path = tmp_path / "page.html"
    write_vocabulary_page(path, sheet.language)
    assert path.read_text(encoding="utf-8") == page


def test_a_finding_says_what_the_rules_do_with_it():
    elements = Elements(vocabulary_page("en"))
    nodule = elements.ids["type-nodule"].words()
    assert {"focal", "Lung", "nodule", "calcified", "bronchus"} <= nodule
    assert "Lung-nodule" in " ".join(elements.ids["type-nodule"].said)
    thickening = elements.ids["general-thickening"].words()
    assert {"pleural", "thickening", "esophagus"} <= thickening
    assert "nodule" in elements.ids["label-Lung-nodule"].words()
    assert "nodule" not in elements.ids["label-Cardiomegaly"].words()


@pytest.mark.parametrize(
    ("term", "shown"),
    [
        ("nodule", "nodule"),
        ("(a|b) of c", '<span class="any">(a / b)</span> of c'),
        ("(the|) lung", '<span class="opt">[the]</span> lung'),
        (
            "(a (b|)|c) d",
            '<span class="any">(a <span class="opt">[b]</span> / c)</span> d',
        ),
        ("(a|b|) <i>", '<span class="opt">[a / b]</span> &lt;i&gt;'),
    ],
)
def test_phrases_are_written_for_people(term, shown):
    assert phrase_html(term) == shown


@pytest.mark.parametrize("term", ["a", "(a|b) c", "(a|) b", "(a (b|c|)|d) (e|f)", "a (b|(c|d) e)"])
def test_phrases_are_counted_as_the_lexicon_spells_them_out(term):
    assert phrase_count(term) == len(expand(term))


def test_an_entry_whose_id_stands_in_two_tables_names_its_table(sheet):
    ids = [
        sheet.anchor(name, row)
        for name, table in sheet.tables.items()
        for row in table.rows
        if name.startswith("*/") and "term" in table.columns
    ]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    "row",
    words_table("examples", ("language", "table", "meaning", "sentence")),
    ids=lambda row: f"{row['table']}:{row['meaning']}",
)
def test_examples_show_what_they_stand_for(row):
    name = row["table"].removeprefix("*/").removesuffix(".tsv")
    tables = {table.path: table for table in vocabulary_tables(row["language"])}
    column = tables[f"{row['language']}/{name}.tsv"].columns[2]
    words = re.findall(r"\w+", row["sentence"].lower())
    normal = [normal_word(word, row["language"]) for word in words]
    hits = lexicon(row["language"], name, column).find(normal)
    assert row["meaning"] in {hit.entry.meaning for hit in hits}


def test_a_language_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(TableError) as raised:
        vocabulary_page("xx")
    assert raised.value.issues[0].code == "unsupported-language"


def test_the_command_writes_the_page_and_says_what_is_on_it(tmp_path):
    out = tmp_path / "new" / "vocabulary.html"
    result = CliRunner().invoke(command, ["-o", str(out)])
    assert result.exit_code == 0
    assert "62 codes" in result.output
    assert out.read_text(encoding="utf-8") == vocabulary_page("en")
