"""The comparison page as a reader meets it: nothing asked for, nothing cut off, keys work."""

from __future__ import annotations

import json

import pytest

from bench.made_results import made_results
from groundct.benchmark.compare.by_metric import Resampling
from groundct.benchmark.compare.compare import compare
from groundct.benchmark.compare.read import read_results
from groundct.review.comparison_page import write_comparison_page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("comparison")
    places = []
    for name, result in made_results(60).items():
        places.append((f"{name} of a group with a long name", folder / f"{name}.json"))
        places[-1][1].write_text(json.dumps(result))
    path = folder / "ranking.html"
    write_comparison_page(path, compare(read_results(places), how=Resampling(200, 200)))
    return path


@pytest.mark.parametrize("width", [1440, 1024])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_says_nothing_and_asks_for_nothing(chromium, page_file, width, scheme):
    page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == width
    wide = "es => es.filter(e => { const b = e.getBBox(); return b.x + b.width > 642; }).length"
    assert page.eval_on_selector_all("svg text", wide) == 0
    before = "es => es.filter(e => e.getBBox().x < 0).length"
    assert page.eval_on_selector_all("svg text", before) == 0
    page.close()
    assert said == [] and asked == [page_file.as_uri()]


def test_numbers_and_tests_open_by_keyboard(chromium, page_file):
    page = chromium.new_page()
    page.goto(page_file.as_uri())
    numbers = page.locator("details", has_text="Numbers").first
    assert not numbers.locator("table").is_visible()
    numbers.locator("summary").focus()
    page.keyboard.press("Enter")
    assert numbers.locator("table").is_visible()
    page.close()
