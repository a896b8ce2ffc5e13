"""Findings told by the same words: each has its own side, place or size, or the answer is refused.

An honest answer may also leave to the sentence before what only that one says.
"""

from __future__ import annotations

import copy

import pytest
from tests.reports.llm.same import plain
from tests.reports.llm.server import Data, honest, honest_findings, user_data
from tests.reports.llm.test_checks import codes, read, said

from groundct.core.report import report_of_columns
from groundct.reports.language_model.failures import LanguageModelError
from groundct.reports.llm import LlmExtractor
from groundct.reports.rules import PLUGIN as RULES

TWO_SIZES = "Pleural effusion of 3 cm on the right and 2 cm on the left."
SAME_WORDS = [
    TWO_SIZES,
    "Effusion is observed in the pleural space with a depth of 80 mm on the right and 65 mm on "
    "the left.",
    "Right 17 mm, left 15 mm pleural effusion is seen.",
    "There are nodules of 6 mm in the right upper lobe and 4 mm in the middle lobe.",
    "Nodules of 5 and 7 mm in the right upper and left lower lobe, respectively.",
    "Possible effusion of 3 cm on the right and 2 cm on the left.",
    "Pleural effusion of 24 mm on the right and 37 mm on the left, and atelectatic changes.",
    "Stones of 4.8 mm in the right kidney and 3.5 mm in the left kidney were observed.",
    "Pleural effusion is seen on the right, but not on the left.",
    "Pleural effusion on the left has regressed and the one on the right has increased.",
]


@pytest.mark.parametrize("text", SAME_WORDS)
@pytest.mark.parametrize("order", [1, -1])
def test_each_of_the_rules_findings_is_accepted_in_any_order(text, order) -> None:
    right = honest_findings(text)
    assert len({f["text"] for f in right}) < len(right)
    expected = RULES.extract(report_of_columns([("findings", text)])).findings
    got = read(text, *right[::order])
    assert [_said(f) for f in got] == [_said(f) for f in expected]


def _said(finding: object) -> dict[str, object]:
    return finding.model_dump(exclude={"cues", "finding_id", "sentence_indices"})


def exchanged(text: str, key: str) -> list[Data]:
    """The rules' answer with an attribute of two findings of the same words exchanged."""
    right = honest_findings(text)
    one, other = [f for f in right if f["text"] == right[0]["text"]][:2]
    one[key], other[key] = other[key], one[key]
    return right


@pytest.mark.parametrize("text", [t for t in SAME_WORDS if "m in" in t or "m on" in t])
def test_sizes_given_to_the_wrong_one_are_refused(text) -> None:
    assert codes(text, *exchanged(text, "sizes")) == {"size-moved"}


@pytest.mark.parametrize("text", [TWO_SIZES, SAME_WORDS[1], SAME_WORDS[2], SAME_WORDS[7]])
def test_sides_exchanged_are_refused(text) -> None:
    assert codes(text, *exchanged(text, "laterality"))


def test_presences_exchanged_are_refused() -> None:
    assert codes(SAME_WORDS[8], *exchanged(SAME_WORDS[8], "presence"))


@pytest.mark.parametrize("text", SAME_WORDS)
def test_one_more_or_one_less_is_refused(text) -> None:
    right = honest_findings(text)
    for n in range(len(right)):
        assert "finding-doubled" in codes(text, *right, copy.deepcopy(right[n]))
        other_size = {**right[n], "sizes": []}
        assert codes(text, *right, other_size)
    first = right[0]["text"]
    for n, finding in enumerate(right):
        if finding["text"] == first and finding["presence"] != "uncertain":
            assert "finding-missing" in codes(text, *right[:n], *right[n + 1 :])


def test_both_on_one_side_are_refused() -> None:
    right = honest_findings(TWO_SIZES)
    assert codes(TWO_SIZES, *({**f, "laterality": "right"} for f in right))


def test_both_on_one_side_with_places_of_two_are_refused() -> None:
    text = "Nodules of 8 mm in the right lower lobe and 7 mm in the left lower lobe."
    lobes = (("right lower lobe", "8 mm"), ("left lower lobe", "7 mm"))
    for side in ("right", "left"):
        told = (said("Nodules", "nodule", side=side, places=[p], sizes=[s]) for p, s in lobes)
        assert "side-flipped" in codes(text, *told)


def test_a_size_of_one_given_to_a_finding_of_other_words_is_refused() -> None:
    first, between, second = honest_findings(SAME_WORDS[6])
    assert between["type"] == "atelectasis"
    moved = {**between, "sizes": second["sizes"]}
    assert codes(SAME_WORDS[6], first, moved, {**second, "sizes": []}) == {"size-moved"}


def test_equal_sizes_of_two_are_needed_twice() -> None:
    text = "Pleural effusion of 3 cm on the right and 3 cm on the left."
    right, left = honest_findings(text)
    assert codes(text, left, right) == set()
    assert codes(text, right, {**left, "sizes": []}) == {"size-lost"}


def test_a_size_given_to_both_is_refused() -> None:
    right = honest_findings(TWO_SIZES)
    assert codes(TWO_SIZES, *({**f, "sizes": ["3 cm", "2 cm"]} for f in right))


@pytest.mark.parametrize(
    ("text", "shorter"),
    [("Pleural effusion is seen on the right.", "effusion"), ("A lung nodule is seen.", "nodule")],
)
def test_shorter_words_make_no_second_finding(text, shorter) -> None:
    (right,) = honest_findings(text)
    assert codes(text, right) == set()
    assert "finding-doubled" in codes(text, right, {**right, "text": shorter})


def test_words_that_tell_nothing_make_no_second_finding() -> None:
    text = "No enlarged lymph node was seen in the mediastinal lymph node stations."
    right = honest_findings(text)
    assert codes(text, *right) == set()
    assert "finding-doubled" in codes(text, *right, right[0])


def test_an_endless_answer_is_refused_at_once() -> None:
    (right,) = honest_findings("A nodule in the right lung.")
    assert codes("A nodule in the right lung.", *[right] * 20_000) == {"finding-doubled"}


def test_a_wider_type_makes_no_second_finding() -> None:
    text = "Subsegmental atelectasis in the lung."
    (right,) = honest_findings(text)
    wider = {**right, "text": "atelectasis", "type": "atelectasis"}
    assert codes(text, right, wider) & {"finding-doubled"} or right["type"] != "atelectasis"


def test_one_finding_that_tells_all_is_read_as_each() -> None:
    together = said("Pleural effusion", "pleural_effusion", side="bilateral")
    got = read(TWO_SIZES, {**together, "sizes": ["3 cm", "2 cm"]})
    assert [(f.laterality, f.measurements[0].values_mm) for f in got] == [
        ("right", (30.0,)),
        ("left", (20.0,)),
    ]
    uncertain = {**together, "text": "effusion", "presence": "uncertain"}
    got = read(SAME_WORDS[5], {**uncertain, "sizes": ["3 cm", "2 cm"]})
    assert [f.laterality for f in got] == ["right", "left"]
    assert "finding-missing" in codes(TWO_SIZES, {**together, "sizes": ["3 cm"]})


def test_what_the_rules_tell_at_once_may_be_told_by_side() -> None:
    text = "Pleural effusion on the right and on the left."
    sides = [said("Pleural effusion", "pleural_effusion", side=s) for s in ("right", "left")]
    for order in (sides, sides[::-1]):
        assert {f.laterality for f in read(text, *order)} == {"right", "left"}
    assert "finding-doubled" in codes(text, *sides, sides[0])
    assert "finding-doubled" in codes(text, *sides, {**sides[0], "laterality": "bilateral"})
    text = "Pleural effusion on the right."
    assert codes(text, *sides)


def test_what_the_rules_tell_at_once_may_be_told_by_place() -> None:
    text = "Nodules in the right upper lobe and right lower lobe, 5 mm and 7 mm."
    upper = said("Nodules", "nodule", side="right", places=["right upper lobe"])
    lower = said("Nodules", "nodule", side="right", places=["right lower lobe"])
    # Which size is whose, the words do not say for certain.
    assert codes(text, {**upper, "sizes": ["5 mm"]}, {**lower, "sizes": ["7 mm"]})
    text = "Nodules in the right upper lobe and right lower lobe."
    got = read(text, upper, lower)
    assert [f.anatomy[0].rsplit("/")[-1] for f in got] == [
        "right lung upper lobe",
        "right lung lower lobe",
    ]
    assert "finding-doubled" in codes(text, upper, upper)
    whole = {**lower, "places": ["right lower lobe", "right upper lobe"]}
    assert "finding-doubled" in codes(text, upper, whole)


def test_one_thing_is_not_told_twice() -> None:
    text = "A mass in the right upper and middle lobes."
    upper = said("mass", "mass", side="right", places=["upper"])
    middle = said("mass", "mass", side="right", places=["middle lobes"])
    assert "finding-doubled" in codes(text, upper, middle)


def test_as_many_as_the_sentence_counts() -> None:
    text = "Two nodules of 5 mm and 7 mm in the right lung."
    one = said("nodules", "nodule", side="right", places=["right lung"])
    got = read(text, {**one, "sizes": ["7 mm"]}, {**one, "sizes": ["5 mm"]})
    assert [(f.measurements[0].values_mm, f.count) for f in got] == [((5.0,), 1), ((7.0,), 1)]
    text = "Three nodules of 5 mm and 7 mm in the right lung."
    assert "finding-doubled" in codes(text, {**one, "sizes": ["7 mm"]}, {**one, "sizes": ["5 mm"]})


CARRIED = [
    "A nodule in the left lung. There is a 3 mm nodule in the upper lobe.",
    "Nodule in the right upper lobe. There is a 3 x 2 mm nodule in the anterior segment.",
    "A mass in the left lower lobe. There are nodules in this localisation.",
    "Left renal stone. There is also a 45 mm lesion.",
    "Nodule in the left upper lobe. There is a similar appearance in the right upper lobe.",
    "Nodule in the left lung. 3 cm on the right.",
]


@pytest.mark.parametrize("text", CARRIED)
def test_what_only_the_sentence_before_says_is_put_in(text, server, settings_of) -> None:
    report = report_of_columns([("findings", text)])
    expected = RULES.extract(report)
    assert plain(LlmExtractor(settings_of()).extract(report)) == plain(expected)
    alone = honest_findings(text.split(". ")[1])
    assert [f["laterality"] for f in alone] != [f.laterality for f in expected.findings[1:]]


def test_a_side_is_put_in_where_the_answer_leaves_the_place_out(server, settings_of) -> None:
    before = "In the left upper lobe and the left lower lobe nodules are seen. "
    text = before + "There is a 3 mm nodule in the upper lobe."
    report = report_of_columns([("findings", text)])

    def model(data: Data) -> Data:
        nodules = [said("nodules", "nodule", side="left")]
        nodules.append(said("nodule", "nodule", places=["upper lobe"], sizes=["3 mm"]))
        told = zip(data["sentences"], nodules, strict=True)
        answers = [{"id": sentence["id"], "findings": [own]} for sentence, own in told]
        return {"report": data["report"], "sentences": answers}

    server.model = model
    read_ = LlmExtractor(settings_of()).extract(report)
    assert [f.laterality for f in read_.findings] == ["left", "left"]
    assert len(user_data(server.requests[0])["sentences"]) == 2


@pytest.mark.parametrize("text", CARRIED[:4])
def test_the_other_side_than_that_of_the_sentence_before_is_refused(
    text, server, settings_of
) -> None:
    report = report_of_columns([("findings", text)])
    (told,) = {f.laterality for f in RULES.extract(report).findings}
    other = "left" if told == "right" else "right"

    def model(data: Data) -> Data:
        answer = honest(data)
        answer["sentences"][1]["findings"][0]["laterality"] = other
        return answer

    server.model = model
    with pytest.raises(LanguageModelError, match="side-"):
        LlmExtractor(settings_of(retries=0)).extract(report)


def test_the_side_that_a_sentence_says_itself_is_required() -> None:
    assert codes("Nodule in the right lung.", said("Nodule", "nodule"))
    assert codes(TWO_SIZES, *({**f, "laterality": "none"} for f in honest_findings(TWO_SIZES)))


def test_a_side_is_carried_over_where_it_is_said_too(server, settings_of) -> None:
    report = report_of_columns([("findings", CARRIED[1])])

    def model(data: Data) -> Data:
        answers = [
            {"id": s["id"], "findings": [{**f, "laterality": "right"}]}
            for s in data["sentences"]
            for f in honest_findings(s["text"])
        ]
        return {"report": data["report"], "sentences": answers}

    server.model = model
    assert plain(LlmExtractor(settings_of()).extract(report)) == plain(RULES.extract(report))
