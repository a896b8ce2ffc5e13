"""Small plots of scores as inline SVG; their text is in the table beside them."""

from __future__ import annotations

from collections.abc import Sequence

_WIDTH, _HEIGHT = 240, 16
_BINS = 20


def interval_bar(
    value: float | None, interval: tuple[float, float] | None, width: int = _WIDTH
) -> str:
    """A score from 0 to 1 as a dot on a line, with its interval."""
    if value is None:
        return ""
    inner = width - 12
    middle = _HEIGHT / 2
    parts = [f'<line x1="6" y1="{middle}" x2="{6 + inner}" y2="{middle}" class="axis"/>']
    if interval is not None:
        low, high = (6 + inner * min(max(v, 0.0), 1.0) for v in interval)
        parts.append(
            f'<rect x="{low:.1f}" y="{middle - 4}" width="{max(high - low, 1):.1f}" height="8" '
            'rx="4" class="interval"/>'
        )
    x = 6 + inner * min(max(value, 0.0), 1.0)
    parts.append(f'<circle cx="{x:.1f}" cy="{middle}" r="4.5" class="dot"/>')
    told = f"{value:.3f}" + (f" ({interval[0]:.3f} to {interval[1]:.3f})" if interval else "")
    return (
        f'<svg viewBox="0 0 {width} {_HEIGHT}" width="{width}" height="{_HEIGHT}" role="img" '
        f'aria-label="{told}">{"".join(parts)}</svg>'
    )


def dice_histogram(
    values: Sequence[float], things: str = "findings", hit_dice: float | None = 0.1
) -> str:
    """How many things have which Dice, in 20 bins; a line marks where a hit begins."""
    if not values:
        return f"<p class='soft'>None of the {things} has a Dice.</p>"
    counts = [0] * _BINS
    for value in values:
        counts[min(int(value * _BINS), _BINS - 1)] += 1
    width, height, top = 720, 150, max(counts)
    step = width / _BINS
    bars = "".join(
        f'<rect x="{n * step + 2:.1f}" y="{height - height * c / top:.1f}" '
        f'width="{step - 4:.1f}" height="{height * c / top:.1f}" class="bar"><title>'
        f"Dice {n / _BINS:.2f} to {(n + 1) / _BINS:.2f}: {c}</title></rect>"
        + (
            f'<text x="{(n + 0.5) * step:.1f}" y="{height - height * c / top - 4:.1f}" '
            f'text-anchor="middle">{c}</text>'
            if c
            else ""
        )
        for n, c in enumerate(counts)
    )
    ticks = "".join(
        f'<text x="{width * n / 10:.1f}" y="{height + 18}" '
        f'text-anchor="{"start" if n == 0 else "end" if n == 10 else "middle"}">{n / 10:.1f}</text>'
        for n in range(11)
    )
    hit = "" if hit_dice is None else _hit_line(width * hit_dice, height)
    return (
        f'<svg viewBox="0 -24 {width} {height + 48}" class="histogram" role="img" '
        f'aria-label="{things.capitalize()} by Dice">{bars}'
        f'<line x1="0" y1="{height}" x2="{width}" y2="{height}" class="axis"/>'
        f"{hit}{ticks}</svg>"
    )


def _hit_line(x: float, height: int) -> str:
    return (
        f'<line x1="{x}" y1="-8" x2="{x}" y2="{height}" class="hit"/>'
        f'<text x="{x + 6}" y="-10" class="hit">hit from here on</text>'
    )
