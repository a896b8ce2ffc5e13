"""Write a ranking: JSON with everything, and a table with one row a metric and model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from groundct.benchmark.compare.ranking import MetricRanking, Ranking, Standing
from groundct.codecs._files import write_bytes
from groundct.codecs.tables import write_csv_table
from groundct.core.paths import AnyPath

RANKING: Final = "ranking.json"
COLUMNS: Final = (
    "metric",
    "model",
    "value",
    "ci95_low",
    "ci95_high",
    "rank",
    "rank_ci95_low",
    "rank_ci95_high",
    "rank_open_low",
    "rank_open_high",
    "mean_rank",
    "rank_by_cases",
    "wins",
    "rank_by_tests",
    "n_scored",
    "n_undefined",
    "n_missing",
)


def write_ranking(folder: AnyPath, ranking: Ranking) -> tuple[Path, Path]:
    """Write ``ranking.json`` and ``ranking.csv``; each appears only when complete."""
    folder = Path(folder)
    text = json.dumps(ranking.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"
    write_bytes(folder / RANKING, [text.encode("utf-8")])
    rows = [_row(metric, one) for metric in ranking.metrics for one in metric.standings]
    write_csv_table(folder / "ranking.csv", COLUMNS, rows, inert_cells=True)
    return folder / RANKING, folder / "ranking.csv"


def _row(metric: MetricRanking, one: Standing) -> dict[str, str]:
    cells = (
        metric.metric,
        one.model,
        one.value,
        *(one.ci95 or (None, None)),
        one.rank,
        *one.rank_ci95,
        *one.rank_open,
        one.mean_rank,
        one.rank_by_cases,
        one.wins,
        one.rank_by_tests,
        one.n_scored,
        one.n_undefined,
        one.n_missing,
    )
    written = ("" if cell is None else str(cell) for cell in cells)
    return dict(zip(COLUMNS, written, strict=True))
