"""Named failures of a server or a model, each with the code that it must be classified as."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

from tests.reports.llm.server import Data, Fault, Sent, completion, honest

Edit = Callable[[Data], Data]


def status(code: int, **headers: str) -> Fault:
    """Another status, with a short message."""
    message = json.dumps({"error": {"message": "no"}}).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda sent, _: Sent(code, {"Content-Type": "application/json", **names}, message)


def body(make: Callable[[bytes], bytes], **headers: str) -> Fault:
    """Another body of the reply."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda sent, _: Sent(headers={**sent.headers, **names}, body=make(sent.body))


def envelope(**changes: Any) -> Fault:
    """Another completion around the honest words; ``None`` as a value leaves a name out."""

    def change(sent: Sent, _: Data) -> Sent:
        told = {**json.loads(sent.body), **changes}
        kept = {name: value for name, value in told.items() if value is not None}
        return Sent(body=json.dumps(kept).encode())

    return change


def message(content: Any = None, **fields: Any) -> Fault:
    """A completion with another message."""
    return lambda sent, _: Sent(body=json.dumps(completion(content, **fields)).encode())


def words(make: Callable[[str], str]) -> Fault:
    """Other words of the model, made of its honest ones."""
    return lambda _, data: Sent(
        body=json.dumps(completion(make(json.dumps(honest(data))))).encode()
    )


def edited(edit: Callable[[Data], None]) -> Fault:
    """An honest answer with a change."""

    def change(_: Sent, data: Data) -> Sent:
        answer = honest(data)
        edit(answer)
        return Sent(body=json.dumps(completion(json.dumps(answer))).encode())

    return change


def finding(own: str, /, **changes: Any) -> Fault:
    """A change of the first finding whose words are ``own``."""

    def change(answer: Data) -> None:
        found = next(f for f in every_finding(answer) if f["text"] == own)
        found.update(changes)

    return edited(change)


def every_finding(answer: Data) -> list[Data]:
    """All findings of an answer."""
    return [f for s in answer["sentences"] for f in s["findings"]]


def _first(answer: Data) -> Data:
    return answer["sentences"][0]


def _another_case(answer: Data) -> None:
    answer["report"] = "r0123456789abcdef"
    for number, sentence in enumerate(answer["sentences"]):
        sentence["id"] = f"r0123456789abcdef-s{number}"


def _swap_sentences(answer: Data) -> None:
    a, b = answer["sentences"][:2]
    a["findings"], b["findings"] = b["findings"], a["findings"]


def _swap_sides(answer: Data) -> None:
    turned = {"right": "left", "left": "right"}
    for found in every_finding(answer):
        found["laterality"] = turned.get(found["laterality"], found["laterality"])


NODULE: Data = {
    "text": "nodule", "type": "nodule", "presence": "present", "laterality": "right",
    "places": ["right upper lobe"], "sizes": ["5 mm"],
}  # fmt: skip

CALL: dict[str, tuple[Fault, str]] = {
    "hang-up": (lambda sent, _: None, "connection-lost"),
    "body-cut": (lambda sent, _: Sent(body=sent.body, cut=20), "connection-lost"),
    "slow-drip": (lambda sent, _: Sent(body=sent.body, pace_s=0.05), "timed-out"),
    "no-http": (lambda sent, _: Sent(0, body=b"\x00\x01binary\r\n\r\n"), "broken-http"),
    "huge-header": (
        lambda sent, _: Sent(headers={"X": "y" * 70_000}, body=sent.body),
        "broken-http",
    ),
}
REPLY: dict[str, tuple[Fault, str]] = {
    "redirect-302": (status(302, Location="http://127.0.0.1:9/v1"), "redirected"),
    "redirect-308": (status(308, Location="/elsewhere"), "redirected"),
    "status-400": (status(400), "request-refused"),
    "status-401": (status(401), "not-authorized"),
    "status-402": (status(402), "forbidden"),
    "status-403": (status(403), "forbidden"),
    "status-404": (status(404), "not-found"),
    "status-418": (status(418), "unexpected-status"),
    "status-429": (status(429), "rate-limited"),
    "status-429-for-hours": (status(429, Retry_After="7200"), "wait-too-long"),
    "status-500": (status(500), "server-error"),
    "status-502": (status(502), "server-error"),
    "status-503": (status(503, Retry_After="0"), "server-error"),
    "html-page": (
        body(lambda _: b"<html>Welcome</html>", Content_Type="text/html"),
        "wrong-content-type",
    ),
    "html-as-json": (body(lambda _: b"<html>Error</html>"), "reply-not-json"),
    "event-stream": (
        body(lambda b: b"data: " + b, Content_Type="text/event-stream"),
        "wrong-content-type",
    ),
    "gzip": (body(gzip.compress, Content_Encoding="gzip"), "encoded-reply"),
    "gzip-bomb": (
        body(lambda _: gzip.compress(b" " * 20_000_000), Content_Encoding="gzip"),
        "encoded-reply",
    ),
    "gzip-unsaid": (body(gzip.compress), "reply-not-utf8"),
    "too-large": (body(lambda b: b + b" " * (9 << 20)), "reply-too-large"),
    "invalid-utf8": (body(lambda b: b.replace(b"stand-in", b"\xff\xfe")), "reply-not-utf8"),
    "empty-body": (body(lambda _: b""), "reply-not-json"),
    "cut-json": (body(lambda b: b[: len(b) // 2]), "reply-not-json"),
    "doubled-envelope": (
        body(lambda b: b.replace(b'"id"', b'"object": "x", "id"', 1)),
        "reply-not-strict",
    ),
    "deep-envelope": (body(lambda _: b"[" * 100_000), "reply-not-strict"),
    "infinite-envelope": (
        body(lambda b: b.replace(b'"prompt_tokens": 100', b'"prompt_tokens": 1e999')),
        "reply-not-strict",
    ),
    "two-replies": (body(lambda b: b + b), "reply-not-strict"),
    "error-with-200": (body(lambda _: b'{"error": "overloaded"}'), "not-a-completion"),
    "list": (body(lambda _: b"[]"), "not-a-completion"),
    "empty-choices": (envelope(choices=[]), "no-choice"),
    "no-choices": (envelope(choices=None), "not-a-completion"),
    "choice-is-text": (envelope(choices=["yes"]), "not-a-completion"),
    "two-choices": (envelope(choices=[{"message": {}}, {"message": {}}]), "not-a-completion"),
    "content-null": (message(None), "no-content"),
    "content-empty": (message(""), "no-content"),
    "content-is-a-list": (message([{"type": "text"}]), "not-a-completion"),
    "content-is-words": (message(["{}"]), "not-a-completion"),
    "content-is-an-object": (message({"type": "text", "text": "{}"}), "not-a-completion"),
    "part-is-an-image": (
        message([{"type": "text", "text": "{}"}, {"type": "image_url"}]),
        "not-a-completion",
    ),
    "part-is-a-refusal": (message([{"type": "refusal", "refusal": "No."}]), "refused-by-model"),
    "parts-are-none": (message([]), "no-content"),
    "parts-are-thoughts": (
        message([{"type": "thinking", "thinking": [{"type": "text", "text": "{}"}]}]),
        "no-content",
    ),
    "answer-in-thoughts": (words(lambda w: f"<think>{w}</think>"), "no-content"),
    "answer-in-reasoning": (
        lambda _, data: Sent(
            body=json.dumps(completion(None, reasoning_content=json.dumps(honest(data)))).encode()
        ),
        "no-content",
    ),
    "byte-order-mark-alone": (body(lambda _: b"\xef\xbb\xbf"), "reply-not-json"),
    "utf-16": (body(lambda b: b.decode().encode("utf-16")), "reply-not-utf8"),
    "refusal": (message(None, refusal="I cannot help with that."), "refused-by-model"),
    "tool-call": (message(None, tool_calls=[{"id": "t"}]), "tool-call"),
    "finished-for-tools": (message("x", finish_reason="tool_calls"), "tool-call"),
    "filtered": (message("{", finish_reason="content_filter"), "filtered"),
    "never-finished": (message("{}", finish_reason=None), "not-a-completion"),
}
ANSWER: dict[str, tuple[Fault, str]] = {
    "fenced": (words(lambda w: f"```json\n{w}\n```"), "fenced"),
    "chatty": (words(lambda w: f"Here is the answer: {w}"), "not-json"),
    "afterword": (words(lambda w: f"{w} I hope this helps."), "not-strict"),
    "thoughts-behind": (words(lambda w: f"{w}<think>Done.</think>"), "not-strict"),
    "thoughts-again": (words(lambda w: f"<think>a</think>{w}<think>b</think>"), "not-strict"),
    "thoughts-end-twice": (words(lambda w: f"<think>a</think>{w}</think>{w}"), "not-strict"),
    "thoughts-and-no-answer": (words(lambda _: "<think>a</think>Nothing found."), "not-json"),
    "thoughts-and-a-fence": (words(lambda w: f"<think>a</think>```json\n{w}\n```"), "fenced"),
    "two-byte-order-marks": (words(lambda w: f"\ufeff\ufeff\ufeff{w}"), "not-json"),
    "cut-words": (words(lambda w: w[:-3]), "not-json"),
    "python-words": (words(lambda w: w.replace('"', "'")), "not-json"),
    "nan": (words(lambda w: w.replace('"right"', "NaN", 1)), "not-strict"),
    "infinity": (words(lambda w: w.replace('"right"', "-Infinity", 1)), "not-strict"),
    "large-number": (words(lambda w: w.replace('"right"', "1e999", 1)), "not-strict"),
    "long-number": (words(lambda w: w.replace('"right"', "1" * 5000, 1)), "not-strict"),
    "duplicate-key": (
        words(lambda w: w.replace('"type"', '"presence": "absent", "type"', 1)),
        "not-strict",
    ),
    "deep-nesting": (words(lambda _: '{"a":' * 50_000), "not-strict"),
    "lone-surrogate": (finding("nodule", text="\ud800nodule"), "text-not-in-sentence"),
    "a-list": (words(lambda w: f"[{w}]"), "wrong-shape"),
    "missing-field": (edited(lambda a: _first(a)["findings"][0].pop("sizes")), "wrong-shape"),
    "extra-field": (finding("nodule", confidence=0.9), "wrong-shape"),
    "wrong-kind": (finding("nodule", sizes="5 mm"), "wrong-shape"),
    "number-as-text": (finding("nodule", text=5), "wrong-shape"),
    "null-side": (finding("nodule", laterality=None), "wrong-choice"),
    "wrong-presence": (finding("nodule", presence="possible"), "wrong-choice"),
    "wrong-side": (finding("nodule", laterality="Right"), "wrong-choice"),
    "wrong-type": (finding("nodule", type="tumour"), "wrong-choice"),
    "another-case": (edited(_another_case), "wrong-report"),
    "wrong-report-id": (edited(lambda a: a.update(report="")), "wrong-report"),
    "wrong-id": (edited(lambda a: _first(a).update(id="s1")), "unknown-sentence"),
    "extra-sentence": (
        edited(lambda a: a["sentences"].append({"id": "x", "findings": [NODULE]})),
        "unknown-sentence",
    ),
    "missing-sentence": (edited(lambda a: a["sentences"].pop()), "missing-sentence"),
    "no-sentence": (edited(lambda a: a["sentences"].clear()), "missing-sentence"),
    "doubled-sentence": (
        edited(lambda a: a["sentences"].append(_first(a))),
        "doubled-sentence",
    ),
    "sentences-swapped": (edited(_swap_sentences), "text-not-in-sentence"),
    "invented-text": (finding("nodule", text="spiculated mass"), "text-not-in-sentence"),
    "part-of-a-word": (finding("nodule", text="nod"), "text-not-in-sentence"),
    "empty-text": (finding("nodule", text=" "), "text-not-in-sentence"),
    "invented-place": (finding("nodule", places=["lingula"]), "text-not-in-sentence"),
    "other-type": (finding("nodule", type="emphysema"), "type-not-in-text"),
    "known-words-as-finding": (
        edited(lambda a: _first(a)["findings"].append({**NODULE, "text": "right upper lobe"})),
        "type-not-in-text",
    ),
    "doubled-finding": (
        edited(lambda a: _first(a)["findings"].append(dict(_first(a)["findings"][0]))),
        "finding-doubled",
    ),
    "silent": (
        edited(lambda a: [s["findings"].clear() for s in a["sentences"]]),
        "finding-missing",
    ),
    "invented-size": (finding("nodule", sizes=["50 mm"]), "size-not-in-text"),
    "size-without-a-size": (finding("nodule", sizes=["right"]), "size-not-in-text"),
    "lost-size": (finding("nodule", sizes=[]), "size-lost"),
    "lost-place": (finding("nodule", places=[]), "place-lost"),
    "moved-place": (finding("Consolidation", places=["the left"]), "place-lost"),
    "flipped-side": (finding("nodule", laterality="left"), "side-flipped"),
    "both-sides": (finding("nodule", laterality="bilateral"), "side-not-in-text"),
    "all-sides-swapped": (edited(_swap_sides), "side-flipped"),
    "swapped-in-one-sentence": (finding("effusion", laterality="right"), "side-flipped"),
    "lost-side": (finding("nodule", laterality="none", places=[]), "side-lost"),
    "side-out-of-nothing": (finding("pericardial effusion", laterality="left"), "side-not-in-text"),
    "flipped-negation": (finding("thickening", presence="present"), "negation-lost"),
    "flipped-negation-behind": (
        finding("pericardial effusion", presence="present"),
        "negation-lost",
    ),
    "invented-negation": (finding("nodule", presence="absent"), "negation-invented"),
    "invented-doubt": (finding("nodule", presence="uncertain"), "doubt-invented"),
    "lost-doubt": (finding("pneumonia", presence="present"), "doubt-lost"),
}  # fmt: skip
REPORT = (
    "There is a 5 mm nodule in the right upper lobe. No pleural effusion or thickening. "
    "The pericardial effusion was not observed. "
    "Consolidation in the right lower lobe and effusion on the left. Possible pneumonia."
)
