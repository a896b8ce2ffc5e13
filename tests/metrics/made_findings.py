"""Findings for tests."""

from __future__ import annotations

from typing import Any

from groundct.core.report import Finding, Measurement, Span

LUNG = "lung/lung"
RIGHT = "lung/lung/right lung"
LEFT = "lung/lung/left lung"
RUL = "lung/lung/right lung/right lung upper lobe"
LLL = "lung/lung/left lung/left lung lower lobe"
HERE = Span(start=0, end=1)


def finding(type: str = "nodule", **fields: Any) -> Finding:
    """A finding; ``mm`` gives it a size."""
    size = fields.pop("mm", None)
    measured = (Measurement(span=HERE, values_mm=(size,)),) if size else ()
    known = {
        "finding_id": "f0",
        "category": "2d",
        "focal": True,
        "presence": "present",
        "span": HERE,
        "standardized": type,
        "sentence_indices": (0,),
        "measurements": measured,
    }
    return Finding(type=type, **(known | fields))
