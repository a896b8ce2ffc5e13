"""Items of a list that only say where and how large: findings of the type that leads the list."""

from __future__ import annotations

import pytest

from groundct.core.report import Finding, report_of_columns
from groundct.reports.rules import PLUGIN


def _read(text: str, language: str = "en") -> list[tuple[str, str | None, float | None]]:
    found = PLUGIN.extract(report_of_columns([("findings", text)], language)).findings
    return [(own.type, own.laterality, _largest(own)) for own in found]


def _largest(own: Finding) -> float | None:
    return max((v for size in own.measurements for v in size.values_mm), default=None)


RIGHT_LEFT = [("nodule", "right", 6.0), ("nodule", "left", 8.0)]


@pytest.mark.parametrize(
    "text",
    [
        "Pulmonary nodules: 1. Right upper lobe 6 mm (was 5). 2. LLL 8 mm, new.",
        "Pulmonary nodules are as follows: 1) Right upper lobe, 6 mm. 2) Left lower lobe, 8 mm.",
        "Nodules: - RUL: 6 mm - LLL: 8 mm, new",
        "Lung nodules:\n- Right middle lobe measures 6 mm.\n- Left lower lobe measures 8 mm.",
    ],
)
def test_items_under_a_label(text: str) -> None:
    assert _read(text) == RIGHT_LEFT


def test_items_behind_a_sentence_that_names_several() -> None:
    text = "Multiple nodules. Right upper lobe, 6 mm. Left lower lobe, 8 mm, unchanged."
    assert _read(text) == [("nodule", None, None), *RIGHT_LEFT]
    text = "Liver lesions. Segment 7, 12 mm. Segment 4, 8 mm, unchanged."
    assert _read(text) == [("liver_lesion", None, size) for size in (None, 12.0, 8.0)]
    text = "Mediastinal lymph nodes are enlarged. Subcarinal 15 mm. Right hilar 12 mm."
    assert _read(text)[1:] == [("lymph_node", None, 15.0), ("lymph_node", "right", 12.0)]
    assert _read("Nodüller: 1. Sağ üst lob 6 mm. 2. Sol alt lob 8 mm.", "tr") == RIGHT_LEFT


def test_each_item_has_its_own_change_and_words() -> None:
    text = "Pulmonary nodules: 1. Left upper lobe 9 mm (was 6). 2. RLL 4 mm, new."
    report = report_of_columns([("findings", text)])
    found = PLUGIN.extract(report).findings
    assert [own.change for own in found] == ["increased", "new"]
    assert [own.measurements[0].span.of(text) for own in found] == ["9 mm", "4 mm"]
    assert [own.anatomy[0].rsplit("/", 1)[-1] for own in found] == [
        "left lung upper lobe",
        "right lung lower lobe",
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Multiple nodules in both lungs. Ascending aorta 44 mm.", 1),
        ("Multiple nodules. Spleen 12 cm.", 1),
        ("Multiple pulmonary nodules. Follow-up in 3 months.", 1),
        ("There are several nodules. The largest is 9 mm in the right lower lobe.", 1),
        ("There is a nodule in the right lung. Left upper lobe, 5 mm.", 1),
        ("No pulmonary nodules. Left upper lobe, 5 mm.", 1),
        ("Nodules are seen in both lungs. The heart is normal. Left lower lobe 5 mm.", 2),
        ("Nodules in the thyroid. Right upper lobe 12 mm.", 1),
        ("Emphysema. Right upper lobe 12 mm.", 1),
        ("Atheromatous plaques. Ascending aorta 44 mm.", 1),
    ],
)
def test_what_is_no_item(text: str, count: int) -> None:
    assert len(_read(text)) == count


@pytest.mark.parametrize(
    ("text", "right", "left"),
    [
        ("Effusion: right present, left absent.", "present", "absent"),
        ("Pleural effusion: right none, left 2 cm.", "absent", "present"),
        ("Pleural effusion: on the right small, on the left none.", "present", "absent"),
        ("Pleural effusion: right (-), left (+)", "absent", "present"),
        ("Effusion: right +, left -.", "present", "absent"),
        ("Pneumothorax: right yes, left no.", "present", "absent"),
        ("Right: small effusion. Left: none.", "present", "absent"),
        ("Right: no effusion. Left: small.", "absent", "present"),
        ("Pleural effusion: Right: none. Left: small.", "absent", "present"),
        ("Small right effusion. None on the left.", "present", "absent"),
        ("Effusion: right 2 cm, left 1 cm.", "present", "present"),
    ],
)
def test_answers_by_side(text: str, right: str, left: str) -> None:
    found = PLUGIN.extract(report_of_columns([("findings", text)])).findings
    assert [(own.laterality, own.presence) for own in found] == [("right", right), ("left", left)]
    assert all(size.span.of(text) in ("2 cm", "1 cm") for own in found for size in own.measurements)


def test_answers_by_side_in_turkish() -> None:
    report = report_of_columns([("findings", "Plevral efüzyon: sağda var, solda yok.")], "tr")
    found = PLUGIN.extract(report).findings
    assert [(own.laterality, own.presence) for own in found] == [
        ("right", "present"),
        ("left", "absent"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Right: small effusion. Left: clear.",
        "Right hilar mass. Left: normal.",
        "Right pleural effusion. Left chest tube: none is kinked.",
    ],
)
def test_no_answer_for_the_other_side(text: str) -> None:
    found = PLUGIN.extract(report_of_columns([("findings", text)])).findings
    assert found[0].laterality == "right"
    assert all(own.type != found[0].type for own in found[1:])
