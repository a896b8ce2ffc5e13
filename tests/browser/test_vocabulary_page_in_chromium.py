"""The vocabulary page as a reader meets it: searched, linked, printed, narrow, without scripts."""

from __future__ import annotations

import pytest

from groundct.review.vocabulary_page import write_vocabulary_page

pytestmark = pytest.mark.browser

ROWS = "main li[id], main tr[id], main [data-row]"
SHOWN = "es => es.filter(e => e.getClientRects().length).length"


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("vocabulary") / "vocabulary.html"
    write_vocabulary_page(path)
    return path


@pytest.fixture
def opened(chromium, page_file):
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri())
    yield page
    page.close()
    assert said == []
    assert set(asked) == {page_file.as_uri()}


def shown(page, selector=ROWS) -> int:
    return page.eval_on_selector_all(selector, SHOWN)


def search(page, words: str) -> None:
    page.fill("#words", words)


def test_it_opens_with_all_rows_and_asks_for_nothing(opened):
    assert shown(opened) == opened.locator(ROWS).count() > 1000
    assert opened.inner_text("#found").endswith("rows")
    assert not opened.is_visible("#nothing")


def test_the_search_leaves_the_rows_with_all_words_in_any_writing(opened):
    search(opened, "PNEUMOTHÓRAX")
    assert opened.is_visible("#type-pneumothorax")
    assert not opened.is_visible("#type-emphysema") and not opened.is_visible("#structures .lead")
    many = shown(opened)
    search(opened, "pneumothorax negates")
    assert shown(opened) < many
    search(opened, "")
    assert opened.is_visible("#type-emphysema")


def test_an_entry_is_found_by_its_id_with_the_type_it_names(opened):
    first = opened.locator("#type-emphysema .entries li").first
    number = first.locator("code").inner_text()
    search(opened, number)
    assert first.is_visible() and opened.is_visible("#type-emphysema h5")
    assert shown(opened, "#findings .entries li") == 1


def test_a_role_is_found_with_all_its_entries(opened):
    every = opened.locator("[data-meaning=negates_after] li").count()
    search(opened, "negates what follows")
    assert shown(opened, "[data-meaning=negates_after] li") == every > 5
    assert shown(opened, "[data-meaning=negates_before] li") == 0


def test_words_that_stand_nowhere_are_said(opened):
    search(opened, "qqqq")
    assert shown(opened) == 0
    assert opened.is_visible("#nothing")
    assert opened.inner_text("#found").startswith("0 of")


def test_a_link_into_what_the_search_hides_ends_the_search(opened):
    search(opened, "qqqq")
    opened.evaluate("location.hash = '#type-nodule'")
    opened.wait_for_function("document.getElementById('words').value === ''")
    box = opened.locator("#type-nodule").bounding_box()
    assert 40 <= box["y"] < 200


def test_a_slash_leads_to_the_search(opened):
    opened.keyboard.press("/")
    opened.keyboard.type("nodule")
    assert opened.input_value("#words") == "nodule"


@pytest.mark.parametrize("width", [390, 1024, 1440])
def test_nothing_leaves_the_screen_sideways(opened, width):
    opened.set_viewport_size({"width": width, "height": 800})
    assert opened.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_all_is_there_but_the_search(chromium, page_file):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(page_file.as_uri())
    assert page.locator("#type-nodule").is_visible()
    assert not page.locator("#find").is_visible()
    context.close()


def test_in_print_there_is_no_search_and_no_contents(opened):
    opened.emulate_media(media="print")
    assert not opened.is_visible("#find") and not opened.is_visible("nav")
    assert opened.is_visible("#type-nodule")
