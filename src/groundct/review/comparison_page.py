"""The page of a comparison: ranks with their uncertainty, categories, hard samples, costs.

One file without scripts; its plots are inline SVG.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Final

from groundct.benchmark.compare.cuts import Cut
from groundct.benchmark.compare.ranking import MetricRanking, Ranking
from groundct.codecs._files import write_bytes
from groundct.core.paths import AnyPath
from groundct.review._comparison_parts import (
    Colors,
    combined_table,
    hard_table,
    metric_table,
    overview_table,
    pair_table,
    table,
    title_of,
)
from groundct.review._html import page, static_text
from groundct.review._plots.models import box_plot, cost_plot, interval_plot, rank_plot
from groundct.review._plots.pictures import strips

_COSTS: Final = (
    ("seconds_per_case", "seconds a case"),
    ("memory_gib", "memory, GiB"),
    ("parameters_million", "parameters, millions"),
)

Cuts = Mapping[tuple[str, str], Cut]


def write_comparison_page(path: AnyPath, ranking: Ranking, cuts: Cuts | None = None) -> None:
    """Write the page as one HTML file; equal rankings give equal bytes.

    ``cuts`` are planes through hard findings, by case and finding; they become pictures.
    """
    path = Path(path)
    write_bytes(path, [comparison_page(ranking, cuts).encode("utf-8")])


def comparison_page(ranking: Ranking, cuts: Cuts | None = None) -> str:
    """The page as text."""
    style = static_text("static/comparison.css")
    colors = {facts.model: n for n, facts in enumerate(ranking.models)}
    conditions = ranking.conditions
    sections = [
        ("all-metrics", "All metrics"),
        *((_anchor(m), title_of(m.metric)) for m in ranking.metrics),
        *([("categories", "Categories")] if ranking.categories else []),
        ("hard", f"Hard {ranking.thing}s"),
        *([("costs", "Cost")] if ranking.efficiency else []),
        ("method", "Method"),
    ]
    values = {
        "task": escape(ranking.task),
        "count": str(len(ranking.models)),
        "facts": escape(
            f"Protocol {conditions['protocol']} · {ranking.n_samples} {ranking.thing}s of "
            f"{ranking.n_cases} cases, {ranking.n_patients} patients"
        ),
        "reference": escape(str(conditions["reference_digest"])),
        "notes": _notes(ranking),
        "contents": "".join(f'<a href="#{a}">{escape(words)}</a>' for a, words in sections),
        "combined_lead": _combined_lead(ranking),
        "combined_table": combined_table(ranking.combined, colors),
        "combined_plot": rank_plot(
            [(one.model, one.rank_shares, None) for one in ranking.combined.standings],
            "combined ranks over the draws",
        ),
        "draws": f"{ranking.draws:,}",
        "level": f"{100 * ranking.level:g}",
        "overview": overview_table(ranking, colors),
        "metrics": "".join(_metric(metric, ranking, colors) for metric in ranking.metrics),
        "categories": _categories(ranking, colors),
        "hard": _hard(ranking, cuts or {}),
        "costs": _costs(ranking, colors),
        "samples": f"{ranking.n_samples} {ranking.thing}s",
        "permutations": f"{ranking.permutations:,}",
        "alpha": f"{ranking.alpha:g}",
        "seed": str(ranking.seed),
        "files": _files(ranking),
        "versions": escape(" · ".join(f"{k} {v}" for k, v in ranking.versions.items())),
    }
    images = "data:" if cuts else "'none'"
    title = f"Comparison: {ranking.task}"
    return page("comparison", values, title=title, style=style, images=images)


def _anchor(metric: MetricRanking) -> str:
    return "metric-" + "".join(c if c.isalnum() else "-" for c in metric.metric)


def _notes(ranking: Ranking) -> str:
    items = "".join(f"<li>{escape(note)}</li>" for note in ranking.notes)
    return f'<ul class="notes">{items}</ul>' if items else ""


def _combined_lead(ranking: Ranking) -> str:
    combined = ranking.combined
    names = ", ".join(title_of(name) for name in combined.metrics)
    agreement = "; ".join(
        f"{pair.replace(', ', ' and ')} {'undefined' if tau is None else f'{tau:.2f}'}"
        for pair, tau in combined.agreement.items()
    )
    return escape(
        f"Of {names}: each metric gives a point for every model beaten and half a point for "
        f"a tie. Agreement of the three ways to rank (Kendall’s tau): {agreement}."
    )


def _metric(metric: MetricRanking, ranking: Ranking, colors: Colors) -> str:
    ranks = rank_plot(
        [(one.model, one.rank_shares, one.rank_open) for one in metric.standings],
        f"ranks by {metric.metric} over the draws",
    )
    pairs = f"{len(metric.pairs)} pair{'s' * (len(metric.pairs) > 1)}"
    name = title_of(metric.metric) + ("" if metric.higher_is_better else " (less is better)")
    return (
        f'<section id="{_anchor(metric)}"><h2>{escape(title_of(metric.metric))}</h2>'
        f'<div class="two"><figure>{interval_plot(metric, name, colors)}<figcaption>Values with '
        f"{100 * ranking.level:g} % intervals. Bars at the right join models that the tests do not "
        f"tell apart (Holm, {ranking.alpha:g}).</figcaption></figure>"
        f"<figure>{ranks}<figcaption>Percent of draws at each rank; framed: the ranks that the "
        "tests leave open.</figcaption></figure></div>"
        f'<details><summary>Numbers</summary><div class="scroll">{metric_table(metric, colors)}'
        "</div></details>"
        f"<details><summary>Tests of {pairs}</summary>"
        f'<div class="scroll">{pair_table(metric)}</div></details></section>'
    )


def _categories(ranking: Ranking, colors: Colors) -> str:
    if not ranking.categories:
        return ""
    first = ranking.metrics[0]
    ends = [
        end
        for boxes in ranking.categories.values()
        for box in boxes
        for end in (box.low, box.high, *box.outside)
    ]
    name = "Dice" if "dice" in first.metric else title_of(first.metric)
    figures = "".join(
        f"<figure><h3>{escape(category or 'without category')} "
        f"<small>n {max(box.n for box in boxes)}</small></h3>"
        f"{box_plot(boxes, ends, name, colors)}</figure>"
        for category, boxes in ranking.categories.items()
    )
    return (
        f'<section id="categories"><h2>{escape(name)} by category</h2><p class="lead">Boxes: '
        "quartiles and median; whiskers: up to 1.5 box lengths; dots: what lies outside; "
        f'diamonds: means.</p><div class="many">{figures}</div></section>'
    )


def _hard(ranking: Ranking, cuts: Cuts) -> str:
    pictures = ""
    if cuts:
        pictures = (
            '<h3>Pictures</h3><p class="lead">The axial plane with most of the reference (green '
            "outline), in radiological convention; what a model predicts is filled.</p>"
            f'<div class="strips">{strips(ranking, cuts)}</div>'
        )
    return (
        f'<section id="hard"><h2>Hard {ranking.thing}s</h2>'
        f'<p class="lead">{_none_found(ranking)}</p>'
        "<h3>Lowest mean of all models</h3>"
        f'<div class="scroll">{hard_table(ranking, ranking.worst)}</div>'
        "<h3>Models furthest apart</h3>"
        f'<div class="scroll">{hard_table(ranking, ranking.disputed)}</div>{pictures}</section>'
    )


def _none_found(ranking: Ranking) -> str:
    total = sum(ranking.zero_in_all.values())
    parts = ", ".join(f"{category or 'none'} {n}" for category, n in ranking.zero_in_all.items())
    by_category = f" By category: {parts}." if total else ""
    words = f"{ranking.thing} gets" if total == 1 else f"{ranking.thing}s get"
    return escape(
        f"{total} of {ranking.n_samples} {words} 0 from every model.{by_category} "
        f"Up to {len(ranking.worst)} are listed."
    )


def _costs(ranking: Ranking, colors: Colors) -> str:
    if not ranking.efficiency:
        return ""
    figures = []
    for column, name in _COSTS:
        costs = {
            one.model: cost
            for one in ranking.efficiency
            if (cost := getattr(one, column)) is not None
        }
        figures += [
            f"<figure><h3>{escape(title_of(metric.metric))}</h3>"
            f"{cost_plot(metric, costs, name, colors)}</figure>"
            for metric in ranking.metrics
            if costs and metric.metric in ranking.combined.metrics
        ]
    return (
        '<section id="costs"><h2>Score and cost</h2><p class="lead">Costs are as stated by the '
        "models’ authors. The dashed line joins models that no other beats in both.</p>"
        f'<div class="many">{"".join(figures)}</div></section>'
    )


def _files(ranking: Ranking) -> str:
    headings = (
        ("Model", False),
        ("File", False),
        ("Prediction", False),
        ("Missing", True),
        ("Extra", True),
    )
    return table(
        headings,
        (
            (
                escape(facts.model),
                escape(facts.where),
                f"<code>{escape(facts.prediction_digest)}</code>",
                str(facts.n_missing),
                str(facts.n_extra),
            )
            for facts in ranking.models
        ),
    )
