"""Requests: what is sent for some sentences of one report. The report's text is data throughout."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from groundct.core.report import Report, Sentence
from groundct.core.value import digest
from groundct.reports._llm.schema import NAME, answer_schema
from groundct.reports.language_model.form import JsonForm, chat_body
from groundct.reports.language_model.settings import LlmSettings
from groundct.vocabulary.findings import findings


@dataclass(frozen=True)
class Request:
    """Sentences of one report, with ids that no other report's sentences have."""

    report_id: str
    report: Report
    sentences: tuple[Sentence, ...]
    before: tuple[str, ...]

    @property
    def sentence_ids(self) -> tuple[str, ...]:
        """The ids of the sentences, in order."""
        return tuple(f"{self.report_id}-s{sentence.index}" for sentence in self.sentences)


def request_of(report: Report, chosen: tuple[Sentence, ...], all_: tuple[Sentence, ...]) -> Request:
    """A request for some sentences out of all of a report.

    Each sentence whose predecessor is not asked about brings that one's text, where both stand in
    one section.
    """
    asked = {sentence.index for sentence in chosen}
    before = []
    for sentence in chosen:
        previous = all_[sentence.index - 1] if sentence.index else None
        beside = previous is not None and previous.section == sentence.section
        told = beside and previous is not None and previous.index not in asked
        before.append(previous.span.of(report.text) if told and previous is not None else "")
    report_id = "r" + digest([report.text, report.language]).removeprefix("sha256:")[:16]
    return Request(report_id, report, chosen, tuple(before))


def body_of(request: Request, settings: LlmSettings, faults: tuple[str, ...] = ()) -> bytes:
    """The body of a call: equal requests and settings give equal bytes."""
    form = JsonForm(NAME, answer_schema())
    return chat_body(settings, system_prompt(), _data(request, faults), form)


@lru_cache(maxsize=1)
def system_prompt() -> str:
    """The instructions, with the vocabulary's finding types; no word of any report."""
    text = files("groundct.reports._llm").joinpath("prompts/system.md").read_text(encoding="utf-8")
    types = "\n".join(f"- {kind.type}: {kind.name}" for kind in findings().types.values())
    return text.replace("{types}", types)


@lru_cache(maxsize=1)
def prompt_digest() -> str:
    """The digest of the instructions."""
    return digest(system_prompt())


def _data(request: Request, faults: tuple[str, ...]) -> str:
    """The user's message: one JSON object, from which no text can break out."""
    sentences = []
    for sentence, id_, before in zip(
        request.sentences, request.sentence_ids, request.before, strict=True
    ):
        said = {"id": id_, "section": sentence.section}
        if before:
            said["before"] = before
        sentences.append({**said, "text": sentence.span.of(request.report.text)})
    data: dict[str, Any] = {
        "report": request.report_id,
        "language": request.report.language,
        "sentences": sentences,
    }
    if faults:
        data["faults"] = list(faults)
    return json.dumps(data, ensure_ascii=False, indent=1)
