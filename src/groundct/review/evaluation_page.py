"""The page of a segmentation's result: headline numbers, slices, findings, what was wrong."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from groundct.benchmark.segmentation import FindingResult, SegmentationResult
from groundct.benchmark.segmentation.result import HEADLINES
from groundct.codecs._files import write_bytes
from groundct.core.issues import Issue
from groundct.review._evaluation_plots import dice_histogram, interval_bar
from groundct.review._html import content_security_policy, fill, static_text
from groundct.vocabulary.findings import findings as finding_vocabulary

_NAMES = {
    "mean_dice_per_finding": "Dice, mean over findings",
    "mean_dice_per_case": "Dice, mean over cases",
    "hit_rate": "Hit rate (Dice from 0.1 on)",
    "instance_precision": "Instance precision",
    "instance_recall": "Instance recall",
    "instance_f1": "Instance F1",
    "distance_precision": "Distance precision",
    "distance_recall": "Distance recall",
    "distance_f1": "Distance F1",
}
_SLICE_COLUMNS = (
    "mean_dice_per_finding",
    "hit_rate",
    "instance_precision",
    "instance_recall",
    "instance_f1",
    "distance_f1",
)
_SHORT = ("Dice", "Hit rate", "Precision", "Recall", "F1", "Distance F1")
_MOST_ROWS = 3000
_MOST_ISSUES = 200


def write_evaluation_page(path: Path, result: SegmentationResult) -> None:
    """Write a self-contained page without scripts; it asks for nothing from elsewhere."""
    style = static_text("static/evaluation.css")
    values = {
        "csp": content_security_policy((), style),
        "style": style,
        "title": escape(f"{result.settings.mode} mode, protocol {result.protocol}"),
        "about": _about(result),
        "headlines": _headlines(result),
        "histogram": dice_histogram([r.dice for r in result.findings if r.dice is not None]),
        "surfaces": _surfaces(result),
        "slices": "".join(_slice(n, groups) for n, groups in result.slices.items()),
        "issues": _issues(result.issues),
        "findings": _findings(result.findings),
        "provenance": _provenance(result),
    }
    write_bytes(path, [fill(static_text("templates/evaluation.html"), values).encode("utf-8")])


def _about(result: SegmentationResult) -> str:
    s = result.summary
    parts = [f"{s['n_findings']} findings of {s['n_cases']} cases"]
    for count, words in (
        (s["n_missing"], "missing in the prediction"),
        (s["n_refused"], "refused and scored as empty"),
        (s["n_undefined"], "without a value"),
    ):
        if count:
            parts.append(f"{count} {words}")
    if result.extra:
        parts.append(f"{len(result.extra)} extra cases, not looked at")
    if result.partial_reference:
        parts.append("partial reference: no false positives are counted")
    return escape(" · ".join(parts))


def _headlines(result: SegmentationResult) -> str:
    rows = []
    for name in HEADLINES:
        value = result.summary.get(name)
        interval = result.summary["ci95"].get(name)
        shown = "not defined" if value is None else f"{value:.3f}"
        told = f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else ""
        rows.append(
            f"<tr><th scope='row'>{_NAMES[name]}</th><td class='number big'>{shown}</td>"
            f"<td class='number'>{told}</td><td>{interval_bar(value, interval)}</td></tr>"
        )
    return "".join(rows)


def _surfaces(result: SegmentationResult) -> str:
    if not result.surfaces:
        return ""
    rows = "".join(
        f"<tr><th scope='row'>{escape(name)}</th>{_number(s, 'mean')}<td class='number'>"
        + (f"{s['ci95'][0]:.3f} to {s['ci95'][1]:.3f}" if s["ci95"] else "")
        + f"</td>{_cell(s['n_scored'])}{_cell(s['n_undefined'])}</tr>"
        for name, s in result.surfaces.items()
    )
    return (
        "<section><h2>Surfaces</h2><p class='soft'>Distances in mm; a mean is over the findings "
        "that have a value.</p><div class='wide'><table><thead><tr><th scope='col'>Metric</th>"
        "<th scope='col' class='number'>Mean</th><th scope='col' class='number'>95 % interval</th>"
        "<th scope='col' class='number'>Findings</th><th scope='col' class='number'>Without</th>"
        f"</tr></thead><tbody>{rows}</tbody></table></div></section>"
    )


def _slice(name: str, groups: dict[str, dict[str, Any]]) -> str:
    head = "".join(f"<th scope='col' class='number'>{short}</th>" for short in _SHORT)
    codes = finding_vocabulary().codes
    rows = "".join(
        f"<tr><th scope='row'>{escape(group)}"
        + (f" <span class='soft'>{escape(codes[group].name)}</span>" if group in codes else "")
        + f"</th><td class='number'>{s['n_findings']}</td>"
        + "".join(_number(s, column) for column in _SLICE_COLUMNS)
        + f"<td>{interval_bar(s['mean_dice_per_finding'], _ci(s))}</td></tr>"
        for group, s in groups.items()
    )
    return (
        f"<h3>By {escape(name)}</h3><div class='wide'><table><thead><tr><th scope='col'>"
        f"{escape(name.capitalize())}</th><th scope='col' class='number'>Findings</th>{head}"
        f"<th scope='col'>Dice, 95 % interval</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _ci(summary: dict[str, Any]) -> tuple[float, float] | None:
    interval: tuple[float, float] | None = summary["ci95"].get("mean_dice_per_finding")
    return interval


def _number(summary: dict[str, Any], column: str) -> str:
    value = summary.get(column)
    return f"<td class='number'>{'–' if value is None else f'{value:.3f}'}</td>"


def _findings(rows: Sequence[FindingResult]) -> str:
    ordered = sorted(rows, key=lambda r: (r.dice is None, r.dice or 0.0, r.case, r.finding))
    body = "".join(_finding(row) for row in ordered[:_MOST_ROWS])
    more = len(ordered) - _MOST_ROWS
    left = f"<p class='soft'>{more} more stand in the CSV.</p>" if more > 0 else ""
    return (
        "<div class='wide'><table><thead><tr><th scope='col'>Case</th>"
        "<th scope='col' class='number'>Finding</th><th scope='col'>Category</th>"
        "<th scope='col' class='number'>Dice</th><th scope='col' class='number'>tp</th>"
        "<th scope='col' class='number'>fp</th><th scope='col' class='number'>fn</th>"
        "<th scope='col' class='number'>Reference</th><th scope='col' class='number'>Predicted</th>"
        f"<th scope='col'>Status</th></tr></thead><tbody>{body}</tbody></table></div>{left}"
    )


def _finding(row: FindingResult) -> str:
    counts = "".join(_cell(value) for value in (row.tp, row.fp, row.fn))
    dice = "–" if row.dice is None else f"{row.dice:.3f}"
    return (
        f"<tr><td>{escape(row.case)}</td><td class='number'>{row.finding}</td>"
        f"<td>{escape(row.category or '–')}</td><td class='number'>{dice}</td>{counts}"
        f"<td class='number'>{_volume(row.reference_ml, row.reference_voxels)}</td>"
        f"<td class='number'>{_volume(row.predicted_ml, row.predicted_voxels)}</td>"
        f"<td class='{row.status}'>{row.status.replace('-', ' ')}</td></tr>"
    )


def _volume(ml: float | None, voxels: int) -> str:
    return f"{voxels} voxels" if ml is None else f"{ml:.2f} ml"


def _cell(value: int | None) -> str:
    return f"<td class='number'>{'–' if value is None else value}</td>"


def _issues(issues: Sequence[Issue]) -> str:
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


def _provenance(result: SegmentationResult) -> str:
    rules = result.settings.rules.model_dump(mode="json")
    entries = {
        "reference": result.reference_digest,
        "prediction": result.prediction_digest,
        "rules": ", ".join(f"{name} {value}" for name, value in rules.items()),
        "intervals": f"{result.settings.draws} draws of patients, seed {result.settings.seed}",
        "versions": ", ".join(f"{name} {value}" for name, value in result.versions.items()),
        "cost": f"{result.seconds:.1f} s, {result.peak_mib:.0f} MiB at most",
    }
    return "".join(f"<dt>{k}</dt><dd>{escape(v)}</dd>" for k, v in entries.items())
