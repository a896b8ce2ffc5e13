"""``groundct evaluate questions``: answers against a reference's."""

from __future__ import annotations

from pathlib import Path

import click

from groundct.benchmark.questions import (
    ask_choices,
    evaluate_questions,
    read_answers,
    read_items,
    write_result,
)
from groundct.cli._evaluate._numbers import show_numbers
from groundct.cli._show import show_issues

_SHOWN_ISSUES = 20
_SUMMARY = ("balanced_score", "mean_score", "exact_match", "normalised_match")
_TASK = (
    *("mean_score", "balanced_accuracy", "turn_accuracy", "none_accuracy"),
    "chance_corrected",
)
_PLACE = click.Path(exists=True, path_type=Path)
_NEW = click.Path(dir_okay=False, path_type=Path)


@click.command("questions")
@click.option("--reference", required=True, type=_PLACE,
              help="A release, RadGenome's question tables, or a table.")  # fmt: skip
@click.option("--prediction", type=_PLACE, help="Answers in one of the same forms.")
@click.option("-o", "--output", type=_NEW,
              help="The result; a CSV with a row a question is written beside it.")  # fmt: skip
@click.option("--ask", type=_NEW,
              help="Write the multiple-choice questions in all their orders.")  # fmt: skip
@click.option("--seed", default=0, show_default=True, help="Seed of the intervals.")
def command(
    reference: Path, prediction: Path | None, output: Path | None, ask: Path | None, seed: int
) -> None:
    """Score the answers of PREDICTION against those of REFERENCE.

    Tables have case_id, question_id and answer; the reference also task (disorders, abnormality,
    presence, location, size, choice, free) and, if it has them, anatomy, question and choices,
    which stand between semicolons. --ask writes the file to be answered: choices in all orders.
    Refusals and answers that cannot be read count as wrong; nothing is dropped.

    \b
    Examples:
      groundct evaluate questions --reference release/ --prediction answers.csv -o result.json
      groundct evaluate questions --reference valid_vqa_presence.csv \\
          --prediction mine_presence.csv -o result.json
      groundct evaluate questions --reference choices.csv --ask to_answer.csv
    """
    items = read_items(reference)
    if ask is not None:
        ask_choices(ask, items.items)
        click.echo(f"written: {ask}")
    if prediction is None or output is None:
        if ask is None:
            raise click.UsageError("Give --prediction and --output, or --ask.")
        return
    result = evaluate_questions(items, read_answers(prediction), seed=seed)
    paths = write_result(output, result)
    show_issues(result.issues, _SHOWN_ISSUES, err=True)
    show_numbers(result.summary, _SUMMARY)
    for task, numbers in result.tasks.items():
        counts = ", ".join(f"{numbers[f'n_{n}']} {n}" for n in ("missing", "refused", "unread"))
        click.echo(f"{task}: {numbers['n']} questions, {counts}")
        show_numbers(numbers, _TASK)
    click.echo(f"written: {', '.join(str(path) for path in paths)}")
