"""What the page's script needs: structures in the label volumes, and targets that point at them."""

from __future__ import annotations

import json
from typing import Any

from groundct.core.record import Grounded, Region
from groundct.review._palette import SITE_COLOR, Rgb, finding_colors, organ_color
from groundct.review._words import grounding_words, region_name, region_words
from groundct.review.view import CaseView, grounded_finding_ids, separate_organs

Json = dict[str, Any]


def structures(view: CaseView) -> dict[str, Json]:
    """Everything that can be switched on and off: organs by name, regions by id.

    Each has ``label``, ``group`` (finding, site, organ), ``color``, ``parts`` ((layer, label) in
    the page's label volumes: those of organs first) and ``on``, its state when the page opens.
    """
    shift = len(view.organs.layers)
    colors = finding_colors(grounded_finding_ids(view.record))
    order = {f.finding_id: n for n, f in enumerate(view.record.reading.findings)}
    out: dict[str, Json] = {}
    for region in view.record.regions:
        if region.kind == "organ":
            continue
        segment = view.regions.segment(region.region_id)
        finding = region.kind == "finding"
        number = order.get(region.finding_id or "")
        color = colors.get(region.finding_id or "", SITE_COLOR) if finding else SITE_COLOR
        label = f"≈ {region.name}" if region.approximate else region_name(region)
        label = label if number is None else f"F{number + 1} {label}"
        parts = [(layer + shift, label) for layer, label in segment.parts]
        entry = _structure(label, region.kind, color, parts)
        out[region_key(region)] = entry | {"on": finding, "detail": region_words(region)}
    separate = {segment.name for segment in separate_organs(view.organs)}
    for position, segment in enumerate(view.organs.segments):
        if segment.parts:
            color = organ_color(segment.name, position)
            entry = _structure(segment.name, "organ", color, list(segment.parts))
            out[f"organ:{segment.name}"] = entry | {"on": segment.name in separate, "detail": ""}
    return out


def region_key(region: Region) -> str:
    """The key of a region's structure."""
    return f"organ:{region.name}" if region.kind == "organ" else f"region:{region.region_id}"


def targets(view: CaseView) -> dict[str, Json]:
    """Everything that can be hovered or clicked: its structures, its focus in RAS+ mm, a note."""
    regions = {region.region_id: region for region in view.record.regions}
    out: dict[str, Json] = {}
    for sentence in view.record.reading.sentences:
        key = f"sentence-{sentence.index}"
        out[key] = _grounded_target(view, "sentence", str(sentence.index))
    for finding in view.record.reading.findings:
        out[f"finding-{finding.finding_id}"] = _grounded_target(view, "finding", finding.finding_id)
    for question in view.record.questions:
        found = [regions[i] for i in question.region_ids]
        out[f"question-{question.question_id}"] = _target(found, "", None)
    for number, trace in enumerate(view.record.traces):
        for position, step in enumerate(trace.steps):
            found = [regions[step.region_id]] if step.region_id else []
            note = "approximate" if step.approximate and not found else ""
            out[f"step-{number}-{position}"] = _target(found, note, step.centroid_mm)
    return out


def script_json(data: Any) -> str:
    """JSON that is safe inside a script element: no character of it can end the element."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _grounded_target(view: CaseView, target: str, target_id: str) -> Json:
    grounding = view.grounding(target, target_id)
    ids = grounding.region_ids if isinstance(grounding, Grounded) else ()
    return _target([view.region(i) for i in ids], grounding_words(grounding), None)


def _target(regions: list[Region], note: str, focus_mm: tuple[float, float, float] | None) -> Json:
    names = ", ".join(dict.fromkeys(region_name(region) for region in regions))
    focus = focus_mm or (regions[0].centroid_mm if regions else None)
    return {
        "structures": list(dict.fromkeys(region_key(region) for region in regions)),
        "focus": focus,
        "note": " · ".join(part for part in (names, note) if part),
    }


def _structure(label: str, group: str, color: Rgb, parts: list[tuple[int, int]]) -> Json:
    return {"label": label, "group": group, "color": color, "parts": parts}
