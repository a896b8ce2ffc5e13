"""Numbers that are sizes, what they measure, and numbers that are none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundct.core.issues import TableError
from groundct.core.report import Measurement, Span
from groundct.questions._sizes import size_text
from groundct.reports._rules.details.measures import measurements_of, of_type
from groundct.reports._rules.reading import read_sentence
from groundct.reports._rules.words.parsed import parse
from groundct.reports._rules.words.sizes import sizes_of
from groundct.review._words import size_words
from groundct.vocabulary import sizes as table
from groundct.vocabulary.findings import findings


def _sizes(text: str) -> list[tuple[float, ...]]:
    return [size.measurement.values_mm for size in sizes_of(parse(text, "en"))]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("6x2.5 mm", [(6, 2.5)]),
        ("28 x 17 mm", [(28, 17)]),
        ("28×17mm in size", [(28, 17)]),
        ("2 x 2 x 1 cm", [(20, 20, 10)]),
        ("5 mm x 4 mm", [(5, 4)]),
        ("5 by 4 mm", [(5, 4)]),
        ("12-15 mm", [(12, 15)]),
        ("12 - 15 mm", [(12, 15)]),
        ("12 to 15 mm", [(12, 15)]),
        ("between 12 and 15 mm", [(12, 15)]),
        ("5 mm to 1 cm", [(5, 10)]),
        ("5 and 7 mm", [(5,), (7,)]),
        ("3, 5 and 7 mm", [(3,), (5,), (7,)]),
        ("3 mm, 5 mm", [(3,), (5,)]),
        ("15mm", [(15,)]),
        ("5-mm", [(5,)]),
        ("7 millimeters", [(7,)]),
        ("1,5 cm", [(15,)]),
        ("0.5 cm", [(5,)]),
        ("5x4x5", [(5, 4, 5)]),
        ("series 2-3, 5 mm", [(5,)]),
        ("image 129 5 mm", [(5,)]),
        ("15-12 mm", [(12,)]),
    ],
)
def test_sizes(text: str, values: list[tuple[float, ...]]) -> None:
    assert _sizes(text) == values


@pytest.mark.parametrize(
    "text",
    [
        *("14.10.2019", "T4-5", "3x/day", "5", "12-15", "20 mm2", "T12 mm", "50%", "No. 5", "2x"),
        *("12345 mm", "1,000 mm", "x-ray 5", "segments 3 and 5", "series 3 image 129", "0x0", "²"),
    ],
)
def test_numbers_that_are_no_sizes(text: str) -> None:
    assert _sizes(text) == []


@pytest.mark.parametrize(
    ("text", "kind", "form"),
    [
        ("Nodule of 5 mm.", "unknown", "exact"),
        ("Nodule 5 mm in diameter.", "diameter", "exact"),
        ("Node with a short axis of 5 mm.", "short_axis", "exact"),
        ("Mass, longest diameter up to 5 cm.", "long_axis", "up_to"),
        ("Effusion 5 mm thick.", "thickness", "exact"),
        ("Tube 3 cm above the carina.", "distance", "exact"),
        ("Nodule about 5 mm.", "unknown", "about"),
        ("Nodule < 5 mm.", "unknown", "up_to"),
        ("Nodule not exceeding 5 mm in diameter.", "diameter", "up_to"),
        ("Nodule of at least 5 mm.", "unknown", "at_least"),
        ("Nodule of 5 mm or larger.", "unknown", "at_least"),
        ("Nodules, the largest 5 mm.", "unknown", "up_to"),
        ("Up to approximately 5 mm.", "unknown", "up_to"),
    ],
)
def test_kind_and_form(text: str, kind: str, form: str) -> None:
    (size,) = measurements_of(parse(text, "en"))
    assert (size.kind, size.form) == (kind, form)


@pytest.mark.parametrize(
    "text",
    [
        "Slice thickness of 1.5 mm.",
        "1.5 mm thick sections.",
        "In the previous examination, it was 6 mm.",
        "It was 6 mm in the previous examination and is unchanged.",
        "Previously 6 mm.",
    ],
)
def test_sizes_that_are_not_the_findings(text: str) -> None:
    assert measurements_of(parse(text, "en")) == ()


def test_the_type_tells_what_a_bare_number_measures() -> None:
    bare = Measurement(span=Span(start=0, end=1), values_mm=(5.0,))
    assert of_type(bare, "nodule").kind == "diameter"
    assert of_type(bare, "pleural_effusion").kind == "thickness"
    assert of_type(bare, "lymph_node").kind == "unknown"
    assert of_type(bare, "nodule", widest=True).kind == "long_axis"
    assert of_type(bare, "pleural_effusion", widest=True).kind == "thickness"
    assert of_type(bare.changed(values_mm=(5.0, 4.0)), "lymph_node").kind == "diameter"
    assert of_type(bare.changed(kind="short_axis"), "nodule").kind == "short_axis"


def test_the_table_of_types(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(table._kinds()) <= set(findings().types)
    rows = ({"type": "nodule", "kind": "width"},)
    monkeypatch.setattr(table, "read_table", lambda *_: rows)
    with pytest.raises(TableError, match="vocabulary-kind"):
        table._kinds.__wrapped__()


def test_pages_and_questions_write_a_range_as_one() -> None:
    (finding,) = read_sentence("Nodules of 12-15 mm, up to 2 cm long.", "en").findings
    assert size_words(finding) == "12–15 mm, ≤ 20 mm"
    ranged = finding.measurements[0]
    assert size_text(ranged.values_mm, joint="-") == "12-15 mm"
    assert size_text((28.0, 17.04)) == "28x17 mm"


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(["5", "12", "3.5", "1,5", "x", "-", "mm", "cm", "to", "and", ",", "T4"]),
        max_size=12,
    ),
    st.sampled_from(["", " "]),
)
def test_sizes_stand_in_order_and_never_overlap(parts: list[str], joint: str) -> None:
    text = joint.join(parts)
    end = 0
    for size in sizes_of(parse(text, "en")):
        value = size.measurement
        assert end <= value.span.start < value.span.end <= len(text)
        assert 1 <= len(value.values_mm) <= 3
        assert all(number > 0 for number in value.values_mm)
        if value.form == "range":
            assert value.values_mm[0] < value.values_mm[1]
        end = value.span.end
