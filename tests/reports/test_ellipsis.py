"""A lobe or segment without a side lies where the sentence before is, if nothing else can be."""

from __future__ import annotations

import pytest

from groundct.core.report import Finding, report_of_columns
from groundct.reports.rules import PLUGIN
from groundct.vocabulary.anatomy import anatomy


def _last(text: str, language: str = "en") -> Finding:
    return PLUGIN.extract(report_of_columns([("findings", text)], language)).findings[-1]


def _place(text: str, language: str = "en") -> tuple[str | None, list[str], tuple[str, ...]]:
    found = _last(text, language)
    return found.laterality, [anatomy().leaf(path) for path in found.anatomy], found.lung_segments


@pytest.mark.parametrize("side", ["right", "left"])
def test_a_lobe_takes_the_side_of_the_sentence_before(side: str) -> None:
    first = f"A 6 mm nodule is seen in the {side} upper lobe. "
    lower = [f"{side} lung lower lobe"]
    assert _place(first + "Linear atelectasis in the lower lobe.") == (side, lower, ())
    segment = (f"{side} lung lower lobe superior segment",)
    text = "There is a 3 mm nodule in the superior segment of the lower lobe."
    assert _place(first + text) == (side, lower, segment)
    basal = (f"{side} lung lower lobe lateral basal segment",)
    assert _place(first + "A cyst in the laterobasal segment.") == (side, lower, basal)
    # Of several sentences each goes on with the one before it.
    chain = "Linear atelectasis in the lower lobe. A cyst in the laterobasal segment."
    assert _place(first + chain) == (side, lower, basal)
    assert _last(first + "A cyst in the lower lobe.").standardized.endswith(f"{side} lower lobe")


def test_a_segment_takes_the_lobe_of_the_sentence_before() -> None:
    first = "Two nodules in the apical part of the right upper lobe. "
    upper = ["right lung upper lobe"]
    segment = ("right lung upper lobe anterior segment",)
    assert _place(first + "A nodule in the anterior segment.") == ("right", upper, segment)
    # A segment that this lobe has not; a lobe that is not known.
    assert _place(first + "A nodule in the medial segment.") == (None, ["lung"], ())
    first = "Two nodules in the right lung. "
    assert _place(first + "A nodule in the anterior segment.") == (None, ["lung"], ())


def test_advice_and_what_was_there_before_stand_between() -> None:
    first = "A 5 mm nodule in the left upper lobe. "
    for between in ("It was seen in the previous examination. ", "Follow-up is recommended. "):
        assert _place(first + between + "A cyst in the lower lobe.")[0] == "left", between
    assert _place(first + "The aorta is dilated. A cyst in the lower lobe.")[0] is None


@pytest.mark.parametrize(
    "first",
    [
        "Nodules in both lungs. ",
        "A nodule is seen. ",
        "No nodule in the right upper lobe. ",
        "A nodule in the right upper lobe and a cyst in the left lower lobe. ",
        "A nodule in the right upper lobe and cysts in both kidneys. ",
        "A nodule in the right upper lobe. The aorta is normal. ",
        "A cyst in the right kidney. ",
        "A nodule in the right upper lobe, none in the left lung. ",
    ],
)
def test_where_a_side_is_not_certain_none_is_given(first: str) -> None:
    assert _place(first + "Linear atelectasis in the lower lobe.")[:2] == (
        None,
        ["lung lower lobe"],
    )


@pytest.mark.parametrize(
    ("second", "side"),
    [
        ("A cyst in the left lower lobe.", "left"),
        ("Cysts in the lower lobes.", "bilateral"),
        ("A cyst in the lower lobe of the other lung.", None),
        ("A cyst in the lower lobe of both lungs.", "bilateral"),
        ("A cyst in the middle lobe.", "right"),
        # Where a thing is most, it is elsewhere too.
        ("Emphysema, upper zone predominant.", None),
        ("Fibrosis with lower lobe predominance.", None),
        ("Predominantly lower lobe fibrosis.", None),
        ("Fibrosis in the lower lobe.", "right"),
    ],
)
def test_an_own_side_stays(second: str, side: str | None) -> None:
    assert _last("A nodule in the right upper lobe. " + second).laterality == side


def test_what_is_not_there_is_not_placed() -> None:
    assert _last("A nodule in the right upper lobe. No cyst in the lower lobe.").laterality is None


def test_a_turkish_lobe() -> None:
    text = "Sağ akciğer üst lobda nodül izlendi. Alt lobda atelektazi izlendi."
    assert _place(text, "tr")[:2] == ("right", ["right lung lower lobe"])


@pytest.mark.parametrize(
    ("text", "kind", "size"),
    [
        ("The aortic arch is 42 mm. It is wider than normal.", "aortic_aneurysm", 42.0),
        ("Pulmonary trunk: 34 mm. It is dilated.", "pulmonary_artery_dilatation", 34.0),
        ("The ascending aorta measures 4.3 cm. It is ectatic.", "aortic_aneurysm", 43.0),
        ("The spleen is 15 cm long. It is larger than normal.", "splenomegaly", 150.0),
    ],
)
def test_a_size_and_what_is_said_of_it(text: str, kind: str, size: float) -> None:
    (found,) = PLUGIN.extract(report_of_columns([("findings", text)])).findings
    assert (found.type, found.presence, found.sentence_indices) == (kind, "present", (0, 1))
    assert [m.values_mm for m in found.measurements] == [(size,)]
    assert found.measurements[0].span.of(text)[0] == str(size)[0]
    assert found.span.of(text) in text.partition(". ")[2]


@pytest.mark.parametrize(
    "text",
    [
        # Two organs, none, no size, something between, or nothing that is wide.
        "The aorta is 42 mm and the pulmonary trunk 34 mm. It is wider than normal.",
        "The nodule is 4 mm. It is wider than normal.",
        "The aortic arch is seen. It is wider than normal.",
        "The aortic arch is 42 mm. The scan is complete. It is wider than normal.",
        "The aortic arch is 32 mm. It is normal.",
    ],
)
def test_no_finding_of_two_sentences_that_do_not_make_one(text: str) -> None:
    found = PLUGIN.extract(report_of_columns([("findings", text)])).findings
    assert not any(len(f.sentence_indices) > 1 for f in found)
