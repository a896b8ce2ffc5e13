"""Findings by what they are: category, focal, size, side, lobe, and columns of a metadata table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from groundct.benchmark.segmentation.result import FindingResult
from groundct.benchmark.segmentation.settings import Settings
from groundct.benchmark.segmentation.summary import summary_of
from groundct.codecs.tables import read_csv_table
from groundct.core.paths import AnyPath
from groundct.sources._names import case_id_of

SIZES_ML: Final = (("under 0.1 ml", 0.1), ("0.1 to 1 ml", 1.0), ("1 to 10 ml", 10.0))
UNKNOWN: Final = "not known"
METADATA: Final = {"scanner": "Manufacturer", "sex": "PatientSex", "age": "PatientAge"}
"""Slices and CT-RATE's columns that they come from."""

Names = Callable[[FindingResult], tuple[str, ...]]
Metadata = Mapping[str, Mapping[str, str]]


def read_metadata(path: AnyPath) -> Metadata:
    """Case id -> its row of a metadata table with a column VolumeName; raises TableError."""
    path = Path(path)
    rows = read_csv_table(path, required=("VolumeName",), key=("VolumeName",))
    return {case_id_of(row["VolumeName"]): row for row in rows}


def slices_of(
    rows: Sequence[FindingResult], settings: Settings, metadata: Metadata | None = None
) -> dict[str, dict[str, dict[str, Any]]]:
    """Slice -> group -> the headline numbers of its findings.

    A finding in two lobes counts in both. A slice of which nothing is known is left out.
    """
    slices: dict[str, Names] = {
        "category": lambda row: (row.category or UNKNOWN,),
        "focal": lambda row: ({True: "focal", False: "not focal", None: UNKNOWN}[row.focal],),
        "size": _size,
        "side": lambda row: (row.side or UNKNOWN,),
        "lobe": lambda row: row.lobes or (UNKNOWN,),
    }
    for name, column in METADATA.items():
        if metadata is not None:
            slices[name] = _metadata_names(name, column, metadata)
    out: dict[str, dict[str, dict[str, Any]]] = {}
    for slice_name, names in slices.items():
        groups: dict[str, list[FindingResult]] = {}
        for row in rows:
            for group in names(row):
                groups.setdefault(group, []).append(row)
        if set(groups) - {UNKNOWN}:
            ordered = sorted(groups, key=lambda g: (g == UNKNOWN, _size_rank(g), g))
            out[slice_name] = {group: summary_of(groups[group], settings) for group in ordered}
    return out


def _size(row: FindingResult) -> tuple[str, ...]:
    if row.reference_ml is None:
        return (UNKNOWN,)
    for name, limit in SIZES_ML:
        if row.reference_ml < limit:
            return (name,)
    return ("10 ml and more",)


def _size_rank(group: str) -> int:
    names = [name for name, _ in SIZES_ML]
    return names.index(group) if group in names else len(names)


def _metadata_names(name: str, column: str, metadata: Metadata) -> Names:
    def names(row: FindingResult) -> tuple[str, ...]:
        value = metadata.get(row.case, {}).get(column, "").strip()
        return (_decade(value) if name == "age" else value or UNKNOWN,)

    return names


def _decade(age: str) -> str:
    """``067Y`` and ``67`` -> ``60 to 69 years``."""
    digits = age.rstrip("Yy").lstrip("0")
    if not digits.isdigit():
        return UNKNOWN
    low = int(digits) // 10 * 10
    return f"{low:02d} to {low + 9} years"
