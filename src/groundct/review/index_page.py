"""The index page of a workspace: its cases with links and pictures, and what was set aside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from groundct.core.issues import Issue
from groundct.core.paths import AnyPath
from groundct.core.record import Record
from groundct.pipeline.workspace import Workspace
from groundct.review._html import page, static_text
from groundct.review.view import grounded_finding_ids


def write_index_page(
    path: AnyPath, records: Iterable[Record], issues: Sequence[Issue] = ()
) -> None:
    """Write the page that lists a workspace's cases.

    ``path`` lies at the root of the workspace; links are relative to it, and pages and contact
    sheets that are not there are not linked. Records are taken one by one. ``issues`` are those of
    cases set aside and of the corpus; the issues of a built case stand in its record.
    """
    path = Path(path)
    space = Workspace(path.parent)
    rows = {record.case_id: _row(space, record) for record in records}
    head = (
        "<tr><th>Contact sheet</th><th>Case</th><th class='number'>Sentences</th>"
        "<th class='number'>Findings</th><th class='number'>Grounded</th>"
        "<th class='number'>Questions</th><th>Warnings</th></tr>"
    )
    body = "".join(rows.values())
    cases = f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"
    values = {
        "summary": _summary(frozenset(rows), issues),
        "cases": cases if rows else "<p class='soft'>No case was built.</p>",
        "aside": _aside(issues),
    }
    style = static_text("static/index.css")
    text = page("index", values, title="Cases", style=style, images="'self' file:")
    path.write_text(text, encoding="utf-8")


def _row(space: Workspace, record: Record) -> str:
    sheet = _link(space, space.sheet_path(record.case_id))
    page = _link(space, space.page_path(record.case_id))
    name = escape(record.case_id)
    picture = (
        f'<a href="{sheet}"><img src="{sheet}" loading="lazy" alt="Contact sheet of {name}"></a>'
        if sheet
        else '<span class="soft">none</span>'
    )
    title = f'<b><a href="{page}">{name}</a></b>' if page else f"<b>{name}</b>"
    findings = record.reading.findings
    done = grounded_finding_ids(record)
    stated = sum(finding.presence != "absent" for finding in findings)
    numbers = (
        str(len(record.reading.sentences)),
        f"{stated}<br><small>{len(findings) - stated} absent</small>",
        f"{sum(f.finding_id in done for f in findings)}",
        str(len(record.questions)),
    )
    cells = "".join(f'<td class="number">{number}</td>' for number in numbers)
    return (
        f"<tr><td>{picture}</td><td>{title}<br><small>patient {escape(record.patient_id)}</small>"
        f"</td>{cells}<td>{_issues(record.issues)}</td></tr>"
    )


def _aside(issues: Sequence[Issue]) -> str:
    """What was set aside or wrong, case by case; issues of no case come first."""
    ordered = sorted(issues, key=lambda issue: issue.case_id or "")
    rows = "".join(
        f"<tr><td><b>{escape(case_id or 'the corpus')}</b></td><td>{_issues(list(group))}</td></tr>"
        for case_id, group in groupby(ordered, key=lambda issue: issue.case_id)
    )
    if not rows:
        return ""
    head = "<tr><th>Case</th><th>What is wrong, and what to do</th></tr>"
    return f"<h2>Set aside, and issues of the corpus</h2><table>{head}{rows}</table>"


def _issues(issues: Sequence[Issue]) -> str:
    items = "".join(
        f'<li class="{issue.severity}"><b>{escape(issue.severity)}:</b> {escape(issue.what)} '
        f"{escape(issue.remedy)} <code>{escape(issue.code)} · {escape(issue.where)}</code></li>"
        for issue in issues
    )
    return f"<ul>{items}</ul>" if items else ""


def _summary(built: frozenset[str], issues: Sequence[Issue]) -> str:
    aside = {i.case_id for i in issues if i.severity == "error" and i.case_id} - built
    return f"{len(built)} built, {len(aside)} set aside"


def _link(space: Workspace, target: Path) -> str:
    """A link relative to the workspace's root; empty when there is no such file."""
    return quote(target.relative_to(space.root).as_posix()) if target.exists() else ""
