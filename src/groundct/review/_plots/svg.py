"""The few shapes that plots are made of, and axes with round ticks.

Colours are classes (``m0`` .. ``m9`` for models), so that a page's policy allows no inline style.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

N_COLORS: Final = 10
LABEL_CHARACTERS: Final = 24
ROW_PX: Final = 26
TOP_PX: Final = 8
AXIS_PX: Final = 34


@dataclass(frozen=True)
class Axis:
    """Values from ``low`` to ``high`` on pixels from ``start`` to ``end``; log10 where ``log``."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def at(self, value: float) -> float:
        """The pixel of a value."""
        low, high, own = (
            (math.log10(v) for v in (self.low, self.high, value))
            if self.log
            else (self.low, self.high, value)
        )
        share = (own - low) / (high - low) if high > low else 0.5
        return round(self.start + share * (self.end - self.start), 2)

    def ticks(self) -> list[float]:
        """Round values within the axis; decades and their 2 and 5 where it is logarithmic."""
        if self.log:
            first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
            steps = (f * 10.0**p for p in range(first, last + 1) for f in (1, 2, 5))
            inside = [s for s in steps if self.low <= s <= self.high]
            return inside if len(inside) < 8 else [s for s in inside if f"{s:e}".startswith("1.")]
        step = round_step((self.high - self.low) / 5)
        first = math.ceil(self.low / step - 1e-9)
        return [n * step for n in range(first, math.floor(self.high / step + 1e-9) + 1)]


def round_step(rough: float) -> float:
    """The next of 1, 2, 5 times a power of ten."""
    if rough <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    return next(f * power for f in (1, 2, 5, 10) if f * power >= rough * (1 - 1e-9))


def around(values: Sequence[float], start: float, end: float, *, log: bool = False) -> Axis:
    """An axis over all values with a little room; never below 0 or over 1 where they are not."""
    low, high = min(values), max(values)
    if log:
        return Axis(low / 1.3, high * 1.3, start, end, log=True)
    room = 0.06 * (high - low) or 0.05
    floor = 0.0 if low >= 0 else -math.inf
    roof = 1.0 if high <= 1 else math.inf
    return Axis(max(floor, low - room), min(roof, high + room), start, end)


def number(value: float) -> str:
    """A tick's number, without trailing zeros."""
    return f"{value:.6g}"


def shape(name: str, kind: str, place: Mapping[str, float | str], title: str = "") -> str:
    """One SVG element of a class with its attributes; ``title`` is said when pointed at."""
    written = "".join(f' {key}="{value}"' for key, value in place.items())
    inner = f"<title>{escape(title)}</title>" if title else ""
    return f'<{name} class="{kind}"{written}>{inner}</{name}>'


def line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    """A straight line."""
    return shape("line", kind, {"x1": x1, "y1": y1, "x2": x2, "y2": y2})


def text(kind: str, x: float, y: float, words: str, anchor: str = "start") -> str:
    """Words at a place, their baseline at ``y``."""
    return f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{escape(words)}</text>'


def picture(width: float, height: float, parts: Sequence[str], about: str) -> str:
    """The parts as one picture; ``about`` is read where it is not seen."""
    return (
        f'<svg viewBox="0 0 {number(width)} {number(height)}" role="img" '
        f'aria-label="{escape(about)}">{"".join(parts)}</svg>'
    )


def left_of(labels: Sequence[str]) -> float:
    """Where an axis starts, so that its rows' labels fit beside it."""
    return 18.0 + 7.4 * max((len(short(label)) for label in labels), default=0)


def short(name: str) -> str:
    """A label that fits beside a row."""
    return name if len(name) <= LABEL_CHARACTERS else name[: LABEL_CHARACTERS - 1] + "…"


def rows(
    labels: Sequence[str],
    axis: Axis,
    draw: Callable[[int, float], str],
    *,
    name: str,
) -> tuple[list[str], float]:
    """Rows under one another over an axis: the parts and the height.

    ``draw`` gives the parts of a row from its number and the pixel of its middle.
    """
    bottom = TOP_PX + ROW_PX * len(labels)
    parts = [
        part
        for tick in axis.ticks()
        for part in (
            line("grid", axis.at(tick), TOP_PX, axis.at(tick), bottom),
            text("tick", axis.at(tick), bottom + 14, number(tick), "middle"),
        )
    ]
    parts.append(text("axis", (axis.start + axis.end) / 2, bottom + 30, name, "middle"))
    for n, label in enumerate(labels):
        middle = TOP_PX + ROW_PX * (n + 0.5)
        parts.append(text("label", axis.start - 10, middle + 4, short(label), "end"))
        parts.append(draw(n, middle))
    return parts, bottom + AXIS_PX


def color(number_of_model: int) -> str:
    """The class of a model's colour; they repeat after ten."""
    return f"m{number_of_model % N_COLORS}"
