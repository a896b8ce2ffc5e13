"""Plots of models: intervals with what tests do not tell apart, ranks, boxes, cost and score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from groundct.benchmark.compare.ranking import Box, MetricRanking
from groundct.review._plots.svg import (
    ROW_PX,
    TOP_PX,
    around,
    color,
    left_of,
    line,
    number,
    picture,
    rows,
    shape,
    short,
    text,
)

WIDTH: Final = 640.0
_BAR_PX: Final = 12.0

Colors = Mapping[str, int]


def interval_plot(ranking: MetricRanking, name: str, colors: Colors) -> str:
    """Values with intervals, best first; bars at the right join what is not told apart."""
    shown = [one for one in ranking.standings if one.value is not None]
    if not shown:
        return ""
    labels = [one.model for one in shown]
    ends = [v for one in shown for v in (one.value, *(one.ci95 or ())) if v is not None]
    stretches = [[m for m in together if m in labels] for together in ranking.together]
    axis = around(ends, left_of(labels), WIDTH - 24 - _BAR_PX * len(stretches))

    def draw(n: int, y: float) -> str:
        one = shown[n]
        value = one.value or 0.0
        kind = color(colors[one.model])
        low, high = one.ci95 or (value, value)
        title = f"{one.model}: {value:.4f}, {low:.4f} to {high:.4f}"
        return "".join(
            (
                line(f"whisker {kind}", axis.at(low), y, axis.at(high), y),
                line(f"whisker {kind}", axis.at(low), y - 5, axis.at(low), y + 5),
                line(f"whisker {kind}", axis.at(high), y - 5, axis.at(high), y + 5),
                shape("circle", f"dot {kind}", {"cx": axis.at(value), "cy": y, "r": 5.5}, title),
            )
        )

    parts, height = rows(labels, axis, draw, name=name)
    for n, stretch in enumerate(s for s in stretches if len(s) > 1):
        x = axis.end + 12 + _BAR_PX * n
        first, last = (TOP_PX + ROW_PX * labels.index(m) for m in (stretch[0], stretch[-1]))
        bar = {"x": x, "y": first + 4, "width": 4, "height": last - first + ROW_PX - 8, "rx": 2}
        parts.append(shape("rect", "together", bar, "not told apart: " + ", ".join(stretch)))
    return picture(WIDTH, height, parts, f"{ranking.metric} of each model with its interval")


def rank_plot(
    shares: Sequence[tuple[str, Sequence[float], tuple[int, int] | None]], about: str
) -> str:
    """How often each model (row) has each rank (column) in the draws.

    Each row has its ranks' shares, and the ranks that the tests leave open, which are framed.
    """
    count = len(shares)
    left = left_of([model for model, _, _ in shares])
    cell = min(64.0, (WIDTH - left - 10) / count)
    parts = []
    for n, (model, row, left_open) in enumerate(shares):
        y = TOP_PX + ROW_PX * n
        parts.append(text("label", left - 10, y + ROW_PX / 2 + 4, short(model), "end"))
        for rank, share in enumerate(row):
            x = round(left + cell * rank, 2)
            place = {"x": x + 1, "y": y + 1, "width": round(cell - 2, 2), "height": ROW_PX - 2}
            place["fill-opacity"] = round(share, 3)
            title = f"{model} at rank {rank + 1}: {100 * share:.1f} % of draws"
            parts.append(shape("rect", "cell", place, title))
            if share >= 0.0005:
                kind = "share bright" if share > 0.55 else "share"
                words = _percent(share)
                parts.append(text(kind, x + cell / 2, y + ROW_PX / 2 + 4, words, "middle"))
        if left_open:
            low, high = left_open
            frame = {"x": left + cell * (low - 1) + 1, "y": y + 1, "height": ROW_PX - 2, "rx": 2}
            width = round(cell * (high - low + 1) - 2, 2)
            parts.append(shape("rect", "open", {**frame, "width": width}))
    bottom = TOP_PX + ROW_PX * count
    parts += [
        text("tick", left + cell * (rank + 0.5), bottom + 14, str(rank + 1), "middle")
        for rank in range(count)
    ]
    parts.append(text("axis", left + cell * count / 2, bottom + 30, "rank", "middle"))
    return picture(WIDTH, bottom + 34, parts, about)


def box_plot(boxes: Sequence[Box], axis_of: Sequence[float], name: str, colors: Colors) -> str:
    """A box a model: quartiles, median, whiskers, what lies outside, and the mean as a diamond."""
    labels = [box.model for box in boxes]
    axis = around(axis_of, left_of(labels), 404.0)

    def draw(n: int, y: float) -> str:
        box = boxes[n]
        kind = color(colors[box.model])
        left, right = axis.at(box.lower_quartile), axis.at(box.upper_quartile)
        mean, middle = axis.at(box.mean), axis.at(box.median)
        title = (
            f"{box.model}: n {box.n}, median {box.median:.3f}, quartiles "
            f"{box.lower_quartile:.3f} and {box.upper_quartile:.3f}, mean {box.mean:.3f}"
        )
        outside = [
            shape("circle", f"outside {kind}", {"cx": axis.at(v), "cy": y, "r": 1.8})
            for v in box.outside
        ]
        size = {"x": left, "y": y - 8, "width": max(0.5, round(right - left, 2)), "height": 16}
        points = f"{mean},{y - 4} {mean + 4},{y} {mean},{y + 4} {mean - 4},{y}"
        return "".join(
            (
                line(f"whisker {kind}", axis.at(box.low), y, left, y),
                line(f"whisker {kind}", right, y, axis.at(box.high), y),
                shape("rect", f"box {kind}", size, title),
                line("median", middle, y - 8, middle, y + 8),
                shape("polygon", "mean", {"points": points}),
                *outside,
            )
        )

    parts, height = rows(labels, axis, draw, name=name)
    return picture(414, height, parts, f"{name} of each model")


def cost_plot(ranking: MetricRanking, costs: Mapping[str, float], name: str, colors: Colors) -> str:
    """Score over cost; a line joins the models that none beats in both."""
    values = {one.model: one for one in ranking.standings if one.value is not None}
    points = [(costs[m], values[m].value or 0.0, m) for m in values if m in costs]
    if not points:
        return ""
    spread = [x for x, _, _ in points]
    ends = [v for _, y, m in points for v in (y, *(values[m].ci95 or ()))]
    across = around(spread, 56.0, 400.0, log=max(spread) > 8 * min(spread))
    upwards = around(ends, 230.0, 26.0)  # the topmost name stands above its point
    parts = []
    for tick in across.ticks():
        parts.append(line("grid", across.at(tick), 20, across.at(tick), 230))
        parts.append(text("tick", across.at(tick), 246, number(tick), "middle"))
    for tick in upwards.ticks():
        parts.append(line("grid", 56, upwards.at(tick), 400, upwards.at(tick)))
        parts.append(text("tick", 50, upwards.at(tick) + 4, number(tick), "end"))
    scale = ", logarithmic" if across.log else ""
    parts.append(text("axis", 228, 264, f"{name}{scale}", "middle"))
    front = " ".join(
        f"{across.at(x)},{upwards.at(y)}"
        for x, y, _ in _front(points, higher=ranking.higher_is_better)
    )
    parts.append(shape("polyline", "front", {"points": front}))
    for x, y, model in points:
        kind = color(colors[model])
        low, high = values[model].ci95 or (y, y)
        column, end = across.at(x), "end" if across.at(x) > 300 else "start"
        parts.append(line(f"whisker {kind}", column, upwards.at(low), column, upwards.at(high)))
        dot = {"cx": column, "cy": upwards.at(y), "r": 5.5}
        parts.append(shape("circle", f"dot {kind}", dot, f"{model}: {y:.4f} at {x:g}"))
        aside = column - 9 if end == "end" else column + 9
        parts.append(text("label halo", aside, upwards.at(y) - 6, short(model), end))
    return picture(414, 272, parts, f"{ranking.metric} over {name}")


def _front(
    points: Sequence[tuple[float, float, str]], *, higher: bool
) -> list[tuple[float, float, str]]:
    """Points that no other beats in both, cheapest first."""
    kept: list[tuple[float, float, str]] = []
    for point in sorted(points, key=lambda p: (p[0], -p[1] if higher else p[1])):
        if not kept or (point[1] > kept[-1][1] if higher else point[1] < kept[-1][1]):
            kept.append(point)
    return kept


def _percent(share: float) -> str:
    return f"{100 * share:.0f}" if share >= 0.005 else "<1"
