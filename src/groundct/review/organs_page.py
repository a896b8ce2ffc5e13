"""The page of a result of organ masks: by structure, the worst cases with pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

import numpy as np

from groundct.benchmark.compare.cuts import Cut
from groundct.benchmark.organs.cuts import PREDICTION, Key
from groundct.benchmark.organs.result import OrganResult, StructureResult
from groundct.benchmark.organs.run import AIRWAY_NAMES, HEADLINES
from groundct.codecs._files import write_bytes
from groundct.core.paths import AnyPath
from groundct.review._evaluation_parts import (
    MOST_ROWS,
    cell,
    headline,
    issues_list,
    more_rows,
    number_cell,
    provenance_list,
    table,
)
from groundct.review._evaluation_plots import dice_histogram, interval_bar
from groundct.review._html import page, static_text
from groundct.review._planes import LUNG_WINDOW_HU, MEDIASTINUM_WINDOW_HU, tint
from groundct.review._plots.pictures import MODELS, REFERENCE, ground_of, picture_uri

_NAMES: Final = {
    "mean_dice": "Dice, mean over structures of cases",
    "mean_dice_per_structure": "Dice, mean over structures",
    "mean_dice_per_case": "Dice, mean over cases",
    "length_detected": "Tree length detected",
    "branches_detected": "Branches detected",
    "leakage": "Leakage",
    "precision": "Precision",
}
_BONE_WINDOW_HU = (-500.0, 1300.0)
_LUNG_BELOW_HU, _BONE_FROM_HU = -300, 150


def write_organs_page(path: AnyPath, result: OrganResult, cuts: Mapping[Key, Cut]) -> None:
    """Write a self-contained page without scripts; it asks for nothing from elsewhere."""
    path = Path(path)
    values = {
        "about": _about(result),
        "headlines": _headlines(result.summary, (*HEADLINES, *_surfaces(result.summary))),
        "histogram": dice_histogram(
            [row.dice for row in result.rows if row.dice is not None],
            "structures of cases",
            hit_dice=None,
        ),
        "structures": _structures(result),
        "airways": _airways(result),
        "pictures": _pictures(result, cuts),
        "issues": issues_list(result.issues),
        "rows": _rows(result.rows),
        "provenance": _provenance(result),
    }
    style = static_text("static/evaluation.css")
    write_bytes(path, [page("organs", values, title="Organ scores", style=style).encode("utf-8")])


def _about(result: OrganResult) -> str:
    s = result.summary
    parts = [
        f"{s['n_structures']} structures in {s['n_cases']} cases of {s['n_patients']} patients"
    ]
    for count, words in (
        (s["n_missing"], "missing or refused, scored as empty"),
        (s["n_undefined"], "empty in the reference, without a Dice"),
        (max(s["n_undefined_surfaces"].values(), default=0), "without a distance"),
        (s["n_missing_cases"], "cases without any prediction"),
        (len(result.extra_cases), "extra cases, not looked at"),
        (len({n for names in result.extra.values() for n in names}), "extra names, not looked at"),
    ):
        if count:
            parts.append(f"{count} {words}")
    return escape(" · ".join(parts))


def _surfaces(summary: Mapping[str, Any]) -> list[str]:
    return [name for name in summary if ":" in name]


def _with_unit(names: Sequence[str]) -> list[str]:
    return [name if name.startswith("nsd") else f"{name}, mm" for name in names]


def _headlines(summary: Mapping[str, Any], names: Sequence[str]) -> str:
    return "".join(
        headline(
            _NAMES.get(name) or _with_unit([name])[0],
            summary.get(name),
            summary["ci95"].get(name),
        )
        for name in names
    )


def _structures(result: OrganResult) -> str:
    surfaces = _surfaces(result.summary)
    ordered = sorted(
        result.structures.items(), key=lambda one: (one[1]["dice"] is None, one[1]["dice"] or 0.0)
    )
    rows = "".join(
        f"<tr><th scope='row'>{escape(name)}</th>{cell(s['n'])}{cell(s['n_missing'])}"
        f"{number_cell(s['dice'])}<td>{interval_bar(s['dice'], s['ci95'].get('dice'), 160)}</td>"
        f"{number_cell(s['volume_error_ml'], '+.2f')}"
        f"{number_cell(s['absolute_volume_error_ml'], '.2f')}"
        + "".join(number_cell(s.get(surface)) for surface in surfaces)
        + "</tr>"
        for name, s in ordered
    )
    heads = (
        *("Structure", "Cases", "Missing", "Dice", "Dice, 95 % interval"),
        *("Volume error, ml", "Absolute, ml", *_with_unit(surfaces)),
    )
    return table(heads, rows, ("Structure", "Dice, 95 % interval"))


def _airways(result: OrganResult) -> str:
    if not result.airways:
        return ""
    rows = _headlines(result.airways, AIRWAY_NAMES)
    heads = ("Score", "Value", "95 % interval", "0 to 1")
    return f"<section><h2>Airway tree</h2>{table(heads, rows, ('Score', '0 to 1'))}</section>"


def _pictures(result: OrganResult, cuts: Mapping[Key, Cut]) -> str:
    """Each worst structure twice: the CT alone, and with both masks."""
    shown = [
        (row, cut)
        for row in sorted(result.rows, key=lambda row: row.dice or 0.0)
        if (cut := cuts.get((row.case, row.structure))) is not None
    ]
    if not shown:
        return ""
    figures = "".join(_figure(row, cut) for row, cut in shown)
    return (
        "<section><h2>Worst structures</h2><p class='soft'>The axial plane in which the two differ "
        "most, the patient's left to the right: the CT, and on it <span class='truth'>the outline "
        "of the reference</span> and <span class='found'>the prediction</span>.</p>"
        f"<div class='pictures'>{figures}</div></section>"
    )


def _figure(row: StructureResult, cut: Cut) -> str:
    ground = ground_of(cut, _window(cut))
    mask = cut.predictions[PREDICTION]
    over = ground if mask is None else tint(ground, mask, MODELS[0], fill=0.35, line_px=1)
    over = tint(over, cut.reference, REFERENCE, fill=0.0, line_px=1)
    told = f"{row.structure} in {row.case}"
    images = "".join(
        f'<img src="{picture_uri(picture)}" alt="{escape(words)}" width="{picture.width}" '
        f'height="{picture.height}">'
        for picture, words in ((ground, f"{told}, CT"), (over, f"{told}, both masks"))
    )
    dice = "" if row.dice is None else f", Dice {row.dice:.3f}"
    return f"<figure>{images}<figcaption>{escape(told + dice)}</figcaption></figure>"


def _window(cut: Cut) -> tuple[float, float]:
    """That of lung, soft tissue or bone, by what the reference holds."""
    if cut.hu is None or not cut.reference.any():
        return MEDIASTINUM_WINDOW_HU
    middle = float(np.median(cut.hu[cut.reference]))
    if middle < _LUNG_BELOW_HU:
        return LUNG_WINDOW_HU
    return MEDIASTINUM_WINDOW_HU if middle < _BONE_FROM_HU else _BONE_WINDOW_HU


def _rows(rows: Sequence[StructureResult]) -> str:
    ordered = sorted(rows, key=lambda r: (r.dice is None, r.dice or 0.0, r.case, r.structure))
    surfaces = list(dict.fromkeys(name for row in rows for name in row.surfaces))
    body = "".join(
        f"<tr><td>{escape(row.case)}</td><td>{escape(row.structure)}</td>{number_cell(row.dice)}"
        f"{number_cell(row.reference_ml, '.2f')}{number_cell(row.predicted_ml, '.2f')}"
        + "".join(number_cell(row.surfaces.get(name)) for name in surfaces)
        + f"<td class='{row.status}'>{row.status.replace('-', ' ')}</td></tr>"
        for row in ordered[:MOST_ROWS]
    )
    heads = (
        "Case",
        "Structure",
        "Dice",
        "Reference, ml",
        "Predicted, ml",
        *_with_unit(surfaces),
        "Status",
    )
    return table(heads, body, ("Case", "Structure", "Status")) + more_rows(len(rows) - MOST_ROWS)


def _provenance(result: OrganResult) -> str:
    settings = result.settings
    return provenance_list(
        {
            "reference": result.reference_digest,
            "prediction": result.prediction_digest,
            "intervals": f"{settings['draws']} draws of patients, seed {settings['seed']}",
            "versions": ", ".join(f"{name} {value}" for name, value in result.versions.items()),
            "cost": f"{result.seconds:.1f} s",
        }
    )
