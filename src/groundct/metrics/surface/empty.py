"""What a surface metric gives when a mask is empty."""

from __future__ import annotations


def when_empty(metric: str, *, reference_empty: bool, prediction_empty: bool) -> float | None:
    """The value of a metric for empty masks; ``metric`` is the part of a name before the colon.

    A reference without a surface has no value. Distances to nothing have none either, and a share
    within a tolerance is 0 when nothing was predicted. Raises ValueError when neither is empty.
    """
    if not (reference_empty or prediction_empty):
        raise ValueError("neither mask is empty")
    return 0.0 if metric == "nsd" and not reference_empty else None
