"""Hits among what was given and what was due: precision, recall and F1."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Counts:
    """``hits`` of ``given`` things (the prediction's) and of ``due`` ones (the reference's)."""

    hits: float = 0
    given: float = 0
    due: float = 0

    @property
    def precision(self) -> float | None:
        """Hits over given; None when nothing was given."""
        return self.hits / self.given if self.given else None

    @property
    def recall(self) -> float | None:
        """Hits over due; None when nothing was due."""
        return self.hits / self.due if self.due else None

    @property
    def f1(self) -> float | None:
        """Twice the hits over given and due together; None when there was neither."""
        both = self.given + self.due
        return 2 * self.hits / both if both else None


def added(counts: Iterable[Counts]) -> Counts:
    """Pooled counts."""
    own = tuple(counts)
    return Counts(
        sum(count.hits for count in own),
        sum(count.given for count in own),
        sum(count.due for count in own),
    )


def set_counts(reference: Iterable[object], prediction: Iterable[object]) -> Counts:
    """Two sets against one another."""
    due, given = set(reference), set(prediction)
    return Counts(len(due & given), len(given), len(due))
