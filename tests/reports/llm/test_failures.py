"""Every kind of failure is classified, asked again as the table says, and stored nowhere."""

from __future__ import annotations

import pytest
from tests.reports.llm.faults import ANSWER, CALL, REPLY, REPORT, message, status
from tests.reports.llm.same import same
from tests.reports.llm.server import running, user_data

from groundct.core.report import report_of_columns
from groundct.reports._llm.reader import Reader
from groundct.reports.language_model.cache import AnswerCache
from groundct.reports.language_model.failures import LanguageModelError, failures
from groundct.reports.llm import LlmExtractor
from groundct.reports.rules import PLUGIN as RULES

KINDS = {**CALL, **REPLY, **ANSWER}
READ = report_of_columns([("findings", REPORT)])
RETRIES = 2


def test_there_are_many_kinds() -> None:
    assert len(KINDS) >= 25
    assert len(KINDS) == len(CALL) + len(REPLY) + len(ANSWER)


@pytest.mark.parametrize("name", KINDS)
def test_a_failure_is_classified_and_not_stored(name, server, settings_of) -> None:
    server.fault, code = KINDS[name]
    settings = settings_of(retries=RETRIES, timeout_s=0.4 if name == "slow-drip" else 5.0)
    extractor = LlmExtractor(settings)
    with pytest.raises(LanguageModelError) as caught:
        extractor.extract(READ)
    assert caught.value.issues[0].code == code
    assert server.calls == (RETRIES + 1 if failures()[code].again else 1)
    assert len(AnswerCache(settings.cache)) == 0
    assert extractor.bill().refused == 1


@pytest.mark.parametrize("name", [n for n, (_, code) in KINDS.items() if failures()[code].again])
def test_one_failure_is_survived(name, server, settings_of) -> None:
    server.fault = KINDS[name][0]
    server.faulty_calls = 1
    settings = settings_of(retries=1, timeout_s=0.4 if name == "slow-drip" else 5.0)
    extractor = LlmExtractor(settings)
    assert same(extractor.extract(READ), RULES.extract(READ))
    assert len(AnswerCache(settings.cache)) == 1
    assert (extractor.bill().calls, extractor.bill().retries) == (2, 1)


@pytest.mark.parametrize("name", ["flipped-side", "silent", "wrong-id"])
def test_a_model_is_told_what_was_wrong(name, server, settings_of) -> None:
    server.fault, code = ANSWER[name]
    server.faulty_calls = 1
    LlmExtractor(settings_of()).extract(READ)
    first, second = (user_data(request) for request in server.requests)
    assert "faults" not in first
    assert any(failures()[code].means in fault for fault in second["faults"])
    assert {**second, "faults": ()} == {**first, "faults": ()}


def test_every_fault_of_an_answer_is_named(server, settings_of) -> None:
    server.fault = ANSWER["silent"][0]
    with pytest.raises(LanguageModelError) as caught:
        LlmExtractor(settings_of(retries=0)).extract(READ)
    codes = [issue.code for issue in caught.value.issues]
    assert sorted(codes) == ["finding-missing"] * 6 + ["size-lost"]


def test_nothing_listens(settings_of) -> None:
    extractor = LlmExtractor(settings_of(url="http://127.0.0.1:9/v1", retries=1))
    with pytest.raises(LanguageModelError, match="connection-refused"):
        extractor.extract(READ)
    assert extractor.bill().calls == 2


def test_no_such_host(settings_of) -> None:
    with pytest.raises(LanguageModelError, match="host-unknown"):
        LlmExtractor(settings_of(url="http://nowhere.invalid/v1", retries=0)).extract(READ)


def test_no_tls(server, settings_of) -> None:
    url = server.url.replace("http:", "https:")
    with pytest.raises(LanguageModelError, match="tls-failed"):
        LlmExtractor(settings_of(url=url, retries=0)).extract(READ)


def test_a_redirect_is_not_followed(server, settings_of) -> None:
    with running() as other:
        server.fault = status(307, Location=other.url + "/chat/completions")
        with pytest.raises(LanguageModelError, match="redirected"):
            LlmExtractor(settings_of()).extract(READ)
        assert (server.calls, other.calls) == (1, 0)


def test_an_answer_cut_at_its_limit_is_asked_for_in_halves(server, settings_of) -> None:
    cut = message("{", finish_reason="length")
    server.fault = lambda sent, data: cut(sent, data) if len(data["sentences"]) > 2 else sent
    extractor = LlmExtractor(settings_of())
    assert same(extractor.extract(READ), RULES.extract(READ))
    assert server.calls == 5


def test_a_sentence_too_long_for_an_answer_is_refused(server, settings_of) -> None:
    server.fault = message("{", finish_reason="length")
    settings = settings_of()
    with pytest.raises(LanguageModelError, match="truncated"):
        LlmExtractor(settings).extract(READ)
    assert len(AnswerCache(settings.cache)) == 0


@pytest.mark.parametrize(
    ("header", "waited"), [("3", 3.0), ("Thu, 01 Jan 2026 00:00:00 GMT", 0.0), (None, 0.75)]
)
def test_retry_after_is_honoured(header, waited, server, settings_of) -> None:
    server.fault = status(429, **({"Retry_After": header} if header else {}))
    server.faulty_calls = 1
    waits: list[float] = []
    Reader(settings_of(backoff_s=1.0), lambda _: True, waits.append).read(READ)
    assert waits == [pytest.approx(waited, abs=0.25)]


def test_waits_grow_and_are_bounded(server, settings_of) -> None:
    server.fault = status(500)
    waits: list[float] = []
    settings = settings_of(backoff_s=1.0, retries=8, longest_wait_s=10.0)
    with pytest.raises(LanguageModelError, match=r"9 calls"):
        Reader(settings, lambda _: True, waits.append).read(READ)
    assert len(waits) == 8
    assert max(waits) == 10.0
    assert all(0.5 * 2**n <= wait <= 2**n for n, wait in enumerate(waits[:3]))
