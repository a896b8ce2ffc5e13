"""Which of several plausible masks is the best, and by what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from groundct.anatomy.choice.evidence import Evidence, Measured

_STRENGTH: Final[dict[str | None, int]] = {
    "truth": 4,
    "model": 3,
    "published": 3,
    None: 3,
    "intensity": 2,
    "shape prior": 1,
    "spatial prior": 0,
}
"""What a mask rests on: files that were given are taken for a model's or a reader's work."""


def _or_half(share: float | None) -> float:
    return 0.5 if share is None else share


Criterion = tuple[str, Callable[[Evidence], float], float]

_CRITERIA: Final[tuple[Criterion, ...]] = (
    ("fewer loose pieces", lambda e: e.largest_share, 0.1),
    ("the disputed voxels rather right", lambda e: _or_half(e.disputed_right), 0.2),
    ("a border that follows the CT better", lambda e: e.border_step_hu, 0.2),
    ("a stronger method", lambda e: _STRENGTH[e.method], 0.0),
    ("a smoother surface", lambda e: -e.roughness, 0.15),
)
"""Name, value (more is better), and the part of the greater value that a difference must exceed."""


def best(ones: Sequence[Measured]) -> tuple[str, str]:
    """The segmenter whose mask is taken, and why; the first of equals.

    Each criterion keeps the best answer and those that do not fall behind it by more than its
    margin, until one is left. Raises ValueError without an answer.
    """
    if not ones:
        raise ValueError("no masks to rank")
    left = [one.evidence for one in ones]
    if len(left) == 1:
        return left[0].segmenter, f"only {left[0].segmenter} answers plausibly"
    for words, value, margin in _CRITERIA:
        top = max(value(each) for each in left)
        near = [each for each in left if value(each) >= top - margin * abs(top)]
        if len(near) == 1:
            return near[0].segmenter, f"{near[0].segmenter} has {words}"
        left = near
    return left[0].segmenter, f"{left[0].segmenter} comes first among equals"
