"""The columns of the Parquet tables; ``docs/how-to/reports.md`` says what each means."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import pyarrow as pa

_TEXT = pa.string()
_TEXTS = pa.list_(pa.string())
_INT = pa.int32()
_INTS = pa.list_(pa.int32())
_REALS = pa.list_(pa.float64())
_BOOL = pa.bool_()
_PLACE = [("report_start", _INT), ("report_end", _INT)]
_SECTION = pa.struct([("name", _TEXT), ("column", _TEXT), *_PLACE])
_REWRITE = pa.struct([("start", _INT), ("end", _INT), ("text", _TEXT), ("entry", _TEXT)])
_RELATION = pa.struct([("kind", _TEXT), ("anatomy", _TEXT), *_PLACE])
_REMARK = pa.struct([("kind", _TEXT), *_PLACE])

SCHEMAS: Final = MappingProxyType(
    {
        "reports": pa.schema(
            {
                "case_id": _TEXT,
                "name": _TEXT,
                "row": _INT,
                "language": _TEXT,
                "report_text": _TEXT,
                "sections": pa.list_(_SECTION),
            }
        ),
        "sentences": pa.schema(
            {
                "case_id": _TEXT,
                "section": _TEXT,
                "index": _INT,
                "start": _INT,
                "end": _INT,
                "text": _TEXT,
                "regions": _TEXTS,
                "anatomy": _TEXTS,
                "column": _TEXT,
                "report_start": _INT,
                "report_end": _INT,
                "standardized": _TEXT,
                "rewrites": pa.list_(_REWRITE),
            }
        ),
        "findings": pa.schema(
            {
                "case_id": _TEXT,
                "finding_id": _TEXT,
                "text": _TEXT,
                "standardized": _TEXT,
                "sentence_indices": _INTS,
                "start": _INT,
                "end": _INT,
                "presence": _TEXT,
                "category": _TEXT,
                "focal": _BOOL,
                "anatomy": _TEXTS,
                "laterality": _TEXT,
                "measurements_mm": pa.list_(_REALS),
                "refers_to_prior": _BOOL,
                "section": _TEXT,
                "column": _TEXT,
                "report_start": _INT,
                "report_end": _INT,
                "type": _TEXT,
                "lung_segments": _TEXTS,
                "count": _INT,
                "change": _TEXT,
                "modifiers": _TEXTS,
                "measurement_kinds": _TEXTS,
                "measurement_forms": _TEXTS,
                "measurement_units_stated": pa.list_(_BOOL),
                "measurement_report_starts": _INTS,
                "measurement_report_ends": _INTS,
                "relations": pa.list_(_RELATION),
                "remarks": pa.list_(_REMARK),
            }
        ),
    }
)
"""Table -> its columns in order."""
