"""What was accepted of one answer stays when another sentence is asked for again."""

from __future__ import annotations

import json

import pytest
from tests.reports.llm.faults import ANSWER, REPORT
from tests.reports.llm.same import same
from tests.reports.llm.server import Data, Fault, Sent, completion, honest, user_data

from groundct.core.report import report_of_columns
from groundct.reports.language_model.cache import AnswerCache
from groundct.reports.language_model.failures import LanguageModelError
from groundct.reports.llm import LlmExtractor
from groundct.reports.rules import PLUGIN as RULES

READ = report_of_columns([("findings", REPORT)])


def spoiling(*calls: tuple[int, ...]) -> Fault:
    """A model that calls all findings of some sentences, by number, absent: others at each call."""
    left = list(calls)

    def change(sent: Sent, data: Data) -> Sent:
        answer = honest(data)
        for number in left.pop(0) if left else ():
            for found in answer["sentences"][number]["findings"]:
                found["presence"] = "present" if found["presence"] == "absent" else "absent"
        return Sent(body=json.dumps(completion(json.dumps(answer))).encode())

    return change


def test_each_sentence_needs_one_answer(server, settings_of) -> None:
    server.fault = spoiling((0,), (3,))
    settings = settings_of(retries=1)
    extractor = LlmExtractor(settings)
    assert same(extractor.extract(READ), RULES.extract(READ))
    assert (extractor.bill().calls, extractor.bill().retries) == (2, 1)
    again = LlmExtractor(settings)
    assert same(again.extract(READ), RULES.extract(READ))
    assert (server.calls, again.bill().calls, again.bill().cached) == (2, 0, 1)
    assert len(AnswerCache(settings.cache)) == 1


def test_a_sentence_without_an_accepted_answer_refuses_the_report(server, settings_of) -> None:
    server.fault = spoiling((0, 1), (0, 3), (0, 2))
    settings = settings_of(retries=2)
    with pytest.raises(LanguageModelError) as caught:
        LlmExtractor(settings).extract(READ)
    assert {issue.where.rsplit("-")[-1] for issue in caught.value.issues} == {"s0"}
    assert all(issue.what.startswith("sentence [0]: ") for issue in caught.value.issues)
    assert len(AnswerCache(settings.cache)) == 0


def test_only_open_faults_are_named(server, settings_of) -> None:
    server.fault = spoiling((0, 1), (0, 3))
    LlmExtractor(settings_of()).extract(READ)
    first, second, third = (user_data(request) for request in server.requests)
    assert "faults" not in first
    assert {fault.split(":")[0][-2:] for fault in second["faults"]} == {"s0", "s1"}
    assert {fault.split(":")[0][-2:] for fault in third["faults"]} == {"s0"}
    assert [len(data["sentences"]) for data in (first, second, third)] == [5, 5, 5]


def test_an_answer_that_is_none_leaves_what_was_accepted(server, settings_of) -> None:
    first, second = spoiling((0,)), ANSWER["fenced"][0]
    calls = [first, second, spoiling((1,))]
    server.fault = lambda sent, data: calls.pop(0)(sent, data)
    assert same(LlmExtractor(settings_of(retries=2)).extract(READ), RULES.extract(READ))
