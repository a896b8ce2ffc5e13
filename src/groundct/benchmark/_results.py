"""What every result of a task states beside its scores, and how results are written."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from groundct import __version__
from groundct.codecs._csv_text import inert
from groundct.codecs._files import read_bytes, write_bytes
from groundct.codecs.tables import write_csv_table
from groundct.core.issues import Issue, TableError
from groundct.core.names import first_few
from groundct.core.value import Value, digest_bytes
from groundct.metrics.statistics.studentised import FEW_CLUSTERS
from groundct.release.read import Release

_MAX_BYTES = 1 << 31


def file_digest(path: Path) -> str:
    """SHA-256 of a file; raises TableError when it cannot be read."""
    return digest_bytes(read_bytes(path, TableError, _MAX_BYTES))


def patients_of(release: Release) -> dict[str, str]:
    """Case id -> patient id."""
    table = release.table("cases")
    cases, patients = (table[name].to_pylist() for name in ("case_id", "patient_id"))
    return dict(zip(cases, patients, strict=True))


def versions(scoring: str) -> dict[str, str]:
    """The versions that scores depend on."""
    return {
        "groundct": __version__,
        "scoring": scoring,
        "python": platform.python_version(),
        "numpy": np.__version__,
    }


def warning(code: str, what: str, remedy: str) -> Issue:
    """A warning on the prediction."""
    return Issue(code=code, where="prediction", what=what, remedy=remedy, severity="warning")


def coverage_issues(missing: Sequence[str], extra: Sequence[str], things: str) -> tuple[Issue, ...]:
    """Warnings on what the prediction lacks and on what the reference does not have."""
    out = []
    if missing:
        out.append(
            warning(
                f"missing-{things}",
                f"of the reference's {things} {len(missing)} without a prediction, scored as "
                f"empty: {first_few(missing)}.",
                "Predict all of them.",
            )
        )
    if extra:
        out.append(
            warning(
                f"extra-{things}",
                f"of the predicted {things} {len(extra)} not in the reference, changing nothing: "
                f"{first_few(extra)}.",
                "Nothing, unless a name is wrong.",
            )
        )
    return tuple(out)


def few_patients_issues(names: Iterable[str], patients: Iterable[str]) -> tuple[Issue, ...]:
    """A note where intervals of amounts are of so few patients that they are known as narrow."""
    own = [name for name in names if not name.startswith("nsd")]
    few = len(set(patients))
    if not own or not 1 < few < FEW_CLUSTERS:
        return ()
    return (
        Issue(
            code="few-patients",
            where="intervals",
            what=f"the intervals of {first_few(own)} are of {few} patients. A mean of amounts "
            "hangs on large values that so few may not show: its interval holds the truth less "
            "often than it says.",
            remedy=f"Read them as too narrow, or score {FEW_CLUSTERS} patients and more.",
            severity="note",
        ),
    )


def write_result_files(
    path: Path, result: Value, rows: Sequence[Mapping[str, Any]]
) -> tuple[Path, Path]:
    """Write a result as JSON and its rows as a CSV beside it; each appears only when complete."""
    write_bytes(path, [(result.model_dump_json(indent=1) + "\n").encode("utf-8")])
    table = path.with_suffix(".csv")
    headings = tuple(dict.fromkeys(name for row in rows for name in row))
    cells = [{name: _cell(row.get(name)) for name in headings} for row in rows]
    write_csv_table(table, headings or ("case",), cells)
    return path, table


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return inert(value) if isinstance(value, str) else repr(value)
