"""Settings that are wrong, told as a wrong command."""

from __future__ import annotations

import click
from pydantic import ValidationError


def wrong_command(problem: ValidationError) -> click.UsageError:
    """The error of a command whose options make no settings, in the settings' own words."""
    first = problem.errors()[0]
    told = first.get("ctx", {}).get("error")
    if isinstance(told, ValueError):
        return click.UsageError(f"{told}.")
    return click.UsageError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}.")
