"""The 18 lung segments, with the adjectives that name them and the lobe each lies in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from groundct.vocabulary._tables import read_table, split_cell


@dataclass(frozen=True)
class LungSegment:
    """A lung segment: ``right lung upper lobe apical segment``.

    ``lobe`` is a mask name and ``path`` its anatomy path. ``variants`` are the words that mean this
    segment once the lobe is known; left segments that are fused answer for both of their parts.
    """

    segment_id: str
    name: str
    side: Literal["left", "right"]
    lobe: str
    path: str
    variants: tuple[str, ...]


@lru_cache(maxsize=1)
def segments() -> tuple[LungSegment, ...]:
    """All 18, right before left, in numeric order."""
    return tuple(
        LungSegment(
            segment_id=row["id"],
            name=row["name"],
            side="left" if row["lobe"].startswith("left") else "right",
            lobe=row["lobe"],
            path=row["path"],
            variants=split_cell(row["variants"]),
        )
        for row in read_table("segments.tsv", ("id", "name", "lobe", "path", "variants"))
    )
