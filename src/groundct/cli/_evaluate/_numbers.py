"""Headline numbers with their intervals as lines for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click


def show_numbers(summary: Mapping[str, Any], names: Iterable[str]) -> None:
    """A line a name that the summary has, with its 95 % interval."""
    for name in names:
        if name not in summary:
            continue
        value, interval = summary[name], summary["ci95"].get(name)
        shown = "not defined" if value is None else f"{value:.4f}"
        told = f"  95 % interval {interval[0]:.4f} to {interval[1]:.4f}" if interval else ""
        click.echo(f"  {name:34s} {shown}{told}")
