"""Answer -> findings, every one of them checked against the sentence that it cites.

What a model may choose: which words are a finding, which of the types that these words can mean,
and which presence, side, places and sizes out of those that the sentence names. Everything else is
read in the sentence by the tables of `rules`. A sentence with one fault is refused as a whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from groundct.core.issues import Issue
from groundct.core.report import Finding
from groundct.reports._llm.checks import faults_of
from groundct.reports._llm.compose import composed
from groundct.reports._llm.locate import located
from groundct.reports._llm.prompt import Request
from groundct.reports._llm.schema import AnsweredFinding, AnsweredSentence, parse_answer
from groundct.reports._llm.source import Source
from groundct.reports.language_model.failures import LanguageModelError, failed, quoted


class Checked(NamedTuple):
    """What is accepted of an answer, by the sentences' indices and ids, and faults of others by id.

    Spans of findings count from the sentence's start.
    """

    accepted: dict[int, tuple[Finding, ...]]
    said: dict[str, AnsweredSentence]
    faults: dict[str, tuple[Issue, ...]]


def accept(
    content: str, request: Request, sources: Mapping[int, Source]
) -> dict[int, tuple[Finding, ...]]:
    """The findings of each sentence of a request, by its index; spans count from its start.

    Raises LanguageModelError with every fault of the answer.
    """
    found = checked(content, request, sources)
    if found.faults:
        raise LanguageModelError(*(issue for own in found.faults.values() for issue in own))
    return found.accepted


def checked(content: str, request: Request, sources: Mapping[int, Source]) -> Checked:
    """An answer's sentences, each checked by itself.

    Raises LanguageModelError where it is no answer to this request at all.
    """
    answer = parse_answer(content)
    if answer.report != request.report_id:
        raise failed("wrong-report", "answer", f"report is {quoted(answer.report)}.")
    answered = _by_id(answer.sentences, request)
    out = Checked({}, {}, {})
    for id_, sentence in zip(request.sentence_ids, request.sentences, strict=True):
        own = answered[id_]
        try:
            found = _findings(id_, tuple(own.findings), sources[sentence.index])
        except LanguageModelError as problem:
            out.faults[id_] = problem.issues
        else:
            out.accepted[sentence.index] = found
            out.said[id_] = own
    return out


def _by_id(sentences: list[AnsweredSentence], request: Request) -> dict[str, AnsweredSentence]:
    """The sentences by their ids: each that was asked about, once, and no other."""
    given = Counter(sentence.id for sentence in sentences)
    for id_, count in given.items():
        if id_ not in request.sentence_ids:
            raise failed("unknown-sentence", "answer", f"id {quoted(id_)}.")
        if count > 1:
            raise failed("doubled-sentence", "answer", f"id {quoted(id_)}.")
    for id_ in request.sentence_ids:
        if id_ not in given:
            raise failed("missing-sentence", "answer", f"id {quoted(id_)}.")
    return {sentence.id: sentence for sentence in sentences}


def _findings(
    id_: str, answered: tuple[AnsweredFinding, ...], source: Source
) -> tuple[Finding, ...]:
    """The model's findings in the order of their words, and what the rules say is ruled out.

    Of a sentence that names nothing, and of which it says nothing, what the rules take over.
    """
    if not answered and source.put_in:
        return source.put_in
    said = located(id_, answered, source)
    faults = faults_of(id_, said, source)
    if faults:
        raise LanguageModelError(*faults)
    told = {one.type for one in said}
    ruled_out = tuple(finding for finding in source.ruled_out if finding.type not in told)
    return (*composed(said, source.said), *ruled_out)
