"""What is plausible of a structure's mask in a living adult: volume, mean HU, pieces, position.

Data: ``plausible.tsv`` and ``positions.tsv``. The bounds are wide on purpose: what lies outside is
wrong, not merely unusual. Each row states where its reference figure comes from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal

from groundct.core.issues import TableError
from groundct.vocabulary._tables import read_table

Direction = Literal["left", "right", "front", "back", "above", "below"]
DIRECTIONS: Final[Mapping[str, Direction]] = MappingProxyType(
    {
        "left": "left",
        "right": "right",
        "front": "front",
        "back": "back",
        "above": "above",
        "below": "below",
    }
)
_COLUMNS: Final = ("name", "low_ml", "high_ml", "low_hu", "high_hu", "pieces", "source")


@dataclass(frozen=True)
class Plausible:
    """Bounds of one structure; None where none is stated.

    ``pieces`` is the most connected parts that it may have; 0 says any number. The lower bound of
    the volume holds only for a structure that lies wholly inside the scan.
    """

    name: str
    low_ml: float | None
    high_ml: float | None
    low_hu: float | None
    high_hu: float | None
    pieces: int
    source: str


@dataclass(frozen=True)
class Position:
    """The centre of ``name`` lies in ``direction`` of the centre of ``other``."""

    name: str
    direction: Direction
    other: str


@lru_cache(maxsize=1)
def plausible() -> Mapping[str, Plausible]:
    """The bounds by structure; TableError for bounds that are no numbers or turned round."""
    found = {}
    for row in read_table("plausible.tsv", _COLUMNS):
        one = Plausible(
            name=row["name"],
            low_ml=_number(row, "low_ml"),
            high_ml=_number(row, "high_ml"),
            low_hu=_number(row, "low_hu"),
            high_hu=_number(row, "high_hu"),
            pieces=int(_number(row, "pieces") or 0),
            source=row["source"],
        )
        for low, high in ((one.low_ml, one.high_ml), (one.low_hu, one.high_hu)):
            if low is not None and high is not None and low >= high:
                raise _bad(row, f"{low} is no lower bound of {high}")
        found[one.name] = one
    return MappingProxyType(found)


@lru_cache(maxsize=1)
def positions() -> tuple[Position, ...]:
    """All statements of position; raises TableError for an unknown direction."""
    found = []
    for row in read_table("positions.tsv", ("name", "direction", "other")):
        if row["direction"] not in DIRECTIONS:
            raise _bad(row, f"{row['direction']!r} is none of {', '.join(DIRECTIONS)}")
        found.append(Position(row["name"], DIRECTIONS[row["direction"]], row["other"]))
    return tuple(found)


def _number(row: Mapping[str, str], column: str) -> float | None:
    if not row[column]:
        return None
    try:
        return float(row[column])
    except ValueError as problem:
        raise _bad(row, f"{column} {row[column]!r} is no number") from problem


def _bad(row: Mapping[str, str], what: str) -> TableError:
    error = TableError.of(
        "vocabulary-row", f"plausible: {row['name']}", f"{what}.", "Mend the row."
    )
    if not isinstance(error, TableError):
        raise TypeError("an error of another class")
    return error
