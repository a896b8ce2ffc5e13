"""How commands show values: JSON where machines read, lines where people do."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import click

from groundct.core.issues import Issue


def show_json(data: Any) -> None:
    """Print data as indented JSON on stdout."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False, sort_keys=True))


def show_issues(issues: Iterable[Issue], limit: int | None = None, *, err: bool = False) -> None:
    """Print issues, a line each, errors first; at most ``limit``, and then how many more.

    They go to stdout, or to stderr with ``err``.
    """
    ranks = ("error", "warning", "note")
    lines = [issue.line() for issue in sorted(issues, key=lambda i: ranks.index(i.severity))]
    for line in lines[:limit]:
        click.echo(f"  {line}", err=err)
    if limit is not None and len(lines) > limit:
        click.echo(f"  ... and {len(lines) - limit} more (--json lists them all)", err=err)


def plural(count: int, noun: str) -> str:
    """``1 case``, ``2 cases``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
