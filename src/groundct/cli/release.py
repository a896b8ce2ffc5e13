"""``groundct release``: check what was released."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from groundct.cli._show import plural, show_issues, show_json
from groundct.release.verify import verify_release


@click.group("release")
def command() -> None:
    """Check a release."""


@command.command("verify")
@click.argument("release", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the issues as JSON.")
def verify(release: Path, as_json: bool) -> None:
    """Check every file of RELEASE against its manifest and every rule of the format.

    \b
    Example:
      groundct release verify workspace/release
    """
    issues = verify_release(release)
    if as_json:
        show_json([issue.model_dump(mode="json") for issue in issues])
    else:
        show_issues(issues)
        click.echo(f"{release}: {plural(len(issues), 'issue')}")
    sys.exit(1 if issues else 0)
