"""How a detection is scored: protocol, what a hit is, what becomes of the rest."""

from __future__ import annotations

from typing import Final, Literal, Self

from pydantic import Field, model_validator

from groundct.core.value import Value
from groundct.metrics.detection import Curve, Duplicates, Shared

SCORING_VERSION: Final = "1"
"""Goes up with every change of what a score says."""

LUNA16_MARKS: Final = 100
"""The most candidates a scan that LUNA16's evaluation looks at."""
UNKNOWN_DIAMETER_MM: Final = 10.0
"""What LUNA16 takes for an excluded finding without a diameter."""


class DetectionSettings(Value):
    """What goes into a score beside the references and the candidates.

    ``hit``: ``distance`` (nearer to the centre than half the diameter), ``iou`` or ``dice`` (of
    boxes or masks, at least ``threshold``). ``duplicates``: what a reference's further candidates
    are. ``most_per_scan``: candidates of a scan looked at; None for all. Protocol ``luna16`` is
    LUNA16's evaluation: distance, at most 100 candidates a scan, a candidate that hits two
    references counts for both, and sensitivities are read off straight lines.
    """

    protocol: Literal["strict", "luna16"] = "strict"
    hit: Literal["distance", "iou", "dice"] = "distance"
    threshold: float = Field(default=0.1, gt=0, le=1)
    duplicates: Duplicates = "ignored"
    most_per_scan: int | None = Field(default=None, ge=1)
    draws: int = Field(default=2000, ge=1)
    seed: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.protocol == "luna16" and (
            self.hit != "distance" or self.duplicates != "ignored" or self.most_per_scan is not None
        ):
            raise ValueError("protocol luna16 has rules of its own; leave them as they are")
        return self

    @property
    def shared(self) -> Shared:
        """What becomes of a candidate that hits several references."""
        return "all" if self.protocol == "luna16" else "nearest"

    @property
    def curve(self) -> Curve:
        """How sensitivities are read off the curve."""
        return "interpolated" if self.protocol == "luna16" else "step"

    @property
    def most(self) -> int | None:
        """Candidates of a scan that are looked at."""
        return LUNA16_MARKS if self.protocol == "luna16" else self.most_per_scan
