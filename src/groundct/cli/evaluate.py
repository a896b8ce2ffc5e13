"""``groundct evaluate``: scores of predictions, a sub-command a task."""

from __future__ import annotations

import importlib

import click

_TASKS = {
    "detection": "Candidates with a confidence: FROC curve and CPM.",
    "organs": "Organ masks: Dice, volumes, surfaces, airway trees.",
    "questions": "Answers to questions: ours, RadGenome's, multiple choice.",
    "reasoning": "Reasoning step by step against reference traces.",
    "reports": "Generated reports: words, labels, findings, relations, facts.",
    "segmentation": "Masks of findings against reference masks.",
}


class _Lazy(click.Group):
    """A group whose sub-commands are modules of ``_evaluate``, imported when asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All tasks, sorted."""
        return sorted(_TASKS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the task's module."""
        if cmd_name not in _TASKS:
            return None
        command = importlib.import_module(f"groundct.cli._evaluate.{cmd_name}").command
        if not isinstance(command, click.Command):
            raise TypeError(f"groundct.cli._evaluate.{cmd_name} holds no command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One line a task, without importing any."""
        with formatter.section("Tasks"):
            formatter.write_dl(sorted(_TASKS.items()))


@click.group("evaluate", cls=_Lazy)
def command() -> None:
    """Score predictions against references.

    The reference decides what counts: what a prediction lacks is scored as empty and counted as
    missing. Every result states its protocol, its parameters and the digests of what was read.

    \b
    Examples:
      groundct evaluate segmentation --reference masks/ --prediction mine.zip -o result.json
      groundct evaluate reports --reference ref.csv --prediction pred.csv -o result.json
      groundct evaluate questions --reference release/ --prediction answers.csv -o result.json
    """
