"""Headline numbers with their intervals as lines for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click


def show_numbers(
    summary: Mapping[str, Any], names: Iterable[str], why: Mapping[str, str] | None = None
) -> None:
    """A line a name that the summary has, with its unit and its 95 % interval.

    ``why`` says of a name why it has no value, where that is known.
    """
    without = 0
    for name in names:
        if name not in summary:
            continue
        value, interval = summary[name], summary["ci95"].get(name)
        told = f"  95 % interval {interval[0]:.4f} to {interval[1]:.4f}" if interval else ""
        if value is None:
            told = f"  ({why[name]})" if why and name in why else ""
        click.echo(f"  {name:34s} {shown(name, value)}{told}")
        without += value is not None and not interval
    if without:
        click.echo("  no interval: of one patient, or the same in every draw of patients")


def shown(name: str, value: float | None) -> str:
    """A number with its unit: distances between surfaces are in mm."""
    if value is None:
        return "not defined"
    unit = " mm" if ":" in name and not name.startswith("nsd") else ""
    return f"{value:.4f}{unit}"
