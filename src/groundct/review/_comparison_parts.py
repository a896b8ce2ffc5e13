"""Parts of the comparison page: tables of ranks, metrics, pairs and hard samples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Final

from groundct.benchmark.compare.ranking import (
    Combined,
    Hard,
    Interval,
    MetricRanking,
    Pair,
    Ranking,
    Standing,
)
from groundct.review._plots.svg import color

Colors = Mapping[str, int]


def table(headings: Sequence[tuple[str, bool]], rows: Iterable[Sequence[str]]) -> str:
    """A table of headings, each with whether its column is of numbers, and of finished cells."""
    head = "".join(
        f'<th scope="col"{_number_class(is_number)}>{words}</th>' for words, is_number in headings
    )
    body = "".join(
        "<tr>"
        + "".join(
            cell if cell.startswith("<td") else f"<td{_number_class(is_number)}>{cell}</td>"
            for cell, (_, is_number) in zip(row, headings, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _number_class(is_number: bool) -> str:
    return ' class="number"' if is_number else ""


_USUAL: Final = (
    *(("f1", "F1"), ("bleu ", "BLEU-"), ("rouge l", "ROUGE-L"), ("rouge ", "ROUGE-")),
    *(("meteor", "METEOR"), ("cider", "CIDEr"), ("cpm", "CPM")),
)
"""Names of metrics as their authors write them."""


def title_of(metric: str) -> str:
    """A metric's name as words."""
    known = {
        "mean_dice_per_finding": "Dice, mean over findings",
        "mean_dice_per_case": "Dice, mean over cases",
        "hit_rate": "Hit rate",
    }
    if ":" in metric:
        return metric
    words = metric.replace("_", " ")
    for plain, usual in _USUAL:
        words = words.replace(plain, usual)
    return known.get(metric, words[:1].upper() + words[1:])


def value_words(value: float | None) -> str:
    """Three decimals below ten, one above; a dash where undefined."""
    if value is None:
        return "–"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"


def interval_words(interval: Interval | None) -> str:
    """Low to high."""
    if interval is None:
        return "no interval"
    return f"{value_words(interval[0])} to {value_words(interval[1])}"


def p_words(p: float | None) -> str:
    """A p value as papers print it."""
    if p is None:
        return "–"
    return "&lt; 0.001" if p < 0.001 else f"{p:.3f}"


def span_words(ends: tuple[int, int]) -> str:
    """Ranks from to."""
    low, high = ends
    return str(low) if low == high else f"{low} to {high}"


def model_cell(model: str, colors: Colors) -> str:
    """A model's name with its colour."""
    return (
        f'<td class="model"><span class="{color(colors[model])}"><span class="chip"></span></span>'
        f"{escape(model)}</td>"
    )


def combined_table(combined: Combined, colors: Colors) -> str:
    """Models by Borda's points, with the other ways to rank beside."""
    headings = (
        ("Rank", True),
        ("Model", False),
        ("Points<small>Borda</small>", True),
        ("Rank in 95 %<small>of draws</small>", True),
        ("By cases<small>mean rank</small>", True),
        ("By tests<small>wins</small>", True),
    )
    rows = (
        (
            f"<b>{_tied(one.rank, [s.rank for s in combined.standings])}</b>",
            model_cell(one.model, colors),
            f"{one.points:g}",
            span_words(one.rank_ci95),
            f"{_tied(one.rank_by_cases, [s.rank_by_cases for s in combined.standings])}"
            f"<small>{value_words(one.mean_rank)}</small>",
            f"{_tied(one.rank_by_tests, [s.rank_by_tests for s in combined.standings])}"
            f"<small>{one.wins}</small>",
        )
        for one in combined.standings
    )
    return table(headings, rows)


def _tied(rank: int, ranks: Sequence[int]) -> str:
    return f"{rank}=" if ranks.count(rank) > 1 else str(rank)


def letters(ranking: MetricRanking) -> dict[str, str]:
    """The letters of the stretches that each model stands in; "" where it is told from all."""
    names = "abcdefghijklmnopqrstuvwxyz"
    out = {one.model: "" for one in ranking.standings}
    for n, stretch in enumerate(ranking.together):
        for model in stretch:
            out[model] += names[n % len(names)]
    return out


def overview_table(ranking: Ranking, colors: Colors) -> str:
    """Models down, metrics across."""
    order = [one.model for one in ranking.combined.standings]
    by_metric = [
        ({one.model: one for one in metric.standings}, letters(metric))
        for metric in ranking.metrics
    ]
    headings = [("Model", False)]
    headings += [(escape(title_of(m.metric)) + _less(m), False) for m in ranking.metrics]
    rows = (
        [
            model_cell(model, colors),
            *(_overview_cell(standings[model], marks[model]) for standings, marks in by_metric),
        ]
        for model in order
    )
    return table(headings, rows)


def _less(metric: MetricRanking) -> str:
    return "" if metric.higher_is_better else "<small>less is better</small>"


def _overview_cell(one: Standing, mark: str) -> str:
    best = ' class="best"' if one.rank == 1 else ""
    also = f' <span class="letters">{mark}</span>' if mark else ""
    return (
        f'<span class="rank">{one.rank}</span><span{best}>{value_words(one.value)}</span>{also}'
        f"<small>{interval_words(one.ci95)}</small>"
    )


def metric_table(ranking: MetricRanking, colors: Colors) -> str:
    """All that is said of each model under one metric."""
    headings = (
        ("Rank", True),
        ("Model", False),
        ("Value", True),
        ("Rank in 95 %<small>of draws</small>", True),
        ("Ranks left open<small>by tests</small>", True),
        ("By cases<small>mean rank</small>", True),
        ("By tests<small>wins</small>", True),
        ("Scored<small>undefined, missing</small>", True),
    )
    ranks = [one.rank for one in ranking.standings]
    rows = (
        (
            f"<b>{_tied(one.rank, ranks)}</b>",
            model_cell(one.model, colors),
            f"{value_words(one.value)}<small>{interval_words(one.ci95)}</small>",
            span_words(one.rank_ci95),
            span_words(one.rank_open),
            f"{one.rank_by_cases}<small>{value_words(one.mean_rank)}</small>",
            f"{one.rank_by_tests}<small>{one.wins}</small>",
            f"{one.n_scored}<small>{one.n_undefined}, {one.n_missing}</small>",
        )
        for one in ranking.standings
    )
    return table(headings, rows)


def pair_table(ranking: MetricRanking) -> str:
    """Every pair of models: difference, tests, effect sizes."""
    headings = (
        ("Pair", False),
        ("Difference", True),
        ("p<small>permutation</small>", True),
        ("p, Holm", True),
        ("p, Benjamini-<br>Hochberg", True),
        ("p, Holm<small>Wilcoxon</small>", True),
        ("Rank-biserial", True),
        ("Better in cases<small>ties half</small>", True),
        ("Shown to be better", False),
    )
    return table(headings, (_pair_row(pair) for pair in ranking.pairs))


def _pair_row(pair: Pair) -> tuple[str, ...]:
    share = "–" if pair.superiority is None else f"{100 * pair.superiority:.1f} %"
    ends = pair.superiority_ci95
    spread = "no interval" if ends is None else f"{100 * ends[0]:.1f} to {100 * ends[1]:.1f} %"
    return (
        f"{escape(pair.first)} – {escape(pair.second)}",
        f"{_signed(pair.difference)}<small>{interval_words(pair.ci95)}</small>",
        p_words(pair.p),
        p_words(pair.p_holm),
        p_words(pair.p_bh),
        p_words(pair.wilcoxon_holm),
        _signed(pair.rank_biserial),
        f"{share}<small>{spread}</small>",
        f'<span class="shown">{escape(pair.better)}</span>' if pair.better else "neither",
    )


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+.3f}".replace("-", "−")


def hard_table(ranking: Ranking, hard: Sequence[Hard]) -> str:
    """Samples with each model's value."""
    headings = [
        ("Case", False),
        (ranking.thing.capitalize(), True),
        ("Category", False),
        ("Mean", True),
    ]
    headings += [(escape(facts.model), True) for facts in ranking.models]
    rows = (
        (
            escape(one.case),
            escape(one.item),
            escape(one.category or "–"),
            value_words(one.mean),
            *(value_words(value) for value in one.values),
        )
        for one in hard
    )
    return table(headings, rows)
