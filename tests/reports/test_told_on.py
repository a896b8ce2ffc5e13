"""Clauses that tell a finding again on the other side without its name, where the verb is last."""

from __future__ import annotations

import pytest

from groundct.core.report import report_of_columns
from groundct.reports.rules import PLUGIN


def _read(text: str) -> list[tuple[str, str | None, str, tuple[float, ...]]]:
    found = PLUGIN.extract(report_of_columns([("findings", text)], "tr")).findings
    return [
        (
            own.type,
            own.laterality,
            own.presence,
            tuple(value for size in own.measurements for value in size.values_mm),
        )
        for own in found
    ]


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("Sağda effüzyon yok, solda mevcut.", ("right", "absent", ()), ("left", "present", ())),
        ("Sağda effüzyon mevcut, solda yok.", ("right", "present", ()), ("left", "absent", ())),
        (
            "Sağ plevral boşlukta 2 cm effüzyon mevcut, solda yoktur.",
            ("right", "present", (20.0,)),
            ("left", "absent", ()),
        ),
        (
            "Solda pnömotoraks izlenmedi, sağda 3 cm izlendi.",
            ("left", "absent", ()),
            ("right", "present", (30.0,)),
        ),
    ],
)
def test_the_other_side(text: str, first: tuple[object, ...], second: tuple[object, ...]) -> None:
    assert [own[1:] for own in _read(text)] == [first, second]


def test_spans_are_the_sentence_s_own() -> None:
    text = "Sol akciğerde nodül izlenmedi, sağ üst lobda 5 mm mevcut."
    denied, told = PLUGIN.extract(report_of_columns([("findings", text)], "tr")).findings
    assert denied.span.of(text) == "nodül"
    assert told.span.of(text) == "sağ üst lobda 5 mm mevcut"
    assert told.measurements[0].span.of(text) == "5 mm"
    assert told.anatomy[0].endswith("right lung upper lobe")


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("Sağ akciğerde nodül, solda effüzyon mevcut.", ["right", "left"]),
        ("Sağda ve solda effüzyon mevcut.", ["bilateral"]),
        ("Her iki akciğerde nodül mevcut, solda daha büyük.", ["bilateral"]),
        ("Sağda effüzyon mevcut, sağda daha önce de izlendi.", ["right"]),
        ("Solda effüzyon azalmış, sağda artmıştır.", ["left", "right"]),
    ],
)
def test_what_tells_nothing_again(text: str, sides: list[str]) -> None:
    assert [own[1] for own in _read(text)] == sides
