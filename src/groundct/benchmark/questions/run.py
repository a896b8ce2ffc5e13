"""From questions and answers to a result."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from groundct.benchmark._results import coverage_issues, versions, warning
from groundct.benchmark._summary import Floats, Score, Statistic, mean_of, summary_of
from groundct.benchmark.questions.choices import ChoiceScore, score_choice
from groundct.benchmark.questions.inputs import Answers, Items
from groundct.benchmark.questions.items import (
    FIRST,
    SCORES,
    AnswerKey,
    Item,
    can_be_scored,
    is_refusal,
)
from groundct.benchmark.questions.result import AnswerResult, QuestionsResult, Status
from groundct.core.issues import TableError
from groundct.core.names import first_few
from groundct.metrics.answers import chance_of, normalised, yes_or_no
from groundct.metrics.statistics.bootstrap import DRAWS, ratio
from groundct.sources._names import patient_id_of

SCORING_VERSION: Final = "1"
Pair = tuple[Item, AnswerResult]


def evaluate_questions(
    reference: Items, prediction: Answers, *, draws: int = DRAWS, seed: int = 0
) -> QuestionsResult:
    """Score answers against those of the reference.

    Raises TableError when the reference has no question.
    """
    start = time.perf_counter()
    if not reference.items:
        raise TableError.of("no-questions", "reference", "it holds no question.", "Give some.")
    options = {"draws": draws, "seed": seed}
    given = prediction.answers
    choices = {
        (item.case_id, item.question_id): score_choice(item, given)
        for item in reference.items
        if item.task == "choice" and can_be_scored(item)
    }
    rows = [_scored(item, given, choices) for item in reference.items]
    pairs = list(zip(reference.items, rows, strict=True))
    tasks = sorted({item.task for item in reference.items})
    regions = sorted({item.region for item in reference.items})
    known = {(item.case_id, item.question_id) for item in reference.items}
    missing = [_name(row) for row in rows if row.status == "missing"]
    extra = sorted({" ".join(key[:2]) for key in given if key[:2] not in known})
    undefined = [_name(row) for row in rows if row.status == "undefined"]
    issues = coverage_issues(missing, extra, "answers")
    if undefined:
        what = f"{len(undefined)} answers of the reference cannot be read: {first_few(undefined)}."
        issues += (warning("undefined-answers", what, "They are in no mean; correct them."),)
    return QuestionsResult(
        summary=_summary(rows, options, {"balanced_score": _balanced(rows)}),
        tasks={
            task: _task_summary(
                task, [p for p in pairs if p[0].task == task], given, choices, options
            )
            for task in tasks
        },
        regions={
            region: _summary([row for row in rows if row.region == region], options, {})
            for region in regions
        },
        answers=tuple(rows),
        extra=tuple(extra),
        issues=issues,
        settings=options,
        reference_digest=reference.digest,
        prediction_digest=prediction.digest,
        versions=versions(SCORING_VERSION),
        seconds=round(time.perf_counter() - start, 3),
    )


Choices = Mapping[tuple[str, str], ChoiceScore]


def _scored(item: Item, given: Mapping[AnswerKey, str], choices: Choices) -> AnswerResult:
    answer = given.get((item.case_id, item.question_id, FIRST), "")
    status, score = _status_and_score(item, answer, choices)
    return AnswerResult(
        case=item.case_id,
        patient=item.patient_id or patient_id_of(item.case_id),
        question=item.question_id,
        task=item.task,
        region=item.region,
        status=status,
        score=score,
        exact=answer.strip() == item.answer.strip(),
        normalised=normalised(answer) == normalised(item.answer),
    )


def _status_and_score(item: Item, answer: str, choices: Choices) -> tuple[Status, float | None]:
    if not can_be_scored(item):
        return "undefined", None
    if not answer.strip():
        return "missing", 0.0
    if is_refusal(answer):
        return "refused", 0.0
    if item.task == "choice":
        return "scored", float(choices[item.case_id, item.question_id].circular)
    score = SCORES[item.task](item.answer, answer)
    return ("unread", 0.0) if score is None else ("scored", score)


def _summary(
    rows: Sequence[AnswerResult], options: Mapping[str, int], more: Mapping[str, Score]
) -> dict[str, Any]:
    defined = [row for row in rows if row.score is not None]
    scores = {
        "mean_score": mean_of([row.score for row in rows]),
        "exact_match": mean_of([row.exact if row.score is not None else None for row in rows]),
        "normalised_match": mean_of(
            [row.normalised if row.score is not None else None for row in rows]
        ),
        **more,
    }
    out = summary_of(scores, [row.patient for row in rows], **options)
    counts = {
        f"n_{status}": sum(row.status == status for row in rows)
        for status in ("missing", "refused", "unread", "undefined")
    }
    patients = len({row.patient for row in rows})
    return out | {"n": len(rows), "n_patients": patients, "n_scored": len(defined)} | counts


def _balanced(rows: Sequence[AnswerResult]) -> Score:
    """The mean over tasks of the mean over regions of the mean score."""
    groups = sorted({(row.task, row.region) for row in rows})
    columns = np.zeros((len(rows), 2 * len(groups)))
    for n, row in enumerate(rows):
        if row.score is not None:
            group = groups.index((row.task, row.region))
            columns[n, [group, len(groups) + group]] = row.score, 1.0
    tasks = sorted({task for task, _ in groups})
    members = [[n for n, (own, _) in enumerate(groups) if own == task] for task in tasks]

    def balanced(sums: Floats) -> Floats:
        above, below = np.split(sums, 2, axis=1)
        means = _quotient(above, below)
        return _mean(np.stack([_mean(means[:, own]) for own in members], axis=1))

    return Score(columns, balanced)


def _task_summary(
    task: str,
    pairs: Sequence[Pair],
    given: Mapping[AnswerKey, str],
    choices: Choices,
    options: Mapping[str, int],
) -> dict[str, Any]:
    """A task's numbers, and what chance would give."""
    rows = [row for _, row in pairs]
    known = [item for item, row in pairs if row.score is not None]
    if not known:
        return _summary(rows, options, {})
    answers = [given.get((item.case_id, item.question_id, FIRST), "") for item in known]
    if task == "presence":
        return _with_kappa(pairs, given, options)
    if task == "choice":
        return _with_choices(pairs, choices, options)
    score = SCORES[task]
    chance = chance_of(
        [item.answer for item in known],
        ["" if is_refusal(answer) else answer for answer in answers],
        lambda due, answer: (score(due, answer) if answer.strip() else 0.0) or 0.0,
        np.random.default_rng(options["seed"]),
    )
    return _summary(rows, options, {"chance_corrected": _corrected(rows, chance)}) | {
        "chance": chance
    }


def _corrected(rows: Sequence[AnswerResult], chance: float) -> Score:
    columns = mean_of([row.score for row in rows]).columns
    return Score(columns, lambda sums: _above_chance(ratio(sums), np.full(len(sums), chance)))


def _with_kappa(
    pairs: Sequence[Pair], given: Mapping[AnswerKey, str], options: Mapping[str, int]
) -> dict[str, Any]:
    """Chance from the shares of "yes" and "no" on both sides (Cohen 1960): unread is wrong."""
    columns = np.zeros((len(pairs), 6))
    for n, (item, row) in enumerate(pairs):
        if row.score is not None:
            due = yes_or_no(item.answer) == "yes"
            answer = given.get((item.case_id, item.question_id, FIRST), "")
            said = {"yes": 0, "no": 1}.get(yes_or_no(answer) or "", 2)
            columns[n, 3 * (not due) + (2 if row.status == "refused" else said)] = 1.0

    def chance(sums: Floats) -> Floats:
        table = sums.reshape(-1, 2, 3)
        total = table.sum(axis=(1, 2))
        both = table.sum(axis=2) * table.sum(axis=1)[:, :2]
        return _quotient(both.sum(axis=1), total**2)

    def kappa(sums: Floats) -> Floats:
        right = _quotient(sums[:, 0] + sums[:, 4], sums.sum(axis=1))
        return _above_chance(right, chance(sums))

    def balanced_accuracy(sums: Floats) -> Floats:
        table = sums.reshape(-1, 2, 3)
        recalls = _quotient(np.stack([sums[:, 0], sums[:, 4]], axis=1), table.sum(axis=2))
        return _mean(recalls)

    more: dict[str, Statistic] = {
        "chance_corrected": kappa, "balanced_accuracy": balanced_accuracy, "chance": chance,
    }  # fmt: skip
    rows = [row for _, row in pairs]
    return _summary(rows, options, {name: Score(columns, own) for name, own in more.items()})


def _with_choices(
    pairs: Sequence[Pair], choices: Choices, options: Mapping[str, int]
) -> dict[str, Any]:
    """Circular accuracy is the score; chance is that of guessing in each of the orders."""
    own = [choices.get((item.case_id, item.question_id)) for item, _ in pairs]
    rows = [row for _, row in pairs]
    guesses = [(1 / c.asked) ** c.asked for c in own if c is not None]
    singles = [1 / c.asked for c in own if c is not None]
    turns = mean_of([c.turns / c.asked if c else None for c in own])
    single = float(np.mean(singles))
    chance = float(np.mean(guesses))
    more = {
        "turn_accuracy": turns,
        "turn_chance_corrected": Score(
            turns.columns, lambda sums: _above_chance(ratio(sums), np.full(len(sums), single))
        ),
        "none_accuracy": mean_of([float(c.none) if c else None for c in own]),
        "chance_corrected": _corrected(rows, chance),
    }
    return _summary(rows, options, more) | {"chance": chance, "turn_chance": single}


def _above_chance(value: Floats, chance: Floats) -> Floats:
    return _quotient(value - chance, 1 - chance)


def _quotient(above: Floats, below: Floats) -> Floats:
    undefined = np.full(np.broadcast(above, below).shape, np.nan)
    return np.asarray(np.divide(above, below, out=undefined, where=below > 1e-12))


def _mean(values: Floats) -> Floats:
    """The mean of each row's defined values; NaN where there is none."""
    known = ~np.isnan(values)
    return _quotient(np.where(known, values, 0.0).sum(axis=1), known.sum(axis=1).astype(float))


def _name(row: AnswerResult) -> str:
    return f"{row.case} {row.question}"
