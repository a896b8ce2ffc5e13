"""Read what models cost: a table with a row a model."""

from __future__ import annotations

import math
from collections.abc import Collection
from pathlib import Path
from typing import Final

from groundct.benchmark.compare.ranking import Efficiency
from groundct.codecs.tables import read_csv_table
from groundct.core.issues import Issue, TableError
from groundct.core.paths import AnyPath

COST_COLUMNS: Final = ("seconds_per_case", "memory_gib", "parameters_million")


def read_costs(path: AnyPath, models: Collection[str]) -> tuple[Efficiency, ...]:
    """Rows of ``model,seconds_per_case,memory_gib,parameters_million``; empty cells are unknown.

    Raises TableError for models that are not compared and cells that are no number above 0.
    """
    path = Path(path)
    rows = read_csv_table(path, required=("model",), key=("model",))
    issues = []
    costs = []
    for row in rows:
        if row["model"] not in models:
            known = f"the models are {', '.join(models)}."
            issues.append(
                _issue(path, "unknown-model", f"no result is named {row['model']}; {known}")
            )
        cells: dict[str, float] = {}
        for column in COST_COLUMNS:
            cell = row.get(column, "").strip()
            value = _number(cell)
            if cell and value is None:
                what = f"{column} of {row['model']} is {cell!r}, which is no number above 0."
                issues.append(_issue(path, "no-cost", what))
            elif value is not None:
                cells[column] = value
        costs.append(Efficiency(model=row["model"], **cells))
    if issues:
        raise TableError(*issues)
    return tuple(costs)


def _number(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) and value > 0 else None


def _issue(path: Path, code: str, what: str) -> Issue:
    remedy = "Name models as in the ranking; leave unknown costs empty."
    return Issue(code=code, where=str(path), what=what, remedy=remedy)
