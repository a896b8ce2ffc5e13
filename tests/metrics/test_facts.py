"""Entailment by findings, and RadFact's counts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.made_findings import LEFT, LLL, LUNG, RIGHT, RUL, finding

from groundct.metrics.facts import Judged, count_facts, judge_findings

ABSENT = {"presence": "absent"}


@pytest.mark.parametrize(
    ("premise", "hypothesis", "verdict"),
    [
        (finding(anatomy=(RUL,)), finding(anatomy=(LUNG,)), "entailed"),
        (finding(anatomy=(LUNG,)), finding(anatomy=(RUL,)), "neutral"),
        (finding("calcified_nodule"), finding(), "entailed"),
        (finding(), finding("calcified_nodule"), "neutral"),
        (finding(mm=9.0), finding(), "entailed"),
        (finding(), finding(mm=9.0), "neutral"),
        (finding(mm=5.0), finding(mm=9.0), "neutral"),
        (finding(laterality="bilateral"), finding(laterality="left"), "entailed"),
        (finding(laterality="left"), finding(laterality="bilateral"), "neutral"),
        (finding(laterality="left"), finding(laterality="right"), "neutral"),
        (finding(modifiers=("mild",)), finding(), "entailed"),
        (finding(modifiers=("mild",)), finding(modifiers=("severe",)), "neutral"),
        (finding(), finding(change="new"), "neutral"),
        (finding(), finding(presence="uncertain"), "neutral"),
        (finding(anatomy=(LUNG,), **ABSENT), finding(anatomy=(RUL,), **ABSENT), "entailed"),
        (finding(anatomy=(RUL,), **ABSENT), finding(anatomy=(LUNG,), **ABSENT), "neutral"),
        (finding(**ABSENT), finding("calcified_nodule", **ABSENT), "entailed"),
        (finding("calcified_nodule", **ABSENT), finding(**ABSENT), "neutral"),
        (
            finding("organ_finding", anatomy=(LUNG,), **ABSENT),
            finding(anatomy=(RUL,), **ABSENT),
            "entailed",
        ),
        (
            finding("organ_finding", anatomy=(LEFT,), **ABSENT),
            finding(anatomy=(RUL,), **ABSENT),
            "neutral",
        ),
        (finding(anatomy=(LUNG,), **ABSENT), finding(anatomy=(RUL,)), "contradicted"),
        (finding(anatomy=(RUL,)), finding(anatomy=(LUNG,), **ABSENT), "contradicted"),
        (finding(anatomy=(LLL,)), finding(anatomy=(RIGHT,), **ABSENT), "neutral"),
        (
            finding(laterality="left", **ABSENT),
            finding(laterality="right"),
            "neutral",
        ),
    ],
)
def test_verdicts(premise, hypothesis, verdict) -> None:
    assert judge_findings([hypothesis], [premise]) == verdict


def test_all_of_a_sentence_must_follow() -> None:
    both = [finding(), finding("atelectasis")]
    assert judge_findings(both, both[:1]) == "neutral"
    assert judge_findings(both, both) == "entailed"
    assert judge_findings([], both) == "neutral"


KINDS = st.builds(
    finding,
    st.sampled_from(["nodule", "calcified_nodule", "pleural_effusion"]),
    presence=st.sampled_from(["present", "absent", "uncertain"]),
    laterality=st.sampled_from([None, "left", "right", "bilateral"]),
    anatomy=st.sampled_from([(), (LUNG,), (RUL,), (LLL,)]),
    mm=st.sampled_from([None, 4.0]),
)


@settings(max_examples=80)
@given(KINDS, KINDS)
def test_a_finding_follows_from_itself_and_opposites_never_do(one, other) -> None:
    assert judge_findings([one], [one]) in ("entailed", "neutral")
    if one.presence != "absent" or one.anatomy:
        assert judge_findings([one], [one]) == "entailed"
    if one.presence != other.presence:
        assert judge_findings([one], [other]) != "entailed"


UNIT = ((0.0, 0.0), (1.0, 1.0))
HALF = ((0.0, 0.0), (1.0, 0.5))
AWAY = ((2.0, 2.0), (3.0, 3.0))


@pytest.mark.parametrize(
    ("theirs", "placed"), [(UNIT, 1), (HALF, 1), (((0.0, 0.0), (1.0, 0.49)), 0), (AWAY, 0)]
)
def test_half_of_a_box_must_be_covered(theirs, placed) -> None:
    counts = count_facts([Judged("entailed", (0,), (UNIT,))], [[theirs]])
    assert (counts.grounded, counts.entailed_grounded, counts.placed) == (1, 1, placed)


def test_only_evidence_gives_places_and_only_entailed_sentences_have_one() -> None:
    judged = [
        Judged("entailed", (1,), (UNIT,)),
        Judged("neutral", (), (UNIT,)),
        Judged("contradicted"),
        Judged("entailed", (0,)),
    ]
    counts = count_facts(judged, [[UNIT], [AWAY]])
    assert (counts.sentences, counts.entailed, counts.contradicted) == (4, 2, 1)
    assert (counts.grounded, counts.entailed_grounded, counts.placed) == (2, 1, 0)
