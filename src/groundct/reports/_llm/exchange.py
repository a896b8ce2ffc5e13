"""Asking about some sentences until each has had an answer that is accepted."""

from __future__ import annotations

from collections.abc import Mapping

from groundct.core.issues import Issue
from groundct.core.report import Finding
from groundct.core.value import canonical_json
from groundct.reports._llm.accept import checked
from groundct.reports._llm.prompt import Request
from groundct.reports._llm.schema import Answer, AnsweredSentence
from groundct.reports._llm.source import Source
from groundct.reports.language_model.failures import LanguageModelError


class Exchange:
    """The answers to a request, of each sentence the last one that was accepted.

    A model that mends one sentence and spoils another has answered both.
    """

    def __init__(self, request: Request, sources: Mapping[int, Source]) -> None:
        self._request = request
        self._sources = sources
        self._found: dict[int, tuple[Finding, ...]] = {}
        self._said: dict[str, AnsweredSentence] = {}

    def accept(self, content: str) -> dict[int, tuple[Finding, ...]]:
        """The findings of each sentence by its index; spans count from its start.

        Raises LanguageModelError with every fault of the sentences without an accepted answer.
        """
        found = checked(content, self._request, self._sources)
        self._found |= found.accepted
        self._said |= found.said
        open_ = [id_ for id_ in self._request.sentence_ids if id_ not in self._said]
        faults: list[Issue] = [issue for id_ in open_ for issue in found.faults[id_]]
        if faults:
            raise LanguageModelError(*faults)
        return self._found

    def answer(self) -> str:
        """The whole answer, of sentences that were accepted of one answer or of several."""
        said = [self._said[id_] for id_ in self._request.sentence_ids]
        return canonical_json(Answer(report=self._request.report_id, sentences=said).model_dump())
