"""Parts that the pages of results share: cells, issues, what was read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from html import escape

from groundct.core.issues import Issue
from groundct.review._evaluation_plots import interval_bar

MOST_ROWS = 3000
_MOST_ISSUES = 200

Interval = tuple[float, float] | None


def number_cell(value: float | None, form: str = ".3f") -> str:
    """A number, or a dash where there is none."""
    return f"<td class='number'>{'–' if value is None else format(value, form)}</td>"


def cell(value: int | None) -> str:
    """A count, or a dash where there is none."""
    return f"<td class='number'>{'–' if value is None else value}</td>"


def interval_words(interval: Interval, form: str = ".3f") -> str:
    """Both ends, or nothing."""
    return f"{format(interval[0], form)} to {format(interval[1], form)}" if interval else ""


def headline(name: str, value: float | None, interval: Interval) -> str:
    """A row of headline numbers; what is no share of 1, such as mm, has no bar."""
    share = value is None or all(0 <= v <= 1 for v in (value, *(interval or ())))
    shown = "not defined" if value is None else f"{value:.3f}"
    return (
        f"<tr><th scope='row'>{escape(name)}</th><td class='number big'>{shown}</td>"
        f"<td class='number'>{interval_words(interval)}</td>"
        f"<td>{interval_bar(value, interval) if share else ''}</td></tr>"
    )


def table(heads: Sequence[str], rows: str, words: Collection[str]) -> str:
    """A table that scrolls where it is too wide; heads of other columns than words stand right."""
    head = "".join(
        f"<th scope='col'{'' if name in words else ' class=number'}>{escape(name)}</th>"
        for name in heads
    )
    head = f"<thead><tr>{head}</tr></thead>"
    return f"<div class='wide'><table>{head}<tbody>{rows}</tbody></table></div>"


def more_rows(left: int) -> str:
    """What is said of rows that the page leaves out."""
    return f"<p class='soft'>{left} more stand in the CSV.</p>" if left > 0 else ""


def issues_list(issues: Sequence[Issue]) -> str:
    """What was wrong, as a list."""
    if not issues:
        return "<p class='soft'>Nothing was wrong.</p>"
    items = "".join(
        f"<li class='{issue.severity}'><b>{escape(issue.severity)}</b> "
        f"{escape(issue.case_id or '')} {escape(issue.what)} {escape(issue.remedy)} "
        f"<code>{escape(issue.code)} · {escape(issue.where)}</code></li>"
        for issue in issues[:_MOST_ISSUES]
    )
    more = len(issues) - _MOST_ISSUES
    left = f"<p class='soft'>{more} more stand in the JSON.</p>" if more > 0 else ""
    return f"<ul>{items}</ul>{left}"


def provenance_list(entries: Mapping[str, str]) -> str:
    """What was read, and how it was scored."""
    return "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in entries.items())
