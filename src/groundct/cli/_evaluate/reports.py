"""``groundct evaluate reports``: generated reports against reference reports."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from groundct.benchmark.reports import (
    PARTS,
    Settings,
    Texts,
    evaluate_reports,
    read_texts,
    with_boxes,
    with_labels,
    write_result,
)
from groundct.benchmark.reports.run import Means
from groundct.cli._evaluate._numbers import show_numbers
from groundct.cli._show import show_issues
from groundct.codecs.wordnet import USUAL_FOLDER, WordNet

_SHOWN_ISSUES = 20
_HEADLINES = (
    *("sentence_bleu_1", "sentence_bleu_4", "corpus_bleu_1", "corpus_bleu_4", "meteor"),
    *("rouge_1", "rouge_2", "rouge_l", "cider"),
    *("clinical_micro_f1", "clinical_macro_f1", "clinical_weighted_f1"),
    *("positive_finding_type_f1", "positive_finding_joint_f1", "graph_f1"),
    *("logical_precision", "logical_recall"),
    *("grounding_precision", "grounding_recall", "spatial_precision", "spatial_recall"),
)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("reports")
@click.option("--reference", required=True, type=_FILE, help="Table VolumeName, Anatomy, Text.")
@click.option("--prediction", required=True, type=_FILE, help="Table VolumeName, Anatomy, Text.")
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path),
    help="The result; a CSV with a row a text is written beside it.",
)  # fmt: skip
@click.option(
    "--part", "parts", type=click.Choice(PARTS), multiple=True,
    help="What is scored; may be given several times. All parts unless given.",
)  # fmt: skip
@click.option("--extractor", default="rules", show_default=True,
              help="What reads both sides for all parts but text.")  # fmt: skip
@click.option("--judge", type=click.Choice(["findings", "language-model"]), default="findings",
              show_default=True, help="What says which sentences follow from others.")  # fmt: skip
@click.option("--language", default="en", show_default=True, help="Language of the texts.")
@click.option(
    "--wordnet", type=click.Path(file_okay=False, path_type=Path), default=USUAL_FOLDER,
    show_default=True, help="Folder of WordNet 3.0, which METEOR needs.",
)  # fmt: skip
@click.option("--reference-labels", type=_FILE, help="Table of the labels of whole reports.")
@click.option("--prediction-labels", type=_FILE, help="Table of the labels of whole reports.")
@click.option("--reference-boxes", type=_FILE, help="Boxes of sentences, JSON lines.")
@click.option("--prediction-boxes", type=_FILE, help="Boxes of sentences, JSON lines.")
@click.option("--seed", default=0, show_default=True, help="Seed of the intervals.")
def command(
    reference: Path,
    prediction: Path,
    output: Path,
    parts: tuple[str, ...],
    wordnet: Path,
    **choices: Any,
) -> None:
    """Score the texts of PREDICTION against those of REFERENCE, by region.

    Both are tables with the columns VolumeName, Text and Anatomy (empty, or no such column: whole
    reports); other headings that groundct reports knows will do as well. A text that the
    prediction lacks is scored as empty and counted. Without WordNet's files METEOR
    is not computed; nothing takes its place.

    \b
    Examples:
      groundct evaluate reports --reference ref.csv --prediction pred.csv -o result.json
      groundct evaluate reports --reference ref.csv --prediction pred.csv --part text -o words.json
      groundct evaluate reports --reference ref.csv --prediction pred.csv --part facts \\
          --judge language-model -o facts.json
    """
    chosen = {name: choices[name] for name in ("extractor", "judge", "language", "seed")}
    settings = Settings.model_validate(chosen | ({"parts": parts} if parts else {}))
    synonyms = WordNet(wordnet).synonyms if wordnet.is_dir() else None
    means = Means(synonyms=synonyms, tell=_tell if sys.stderr.isatty() else None)
    due = _texts(reference, "reference", choices)
    result = evaluate_reports(due, _texts(prediction, "prediction", choices), settings, means)
    paths = write_result(output, result)
    show_issues(result.issues, _SHOWN_ISSUES, err=True)
    for region, numbers in result.regions.items():
        click.echo(f"{region or 'whole reports'}: {numbers['n']} texts, {_counts(numbers)}")
        show_numbers(numbers, _HEADLINES)
        for name, reason in numbers["not_computed"].items():
            click.echo(f"  {name} is not computed: {reason}")
    click.echo(f"written: {', '.join(str(path) for path in paths)}")


def _texts(path: Path, side: str, choices: dict[str, Any]) -> Texts:
    texts = read_texts(path)
    if (boxes := choices[f"{side}_boxes"]) is not None:
        texts = with_boxes(texts, boxes)
    if (labels := choices[f"{side}_labels"]) is not None:
        texts = with_labels(texts, labels, complete=side == "reference")
    return texts


def _tell(region: str, done: int, total: int) -> None:
    click.echo(f"{region or 'whole reports'}: {done} of {total} regions", err=True)


def _counts(numbers: dict[str, int]) -> str:
    return f"{numbers['n_missing']} missing, {numbers['n_undefined']} with an empty reference"
