"""The page's other panels as HTML: findings, switches, questions, reasoning, provenance."""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import Any

from groundct.core.issues import Issue
from groundct.core.record import Grounded, Question, Record
from groundct.core.report import Finding
from groundct.core.value import digest
from groundct.review._case_data import region_key
from groundct.review._words import (
    PRESENCE_SIGN,
    grounding_words,
    region_name,
    region_words,
    site_words,
    size_words,
)
from groundct.review.view import CaseView

_GROUP_TITLE = {"finding": "Findings", "organ": "Organs", "site": "Named places (≈ approximate)"}


def issues_html(issues: tuple[Issue, ...]) -> str:
    """Warnings of the record; nothing when there are none."""
    items = "".join(
        f'<li class="{issue.severity}"><b>{escape(issue.severity)}: {escape(issue.what)}</b> '
        f"{escape(issue.remedy)} <code>{escape(issue.code)}</code></li>"
        for issue in issues
    )
    return f'<ul class="issues" role="alert" aria-label="Warnings">{items}</ul>' if items else ""


def findings_html(view: CaseView) -> str:
    """One card a finding, absent ones last: what, where, how large, how grounded or why not."""
    order = ("present", "uncertain", "absent")
    numbered = list(enumerate(view.record.reading.findings, start=1))
    numbered.sort(key=lambda entry: order.index(entry[1].presence))
    cards = [_card(view, number, finding) for number, finding in numbered]
    return "\n".join(cards) or '<p class="empty">No finding was read in the report.</p>'


def switches_html(structures: dict[str, dict[str, Any]], record: Record) -> str:
    """Check boxes with colour chips by group, each group with all and none."""
    out: list[str] = []
    for group, title in _GROUP_TITLE.items():
        members = [(k, s) for k, s in structures.items() if s["group"] == group]
        if not members:
            continue
        boxes = "".join(_switch(key, structure) for key, structure in members)
        buttons = "".join(
            f'<button type="button" data-group="{group}" data-all="{word}" '
            f'aria-label="{title}: {word}">{word}</button>'
            for word in ("all", "none")
        )
        boxes = f'<div class="boxes">{boxes}</div>'
        out.append(f"<fieldset><legend>{title} {buttons}</legend>{boxes}</fieldset>")
    for status, words in (("empty", "Looked for and empty"), ("not_segmented", "Not segmented")):
        names = [organ.name for organ in record.organs if organ.status == status]
        if names:
            out.append(
                f"<details><summary>{words}: {len(names)}</summary>"
                f"{escape(', '.join(names))}</details>"
            )
    return "\n".join(out)


def questions_html(record: Record) -> str:
    """Questions and answers by level and task; wordings of one question share its answer."""
    ordered = sorted(record.questions, key=lambda q: (q.level, q.task, *_asked(q)))
    out: list[str] = []
    for (level, task), group in groupby(ordered, key=lambda q: (q.level, q.task)):
        items = "".join(_question(list(wordings)) for _, wordings in groupby(group, key=_asked))
        out.append(f"<h3>{level} level: {task}</h3><ul class='questions'>{items}</ul>")
    return "\n".join(out) or '<p class="empty">This record has no questions.</p>'


def _asked(question: Question) -> tuple[str, str, str]:
    return question.anatomy, question.abnormality, question.answer


def _question(wordings: list[Question]) -> str:
    first = wordings[0]
    others = "".join(f"<span class='also'>{escape(q.question)}</span>" for q in wordings[1:])
    return (
        f'<li data-target="question-{escape(first.question_id)}" tabindex="0">'
        f"<div><span>{escape(first.question)}</span>{others}</div>"
        f"<strong>{escape(first.answer)}</strong></li>"
    )


def traces_html(record: Record) -> str:
    """Each finding's way from the whole scan inwards; every step is a button that goes there."""
    names = {f.finding_id: f.standardized for f in record.reading.findings}
    out: list[str] = []
    for number, trace in enumerate(record.traces):
        steps = "".join(
            f'<li><button type="button" data-target="step-{number}-{position}">'
            f"<b>{escape(step.level)}</b> {escape(step.text)}"
            f"{_APPROXIMATE if step.approximate else ''}</button></li>"
            for position, step in enumerate(trace.steps)
        )
        title = escape(names.get(trace.finding_id, trace.finding_id))
        out.append(f'<h3>{title}</h3><ol class="steps">{steps}</ol>')
    return "\n".join(out) or '<p class="empty">This record has no reasoning traces.</p>'


def provenance_html(record: Record) -> str:
    """What made the record, and the digests of what it was made from."""
    rows = [("record", record.source, f"format {record.format_version}", digest(record))]
    if record.volume:
        shape = " x ".join(str(n) for n in record.volume.geometry.shape)
        rows.append(("volume", shape, record.volume.geometry.orientation, record.volume.digest))
    rows += [(c.role, c.name, c.version, c.configuration_digest) for c in record.components]
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    head = "<tr><th>role</th><th>name</th><th>version</th><th>digest</th></tr>"
    return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"


_APPROXIMATE = ' <em class="approximate">approximate</em>'


def _switch(key: str, structure: dict[str, Any]) -> str:
    checked = " checked" if structure["on"] else ""
    return (
        f'<label title="{escape(structure["detail"])}">'
        f'<input type="checkbox" data-structure="{escape(key)}"{checked}>'
        f'<i class="chip" data-chip="{escape(key)}"></i>{escape(structure["label"])}</label>'
    )


def _card(view: CaseView, number: int, finding: Finding) -> str:
    grounding = view.grounding("finding", finding.finding_id)
    facts = [
        ("Where", site_words(finding)),
        ("Size in text", size_words(finding)),
        ("Count in text", str(finding.count) if finding.count is not None else ""),
        ("Category", f"{finding.category} {finding.type.replace('_', ' ')}"),
        ("Prior", "compared with an earlier examination" if finding.refers_to_prior else ""),
        ("Grounding", grounding_words(grounding)),
    ]
    listed = "".join(f"<dt>{t}</dt><dd>{escape(v)}</dd>" for t, v in facts if v)
    chips = ""
    if isinstance(grounding, Grounded):
        regions = [view.region(region_id) for region_id in grounding.region_ids]
        chips = "".join(
            f'<li><i class="chip" data-chip="{escape(key)}"></i>'
            f"<b>{escape(region_name(region))}</b> {escape(region_words(region))}</li>"
            for region in regions
            for key in [region_key(region)]
        )
        chips = f'<ul class="regions">{chips}</ul>'
    sign = PRESENCE_SIGN[finding.presence]
    state = "grounded" if chips else "ungrounded"
    return (
        f'<article class="card {finding.presence} {state}" tabindex="0" '
        f'data-target="finding-{escape(finding.finding_id)}">'
        f'<header><span class="presence">{sign} {finding.presence}</span>'
        f" <h4><small>F{number}</small> {escape(finding.standardized)}</h4></header>"
        f"<dl>{listed}</dl>{chips}</article>"
    )
