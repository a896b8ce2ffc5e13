"""Each rule of the questions with the case that would break it."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundct.core.record import Box
from groundct.core.report import Cue, Reading, Report, Sentence, Span
from groundct.questions.write import QuestionRequest, write_questions

LUNG = "lung/lung"
RIGHT = "lung/lung/right lung"
RUL = "lung/lung/right lung/right lung upper lobe"
LLL = "lung/lung/left lung/left lung lower lobe"
LOWER = "lung/lung/lung lower lobe"
PLEURA = "pleura/pleura"
HEART = "heart/heart"


def answers(questions, task):
    return {(q.anatomy, q.abnormality): q.answer for q in questions if q.task == task}


def test_present_finding_in_all_five_forms(finding, ask):
    questions = ask(finding("f1", "nodule", "present", RUL, sizes=[(5.0, 3.0)]))
    assert answers(questions, "disorders") == {("", ""): "pulmonary nodule"}
    assert answers(questions, "abnormality") == {(RUL, ""): "pulmonary nodule"}
    assert answers(questions, "presence") == {(RUL, "pulmonary nodule"): "Yes."}
    assert answers(questions, "location") == {(RUL, "pulmonary nodule"): RUL}
    assert answers(questions, "size") == {(RUL, "pulmonary nodule"): "5x3 mm"}
    assert all(q.finding_ids == ("f1",) for q in questions)
    assert [q.level for q in questions] == ["case"] + ["region"] * 4


def test_absent_finding_never_gives_yes(finding, ask):
    questions = ask(finding("f1", "pericardial_effusion", "absent", HEART, sizes=[(5.0,)]))
    assert answers(questions, "presence") == {(HEART, "pericardial effusion"): "No."}
    assert answers(questions, "disorders") == {("", ""): "No findings."}
    assert {q.task for q in questions} == {"presence", "disorders"}


def test_denial_of_one_finding_is_not_a_normal_region(finding, ask):
    assert not answers(ask(finding("f1", "nodule", "absent", LUNG)), "abnormality")


def test_uncertain_finding_is_not_asked(finding, ask):
    assert ask(finding("f1", "nodule", "uncertain", RUL, sizes=[(5.0,)])) == ()


def test_uncertain_finding_takes_the_no_from_its_key(finding, ask):
    questions = ask(
        finding("f1", "nodule", "uncertain", RUL), finding("f2", "nodule", "absent", RUL)
    )
    assert not answers(questions, "presence")


def test_yes_and_no_of_one_key_give_neither(finding, ask):
    questions = ask(
        finding("f1", "nodule", "present", RUL, sizes=[(5.0,)]),
        finding("f2", "nodule", "absent", RUL),
    )
    assert {q.task for q in questions} == {"disorders"}


@pytest.mark.parametrize("outer", [LUNG, RIGHT])
def test_no_is_not_said_of_a_place_that_holds_the_finding(finding, ask, outer):
    questions = ask(
        finding("f1", "nodule", "present", RUL), finding("f2", "nodule", "absent", outer)
    )
    assert answers(questions, "presence") == {(RUL, "pulmonary nodule"): "Yes."}


def test_no_holds_beside_a_finding_elsewhere(finding, ask):
    questions = ask(finding("f1", "nodule", "present", RUL), finding("f2", "nodule", "absent", LLL))
    name = "pulmonary nodule"
    assert answers(questions, "presence") == {(RUL, name): "Yes.", (LLL, name): "No."}


def test_places_are_compared_by_structure_not_by_spelling(finding, ask):
    questions = ask(
        finding("f1", "nodule", "present", LLL), finding("f2", "nodule", "absent", LOWER)
    )
    assert answers(questions, "presence") == {(LLL, "pulmonary nodule"): "Yes."}


def test_ancestors_only_when_asked(finding, ask):
    nodule = finding("f1", "nodule", "present", RUL)
    assert list(answers(ask(nodule), "presence")) == [(RUL, "pulmonary nodule")]
    places = [path for path, _ in answers(ask(nodule, ancestors=True), "presence")]
    assert places == ["lung", LUNG, RIGHT, RUL]


def test_denial_is_never_carried_to_ancestors(finding, ask):
    questions = ask(finding("f1", "nodule", "absent", RUL), ancestors=True)
    assert answers(questions, "presence") == {(RUL, "pulmonary nodule"): "No."}


def test_region_answer_holds_everything_inside_the_region(finding, ask):
    questions = ask(
        finding("f1", "emphysema", "present", LUNG), finding("f2", "nodule", "present", RUL)
    )
    assert answers(questions, "abnormality") == {
        (LUNG, ""): "emphysema; pulmonary nodule",
        (RUL, ""): "pulmonary nodule",
    }


def test_normal_statement_gives_no_findings(finding, ask, region):
    heart = region("organ:heart", "organ", "heart", HEART)
    lung = region("organ:lung", "organ", "lung", LUNG)
    questions = ask(finding("f1", "cardiac_finding", "absent", HEART), regions=(heart, lung))
    (question,) = [q for q in questions if q.task == "abnormality"]
    assert question.answer == "No findings."
    assert question.region_ids == ("organ:heart",)
    assert not answers(questions, "presence")


@pytest.mark.parametrize("presence", ["uncertain", "present"])
@pytest.mark.parametrize("place", [LUNG, RIGHT, RUL])
def test_region_with_a_doubt_is_not_normal(finding, ask, presence, place):
    questions = ask(
        finding("f1", "other", "absent", RIGHT), finding("f2", "nodule", presence, place)
    )
    assert "No findings." not in answers(questions, "abnormality").values()


def test_silence_is_not_asked(finding, ask):
    assert ask() == ()
    assert {q.anatomy for q in ask(finding("f1", "other", "absent", HEART))} == {"", HEART}


def test_finding_without_place_is_asked_at_case_level_only(finding, ask):
    assert {q.task for q in ask(finding("f1", "malignancy", "present"))} == {"disorders"}


def test_location_lists_all_sites_once(finding, ask):
    questions = ask(
        finding("f1", "nodule", "present", RUL), finding("f2", "nodule", "present", LLL)
    )
    assert answers(questions, "location") == {("", "pulmonary nodule"): f"{LLL}; {RUL}"}


def test_finding_of_general_type_is_named_by_its_words(finding, ask):
    questions = ask(finding("f1", "other", "present", RUL, words="odd shadow"))
    assert answers(questions, "presence") == {(RUL, "odd shadow"): "Yes."}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"sizes": [(5.04,)]}, "5 mm"),
        ({"sizes": [(2.5, 12.0)]}, "2.5x12 mm"),
        ({"sizes": [(5.0,), (7.0,)]}, "5 mm; 7 mm"),
        ({"sizes": [(5.0,)], "prior": True}, None),
        ({"sizes": [(5.0,)], "size_kind": "distance"}, None),
        ({"sizes": [(5.0,)], "sizes_at": 500}, None),
        ({}, None),
    ],
)
def test_size_only_from_measurements_of_the_finding(finding, ask, options, expected):
    questions = ask(finding("f1", "nodule", "present", RUL, **options))
    assert answers(questions, "size").get((RUL, "pulmonary nodule")) == expected


def test_answer_is_tied_to_the_regions_in_its_place(finding, ask, region):
    regions = (
        region("f1.1", "finding", "nodule", RUL),
        region("f1.2", "finding", "nodule", LLL),
        region("other", "finding", "nodule", RUL),
    )
    questions = ask(
        finding("f1", "nodule", "present", RUL, LLL),
        regions=regions,
        grounded={"f1": ("f1.1", "f1.2")},
    )
    by_place = {q.anatomy: q.region_ids for q in questions if q.task == "presence"}
    assert by_place == {RUL: ("f1.1",), LLL: ("f1.2",)}
    assert next(q for q in questions if q.task == "disorders").region_ids == ("f1.1", "f1.2")


def test_equal_requests_give_equal_questions_and_wordings_differ(finding, ask):
    nodule = finding("f1", "nodule", "present", RUL)
    assert ask(nodule) == ask(nodule)
    three = ask(nodule, wordings=3)
    assert len(three) == 3 * len(ask(nodule))
    assert len({q.question for q in three}) == len({q.question_id for q in three}) == len(three)


KINDS = ("nodule", "emphysema", "pleural_effusion", "other")
PLACES = (LUNG, RIGHT, RUL, LLL, LOWER, PLEURA)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(KINDS),
            st.sampled_from(("present", "absent", "uncertain")),
            st.lists(st.sampled_from(PLACES), max_size=2, unique=True),
        ),
        max_size=6,
    ),
    st.booleans(),
)
def test_no_reading_makes_answers_that_contradict(finding, ask, drawn, ancestors):
    findings = [
        finding(f"f{n}", kind, presence, *places, words="shadow")
        for n, (kind, presence, places) in enumerate(drawn)
    ]
    presence_of = {f.finding_id: f.presence for f in findings}
    questions = ask(*findings, ancestors=ancestors)
    assert len({q.question_id for q in questions}) == len(questions)
    closed = [q for q in questions if q.task == "presence"]
    assert len({(q.anatomy, q.abnormality) for q in closed}) == len(closed)
    for question in questions:
        due = "absent" if question.answer in ("No.", "No findings.") else "present"
        assert question.finding_ids
        assert {presence_of[key] for key in question.finding_ids} == {due}
    yes = [q for q in closed if q.answer == "Yes."]
    no = [q for q in closed if q.answer == "No."]
    for one, other in itertools.product(yes, no):
        inside = one.anatomy.startswith(other.anatomy)
        assert not (inside and one.abnormality == other.abnormality)


def sided(region, name, low, high, *anatomy, kind="site"):
    """A region of a row of voxels from low to high."""
    own = region(name, kind, name, *anatomy)
    box = Box(low=(low, 0, 0), high=(high, 1, 1))
    return own.model_copy(update={"box": box, "centroid_index": ((low + high - 1) / 2, 0, 0)})


def test_instance_of_a_bilateral_finding_is_tied_to_its_own_side(finding, ask, region):
    regions = (
        sided(region, "right lung upper lobe", 0, 10, RUL),
        sided(region, "left lung lower lobe", 10, 20, LLL),
        sided(region, "f1.1", 2, 4, RUL, LLL, kind="finding"),
        sided(region, "f1.2", 12, 14, RUL, LLL, kind="finding"),
    )
    questions = ask(
        finding("f1", "nodule", "present", RUL, LLL),
        regions=regions,
        grounded={"f1": ("f1.1", "f1.2")},
    )
    by_place = {q.anatomy: q.region_ids for q in questions if q.task == "presence"}
    assert by_place == {RUL: ("f1.1",), LLL: ("f1.2",)}


def test_location_is_the_most_exact_that_is_said(finding, ask):
    questions = ask(
        finding("f1", "nodule", "present", RUL), finding("f2", "nodule", "present", LUNG)
    )
    assert answers(questions, "location") == {(RUL, "pulmonary nodule"): RUL}


def statement(finding, text, entry):
    """An absent finding of one sentence, and the request's report."""
    cue = Cue(span=Span(start=0, end=3), role="finding", entry=entry)
    end = len(text)
    sentence = Sentence(index=0, section="findings", span=Span(start=0, end=end))
    own = finding("f1", "cardiomegaly", "absent", HEART).model_copy(update={"cues": (cue,)})
    return QuestionRequest(
        report=Report(text=text, sections=()),
        reading=Reading(sentences=(sentence,), findings=(own,)),
        regions=(),
        groundings=(),
        case_id="a",
    )


@pytest.mark.parametrize(
    ("text", "entry", "normal"),
    [
        ("The heart is normal.", "no001", True),
        ("The heart shows no pathology.", "f445", True),
        ("Heart size is normal.", "no001", False),
        ("No cardiomegaly.", "f001", False),
        ("The heart is abnormal.", "no023", False),
    ],
)
def test_normal_statement_speaks_of_the_whole_region(finding, text, entry, normal):
    found = answers(write_questions(statement(finding, text, entry)), "abnormality")
    assert found == ({(HEART, ""): "No findings."} if normal else {})


def test_language_without_word_lists_has_no_cues_of_normality(finding):
    request = statement(finding, "Das Herz ist normal.", "no001")
    report = request.report.model_copy(update={"language": "de"})
    assert not answers(write_questions(replace(request, report=report)), "abnormality")


def test_measurement_of_several_places_is_the_size_of_none(finding, ask):
    questions = ask(finding("f1", "nodule", "present", RUL, LLL, sizes=[(15.0,)]))
    assert not answers(questions, "size")


def test_denial_rests_on_the_place_even_if_a_rule_drew_it(finding, ask, region):
    site = region("site:pleura", "site", "pleura", PLEURA)
    instance = region("f9.1", "finding", "pleura", PLEURA)
    questions = ask(finding("f1", "pneumothorax", "absent", PLEURA), regions=(site, instance))
    assert [q.region_ids for q in questions if q.task == "presence"] == [("site:pleura",)]
