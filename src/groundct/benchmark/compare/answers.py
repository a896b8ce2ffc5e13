"""Samples of results with one row a question or reasoning trace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from groundct.benchmark.compare.samples import (
    UNDEFINED,
    Key,
    Metric,
    Sample,
    by_key,
    part_of,
)


@dataclass(frozen=True)
class RowTask:
    """Where a result has its rows, and which of their fields are what.

    ``means`` maps metrics to the fields that they are means of. Where ``counts_if`` is None in a
    row, the row has no value in any of them.
    """

    rows: str
    item: str
    category: str
    means: Mapping[str, str]
    counts_if: str

    def metrics_of(self, result: Mapping[str, Any]) -> tuple[Metric, ...]:
        """The means, first the one that categories and hard rows go by. More is better in all."""
        result[self.rows]
        return tuple(Metric(name, name) for name in self.means)

    def samples_of(self, result: Mapping[str, Any]) -> dict[Key, Sample]:
        """The rows by case and item, those of one item numbered in their order.

        Raises KeyError when a row lacks a key.
        """
        seen: Counter[Key] = Counter()
        samples = []
        for row in result[self.rows]:
            name = (row["case"], row[self.item])
            seen[name] += 1
            item = name[1] if seen[name] == 1 else f"{name[1]} ({seen[name]})"
            samples.append(self._sample(row, item))
        return by_key(samples)

    def _sample(self, row: Mapping[str, Any], item: str) -> Sample:
        counts = row[self.counts_if] is not None
        parts = {
            name: part_of(row[field]) if counts else UNDEFINED for name, field in self.means.items()
        }
        return Sample(
            case=row["case"],
            item=item,
            patient=row["patient"],
            category=row[self.category] or None,
            missing=row["status"] == "missing",
            parts=parts,
            empty={name: (0.0, below) for name, (_, below) in parts.items()},
        )


QUESTIONS: Final = RowTask(
    rows="answers",
    item="question",
    category="task",
    means={"mean_score": "score", "exact_match": "exact", "normalised_match": "normalised"},
    counts_if="score",
)
"""``balanced_score`` is a mean of means over tasks and regions and is not compared."""
REASONING: Final = RowTask(
    rows="traces",
    item="finding",
    category="region",
    means={n: n for n in ("factuality", "completeness", "efficiency", "order", "overlap")},
    counts_if="factuality",
)


def summary_of(result: Mapping[str, Any]) -> dict[str, Any]:
    """The means that the result states."""
    return dict(result["summary"])
