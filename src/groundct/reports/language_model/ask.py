"""Ask a server until an answer is accepted: bounded retries, waits that honour Retry-After."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Event
from typing import TypeVar

from groundct.core.issues import Issue
from groundct.core.value import canonical_json, digest_bytes
from groundct.reports.language_model.account import Account
from groundct.reports.language_model.cache import AnswerCache
from groundct.reports.language_model.completion import Usage, completion_of
from groundct.reports.language_model.failures import LanguageModelError, failed, failures, kind_of
from groundct.reports.language_model.settings import LlmSettings, api_key
from groundct.reports.language_model.transport import Address, Reply, post

T = TypeVar("T")
Body = Callable[[tuple[str, ...]], bytes]
"""The body of a call; it is told the faults of the answer before, none at first."""
_FAULTS_TOLD = 20
_MAY_HAVE_COST = frozenset(("timed-out", "connection-lost", "broken-http", "reply-too-large"))


@dataclass(frozen=True)
class Server:
    """A server, its settings and what calls of it share.

    ``wait`` passes some seconds between calls; calls are given up once ``stop`` is set.
    """

    settings: LlmSettings
    configuration: dict[str, str | int | float]
    cache: AnswerCache | None
    account: Account
    wait: Callable[[float], object]
    stop: Event


def server_of(
    settings: LlmSettings,
    configuration: dict[str, str | int | float],
    account: Account,
    wait: Callable[[float], object] | None = None,
    stop: Event | None = None,
) -> Server:
    """A server with the cache that the settings name; by default a wait ends when it is stopped."""
    cache = AnswerCache(settings.cache) if settings.cache is not None else None
    stop = stop or Event()
    return Server(settings, configuration, cache, account, wait or stop.wait, stop)


def ask(
    server: Server,
    body_of: Body,
    accept: Callable[[str], T],
    to_keep: Callable[[str], str] = str,
) -> T:
    """What ``accept`` makes of the answer to a call; it raises LanguageModelError to refuse.

    An answer that was accepted before is read from the cache, and has to be accepted again. One
    that is refused is asked for again with its faults named. ``to_keep`` makes of the last answer
    what is kept for the first question, where ``accept`` puts several together. Raises the last
    LanguageModelError; nothing is kept then.
    """
    settings = server.settings
    address = Address.of(settings.url)
    body = body_of(())
    key = digest_bytes(address.where.encode() + b"\n" + body)
    kept = _kept(server, key, accept)
    if kept is not None:
        return kept[0]
    for attempt in range(settings.retries + 1):
        server.account.add(calls=1, retries=min(attempt, 1))
        pause_s = _backoff_s(settings, key, attempt)
        try:
            reply = _post(server, address, body)
            pause_s = _pause_s(settings, reply, pause_s, address.where)
            content = _content(server, reply, address.where)
            accepted = accept(content)
        except LanguageModelError as problem:
            kind = kind_of(problem)
            if not kind.again or attempt == settings.retries:
                raise _counted(problem, attempt + 1) from None
            if kind.stage == "answer":
                body = body_of(_told(problem.issues))
            else:
                server.wait(pause_s)
            continue
        if server.cache is not None:
            server.cache.put(key, to_keep(content), canonical_json(server.configuration))
        return accepted
    raise AssertionError("the last attempt returns or raises")


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks to wait: a number, or a date; None without one."""
    if value is None:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        when = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - now).total_seconds())


def _kept(server: Server, key: str, accept: Callable[[str], T]) -> tuple[T] | None:
    content = server.cache.get(key) if server.cache is not None else None
    if content is None:
        return None
    try:
        accepted = accept(content)
    except LanguageModelError:
        return None  # the vocabulary or the checks have changed since
    server.account.add(cached=1)
    return (accepted,)


def _post(server: Server, address: Address, body: bytes) -> Reply:
    try:
        return post(address, body, api_key(), server.settings.timeout_s, server.stop)
    except LanguageModelError as problem:
        if kind_of(problem).code in _MAY_HAVE_COST:
            server.account.add_usage(Usage(), server.settings)
        raise


def _content(server: Server, reply: Reply, where: str) -> str:
    completion = completion_of(reply, where, api_key())
    if reply.status == 200:
        server.account.add_usage(completion.usage, server.settings)
        server.account.add(reasoned=int(completion.reasoned))
    if completion.problem is not None:
        raise completion.problem
    return completion.content


def _pause_s(settings: LlmSettings, reply: Reply, backoff_s: float, where: str) -> float:
    """Seconds to wait if this reply is a failure: what it asks for, else the backoff."""
    asked_s = retry_after_s(reply.headers.get("retry-after"), datetime.now(UTC))
    if asked_s is None or reply.status == 200:
        return backoff_s
    if asked_s > settings.longest_wait_s:
        what = f"it asks to wait {asked_s:g} s; {settings.longest_wait_s:g} s is the longest."
        raise failed("wait-too-long", where, what)
    return asked_s


def _backoff_s(settings: LlmSettings, key: str, attempt: int) -> float:
    """Doubled each time; spread by the request's digest, so that calls do not come in step."""
    spread = hashlib.sha256(f"{key} {attempt}".encode()).digest()[0] / 255
    wait_s = settings.backoff_s * 2.0**attempt * (0.5 + 0.5 * spread)
    return min(wait_s, settings.longest_wait_s)


def _told(issues: tuple[Issue, ...]) -> tuple[str, ...]:
    """What a model is told of its faults: the kind, and where."""
    return tuple(
        f"{issue.where}: {failures()[issue.code].means}: {issue.what}"
        for issue in issues[:_FAULTS_TOLD]
    )


def _counted(problem: LanguageModelError, attempts: int) -> LanguageModelError:
    """The error with the number of calls that it took, if there were several."""
    if attempts == 1:
        return problem
    told = (i.model_copy(update={"what": f"{i.what} ({attempts} calls)"}) for i in problem.issues)
    return LanguageModelError(*told)
