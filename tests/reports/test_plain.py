"""Mark-up and invisible characters are read past, and spans lead back to the cell as given."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundct.core.issues import TableError
from groundct.core.report import Span, report_of_columns
from groundct.reports import read
from groundct.reports.plain import moved_back, plain_report
from groundct.reports.plain.markup import has_markup, without_markup
from groundct.reports.plain.rtf import is_rtf, without_rtf
from groundct.reports.rules import PLUGIN

RTF = (
    r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss\fcharset162 Arial;}{\f1\fcharset0 X;}}"
    r"{\colortbl;\red0\green0\blue0;}{\*\generator Some 1.0;}\f0\fs20 "
    "No pleural effu\r\nsion.\\par A {\\b 5\\~mm} nod\\-ule "
    "\\'fd\\u287?\\'fe \\{x\\} \\f1 \\'fd\\tab"
    r"{\pict 00ff00}{\field{\*\fldinst HYPERLINK x}{\fldrslt shown}}\u-3?\line end}"
)
PIECES = st.sampled_from(
    ["a", " ", "<b>", "</b>", "<p>", "<br/>", "&lt;", "&#305;", "&", "<", ">", "<!--", "-->", ";",
     "<script>", "</script>", "\u200b", "e\u0301", "ﬁ", "\u0301", "\ufeff", "<td class='x'>",
     "5 mm"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=20).map("".join)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<p>No <b>effu</b>sion.</p>", "\n\nNo effusion.\n\n"),
        ("a<br>b<BR/>c", "a\nb\nc"),
        ("<table><tr><td>a</td></tr></table>", "\n\n\n\n\ta\t\n\n\n\n"),
        ("size &lt; 5&nbsp;mm &amp; more", "size < 5\xa0mm & more"),
        ("akci&#287;er &#x131; &uuml;", "akciğer ı ü"),
        ("nod\u200bu\u00adle\ufeff \u202eabc\u202c", "nodule abc"),
        ("ﬁbrosis o\u0308dem s\u0327", "fibrosis ödem ş"),
        ("<!-- x <b> -->y<!-- open", "y<!-- open"),
        ("<style>p {a: b}</style>y<script>no", "yno"),
        ("<!DOCTYPE html><html><head><title>x</title></head>y", "\n\ny"),
        ('<span style="x">y</span>', "y"),
    ],
)
def test_what_a_reader_sees(text: str, shown: str) -> None:
    assert has_markup(text)
    assert without_markup(text).text == shown


@pytest.mark.parametrize(
    "text",
    ["<5 mm", "a < b and c > d", "T1<T2", "R&D; x", "<nodule>", "&nbsp x", "x <b and c> y", "&;",
     "plain", "<p", "</", "<b <i>"],
)  # fmt: skip
def test_text_that_only_looks_like_markup_stays(text: str) -> None:
    assert without_markup(text).text == text.replace("<i>", "")


def test_rich_text() -> None:
    assert is_rtf(RTF) and is_rtf("\n {\\rtf x}") and not is_rtf("{\\rtfx}") and not is_rtf("x")
    plain = without_rtf(RTF)
    assert plain.text == ("No pleural effusion.\n\nA 5\xa0mm nodule ığş {x} ý\tshown\ufffd\nend")
    place = plain.text.index("nodule")
    assert plain.origin(Span(start=place, end=place + 6)).of(RTF) == "nod\\-ule"


@pytest.mark.parametrize(
    "text", ["{\\rtf1 a", "{\\rtf1 a}}", "{\\rtf1\\ansicpg1253 \\'d2}", "{\\rtf1 \\"]
)
def test_broken_rich_text_is_refused(text: str) -> None:
    with pytest.raises(TableError, match="broken-rtf"):
        without_rtf(text)


@given(TEXTS)
def test_characters_that_stay_come_from_where_they_stood(text: str) -> None:
    plain = without_markup(text)
    end = 0
    for n, character in enumerate(plain.text):
        source = plain.origin(Span(start=n, end=n + 1))
        assert 0 <= source.start < source.end <= len(text)
        assert source.end >= end
        end = source.end
        if source.end - source.start == 1 and not has_markup(text[source.start]):
            assert text[source.start] == character


@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_readings_move_back_into_the_report(cells: list[str]) -> None:
    names = ("findings", "impression", "technique")
    report = report_of_columns(zip(names, cells, strict=False))
    plain = plain_report(report)
    reading = PLUGIN.extract(plain.report)
    if plain.origin is None:
        assert plain.report == report
        return
    moved = moved_back(reading, plain.origin)
    homes = [section.span for section in report.sections]
    for sentence in moved.sentences:
        assert any(home.contains(sentence.span) for home in homes)
    for finding in moved.findings:
        own = [moved.sentences[index].span for index in finding.sentence_indices]
        assert own[0].contains(finding.span)
        parts = (*finding.measurements, *finding.cues, *finding.remarks, *finding.relations)
        assert all(any(span.contains(part.span) for span in own) for part in parts)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("No effusion \u202dx.", ["direction-override"]),
        ("No nod\ufffdle.", ["lost-characters"]),
        ("Sağ akciğer".encode().decode("cp1252", errors="replace"), ["decoded-twice"]),
        ("Üst lob, ölçü “5 mm” – Å, Ä, Ã".encode().decode(), []),
        ("No effusion.", []),
    ],
)
def test_characters_that_tell_of_damage_are_told(text: str, codes: list[str]) -> None:
    found = plain_report(report_of_columns([("findings", text)])).issues
    assert [issue.code for issue in found] == codes
    assert all(issue.severity == "warning" and issue.remedy for issue in found)


def test_findings_in_marked_up_cells() -> None:
    text = (
        "<p>No pl&#101;ural <b>effu</b>sion.<br>"
        "A 5&nbsp;mm nod\u200bule in the right upper lobe.</p>"
    )
    reading = read(text)
    absent, nodule = reading.findings
    assert (absent.type, absent.presence) == ("pleural_effusion", "absent")
    assert nodule.span.of(text) == "nod\u200bule"
    assert nodule.measurements[0].span.of(text) == "5&nbsp;mm"
    assert nodule.measurements[0].values_mm == (5.0,) and nodule.laterality == "right"
    assert reading.report.text == text
