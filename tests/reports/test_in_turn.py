"""One mention of several things with a place and size each gives as many findings."""

from __future__ import annotations

import pytest

from groundct.core.report import report_of_columns
from groundct.reports.rules import PLUGIN
from groundct.vocabulary.anatomy import anatomy

Things = list[tuple[str, tuple[float, ...], int | None]]
_RUL, _RML, _LLL = "right lung upper lobe", "right lung middle lobe", "left lung lower lobe"


def _read(text: str, language: str = "en") -> Things:
    found = PLUGIN.extract(report_of_columns([("findings", text)], language)).findings
    return [
        (
            "+".join(anatomy().leaf(path) for path in finding.anatomy),
            tuple(value for size in finding.measurements for value in size.values_mm),
            finding.count,
        )
        for finding in found
    ]


@pytest.mark.parametrize(
    ("text", "things"),
    [
        (
            "Nodules of 5 and 7 mm in the right upper and left lower lobe, respectively.",
            [(_RUL, (5.0,), None), (_LLL, (7.0,), None)],
        ),
        (
            "Two nodules in the right upper and left lower lobes measure 6 and 9 mm, respectively.",
            [(_RUL, (6.0,), 1), (_LLL, (9.0,), 1)],
        ),
        (
            "Bilateral renal cysts, left 8 mm, right 21 mm, and a nodule in the right upper lobe.",
            [("left kidney", (8.0,), None), (_RUL, (), 1), ("right kidney", (21.0,), None)],
        ),
        (
            "There is a nodule of 6 mm in the right upper lobe, 4 mm in the middle lobe and 5 mm "
            "in the left lower lobe.",
            [(_RUL, (6.0,), 1), (_RML, (4.0,), 1), (_LLL, (5.0,), 1)],
        ),
        (
            "Two nodules in the right lung, one in the upper and the other in the middle lobe.",
            [(_RUL, (), 1), (_RML, (), 1)],
        ),
        (
            "Four nodules in the right upper lobe and two in the left lower lobe.",
            [(_RUL, (), 4), (_LLL, (), 2)],
        ),
        (
            "Nonspecific nodules, 3 in the right upper lobe and one in the left lower lobe.",
            [(_RUL, (), 3), (_LLL, (), 1)],
        ),
        (
            "A nodule of 8 mm in the left lobe of the thyroid, one of 4 mm in the right lobe.",
            [("left thyroid", (8.0,), 1), ("right thyroid", (4.0,), 1)],
        ),
        (
            "The cyst in the right lobe of the liver is 15 mm and in the left lobe is 6 mm.",
            [("right lobe of liver", (15.0,), None), ("left lobe of liver", (6.0,), None)],
        ),
    ],
)
def test_things_that_are_told_in_turn(text: str, things: Things) -> None:
    assert _read(text) == things


@pytest.mark.parametrize(
    ("text", "things"),
    [
        # One size for two places, two sizes for one, a place of both lungs, nothing that pairs.
        (
            "Nodules of 5 mm in the right upper lobe and left lower lobe.",
            [(f"{_RUL}+{_LLL}", (5.0,), None)],
        ),
        ("Nodules of 5 and 7 mm in the right upper lobe.", [(_RUL, (5.0, 7.0), None)]),
        ("Nodules of 5 mm in both lungs and 7 mm.", [("lung", (5.0, 7.0), None)]),
        (
            "Consolidation in the right upper and left lower lobe.",
            [(f"{_RUL}+{_LLL}", (), None)],
        ),
        (
            "No nodules of 5 and 7 mm in the right upper and left lower lobe, respectively.",
            [(f"{_RUL}+{_LLL}", (5.0, 7.0), None)],
        ),
    ],
)
def test_what_does_not_pair_stays_one(text: str, things: Things) -> None:
    assert _read(text) == things


def test_in_turkish() -> None:
    text = "Sağ üst lobda 8 mm, sol alt lobda 5 mm çaplı nodüller izlendi."
    assert _read(text, "tr") == [(_RUL, (8.0,), None), (_LLL, (5.0,), None)]


def test_sides_and_words_are_those_of_each() -> None:
    text = "Nodules of 5 and 7 mm in the right upper and left lower lobe, respectively."
    found = PLUGIN.extract(report_of_columns([("findings", text)])).findings
    assert [f.laterality for f in found] == ["right", "left"]
    assert len({f.finding_id for f in found}) == 2
    assert "5 mm" in found[0].standardized and "7 mm" in found[1].standardized
    assert all(f.span.of(text) == "Nodules" for f in found)


Sides = list[tuple[str | None, tuple[float, ...], str, str]]


def _sides(text: str, language: str = "en") -> Sides:
    found = PLUGIN.extract(report_of_columns([("findings", text)], language)).findings
    return [
        (
            finding.laterality,
            tuple(value for size in finding.measurements for value in size.values_mm),
            "+".join(anatomy().leaf(path) for path in finding.anatomy),
            "+".join(f"{size.kind} {size.form}" for size in finding.measurements),
        )
        for finding in found
    ]


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        (
            "Effusions of both pleural spaces reach a depth of 31 mm on the left and 14 mm on the "
            "right.",
            [
                ("left", (31.0,), "pleura", "thickness up_to"),
                ("right", (14.0,), "pleura", "thickness up_to"),
            ],
        ),
        (
            "Pleural effusion measuring 10 mm on the right and 32 mm on the left, and atelectasis.",
            [
                ("right", (10.0,), "pleura", "thickness exact"),
                (None, (), "lung", ""),
                ("left", (32.0,), "pleura", "thickness exact"),
            ],
        ),
        (
            "Bilateral adrenal adenomas, right 15 mm and left 22 mm.",
            [
                ("right", (15.0,), "right adrenal gland", "diameter exact"),
                ("left", (22.0,), "left adrenal gland", "diameter exact"),
            ],
        ),
        (
            "Bullae of 50 mm on the right and 40 mm on the left in the upper lobes of both lungs.",
            [
                ("right", (50.0,), "right lung upper lobe", "diameter exact"),
                ("left", (40.0,), "left lung upper lobe", "diameter exact"),
            ],
        ),
    ],
)
def test_a_size_for_each_side(text: str, sides: Sides) -> None:
    assert _sides(text) == sides


@pytest.mark.parametrize(
    "text",
    [
        "Pleural effusion on the right, 5 mm and 7 mm thick.",
        "Nodules of 5 and 7 mm in both lungs.",
        "Nodules of 5 and 7 mm, on the right more than on the left.",
        "No effusion of 5 mm on the right and 7 mm on the left.",
    ],
)
def test_sizes_that_are_not_told_by_side_stay_together(text: str) -> None:
    assert len(_sides(text)) == 1


def test_a_size_goes_to_the_place_beside_it() -> None:
    text = "Effusion of 12 mm in the left hemithorax and 9 mm in the pericardial space."
    assert _sides(text) == [
        ("left", (12.0,), "pleura", "thickness exact"),
        (None, (9.0,), "heart tissue", "thickness exact"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Plevral mesafede sağda 30 mm, solda 12 mm efüzyon izlendi.",
        "Bilateral plevral efüzyon izlenmiş olup sağda 30 mm, solda 12 mm kalınlıktadır.",
    ],
)
def test_sides_in_turkish(text: str) -> None:
    assert [(side, sizes) for side, sizes, *_ in _sides(text, "tr")] == [
        ("right", (30.0,)),
        ("left", (12.0,)),
    ]


def test_the_largest_of_each_side_bounds_the_others() -> None:
    text = "Nodules in both lungs, the largest of which was 7 mm in size in the left upper lobe "
    text += "apicoposterior and 9 mm in the right lower lobe laterobasal segments."
    found = PLUGIN.extract(report_of_columns([("findings", text)], "en")).findings
    assert [(f.laterality, s.values_mm, s.form) for f in found for s in f.measurements] == [
        ("left", (7.0,), "up_to"),
        ("right", (9.0,), "up_to"),
    ]


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        (
            "Nodules in both lungs, the largest 8 mm in the right upper lobe and the largest on "
            "the left 6 mm in the lower lobe.",
            [("right", 8.0), ("left", 6.0)],
        ),
        (
            "Nodules are seen in both lungs, the largest of which is 8 mm in the right upper lobe, "
            "and the largest on the left is 6 mm.",
            [("right", 8.0), ("left", 6.0)],
        ),
        (
            "Nodules in both lungs, the largest on the left 6 mm and the largest 8 mm in the right "
            "upper lobe.",
            [("left", 6.0), ("right", 8.0)],
        ),
        (
            "Cysts in both kidneys, the largest 30 mm on the right and the largest on the left "
            "20 mm.",
            [("right", 30.0), ("left", 20.0)],
        ),
        (
            "Effusion in both pleural spaces, 24 mm on the right and the largest on the left "
            "18 mm.",
            [("right", 24.0), ("left", 18.0)],
        ),
        (
            "The largest nodule is in the right middle lobe, 5 mm, and the largest 4 mm in the "
            "left lower lobe.",
            [("right", 5.0), ("left", 4.0)],
        ),
    ],
)
def test_the_largest_of_each_side_in_any_order(text: str, sides: list[tuple[str, float]]) -> None:
    assert [(side, *sizes) for side, sizes, *_ in _sides(text)] == sides


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("Nodules in both lungs, the largest 8 mm in the right upper lobe.", "bilateral"),
        ("Nodules in both lungs, the largest 8 mm and the largest on the left 6 mm.", "bilateral"),
        (
            "Nodules in both lungs, the largest 8 mm on the right in the upper lobe and the "
            "largest on the right in the lower lobe 6 mm.",
            "bilateral",
        ),
        (
            "Nodules in the right lung, the largest 8 mm in the upper lobe and the largest 6 mm "
            "in the lower lobe.",
            "right",
        ),
        ("Nodules in both lungs, the largest 8 x 6 mm in the right upper lobe.", "bilateral"),
        ("Lymph nodes, the largest 8 mm and the largest in the left axilla 6 mm.", None),
    ],
)
def test_the_largest_of_one_side_stay_together(text: str, side: str | None) -> None:
    assert [own for own, *_ in _sides(text)] == [side]
