"""The case page: one HTML file with the volume, the masks, the report and the record inside.

It works from a file, without a network: the viewer (NiiVue) is part of the page, and the page's
content security policy forbids every request.
"""

from __future__ import annotations

import base64
from html import escape
from pathlib import Path
from typing import Any

from groundct.codecs.nifti import nifti_gz_bytes
from groundct.core.geometry import Geometry
from groundct.core.paths import AnyPath
from groundct.core.record import Record
from groundct.review._case_data import script_json, structures, targets
from groundct.review._display import display_geometry, display_hu, display_labels
from groundct.review._html import HERE, page, static_text
from groundct.review._panels_html import (
    findings_html,
    issues_html,
    provenance_html,
    questions_html,
    switches_html,
    traces_html,
)
from groundct.review._report_html import report_html
from groundct.review.view import CaseView, grounded_finding_ids

_APP = ("layers.js", "viewer.js", "main.js")


def write_case_page(path: AnyPath, view: CaseView) -> None:
    """Write the page of a case; equal views give equal bytes.

    Volumes above 256 x 256 x 200 voxels are shown on a coarser grid, which the page says;
    everything written on it is measured at full resolution.
    """
    path = Path(path)
    path.write_text(case_page(view), encoding="utf-8")


def case_page(view: CaseView) -> str:
    """The page as text."""
    record = view.record
    shown = structures(view)
    grid = display_geometry(view.volume.geometry)
    layers, volumes = _volumes(view, grid)
    data = {
        "layers": layers,
        "structures": shown,
        "targets": targets(view),
        "focus": _first_focus(record),
    }
    style, niivue, app = static_text("static/case.css"), static_text(_niivue_name()), _app()
    language = record.report.language if record.report else "en"
    values = {
        "case_id": escape(record.case_id),
        "patient_id": escape(record.patient_id),
        "source": escape(record.source),
        "summary": escape(_summary(record)),
        "language": escape(language),
        "issues": issues_html(record.issues),
        "grid_note": escape(_grid_note(view.volume.geometry, grid)),
        "switches": switches_html(shown, record),
        "report": report_html(view),
        "findings": findings_html(view),
        "questions": questions_html(record),
        "traces": traces_html(record),
        "provenance": provenance_html(record),
        "n_findings": str(len(record.reading.findings)),
        "n_questions": str(len(record.questions)),
        "n_traces": str(len(record.traces)),
        "data": script_json(data),
        "volumes": volumes,
        "niivue": niivue,
        "app": app,
    }
    return page(
        "case",
        values,
        title=record.case_id,
        style=style,
        scripts=(niivue, app),
        language=language,
    )


def _volumes(view: CaseView, grid: Geometry) -> tuple[list[dict[str, Any]], str]:
    """The page's label layers (id, largest label) after the CT, and the elements that hold them."""
    layers = [{"id": "volume-ct", "max_label": 0}]
    files = [nifti_gz_bytes(display_hu(view.volume, grid), grid)]
    for kind, labels in (("organs", view.organs), ("regions", view.regions)):
        for number, layer in enumerate(display_labels(labels, grid)):
            # One label more than there are keeps the table long enough for the viewer.
            largest = int(layer.max(initial=0)) + 1
            layers.append({"id": f"volume-{kind}-{number}", "max_label": largest})
            files.append(nifti_gz_bytes(layer, grid))
    elements = [
        f'<script type="text/plain" id="{layer["id"]}">{base64.b64encode(file).decode("ascii")}'
        "</script>"
        for layer, file in zip(layers, files, strict=True)
    ]
    return layers, "\n".join(elements)


def _summary(record: Record) -> str:
    findings = record.reading.findings
    done = grounded_finding_ids(record)
    present = [f for f in findings if f.presence != "absent"]
    grounded = sum(f.finding_id in done for f in present)
    noun = "finding" if len(present) == 1 else "findings"
    return (
        f"{len(record.reading.sentences)} sentences · {len(present)} present or uncertain "
        f"{noun}, {grounded} grounded · {len(findings) - len(present)} absent"
    )


def _grid_note(source: Geometry, grid: Geometry) -> str:
    def words(g: Geometry) -> str:
        shape = " × ".join(str(n) for n in g.shape)
        return f"{shape} voxels of {' × '.join(f'{s:.2f}' for s in g.spacing_mm)} mm"

    if grid.shape == source.shape:
        return f"Shown at full resolution, {words(source)}."
    return f"Shown on {words(grid)}, reduced from {words(source)}; all numbers are from the latter."


def _first_focus(record: Record) -> tuple[float, float, float] | None:
    """Where the page opens: at the first instance of a finding, else at the first region."""
    ordered = sorted(record.regions, key=lambda region: region.kind != "finding")
    return ordered[0].centroid_mm if ordered else None


def _niivue_name() -> str:
    (found,) = (HERE / "static").glob("niivue-*.umd.js")
    return f"static/{found.name}"


def _app() -> str:
    body = "\n".join(static_text(f"static/app/{name}") for name in _APP)
    return f'(() => {{\n"use strict";\n{body}\n}})();\n'
