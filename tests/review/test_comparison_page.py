"""The comparison page: well-formed, closed to the outside, and saying what the ranking says."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from bench.made_results import made_results
from groundct.benchmark.compare.by_metric import Resampling
from groundct.benchmark.compare.compare import compare
from groundct.benchmark.compare.ranking import Efficiency, MetricRanking, Standing
from groundct.benchmark.compare.read import read_results
from groundct.review._comparison_parts import title_of
from groundct.review._plots.models import cost_plot
from groundct.review._plots.svg import Axis, around, round_step
from groundct.review.comparison_page import comparison_page

VOID = {"meta", "br", "img"}
NASTY = '<b>& "model" with a name that is far too long to fit'


class Checked(HTMLParser):
    """Opens and closes must nest."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.links = [], [], []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        assert "style" not in given and not any(name.startswith("on") for name in given)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if "href" in given else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def ranking(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    places = []
    for number, (name, result) in enumerate(made_results(40).items()):
        path = folder / f"{number}.json"
        path.write_text(json.dumps(result))
        places.append((NASTY if name == "cedar" else name, path))
    costs = [
        Efficiency(model="atlas", seconds_per_case=90, memory_gib=12),
        Efficiency(model=NASTY, seconds_per_case=2),
    ]
    return compare(read_results(places), efficiency=costs, how=Resampling(200, 200))


def test_it_nests_and_every_link_leads_to_a_place_on_it(ranking):
    page = Checked()
    page.feed(comparison_page(ranking))
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)


def test_nothing_is_loaded_and_names_are_no_markup(ranking):
    text = comparison_page(ranking)
    assert "<script" not in text and "http://" not in text and "https://" not in text
    assert "default-src 'none'" in text
    assert "<b>& " not in text and "&lt;b&gt;&amp;" in text
    assert not re.search(r"\bnan\b|\binf\b|None", text)


def test_values_and_ranks_of_the_ranking_stand_on_it(ranking):
    text = comparison_page(ranking)
    for metric in ranking.metrics:
        for one in metric.standings:
            assert f"{one.value:.3f}" in text
            assert f"{one.ci95[0]:.3f} to {one.ci95[1]:.3f}" in text
    for hard in ranking.worst:
        assert hard.case in text


def test_parts_that_are_not_there_leave_no_section(ranking):
    text = comparison_page(ranking.changed(efficiency=(), categories={}))
    assert 'id="costs"' not in text and 'id="categories"' not in text
    assert 'id="costs"' in comparison_page(ranking)


def test_a_model_without_a_value_has_a_dash_and_no_dot(ranking):
    first = ranking.metrics[0]
    bare = first.standings[-1].changed(value=None, ci95=None)
    metric = first.changed(standings=(*first.standings[:-1], bare))
    page = Checked()
    text = comparison_page(ranking.changed(metrics=(metric, *ranking.metrics[1:])))
    page.feed(text)
    assert "–" in text and "no interval" in text


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(0.0, 1.0, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]), (-3.0, 8.0, [0.0, 5.0]), (0.41, 0.44, None)],
)
def test_ticks_are_round_and_inside(low, high, ticks):
    found = Axis(low, high, 0, 100).ticks()
    assert 2 <= len(found) <= 7
    assert all(low <= tick <= high for tick in found)
    assert ticks is None or found == pytest.approx(ticks)


def test_axes_hold_their_values_and_know_the_limits_of_rates():
    axis = around([0.01, 0.99], 0, 100)
    assert (axis.low, axis.high) == (0.0, 1.0)
    assert around([2.0, 9.0], 0, 100).low >= 0
    wide = around([0.5, 4000], 0, 100, log=True)
    assert 0 < wide.at(0.5) < wide.at(4000) < 100
    assert len(wide.ticks()) >= 3
    assert around([0.3], 10, 20).at(0.3) == pytest.approx(15)
    assert round_step(0.0) == 1.0


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("rouge_l", "ROUGE-L"),
        ("rouge_1", "ROUGE-1"),
        ("sentence_bleu_4", "Sentence BLEU-4"),
        ("cider", "CIDEr"),
        ("meteor", "METEOR"),
        ("instance_f1", "Instance F1"),
        ("hd95:max", "hd95:max"),
        ("nsd:border@1mm", "nsd:border@1mm"),
    ],
)
def test_metrics_are_called_as_their_authors_call_them(name, title):
    assert title_of(name) == title


def test_names_of_models_with_the_best_score_are_not_cut_off():
    best = Standing.model_construct(model="a", value=1.0, ci95=(0.6, 1.0))
    ranking = MetricRanking.model_construct(
        metric="hit_rate", higher_is_better=True, standings=(best,)
    )
    plot = cost_plot(ranking, {"a": 2.0}, "seconds", {"a": 0})
    heights = [float(y) for y in re.findall(r'class="label halo"[^>]* y="([\d.]+)"', plot)]
    heights += [float(y) for y in re.findall(r'y="([\d.]+)"[^>]*class="label halo"', plot)]
    assert heights and min(heights) >= 14
