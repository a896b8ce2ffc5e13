"""Sides of one finding that changed each in its own way are a finding each."""

from __future__ import annotations

import pytest

from groundct.core.report import report_of_columns
from groundct.reports.rules import PLUGIN
from groundct.vocabulary.anatomy import anatomy

Seen = list[tuple[str, str | None, str | None]]


def _read(text: str, language: str = "en") -> Seen:
    found = PLUGIN.extract(report_of_columns([("findings", text)], language)).findings
    return [(finding.presence, finding.laterality, finding.change) for finding in found]


LEFT_LESS: Seen = [("present", "left", "decreased"), ("present", "right", "increased")]
RIGHT_LESS: Seen = [("present", "right", "decreased"), ("present", "left", "increased")]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("The effusion on the left has regressed, and the one on the right has grown.", LEFT_LESS),
        ("Pneumothorax has decreased on the left and increased on the right.", LEFT_LESS),
        ("Bilateral effusion, decreased on the left and increased on the right.", LEFT_LESS),
        (
            "The effusion on the right is smaller than before, and increased on the left.",
            RIGHT_LESS,
        ),
        ("Bilateral effusion persists, decreased on the right, increased on the left.", RIGHT_LESS),
        (
            "The right effusion has increased, the left has resolved.",
            [("present", "right", "increased"), ("absent", "left", "resolved")],
        ),
        (
            "The left effusion has resolved and the right is stable.",
            [("absent", "left", "resolved"), ("present", "right", "stable")],
        ),
        (
            "Pneumothorax on the right unchanged, on the left decreased.",
            [("present", "right", "stable"), ("present", "left", "decreased")],
        ),
        (
            "The left effusion has resolved, the right persists.",
            [("absent", "left", "resolved"), ("present", "right", "stable")],
        ),
        (
            "Both effusions have decreased, the right has resolved.",
            [("present", "left", "decreased"), ("absent", "right", "resolved")],
        ),
        (
            "Effusion increased on the left, new on the right.",
            [("present", "left", "increased"), ("present", "right", "new")],
        ),
        (
            "Bilateral effusions have increased on the right.",
            [("present", "left", None), ("present", "right", "increased")],
        ),
    ],
)
def test_sides_that_changed_apart(text: str, seen: Seen) -> None:
    assert _read(text) == seen


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Solda effüzyon azalmış, sağda artmıştır.", LEFT_LESS),
        ("Sağda pnömotoraks azalmış, solda artmıştır.", RIGHT_LESS),
        ("Bilateral effüzyon mevcut, sağda azalmış, solda artmıştır.", RIGHT_LESS),
        ("Sağ alt lobdaki konsolidasyon gerilemiş, sol alt lobdaki ilerlemiştir.", RIGHT_LESS),
    ],
)
def test_they_are_told_apart_in_turkish(text: str, seen: Seen) -> None:
    assert _read(text, "tr") == seen


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("The effusions on the right and left have decreased.", "bilateral decreased"),
        ("Bilateral effusions have increased, more on the right.", "bilateral increased"),
        ("Bilateral effusion, 2 cm on the right, has increased.", "bilateral increased"),
        ("The right effusion has decreased on the right.", "right decreased"),
        # A size is not shared out, and what changed on one side has not as a whole.
        ("Bilateral effusion, up to 2 cm, has increased on the left.", "bilateral None"),
    ],
)
def test_others_stay_one(text: str, seen: str) -> None:
    assert [f"{side} {change}" for _, side, change in _read(text)] == [seen]


def test_other_findings_keep_their_own_changes() -> None:
    text = "Sağda effüzyon artmış, solda pnömotoraks gerilemiştir."
    assert _read(text, "tr") == [
        ("present", "right", "increased"),
        ("present", "left", "decreased"),
    ]


def test_places_and_sizes_go_with_their_sides() -> None:
    text = (
        "Nodule in the right upper lobe has grown to 9 mm, that in the left lung is stable, 5 mm."
    )
    found = PLUGIN.extract(report_of_columns([("findings", text)])).findings
    assert [(anatomy().leaf(*f.anatomy), f.measurements[0].values_mm, f.change) for f in found] == [
        ("right lung upper lobe", (9.0,), "increased"),
        ("left lung", (5.0,), "stable"),
    ]


def test_the_other_lung_is_whole_where_no_lobe_is_named() -> None:
    text = "Sağ üst lobdaki nodül büyümüş, soldaki stabildir."
    found = PLUGIN.extract(report_of_columns([("findings", text)], "tr")).findings
    assert [anatomy().leaf(*f.anatomy) for f in found] == ["right lung upper lobe", "left lung"]
