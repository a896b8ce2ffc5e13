"""``groundct doctor``: what this installation can do."""

from __future__ import annotations

import os
import sys

import click

from groundct.cli._show import show_json
from groundct.core.plugins import Family, load_plugin, plugin_names
from groundct.pipeline.settings import environment

FAMILIES: tuple[Family, ...] = ("sources", "anatomy", "reports", "grounding", "exports")


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(as_json: bool) -> None:
    """Say which versions and which parts are here; ends with 1 when a part cannot be loaded.

    \b
    Example:
      groundct doctor
    """
    parts: dict[str, dict[str, str]] = {}
    broken = False
    for family in FAMILIES:
        parts[family] = {}
        for name in plugin_names(family):
            try:
                plugin = load_plugin(family, name)
                parts[family][name] = f"{plugin.version}: {plugin.description}"
            except (ImportError, TypeError, AttributeError) as error:
                broken = True
                parts[family][name] = f"BROKEN: {error}"
    if as_json:
        show_json({"environment": environment(), "cores": os.cpu_count(), "parts": parts})
    else:
        for package, version in environment().items():
            click.echo(f"{package} {version}")
        click.echo(f"{os.cpu_count()} cores")
        for title, members in parts.items():
            click.echo(f"\n{title}")
            for name, text in members.items():
                click.echo(f"  {name} {text}")
    sys.exit(1 if broken else 0)
