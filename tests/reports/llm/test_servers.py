"""What servers send in several ways and mean alike is read alike; thoughts are never an answer."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reports.llm.faults import REPORT, body, message, words
from tests.reports.llm.same import same
from tests.reports.llm.server import Data, Fault, Sent, completion, honest

from groundct.core.report import report_of_columns
from groundct.reports.language_model.cache import AnswerCache
from groundct.reports.language_model.failures import LanguageModelError
from groundct.reports.language_model.spoken import spoken
from groundct.reports.llm import LlmExtractor
from groundct.reports.rules import PLUGIN as RULES

READ = report_of_columns([("findings", REPORT)])


def told(make: Callable[[str], Data]) -> Fault:
    """A completion made of the honest words."""
    return lambda _, data: Sent(body=json.dumps(make(json.dumps(honest(data)))).encode())


def parts(*texts: str) -> list[Data]:
    """Parts of text."""
    return [{"type": "text", "text": text} for text in texts]


def other(words: str) -> str:
    """Another answer to the same question: every side exchanged, and nothing denied."""
    return words.replace('"right"', '"left"').replace('"absent"', '"present"')


PLAIN: dict[str, Fault] = {
    "byte-order-mark": body(lambda b: b"\xef\xbb\xbf" + b),
    "byte-order-mark-before-the-words": words(lambda w: f"\ufeff{w}"),
    "one-part": told(lambda w: completion(parts(w))),
    "several-parts": told(lambda w: completion(parts(w[:30], w[30:90], w[90:]))),
    "spaces-around": words(lambda w: f"\n  {w}\r\n"),
    "marks-in-a-text": told(lambda w: completion(w, annotations=[], audio=None)),
}
REASONED: dict[str, Fault] = {
    "thoughts": words(lambda w: f"<think>\nThe nodule is on the right.\n</think>\n\n{w}"),
    "no-thoughts": words(lambda w: f"<think></think>{w}"),
    "thoughts-without-their-beginning": words(lambda w: f"Let me see {{it}}.\n</think>\n{w}"),
    "thoughts-with-another-answer": words(lambda w: f"<think>{other(w)}</think>{w}"),
    "thoughts-begin-twice": words(lambda w: f"<think>a <think>b {other(w)}</think>{w}"),
    "byte-order-mark-and-thoughts": words(lambda w: f"\ufeff<think>a</think>\ufeff{w}"),
    "reasoning-content": told(lambda w: completion(w, reasoning_content=other(w))),
    "reasoning": told(lambda w: completion(w, reasoning=other(w))),
    "reasoning-and-thoughts": told(
        lambda w: completion(f"<think>{other(w)}</think>{w}", reasoning_content="a")
    ),
    "thoughts-in-a-part": told(
        lambda w: completion(
            [{"type": "thinking", "thinking": parts(other(w))}, *parts(w[:50], w[50:])]
        )
    ),
    "reasoning-in-a-part": told(
        lambda w: completion([{"type": "reasoning", "text": other(w)}, *parts(w)])
    ),
}


@pytest.mark.parametrize("name", [*PLAIN, *REASONED])
def test_what_means_the_same_is_read_alike(name, server, settings_of) -> None:
    server.fault = {**PLAIN, **REASONED}[name]
    settings = settings_of(retries=0)
    extractor = LlmExtractor(settings)
    assert same(extractor.extract(READ), RULES.extract(READ))
    assert extractor.bill().reasoned == (name in REASONED)
    assert (", 1 of them with thoughts" in extractor.bill().line()) == (name in REASONED)
    again = LlmExtractor(settings)
    assert same(again.extract(READ), RULES.extract(READ))
    assert (server.calls, again.bill().cached, again.bill().reasoned) == (1, 1, 0)


@pytest.mark.parametrize("name", REASONED)
def test_thoughts_are_not_kept(name, server, settings_of) -> None:
    server.fault = REASONED[name]
    settings = settings_of()
    LlmExtractor(settings).extract(READ)
    server.fault = None
    plain = settings_of(cache=settings.cache.with_name("plain.sqlite"))
    LlmExtractor(plain).extract(READ)
    rows = [_rows(AnswerCache(kept.cache)) for kept in (settings, plain)]
    assert rows[0] == rows[1]


def _rows(cache: AnswerCache) -> list[tuple[object, ...]]:
    with cache._open() as connection:
        return connection.execute("select key, content from answers").fetchall()


@pytest.mark.parametrize(
    "fault",
    [
        words(lambda w: f"<think>It says {w}"),
        words(lambda w: f"\n<think>{w}\n{w}"),
        words(lambda w: f"\ufeff<think>{w}"),
        told(lambda w: completion(parts("<think>", w))),
        message("<think>Let me", finish_reason="length"),
    ],
)
def test_thoughts_that_do_not_end_are_truncated(fault, server, settings_of) -> None:
    server.fault = fault
    settings = settings_of(sentences_per_call=1)
    extractor = LlmExtractor(settings)
    with pytest.raises(LanguageModelError, match="truncated"):
        extractor.extract(READ)
    assert (server.calls, len(AnswerCache(settings.cache))) == (1, 0)


def test_thoughts_that_do_not_end_are_asked_for_in_halves(server, settings_of) -> None:
    def fault(sent: Sent, data: Data) -> Sent:
        long = len(data["sentences"]) > 2
        return words(lambda w: f"<think>{w}")(sent, data) if long else sent

    server.fault = fault
    assert same(LlmExtractor(settings_of()).extract(READ), RULES.extract(READ))
    assert server.calls == 5


def test_marks_of_thoughts_in_a_report_are_text(server, settings_of) -> None:
    odd = 'A <think> nodule </think> {"report": "x"} in the right lung.'
    report = report_of_columns([("findings", odd)])
    assert same(LlmExtractor(settings_of()).extract(report), RULES.extract(report))


def test_marks_of_thoughts_in_an_answer_are_text() -> None:
    quoting = json.dumps({"text": "nodule </think> <think>"})
    assert spoken({"content": f" {quoting}"}, "here") == (f" {quoting}", False)
    assert spoken({"content": f"<think>a</think>{quoting}"}, "here") == (quoting, True)


@given(st.text().filter(lambda text: "</think>" not in text), st.booleans())
def test_any_thoughts_are_left_out(thoughts, led) -> None:
    begin = "<think>" if led or thoughts.lstrip("\ufeff \n").startswith(("{", "[")) else "."
    words = '{"report": "r"}'
    assert spoken({"content": f"{begin}{thoughts}</think>{words}"}, "here") == (words, True)
