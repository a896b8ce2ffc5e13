"""Samples of a reports' result: one a text, whole reports where there are any, else regions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from groundct.benchmark.compare.samples import Key, Metric, Sample, by_key, part_of

MEANS: Final = (
    "rouge_l",
    "rouge_1",
    "rouge_2",
    *(f"sentence_bleu_{order}" for order in range(1, 5)),
    "meteor",
    "cider",
)
"""Scores whose mean over texts the result states under the same name."""
PER_TEXT: Final = "_per_text"
"""Ends the names of means over texts of scores that the result pools over all texts."""
DEFAULT_COMBINED: Final = ("rouge_l", "meteor", f"graph_f1{PER_TEXT}")


def metrics_of(result: Mapping[str, Any]) -> tuple[Metric, ...]:
    """The scores that every text has a value of its own for; more is better in all of them."""
    own = {name for sample in result["samples"] for name in sample["scores"]}
    others = sorted(own - set(MEANS))
    return (
        *(Metric(name, name, unbounded=name == "cider") for name in MEANS if name in own),
        *(Metric(f"{name}{PER_TEXT}", name) for name in others),
    )


def samples_of(result: Mapping[str, Any]) -> dict[Key, Sample]:
    """The texts of a result by case and region. Raises KeyError when a row lacks a key."""
    whole = [sample for sample in result["samples"] if not sample["region"]]
    return by_key(_sample(sample) for sample in whole or result["samples"])


def summary_of(result: Mapping[str, Any]) -> dict[str, Any]:
    """What the result states of whole reports; nothing where it has regions alone."""
    return dict(result["regions"].get("", {}))


def _sample(row: Mapping[str, Any]) -> Sample:
    scores = {name: part_of(value) for name, value in row["scores"].items()}
    return Sample(
        case=row["case"],
        item=row["region"],
        patient=row["patient"],
        category=row["region"] or None,
        missing=row["status"] == "missing",
        parts=scores,
        empty={name: (0.0, below) for name, (_, below) in scores.items()},
    )
