"""Reads reports with a server: what ``llm`` and ``hybrid`` share."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from threading import Event, Lock
from typing import Final

from groundct.core.issues import DataError, Issue
from groundct.core.report import Reading, Report
from groundct.reports._llm.assemble import reading_of, sources_of
from groundct.reports._llm.extract import findings_by_sentence, in_threads
from groundct.reports._llm.prompt import prompt_digest
from groundct.reports._llm.schema import schema_digest
from groundct.reports._llm.source import Source
from groundct.reports.language_model.account import Account, Bill
from groundct.reports.language_model.ask import Server, server_of
from groundct.reports.language_model.failures import LanguageModelError, kind_of
from groundct.reports.language_model.settings import LlmSettings, settings_from
from groundct.reports.rules import PLUGIN as RULES

_SENTENCE: Final = re.compile(r"-s(\d+)$")
"""The end of a sentence's id in a request."""


class Reader:
    """Asks a server about the sentences that ``choose`` takes; the rules read the others.

    Without ``settings`` the environment's are taken, each time anew. ``wait`` passes some seconds
    between calls, by default until they are over or the run is stopped.
    """

    def __init__(
        self,
        settings: LlmSettings | None,
        choose: Callable[[Source], bool],
        wait: Callable[[float], object] | None = None,
    ) -> None:
        self._settings = settings
        self._choose = choose
        self._wait = wait
        self._account = Account()

    @property
    def settings(self) -> LlmSettings:
        """The settings; raises LanguageModelError ``not-set-up`` or ``bad-setting``."""
        return self._settings or settings_from(os.environ)

    def configuration(self) -> dict[str, str | int | float]:
        """All that determines an answer but text and address: model, numbers, prompt, schema."""
        return {
            **self.settings.determining,
            "prompt_digest": prompt_digest(),
            "schema_digest": schema_digest(),
            "rules_version": RULES.version,
        }

    def bill(self) -> Bill:
        """What this reader's calls came to so far."""
        return self._account.bill()

    def read(self, report: Report) -> Reading:
        """Raises DataError for a language that is not read, LanguageModelError for all else."""
        reading, sources = sources_of(report)
        return self._read(report, reading, sources, lambda: self._server(Event()))

    def read_many(self, reports: Iterable[Report]) -> Iterator[Reading | DataError]:
        """The readings in order, several reports at a time; an error stands for its report.

        Raises LanguageModelError for a failure that every other report would meet too; what was
        accepted before stands in the cache.
        """
        stop = Event()
        server = self._lazy_server(stop)

        def one(report: Report) -> Reading | DataError:
            try:
                reading, sources = sources_of(report)
                return self._read(report, reading, sources, server)
            except LanguageModelError as problem:
                if kind_of(problem).stops:
                    raise
                return problem
            except DataError as problem:
                return problem

        return in_threads(one, reports, self._concurrency(), stop)

    def _read(
        self,
        report: Report,
        reading: Reading,
        sources: dict[int, Source],
        server: Callable[[], Server],
    ) -> Reading:
        """Nothing is set up or asked where no sentence is chosen."""
        chosen = {index: source for index, source in sources.items() if self._choose(source)}
        self._account.add(reports=1, sentences=len(sources), asked=len(chosen))
        if not chosen:
            return reading
        try:
            read = findings_by_sentence(server(), report, reading, chosen)
        except LanguageModelError as problem:
            self._account.add(refused=1)
            raise LanguageModelError(*map(_numbered, problem.issues)) from None
        return reading_of(report, read, chosen)

    def _server(self, stop: Event) -> Server:
        settings, configuration = self.settings, self.configuration()
        return server_of(settings, configuration, self._account, self._wait, stop)

    def _lazy_server(self, stop: Event) -> Callable[[], Server]:
        """The server, made when the first thread needs it, and once for all."""
        lock = Lock()
        made: list[Server] = []

        def server() -> Server:
            with lock:
                if not made:
                    made.append(self._server(stop))
                return made[0]

        return server

    def _concurrency(self) -> int:
        """Reports at a time; one where nothing is set up, as then only rules can read."""
        try:
            return self.settings.concurrency
        except LanguageModelError:
            return 1


def _numbered(issue: Issue) -> Issue:
    """An issue of a sentence that says its number, as ``groundct reports --case`` shows it."""
    sentence = _SENTENCE.search(issue.where)
    if sentence is None:
        return issue
    return issue.model_copy(update={"what": f"sentence [{sentence[1]}]: {issue.what}"})
