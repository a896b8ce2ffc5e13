"""The page of a segmentation's result: headline numbers, slices, findings, what was wrong."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from groundct.benchmark.segmentation import FindingResult, SegmentationResult
from groundct.benchmark.segmentation.result import HEADLINES
from groundct.codecs._files import write_bytes
from groundct.core.paths import AnyPath
from groundct.review._evaluation_parts import (
    MOST_ROWS,
    cell,
    headline,
    interval_words,
    issues_list,
    more_rows,
    number_cell,
    provenance_list,
    table,
)
from groundct.review._evaluation_plots import dice_histogram, interval_bar
from groundct.review._html import page, static_text
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


def write_evaluation_page(path: AnyPath, result: SegmentationResult) -> None:
    """Write a self-contained page without scripts; it asks for nothing from elsewhere."""
    path = Path(path)
    values = {
        "title": escape(f"{result.settings.mode} mode, protocol {result.protocol}"),
        "about": _about(result),
        "headlines": _headlines(result),
        "histogram": dice_histogram([r.dice for r in result.findings if r.dice is not None]),
        "surfaces": _means(result),
        "slices": "".join(_slice(n, groups) for n, groups in result.slices.items()),
        "issues": issues_list(result.issues),
        "findings": _findings(result.findings),
        "provenance": _provenance(result),
    }
    style = static_text("static/evaluation.css")
    text = page("evaluation", values, title="Segmentation scores", style=style)
    write_bytes(path, [text.encode("utf-8")])


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
    ci95 = result.summary["ci95"]
    return "".join(
        headline(_NAMES[name], result.summary.get(name), ci95.get(name)) for name in HEADLINES
    )


def _means(result: SegmentationResult) -> str:
    """Surfaces and errors of size."""
    means = result.surfaces | {
        name.replace("_", " ").replace(" ml", ", ml").replace(" mm", ", mm"): own
        for name, own in result.sizes.items()
    }
    if not means:
        return ""
    rows = "".join(
        f"<tr><th scope='row'>{escape(name)}</th>{number_cell(s['mean'])}"
        f"<td class='number'>{interval_words(s['ci95'])}{' *' if s['narrow'] else ''}</td>"
        f"{cell(s['n_scored'])}{cell(s['n_undefined'])}</tr>"
        for name, s in means.items()
    )
    heads = ("Metric", "Mean", "95 % interval", "Findings", "Without")
    return (
        "<section><h2>Surfaces and sizes</h2><p class='soft'>Distances in mm; errors are "
        "prediction minus reference; a mean is over the findings that have a value."
        f"{_narrow(means)}</p>"
        f"{table(heads, rows, heads[:1])}</section>"
    )


def _narrow(means: dict[str, dict[str, Any]]) -> str:
    if not any(s["narrow"] for s in means.values()):
        return ""
    return " * too narrow: so few patients may not show the large values that such a mean hangs on."


def _slice(name: str, groups: dict[str, dict[str, Any]]) -> str:
    codes = finding_vocabulary().codes
    rows = "".join(
        f"<tr><th scope='row'>{escape(group)}"
        + (f" <span class='soft'>{escape(codes[group].name)}</span>" if group in codes else "")
        + f"</th><td class='number'>{s['n_findings']}</td>"
        + "".join(number_cell(s.get(column)) for column in _SLICE_COLUMNS)
        + f"<td>{interval_bar(s['mean_dice_per_finding'], _ci(s))}</td></tr>"
        for group, s in groups.items()
    )
    words = (name.capitalize(), "Dice, 95 % interval")
    heads = (words[0], "Findings", *_SHORT, words[1])
    return f"<h3>By {escape(name)}</h3>{table(heads, rows, words)}"


def _ci(summary: dict[str, Any]) -> tuple[float, float] | None:
    interval: tuple[float, float] | None = summary["ci95"].get("mean_dice_per_finding")
    return interval


def _findings(rows: Sequence[FindingResult]) -> str:
    ordered = sorted(rows, key=lambda r: (r.dice is None, r.dice or 0.0, r.case, r.finding))
    body = "".join(_finding(row) for row in ordered[:MOST_ROWS])
    words = ("Case", "Category", "Status")
    heads = (
        *("Case", "Finding", "Category", "Dice", "tp", "fp", "fn"),
        *("Reference", "Predicted", "Status"),
    )
    return table(heads, body, words) + more_rows(len(ordered) - MOST_ROWS)


def _finding(row: FindingResult) -> str:
    counts = "".join(cell(value) for value in (row.tp, row.fp, row.fn))
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
    return provenance_list(entries)
