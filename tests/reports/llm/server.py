"""A local chat completion server that answers as the rules do, or fails in a way that is asked for.

``Model`` is a model's part: a request's data -> an answer. ``Fault`` changes what is sent back.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from groundct.core.report import Finding, Sentence, Span
from groundct.reports._llm.sides import sides_of
from groundct.reports._llm.source import Source
from groundct.reports._rules.places.sites import Site
from groundct.reports._rules.reading import SentenceReading, read_sentence

Data = dict[str, Any]
Model = Callable[[Data], Data]


def honest(data: Data) -> Data:
    """An answer with what the rules read in each sentence by itself."""
    return {
        "report": data["report"],
        "sentences": [
            {"id": s["id"], "findings": honest_findings(s["text"], data["language"])}
            for s in data["sentences"]
        ],
    }


def honest_findings(text: str, language: str = "en") -> list[Data]:
    """The findings that the rules read by name in a sentence, in the form of an answer."""
    said = read_sentence(text, language)
    sentence = Sentence(index=0, section="findings", span=Span(start=0, end=len(text)))
    return [
        {
            "text": finding.span.of(text),
            "type": finding.type,
            "presence": finding.presence,
            "laterality": finding.laterality or "none",
            "places": _places(said, finding),
            "sizes": [size.span.of(text) for size in finding.measurements],
        }
        for finding in Source(sentence, said, said.findings).spoken
    ]


def _places(said: SentenceReading, finding: Finding) -> list[str]:
    """The words that give a finding's paths, segments and side."""
    text = said.parsed.text
    ends = len(said.parsed.tokens)
    spans = [said.parsed.span_of(site.first, min(site.last, ends)) for site in said.sites]
    sites = [
        span.of(text)
        for site, span in zip(said.sites, spans, strict=True)
        if set(site.segments) <= set(finding.lung_segments)
        and any(path == site.path or _is_level(path, site) for path in finding.anatomy)
        and set(site.sides) <= sides_of(finding.laterality)
    ]
    places = [
        cue.span.of(text)
        for cue in finding.cues
        if cue.role == "place"
        and not any(s.start < cue.span.end and cue.span.start < s.end for s in spans)
    ]
    return [*dict.fromkeys([*sites, *places])]


def _is_level(path: str, site: Site) -> bool:
    """Whether a path is one of the lobes that a site of both sides names."""
    return site.level is not None and path.endswith(f"{site.level} lobe")


@dataclass
class Sent:
    """What goes back over HTTP; ``pace_s`` is the pause after each byte of the body."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    body: bytes = b""
    pace_s: float = 0.0
    cut: int = 0


Fault = Callable[[Sent, Data], Sent | None]


@dataclass
class Running:
    """A server that runs: its address, what it was asked, and how it answers."""

    url: str = ""
    model: Model = honest
    fault: Fault | None = None
    faulty_calls: int = 1 << 30
    requests: list[Data] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    at_once: int = 0
    most_at_once: int = 0

    @property
    def calls(self) -> int:
        """How many requests came in."""
        return len(self.requests)


def completion(content: str | None, **message: Any) -> Data:
    """A chat completion that holds some words."""
    finish = message.pop("finish_reason", "stop")
    return {
        "id": "c1",
        "object": "chat.completion",
        "model": "stand-in",
        "choices": [
            {
                "index": 0,
                "finish_reason": finish,
                "message": {"role": "assistant", "content": content, **message},
            }
        ],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
    }


def user_data(request: Data) -> Data:
    """The data of a request's only user message."""
    (message,) = [m for m in request["messages"] if m["role"] == "user"]
    return json.loads(message["content"])


@contextmanager
def running() -> Iterator[Running]:
    """A server on a free port of this machine, for as long as the block lasts."""
    state = Running()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with state.lock:
                state.requests.append(request)
                state.headers.append(dict(self.headers))
                number = len(state.requests)
                state.at_once += 1
                state.most_at_once = max(state.most_at_once, state.at_once)
            try:
                self._answer(request, number)
            except (BrokenPipeError, ConnectionResetError):
                pass
            finally:
                with state.lock:
                    state.at_once -= 1

        def _answer(self, request: Data, number: int) -> None:
            data = user_data(request)
            body = json.dumps(completion(json.dumps(state.model(data)))).encode()
            sent: Sent | None = Sent(body=body)
            if state.fault is not None and number <= state.faulty_calls:
                sent = state.fault(Sent(body=body), data)
            if sent is None:  # hang up without a word
                self.close_connection = True
                return
            if sent.status == 0:  # not HTTP at all
                self.wfile.write(sent.body)
                self.close_connection = True
                return
            self.send_response(sent.status)
            for name, value in sent.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(sent.body)))
            self.end_headers()
            self._write(sent)

        def _write(self, sent: Sent) -> None:
            body = sent.body[: len(sent.body) - sent.cut]
            if not sent.pace_s:
                self.wfile.write(body)
                return
            for byte in body:
                self.wfile.write(bytes((byte,)))
                self.wfile.flush()
                if stop.wait(sent.pace_s):
                    return

        def log_message(self, format: str, *args: Any) -> None:
            pass

    stop = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield state
    finally:
        stop.set()
        server.shutdown()
        thread.join()
        server.server_close()
