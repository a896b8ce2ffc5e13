"""Reports -> findings by sentence through a server: parts, halves of parts, several at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import TypeVar

from groundct.core.report import Finding, Reading, Report, Sentence
from groundct.reports._llm.exchange import Exchange
from groundct.reports._llm.prompt import body_of, request_of
from groundct.reports._llm.source import Source
from groundct.reports.language_model.ask import Server, ask
from groundct.reports.language_model.failures import LanguageModelError

In = TypeVar("In")
Out = TypeVar("Out")
_AHEAD = 2


def findings_by_sentence(
    server: Server, report: Report, reading: Reading, sources: dict[int, Source]
) -> dict[int, tuple[Finding, ...]]:
    """What the model says of the sentences in ``sources``; raises LanguageModelError."""
    chosen = tuple(source.sentence for source in sources.values())
    size = server.settings.sentences_per_call
    out: dict[int, tuple[Finding, ...]] = {}
    for start in range(0, len(chosen), size):
        out.update(_part(server, report, reading.sentences, chosen[start : start + size], sources))
    return out


def _part(
    server: Server,
    report: Report,
    all_: tuple[Sentence, ...],
    part: tuple[Sentence, ...],
    sources: dict[int, Source],
) -> dict[int, tuple[Finding, ...]]:
    """Ask about some sentences; an answer that was cut at its limit is asked for in halves."""
    request = request_of(report, part, all_)
    exchange = Exchange(request, sources)
    try:
        return ask(
            server,
            lambda faults: body_of(request, server.settings, faults),
            exchange.accept,
            lambda _: exchange.answer(),
        )
    except LanguageModelError as problem:
        if problem.issues[0].code != "truncated" or len(part) == 1:
            raise
    middle = len(part) // 2
    first = _part(server, report, all_, part[:middle], sources)
    return {**first, **_part(server, report, all_, part[middle:], sources)}


def in_threads(
    work: Callable[[In], Out], items: Iterable[In], threads: int, stop: Event
) -> Iterator[Out]:
    """The results in the order of the items, several worked on at a time and few held at once.

    An error of ``work`` is raised in its turn; what has not begun then never does. ``stop`` is set
    at the end, however it comes, so that ``work`` can give up.
    """
    waiting: deque[Future[Out]] = deque()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="language-model")
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) >= threads * _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)
