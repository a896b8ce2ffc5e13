"""The ``groundct`` command: its sub-commands are imported when they are asked for."""

from __future__ import annotations

import importlib
import sys

import click

from groundct import __version__
from groundct.core.issues import DataError
from groundct.core.plugins import UnknownPluginError

_COMMANDS = {
    "anatomy": "Show the tree of structures, their recipes, codes and other tools' names.",
    "build": "Build grounded records, pages and a release from a corpus.",
    "categorize": "Give findings their codes in ReXGroundingCT's ontology.",
    "compare": "Rank results of evaluate with the uncertainty of their ranks.",
    "doctor": "Say what this installation can do.",
    "evaluate": "Score predictions against references, under stated protocols.",
    "export": "Write a release in the layout of another dataset.",
    "ground": "Find in a CT the voxels of what a free text states.",
    "inspect": "Say what a dataset on disk is and what is wrong with it.",
    "phantom": "Make a corpus of synthetic chests with their truth.",
    "release": "Check a release.",
    "segment": "Segment the organs of a CT: a label map, names, volumes, a picture.",
    "vocabulary": "Write what the report reader knows as a page for people.",
    "reports": "Read a table of reports: sentences, findings, labels, region reports.",
}

EXIT_WRONG = 2
EXIT_REFUSED = 3


class _Lazy(click.Group):
    """A group whose commands are modules of this package."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, sorted."""
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module."""
        if cmd_name not in _COMMANDS:
            return None
        command = importlib.import_module(f"groundct.cli.{cmd_name}").command
        if not isinstance(command, click.Command):
            raise TypeError(f"groundct.cli.{cmd_name} holds no command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One line a command, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(_COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version")
def cli() -> None:
    """Grounded interpretation of 3-D chest CT.

    From scans and their reports to records in which every sentence, finding, question and
    reasoning step is tied to voxels. Works offline; nothing is downloaded, nothing is sent.

    \b
    Examples:
      groundct inspect my_scans/
      groundct build my_scans/ -o workspace/
      groundct export workspace/release --to radgenome -o out/
    """


def main() -> None:
    """Run the command; refused data ends with its issues and exit code 3, a wrong name with 2."""
    try:
        cli(standalone_mode=True)
    except UnknownPluginError as error:
        click.echo(error.issue.line(), err=True)
        sys.exit(EXIT_WRONG)
    except DataError as error:
        click.echo(str(error), err=True)
        sys.exit(EXIT_REFUSED)
