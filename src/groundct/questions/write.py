"""Record -> questions in RadGenome's forms; every answer is derived, none is generated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from groundct.core.record import Grounding, Question, QuestionTask, Region
from groundct.core.report import Finding, Reading, Report
from groundct.questions._places import leaf
from groundct.questions._sizes import sizes_of
from groundct.questions._statements import Statements
from groundct.questions._ties import Ties
from groundct.questions._wordings import choose, wordings_of

NO_FINDINGS = "No findings."
YES = "Yes."
NO = "No."
SEPARATOR = "; "
"""Stands between the parts of an answer that has several."""


@dataclass(frozen=True)
class QuestionRequest:
    """What questions are written from.

    ``ancestors``: also ask for present findings at every region around theirs, as RadGenome does.
    ``wordings``: in how many different wordings each question is asked.
    """

    report: Report | None
    reading: Reading
    regions: tuple[Region, ...]
    groundings: tuple[Grounding, ...]
    case_id: str
    ancestors: bool = False
    wordings: int = 1


def write_questions(request: QuestionRequest) -> tuple[Question, ...]:
    """All questions that the record answers, case level first, then by task, place and finding.

    The same request gives the same questions. docs/format.md has the rules; in short: present
    findings give "Yes.", absent ones "No.", uncertain ones nothing; what is said both ways of one
    place is not asked; silence is not asked; "No findings." needs a normal statement on the region.
    """
    statements = Statements(request.report, request.reading, with_ancestors=request.ancestors)
    writer = _Writer(request, Ties(request.regions, request.groundings))
    drafts = [
        *_disorders(request.reading, statements),
        *_abnormality(statements),
        *_presence(statements),
        *_location(statements, request.reading),
        *_size(statements, request.reading),
    ]
    return tuple(question for draft in drafts for question in writer.questions(draft))


@dataclass(frozen=True)
class _Draft:
    """A question before its wording and regions; its regions must lie in the paths ``asked``."""

    task: QuestionTask
    answer: str
    findings: tuple[Finding, ...]
    path: str = ""
    name: str = ""
    asked: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class _Writer:
    request: QuestionRequest
    ties: Ties

    def questions(self, draft: _Draft) -> Iterable[Question]:
        key = (self.request.case_id, draft.task, draft.path, draft.name)
        for wording in choose(wordings_of(draft.task), key, self.request.wordings):
            parts = [draft.task, draft.path, draft.name]
            if self.request.wordings > 1:
                parts.append(wording.id)
            yield Question(
                question_id=":".join(part for part in parts if part),
                level="case" if draft.task == "disorders" else "region",
                task=draft.task,
                template=wording.id,
                question=wording.text.format(region=leaf(draft.path), abnormality=draft.name),
                answer=draft.answer,
                anatomy=draft.path,
                abnormality=draft.name,
                finding_ids=tuple(finding.finding_id for finding in draft.findings),
                region_ids=self.ties.region_ids(draft.findings, draft.asked),
            )


def _disorders(reading: Reading, statements: Statements) -> list[_Draft]:
    present = [finding for finding in reading.findings if finding.presence == "present"]
    if present:
        return [_Draft("disorders", _names(present, statements), tuple(present))]
    absent = tuple(finding for finding in reading.findings if finding.presence == "absent")
    if absent and len(absent) == len(reading.findings):
        return [_Draft("disorders", NO_FINDINGS, absent)]
    return []


def _abnormality(statements: Statements) -> list[_Draft]:
    drafts = []
    for path in statements.paths("present"):
        present = statements.at_or_under(path, "present")
        names = dict.fromkeys(statements.name(finding) for finding in present)
        if not any(statements.contradicted(path, name) for name in names):
            answer = _names(present, statements)
            drafts.append(_Draft("abnormality", answer, present, path, asked=(path,)))
    for path in statements.normal_paths():
        normal = statements.normal_at(path)
        drafts.append(_Draft("abnormality", NO_FINDINGS, normal, path, asked=(path,)))
    return sorted(drafts, key=lambda draft: draft.path)


def _presence(statements: Statements) -> list[_Draft]:
    drafts = []
    for path, name in statements.topics():
        present = statements.at(path, name, "present")
        absent = statements.at(path, name, "absent")
        if present and not statements.contradicted(path, name):
            drafts.append(_Draft("presence", YES, present, path, name, (path,)))
        elif absent and statements.denied_throughout(path, name):
            drafts.append(_Draft("presence", NO, absent, path, name, (path,)))
    return drafts


def _location(statements: Statements, reading: Reading) -> list[_Draft]:
    drafts = []
    for name in statements.names("present"):
        paths = [path for path in statements.sites(name) if not statements.contradicted(path, name)]
        if not paths:
            continue
        stated = {f.finding_id for path in paths for f in statements.stated_at(path, name)}
        found = tuple(f for f in reading.findings if f.finding_id in stated)
        only = paths[0] if len(paths) == 1 else ""
        answer = SEPARATOR.join(paths)
        drafts.append(_Draft("location", answer, found, only, name, tuple(paths)))
    return drafts


def _size(statements: Statements, reading: Reading) -> list[_Draft]:
    drafts = []
    for path, name in statements.topics():
        if not statements.at(path, name, "present") or statements.contradicted(path, name):
            continue
        measured = []
        sizes: list[str] = []
        for finding in statements.at_or_under(path, "present"):
            own = sizes_of(finding, reading.sentences) if statements.name(finding) == name else ()
            if own:
                measured.append(finding)
                sizes.extend(own)
        if sizes:
            answer = SEPARATOR.join(dict.fromkeys(sizes))
            drafts.append(_Draft("size", answer, tuple(measured), path, name, (path,)))
    return drafts


def _names(findings: Sequence[Finding], statements: Statements) -> str:
    return SEPARATOR.join(dict.fromkeys(statements.name(finding) for finding in findings))
