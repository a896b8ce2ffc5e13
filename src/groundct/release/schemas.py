"""The columns of a release's tables; ``docs/format.md`` says what each means."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import pyarrow as pa

_TEXT = pa.string()
_TEXTS = pa.list_(pa.string())
_INT = pa.int32()
_INTS = pa.list_(pa.int32())
_REAL = pa.float64()
_REALS = pa.list_(pa.float64())
_SECTION = pa.struct([("name", _TEXT), ("start", _INT), ("end", _INT)])
_REWRITE = pa.struct([("start", _INT), ("end", _INT), ("text", _TEXT), ("entry", _TEXT)])
_RELATION = pa.struct([("kind", _TEXT), ("anatomy", _TEXT), ("start", _INT), ("end", _INT)])
_REMARK = pa.struct([("kind", _TEXT), ("start", _INT), ("end", _INT)])
_CUE = pa.struct([("start", _INT), ("end", _INT), ("role", _TEXT), ("entry", _TEXT)])


def _schema(required: dict[str, pa.DataType], optional: dict[str, pa.DataType]) -> pa.Schema:
    columns = [pa.field(name, kind, nullable=False) for name, kind in required.items()]
    return pa.schema(columns + [pa.field(name, kind) for name, kind in optional.items()])


SCHEMAS: Final = MappingProxyType(
    {
        "cases": _schema(
            {
                "case_id": _TEXT,
                "patient_id": _TEXT,
                "split": _TEXT,
                "source": _TEXT,
                "record_digest": _TEXT,
            },
            {
                "language": _TEXT,
                "report_text": _TEXT,
                "sections": pa.list_(_SECTION),
                "volume_digest": _TEXT,
                "shape": _INTS,
                "affine": _REALS,
                "spacing_mm": _REALS,
                "orientation": _TEXT,
            },
        ),
        "sentences": _schema(
            {
                "case_id": _TEXT,
                "index": _INT,
                "section": _TEXT,
                "start": _INT,
                "end": _INT,
                "text": _TEXT,
                "regions": _TEXTS,
                "anatomy": _TEXTS,
                "rewrites": pa.list_(_REWRITE),
            },
            {},
        ),
        "findings": _schema(
            {
                "case_id": _TEXT,
                "finding_id": _TEXT,
                "text": _TEXT,
                "standardized": _TEXT,
                "sentence_indices": _INTS,
                "start": _INT,
                "end": _INT,
                "presence": _TEXT,
                "type": _TEXT,
                "category": _TEXT,
                "anatomy": _TEXTS,
                "lung_segments": _TEXTS,
                "measurements_mm": pa.list_(_REALS),
                "measurement_kinds": _TEXTS,
                "measurement_forms": _TEXTS,
                "measurement_units_stated": pa.list_(pa.bool_()),
                "measurement_starts": _INTS,
                "measurement_ends": _INTS,
                "refers_to_prior": pa.bool_(),
                "modifiers": _TEXTS,
                "relations": pa.list_(_RELATION),
                "remarks": pa.list_(_REMARK),
                "cues": pa.list_(_CUE),
            },
            {"focal": pa.bool_(), "laterality": _TEXT, "count": _INT, "change": _TEXT},
        ),
        "regions": _schema(
            {
                "case_id": _TEXT,
                "region_id": _TEXT,
                "kind": _TEXT,
                "name": _TEXT,
                "anatomy": _TEXTS,
                "label_map": _TEXT,
                "segment": _TEXT,
                "approximate": pa.bool_(),
                "voxels": pa.int64(),
                "volume_ml": _REAL,
                "box_low": _INTS,
                "box_high": _INTS,
                "centroid_mm": _REALS,
                "centroid_index": _REALS,
            },
            {
                "finding_id": _TEXT,
                "instance": _INT,
                "longest_axial_diameter_mm": _REAL,
                "mean_hu": _REAL,
            },
        ),
        "groundings": _schema(
            {
                "case_id": _TEXT,
                "target": _TEXT,
                "target_id": _TEXT,
                "state": _TEXT,
                "region_ids": _TEXTS,
            },
            {"method": _TEXT, "confidence": _REAL, "reason": _TEXT, "detail": _TEXT},
        ),
        "questions": _schema(
            {
                "case_id": _TEXT,
                "question_id": _TEXT,
                "level": _TEXT,
                "task": _TEXT,
                "origin": _TEXT,
                "template": _TEXT,
                "question": _TEXT,
                "answer": _TEXT,
                "anatomy": _TEXT,
                "abnormality": _TEXT,
                "finding_ids": _TEXTS,
                "region_ids": _TEXTS,
            },
            {},
        ),
        "traces": _schema(
            {
                "case_id": _TEXT,
                "finding_id": _TEXT,
                "region_id": _TEXT,
                "step": _INT,
                "level": _TEXT,
                "name": _TEXT,
                "text": _TEXT,
                "approximate": pa.bool_(),
            },
            {
                "step_region_id": _TEXT,
                "box_low": _INTS,
                "box_high": _INTS,
                "centroid_mm": _REALS,
                "centroid_index": _REALS,
            },
        ),
        "organs": _schema({"case_id": _TEXT, "name": _TEXT, "status": _TEXT}, {}),
        "issues": _schema(
            {"severity": _TEXT, "code": _TEXT, "where": _TEXT, "what": _TEXT, "remedy": _TEXT},
            {"case_id": _TEXT},
        ),
        "components": _schema(
            {
                "case_id": _TEXT,
                "role": _TEXT,
                "name": _TEXT,
                "version": _TEXT,
                "configuration_digest": _TEXT,
            },
            {},
        ),
    }
)
"""Table -> its columns, the ones that are never null first."""
