"""The FROC curve as SVG: false positives a scan on a doubling scale, sensitivity upwards."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from groundct.metrics.detection import RATES

WIDTH, HEIGHT = 520, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 20, 34, 52
_LOW: Final = math.log2(RATES[0])
_HIGH: Final = math.log2(RATES[-1])
_NAMES: Final = ("1/8", "1/4", "1/2", "1", "2", "4", "8")


def curve_svg(points: Sequence[tuple[float, float]], summary: Mapping[str, Any]) -> str:
    """A picture of steps between ``points`` (false positives a scan, sensitivity), with intervals.

    What lies left of 1/8 or right of 8 false positives a scan is not drawn.
    """
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'font-family="sans-serif" font-size="12">',
        f'<title>{_title(summary)}</title><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="20" fill="#222" font-size="13">{_title(summary)}</text>',
        *_axes(),
        *_intervals(summary),
    ]
    if points:
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in _steps(points))
        parts.append(f'<path d="M{path}" fill="none" stroke="#1f5f99" stroke-width="2"/>')
    return "\n".join([*parts, "</svg>\n"])


def _title(summary: Mapping[str, Any]) -> str:
    value, interval = summary.get("cpm"), summary.get("ci95", {}).get("cpm")
    if value is None:
        return "FROC: not defined"
    told = f" ({interval[0]:.3f} to {interval[1]:.3f})" if interval else ""
    return f"FROC, CPM {value:.3f}{told}"


def _axes() -> list[str]:
    out = []
    for n in range(6):
        y = _y(n / 5)
        out.append(f'<path d="M{_LEFT} {y:.1f}H{WIDTH - _RIGHT}" stroke="#ddd"/>')
        out.append(
            f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" '
            f'fill="#444">{n / 5:.1f}</text>'
        )
    for rate, name in zip(RATES, _NAMES, strict=True):
        x = _x(rate)
        out.append(f'<path d="M{x:.1f} {_TOP}V{HEIGHT - _BOTTOM}" stroke="#eee"/>')
        out.append(
            f'<text x="{x:.1f}" y="{HEIGHT - _BOTTOM + 18}" text-anchor="middle" '
            f'fill="#444">{name}</text>'
        )
    out.append(
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 12}" text-anchor="middle" fill="#222">'
        "false positives a scan</text>"
    )
    out.append(
        f'<text transform="translate(16 {HEIGHT / 2}) rotate(-90)" text-anchor="middle" '
        'fill="#222">sensitivity</text>'
    )
    return out


def _intervals(summary: Mapping[str, Any]) -> list[str]:
    out = []
    for rate in RATES:
        name = f"sensitivity_at_{rate:g}"
        value, x = summary.get(name), _x(rate)
        if value is None:
            continue
        if interval := summary.get("ci95", {}).get(name):
            low, high = (_y(end) for end in interval)
            out.append(
                f'<path d="M{x:.1f} {low:.1f}V{high:.1f}" stroke="#1f5f99" stroke-width="5" '
                'stroke-opacity=".25"/>'
            )
        out.append(f'<circle cx="{x:.1f}" cy="{_y(value):.1f}" r="3.5" fill="#1f5f99"/>')
    return out


def _steps(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Corners of the steps within the picture."""
    level = max((s for rate, s in points if rate <= RATES[0]), default=0.0)
    corners = [(_x(RATES[0]), _y(level))]
    for rate, sensitivity in points:
        if RATES[0] < rate <= RATES[-1]:
            corners += [(_x(rate), _y(level)), (_x(rate), _y(sensitivity))]
            level = sensitivity
    return [*corners, (_x(RATES[-1]), _y(level))]


def _x(rate: float) -> float:
    share = (math.log2(rate) - _LOW) / (_HIGH - _LOW)
    return _LEFT + share * (WIDTH - _LEFT - _RIGHT)


def _y(sensitivity: float) -> float:
    return HEIGHT - _BOTTOM - sensitivity * (HEIGHT - _TOP - _BOTTOM)
