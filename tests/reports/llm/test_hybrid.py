"""`hybrid` reads by rules and asks about sentences in doubt, in the order of the text."""

from __future__ import annotations

import json

import pytest
from tests.reports.llm.faults import ANSWER
from tests.reports.llm.same import same
from tests.reports.llm.server import honest, user_data

from groundct.core.report import report_of_columns
from groundct.reports.hybrid import HybridExtractor
from groundct.reports.language_model.failures import LanguageModelError
from groundct.reports.rules import PLUGIN as RULES

CLEAR = "A 5 mm nodule in the left upper lobe. No pleural effusion."
DOUBTED = "There is a noduloid of 7 mm in the right lung."
NODULOID = {
    "text": "noduloid", "type": "other", "presence": "present", "laterality": "right",
    "places": ["right lung"], "sizes": ["7 mm"],
}  # fmt: skip


def test_a_clear_report_asks_nothing(server, settings_of) -> None:
    extractor = HybridExtractor(settings_of())
    report = report_of_columns([("findings", CLEAR)])
    assert extractor.extract(report) == RULES.extract(report)
    assert server.calls == 0
    assert (extractor.bill().sentences, extractor.bill().asked) == (2, 0)


def test_a_clear_report_needs_no_server(monkeypatch) -> None:
    monkeypatch.delenv("GROUNDCT_LLM_URL", raising=False)
    report = report_of_columns([("findings", CLEAR)])
    assert HybridExtractor().extract(report) == RULES.extract(report)
    assert list(HybridExtractor().read_many([report])) == [RULES.extract(report)]


def test_only_what_is_in_doubt_is_asked(server, settings_of) -> None:
    def model(data):
        answer = honest(data)
        answer["sentences"][0]["findings"] = [dict(NODULOID)]
        return answer

    server.model = model
    report = report_of_columns([("findings", f"{CLEAR} {DOUBTED} Mass in the right lower lobe.")])
    extractor = HybridExtractor(settings_of())
    reading = extractor.extract(report)
    (sentence,) = user_data(server.requests[0])["sentences"]
    assert sentence["text"] == DOUBTED
    assert sentence["before"] == "No pleural effusion."
    assert (extractor.bill().sentences, extractor.bill().asked) == (4, 1)
    assert "1 of 4 sentences asked" in extractor.bill().line()
    assert [f.type for f in reading.findings] == ["nodule", "pleural_effusion", "other", "mass"]
    assert [f.finding_id for f in reading.findings] == ["f1", "f2", "f3", "f4"]
    starts = [f.span.start for f in reading.findings]
    assert starts == sorted(starts)
    told = reading.findings[2]
    assert told.span.of(report.text) == "noduloid"
    assert told.measurements[0].span.of(report.text) == "7 mm"
    assert (told.laterality, told.measurements[0].values_mm) == ("right", (7.0,))
    assert [[cue.role for cue in f.cues].count("model") for f in reading.findings] == [0, 0, 1, 0]
    assert reading.sentences == RULES.extract(report).sentences


def test_a_model_that_agrees_changes_nothing(server, settings_of) -> None:
    report = report_of_columns([("findings", f"{DOUBTED} {CLEAR}"), ("impression", "Nodule.")])
    assert same(HybridExtractor(settings_of()).extract(report), RULES.extract(report))
    assert server.calls == 1


def test_a_refused_answer_refuses_the_report(server, settings_of) -> None:
    server.fault = ANSWER["fenced"][0]
    extractor = HybridExtractor(settings_of(retries=0))
    with pytest.raises(LanguageModelError, match="fenced"):
        extractor.extract(report_of_columns([("findings", DOUBTED)]))


def test_llm_and_hybrid_share_no_answers(server, settings_of) -> None:
    report = report_of_columns([("findings", f"{CLEAR} {DOUBTED}")])
    settings = settings_of()
    from groundct.reports.llm import LlmExtractor

    LlmExtractor(settings).extract(report)
    HybridExtractor(settings).extract(report)
    asked = [len(user_data(request)["sentences"]) for request in server.requests]
    assert asked == [3, 1]
    assert json.dumps(dict(HybridExtractor(settings).configuration()))
