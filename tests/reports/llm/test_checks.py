"""What the words of a sentence allow, one rule at a time; each has a case that must be refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reports.llm.server import Data, honest_findings

from groundct.core.report import Finding, Rewrite, Sentence, Span, report_of_columns
from groundct.reports._llm.accept import accept
from groundct.reports._llm.assemble import sources_of
from groundct.reports._llm.prompt import request_of
from groundct.reports._llm.quotes import find_quotes
from groundct.reports._rules.words.parsed import parse
from groundct.reports.language_model.failures import LanguageModelError
from groundct.reports.language_model.strict_json import NotJsonError, NotStrictError, parse_strict


def read(text: str, *findings: Data) -> tuple[Finding, ...]:
    """What is accepted of an answer about one sentence."""
    report = report_of_columns([("findings", text)])
    reading, sources = sources_of(report)
    (source,) = sources.values()
    request = request_of(report, (source.sentence,), reading.sentences)
    sentence = {"id": request.sentence_ids[0], "findings": list(findings)}
    told = json.dumps({"report": request.report_id, "sentences": [sentence]})
    return accept(told, request, sources)[0]


def codes(text: str, *findings: Data) -> set[str]:
    """Why an answer about one sentence is refused; empty when it is accepted."""
    try:
        read(text, *findings)
    except LanguageModelError as problem:
        return {issue.code for issue in problem.issues}
    return set()


def said(
    text: str, kind: str, presence: str = "present", side: str = "none", **more: object
) -> Data:
    """A finding as a model says it."""
    plain = {"text": text, "type": kind, "presence": presence, "laterality": side}
    return {**plain, "places": [], "sizes": [], **more}


PRESENCES = [
    ("No nodule or mass was seen.", "mass", "mass", "present", "negation-lost"),
    ("Nodule - mass was not observed.", "Nodule", "nodule", "present", "negation-lost"),
    ("Consolidation and mass are not seen.", "mass", "mass", "present", "negation-lost"),
    ("A nodule is present, no mass is seen.", "nodule", "nodule", "absent", "negation-invented"),
    ("No mass, but a nodule is seen.", "nodule", "nodule", "absent", "negation-invented"),
    ("No mass; nodule in the lingula.", "nodule", "nodule", "absent", "negation-invented"),
    ("A nodule is seen.", "nodule", "nodule", "absent", "negation-invented"),
    ("A nodule is seen.", "nodule", "nodule", "uncertain", "doubt-invented"),
    ("Possible nodule.", "nodule", "nodule", "present", "doubt-lost"),
    ("Nodule?", "Nodule", "nodule", "present", "doubt-lost"),
]


@pytest.mark.parametrize(("text", "words", "kind", "presence", "code"), PRESENCES)
def test_a_presence_that_the_words_forbid(text, words, kind, presence, code) -> None:
    right = honest_findings(text)
    assert codes(text, *right) == set()
    wrong = [{**f, "presence": presence} if f["text"] == words else f for f in right]
    assert wrong != right
    assert codes(text, *wrong) == {code}


@pytest.mark.parametrize(
    ("text", "words", "presence"),
    [
        ("No pleural effusion, nodule in the right lung is stable.", "nodule", "present"),
        ("Effusion, likely reactive, cannot be excluded.", "Effusion", "uncertain"),
        ("Nodule in the right lung and mass were not seen.", "Nodule", "absent"),
    ],
)
def test_where_cues_may_reach_the_model_decides(text, words, presence) -> None:
    right = honest_findings(text)
    changed = [
        {
            **f,
            "presence": presence,
            "laterality": "none" if presence == "absent" else f["laterality"],
        }
        if f["text"] == words
        else f
        for f in right
    ]
    assert not codes(text, *changed) & {"negation-lost", "negation-invented", "doubt-invented"}


SIDES = [
    ("Right pleural effusion.", "pleural effusion", "left", "side-flipped"),
    ("Right pleural effusion.", "pleural effusion", "none", "side-lost"),
    ("Effusion on the left.", "Effusion", "right", "side-flipped"),
    ("Nodules in both lungs.", "Nodules", "left", "side-not-in-text"),
    ("Bilateral nodules.", "nodules", "right", "side-not-in-text"),
    ("A nodule.", "nodule", "right", "side-not-in-text"),
    ("A nodule.", "nodule", "midline", "side-not-in-text"),
    ("Nodule in the lingula.", "Nodule", "right", "side-flipped"),
    ("Nodule in the middle lobe.", "Nodule", "left", "side-flipped"),
    ("Mass in the right lung, nodule in the left lung.", "nodule", "right", "side-flipped"),
    ("Left effusion and right nodule.", "nodule", "left", "side-flipped"),
    ("Left effusion and right nodule.", "nodule", "bilateral", "side-not-in-text"),
    ("Nodules in both lungs, right effusion.", "effusion", "bilateral", "side-not-in-text"),
    ("Left mass, effusion in the right hemithorax.", "effusion", "bilateral", "side-not-in-text"),
]


@pytest.mark.parametrize(("text", "words", "side", "code"), SIDES)
def test_a_side_that_the_words_forbid(text, words, side, code) -> None:
    right = honest_findings(text)
    assert codes(text, *right) == set()
    wrong = [{**f, "laterality": side, "places": []} if f["text"] == words else f for f in right]
    assert wrong != right
    assert codes(text, *wrong) - {"place-lost"} == {code}


def test_a_place_of_the_other_side() -> None:
    text = "Nodule in the right upper lobe and in the left lower lobe."
    told = said("Nodule", "nodule", side="right", places=["left lower lobe"])
    assert codes(text, told) == {"side-flipped", "place-moved"}
    both = {**told, "laterality": "bilateral", "places": ["right upper lobe", "left lower lobe"]}
    (finding,) = read(text, both)
    assert [path.rsplit("/")[-1] for path in finding.anatomy] == [
        "right lung upper lobe",
        "left lung lower lobe",
    ]


def test_equal_words_of_two_places_go_to_their_sides() -> None:
    text = "Mass in the left lower lobe and nodule in the right lower lobe."
    mass = said("Mass", "mass", side="left", places=["lower lobe"])
    nodule = said("nodule", "nodule", side="right", places=["lower lobe"])
    for order in ((mass, nodule), (nodule, mass)):
        first, second = read(text, *order)
        assert (first.type, first.anatomy[0].split("/")[-1]) == ("mass", "left lung lower lobe")
        assert (second.type, second.anatomy[0].split("/")[-1]) == (
            "nodule",
            "right lung lower lobe",
        )


def test_the_site_right_behind_a_finding_is_its_own() -> None:
    text = "Nodule in the right upper lobe and mass in the right lower lobe."
    upper, lower = ["right upper lobe"], ["right lower lobe"]
    nodule = said("Nodule", "nodule", side="right", places=upper)
    mass = said("mass", "mass", side="right", places=lower)
    assert codes(text, nodule, mass) == set()
    assert codes(text, {**nodule, "places": []}, mass) == {"place-lost"}
    assert codes(text, {**nodule, "places": lower}, {**mass, "places": upper}) == {"place-moved"}


def test_a_size_of_the_finding_beside_it() -> None:
    text = "A 5 mm nodule and a mass in the left lung."
    nodule = said("nodule", "nodule", side="left", sizes=[])
    mass = said("mass", "mass", side="left", sizes=["5 mm"])
    assert codes(text, nodule, mass) == {"size-moved"}
    fine = codes(text, {**nodule, "sizes": ["5 mm"]}, {**mass, "sizes": []})
    assert fine == set()


def test_values_are_read_and_not_believed() -> None:
    (finding,) = read("A 1,2 x 0.8 cm nodule.", said("nodule", "nodule", sizes=["1,2 x 0.8 cm"]))
    assert finding.measurements[0].values_mm == (12.0, 8.0)
    assert finding.standardized.startswith("12 x 8 mm")


@pytest.mark.parametrize(
    ("text", "words", "kind", "fine"),
    [
        ("Atypical noduloid in the lung.", "noduloid", "other", True),
        ("Atypical noduloid in the lung.", "noduloid", "nodule", False),
        ("Atypical noduloid.", "noduloid", "other", False),
        ("The trachea is seen.", "trachea", "nodule", False),
        ("A nodule in the lung.", "nodule", "emphysema", False),
        ("A lesion in the liver.", "lesion", "liver_lesion", True),
        ("A lesion in the liver.", "lesion", "breast_lesion", False),
        ("Linear atelectasis.", "atelectasis", "atelectasis", True),
    ],
)
def test_known_words_mean_what_the_vocabulary_says(text, words, kind, fine) -> None:
    assert ("type-not-in-text" not in codes(text, said(words, kind))) is fine


def test_normal_statements_stay_with_the_rules() -> None:
    text = "The heart size is normal and there is a nodule in the left lung."
    read_ = read(text, said("nodule", "nodule", side="left", places=["left lung"]))
    assert {(f.type, f.presence) for f in read_} == {
        ("cardiomegaly", "absent"),
        ("nodule", "present"),
    }
    wrong = said("heart size is normal", "cardiomegaly")
    assert "negation-lost" in codes(text, wrong, said("nodule", "nodule", side="left"))


def test_shared_words_are_quoted_twice() -> None:
    text = "Pleural or pericardial effusion was not detected."
    both = [said("effusion", f"{n}_effusion", "absent") for n in ("pleural", "pericardial")]
    assert {f.type for f in read(text, *both)} == {"pleural_effusion", "pericardial_effusion"}
    assert codes(text, both[0]) == {"finding-missing"}
    assert codes(text, *both, both[0]) == {"finding-doubled"}


def test_quotes_of_the_standardised_wording_lead_back() -> None:
    text = "  There are millimetric nodules."
    sentence = Sentence(
        index=0,
        section="findings",
        span=Span(start=2, end=len(text)),
        rewrites=(Rewrite(span=Span(start=12, end=23), text="subcentimeter", entry="am1"),),
    )
    parsed = parse(text[2:], "en")

    def words(quote: str) -> list[str]:
        found = find_quotes(quote, sentence, parsed)
        return [parsed.span_of(q.first, q.last).of(parsed.text) for q in found]

    assert words("subcentimeter nodules") == ["millimetric nodules"]
    assert words("Millimetric  nodules.") == ["millimetric nodules"]
    assert words("nodules") == ["nodules"]
    assert words("centimeter nodules") == ["millimetric nodules"] or not words("centimeter nodules")
    for other in ("nodule", "metric nodules", "macronodules", "", " ", ".", "x" * 2000):
        assert words(other) == []


@pytest.mark.parametrize(
    "text",
    ['{"a": 1, "a": 1}', "[NaN]", "[-Infinity]", "[1e999]", "[" * 33 + "]" * 33, "[1] 2", "{}{}",
     "[" + "1" * 500 + "]", '[{"a": {"b": 1, "b": 2}}]'],
)  # fmt: skip
def test_json_of_two_readings(text) -> None:
    with pytest.raises(NotStrictError):
        parse_strict(text)


@pytest.mark.parametrize("text", ["", "{", "[1,]", "{'a': 1}", "// x\n{}", "\ufeff{}", '["\n"]'])
def test_no_json(text) -> None:
    with pytest.raises(NotJsonError):
        parse_strict(text)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=20))
def test_json_of_one_reading(value) -> None:
    assert parse_strict(f" {json.dumps(value)}\r\n") == value
    assert parse_strict(json.dumps({"[": value}, ensure_ascii=False)) == {"[": value}


VOCABULARY = """
    no nodule nodules effusion pleural left right both upper lower lobe lung and , . ? 5 mm in
    possible not seen mass heart normal noduloid consolidation but
"""
WORDS = st.sampled_from(VOCABULARY.split())
THINGS = st.sampled_from(
    ("Pleural effusion", "There are nodules", "Possible consolidation", "A 5 mm nodule", "No mass")
)
TOLD = st.sampled_from(
    (
        "of 3 cm on the right and 2 cm on the left",
        "of 6 mm in the right upper lobe and 4 mm in the middle lobe",
        "of 5 and 7 mm in the right upper and left lower lobe, respectively",
        ", one of them in the right upper lobe, the other in the left lower lobe",
        "on the right, but not on the left",
        "has increased on the right and decreased on the left",
        "in the upper lobe",
        "in the left lung and pleural effusion of 2 cm on the left",
        "in this localisation",
        "",
    )
)
LATER = st.sampled_from(
    (
        "There is a similar appearance in the left lung.",
        "There is a nodule in this localisation.",
        "3 cm on the right.",
        "It has increased in size.",
    )
)
SENTENCES = st.builds("{} {}.".format, THINGS, TOLD) | LATER
QUOTES = st.lists(WORDS, max_size=4).map(" ".join)
FINDINGS = st.lists(
    st.fixed_dictionaries(
        {
            "text": QUOTES,
            "type": st.sampled_from(["nodule", "mass", "pleural_effusion", "consolidation"]),
            "presence": st.sampled_from(["present", "absent", "uncertain"]),
            "laterality": st.sampled_from(["right", "left", "bilateral", "midline", "none"]),
            "places": st.lists(QUOTES, max_size=2),
            "sizes": st.lists(QUOTES, max_size=2),
        }
    ),
    max_size=4,
)


@settings(max_examples=300)
@given(st.lists(WORDS, min_size=1, max_size=25).map(" ".join), FINDINGS)
def test_any_answer_is_accepted_or_refused(text, findings) -> None:
    report = report_of_columns([("findings", text)])
    reading, sources = sources_of(report)
    request = request_of(report, tuple(s.sentence for s in sources.values()), reading.sentences)
    answer = {
        "report": request.report_id,
        "sentences": [{"id": id_, "findings": findings} for id_ in request.sentence_ids],
    }
    try:
        accepted = accept(json.dumps(answer), request, sources)
    except LanguageModelError:
        return
    for index, found in accepted.items():
        own = sources[index].sentence.span.of(report.text)
        for finding in found:
            assert finding.span.of(own)
            assert all(size.span.of(own) for size in finding.measurements)


@settings(max_examples=200)
@given(
    st.lists(WORDS, min_size=1, max_size=25).map(" ".join)
    | st.lists(SENTENCES, min_size=1, max_size=4).map(" ".join),
    st.randoms(),
)
def test_the_rules_own_reading_is_never_refused(text, random) -> None:
    report = report_of_columns([("findings", text)])
    reading, sources = sources_of(report)
    for source in sources.values():
        request = request_of(report, (source.sentence,), reading.sentences)
        right = honest_findings(source.sentence.span.of(report.text))
        random.shuffle(right)
        told = {"id": request.sentence_ids[0], "findings": right}
        accept(json.dumps({"report": request.report_id, "sentences": [told]}), request, sources)


@settings(max_examples=50)
@given(st.text(max_size=300))
def test_any_words_of_a_model_are_classified(content) -> None:
    report = report_of_columns([("findings", "A nodule.")])
    reading, sources = sources_of(report)
    request = request_of(report, reading.sentences, reading.sentences)
    with pytest.raises(LanguageModelError):
        accept(content, request, sources)
