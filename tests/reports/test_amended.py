"""What an addendum says anew of a finding counts: its size, its side, that it is not there."""

from __future__ import annotations

import pytest

from groundct.core.report import report_of_columns
from groundct.reports import read
from groundct.reports.rules import PLUGIN


def _read(text: str) -> list[tuple[str, str, str | None, tuple[float, ...]]]:
    found = PLUGIN.extract(report_of_columns([("findings", text)])).findings
    return [
        (
            own.type,
            own.presence,
            own.laterality,
            tuple(v for m in own.measurements for v in m.values_mm),
        )
        for own in found
    ]


def test_a_size_is_amended() -> None:
    first = "Nodule in the left lower lobe 18 mm. Nodule in the right lower lobe 5 mm. "
    for label in ("ADDENDUM", "Correction", "Erratum"):
        text = f"{first}{label}: the nodule in the left lower lobe measures 8 mm, not 18 mm."
        report = report_of_columns([("findings", text)])
        left, right = PLUGIN.extract(report).findings
        assert left.measurements[0].span.of(text) == "8 mm"
        assert [size.values_mm for size in left.measurements] == [(8.0,)]
        assert left.anatomy[0].endswith("left lung lower lobe")
        assert left.sentence_indices == (0, 2)
        assert "8 mm" in left.standardized
        assert right.measurements[0].values_mm == (5.0,)


def test_the_size_of_the_known_one() -> None:
    text = "There is a 4 cm mass in the right upper lobe. ADDENDUM: The mass measures 5 cm."
    assert _read(text) == [("mass", "present", "right", (50.0,))]


def test_a_side_and_a_presence_are_amended() -> None:
    text = (
        "There is a mass in the right upper lobe. Addendum: the mass is on the left, not the right."
    )
    assert _read(text) == [("mass", "absent", "right", ()), ("mass", "present", "left", ())]
    text = "There is a right pneumothorax. Addendum: there is no pneumothorax."
    assert _read(text) == [("pneumothorax", "absent", None, ())]
    text = "Right pneumothorax. Left pneumothorax. Addendum: there is no right pneumothorax."
    assert _read(text)[0] == ("pneumothorax", "absent", "right", ())
    assert _read(text)[1] == ("pneumothorax", "present", "left", ())


@pytest.mark.parametrize(
    "text",
    [
        "Right pneumothorax. There is no left pneumothorax.",
        "Right pneumothorax. Addendum: there is no left pneumothorax.",
        "Right pneumothorax. Addendum: there is no pleural effusion.",
        "Left pneumothorax. Right pneumothorax. Addendum: there is no pneumothorax.",
    ],
)
def test_what_is_not_amended(text: str) -> None:
    found = _read(text)
    assert found[0][1] == "present"
    assert found[-1][1] == "absent"


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("The nodule measures 8 mm, not 18 mm.", (8.0,)),
        ("The nodule is 8 mm rather than 18 mm.", (8.0,)),
        ("The nodule is not 18 mm but 8 mm.", (8.0,)),
        ("A nodule not larger than 5 mm.", (5.0,)),
        ("Nodules of 5 mm and 7 mm.", (5.0, 7.0)),
    ],
)
def test_a_size_that_is_taken_back(text: str, sizes: tuple[float, ...]) -> None:
    assert _read(text)[0][3] == sizes


def _whole(text: str) -> list[tuple[str, str, str | None, tuple[float, ...], tuple[int, ...]]]:
    return [
        (
            own.type,
            own.presence,
            own.laterality,
            tuple(v for m in own.measurements for v in m.values_mm),
            own.sentence_indices,
        )
        for own in read(text, "en").findings
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Addendum: the nodule in the right lower lobe is 8 mm, not 18 mm. Findings: There is "
            "an 18 mm nodule in the right lower lobe.",
            [("nodule", "present", "right", (8.0,), (0, 1))],
        ),
        (
            "ADDENDUM: The nodule measures 8 mm, not 18 mm.\n\nFINDINGS: An 18 mm nodule in the "
            "right lower lobe.\n\nIMPRESSION: Nodule in the right lower lobe.",
            [("nodule", "present", "right", (8.0,), (0, 1, 2))],
        ),
        (
            "Correction: the mass is 5 cm. There is a 4 cm mass in the right upper lobe.",
            [("mass", "present", "right", (50.0,), (0, 1))],
        ),
        (
            "ADDENDUM: There is no pneumothorax.\nFINDINGS: Right pneumothorax.",
            [("pneumothorax", "absent", None, (), (0,))],
        ),
        (
            "ADDENDUM: It was read again. The mass measures 3 cm.\nFINDINGS: A mass of 4 cm in "
            "the left lung.",
            [("mass", "present", "left", (30.0,), (1, 2))],
        ),
        (
            "Addendum: the mass is on the left, not the right.\nFindings: A mass in the right "
            "upper lobe.",
            [("mass", "present", "left", (), (0,)), ("mass", "absent", "right", (), (0,))],
        ),
        # What is new, and what several may be, changes nothing behind it.
        (
            "Addendum: a 5 mm nodule in the left upper lobe. Findings: An 18 mm nodule in the "
            "right lower lobe.",
            [
                ("nodule", "present", "left", (5.0,), (0,)),
                ("nodule", "present", "right", (18.0,), (1,)),
            ],
        ),
        (
            "Addendum: the nodule measures 8 mm. Findings: Right nodule 18 mm. Left nodule 7 mm.",
            [
                ("nodule", "present", None, (8.0,), (0,)),
                ("nodule", "present", "right", (18.0,), (1,)),
                ("nodule", "present", "left", (7.0,), (2,)),
            ],
        ),
        (
            "Addendum: this report was read again. Findings: Right nodule 18 mm.",
            [("nodule", "present", "right", (18.0,), (1,))],
        ),
        (
            "The right nodule measures 8 mm. Findings: Right nodule 18 mm.",
            [("nodule", "present", "right", (18.0,), (1,))],
        ),
    ],
)
def test_an_addendum_in_front(
    text: str,
    expected: list[tuple[str, str, str | None, tuple[float, ...], tuple[int, ...]]],
) -> None:
    assert _whole(text) == expected


def test_an_addendum_on_a_line_of_its_own() -> None:
    text = "FINDINGS: A nodule of 18 mm in the right lung.\nADDENDUM: The nodule is 8 mm."
    assert _whole(text) == [("nodule", "present", "right", (8.0,), (0, 1))]
    assert _whole("FINDINGS: Nodule.\nNOTE: No mass.") == [("nodule", "present", None, (), (0,))]


def test_drafts_of_many_are_amended_as_one() -> None:
    texts = ("Addendum: no effusion. Right effusion.", "Right effusion.", "Addendum: no mass.")
    reports = [report_of_columns([("findings", text)]) for text in texts]
    assert PLUGIN.draft_many(reports) == [PLUGIN.draft(report) for report in reports]
    assert [len(PLUGIN.draft(report).findings) for report in reports] == [1, 1, 1]
