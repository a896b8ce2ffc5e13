"""The case page as a reader meets it: voxels light up, the crosshair goes there."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import numpy as np
import pytest
from made_case import SPACING_MM, made_view
from PIL import Image

from groundct.review._palette import finding_colors

pytestmark = pytest.mark.browser

SIZE = {"width": 1280, "height": 800}
READY = "body[data-ready=yes]"


@dataclass
class Opened:
    """A page with all that it logged and asked for."""

    page: object
    messages: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def alpha(self, region_id: str) -> int:
        """The overlay's opacity, 0..255, at a region's centroid in the planes."""
        view = made_view()
        x, y, z = view.region(region_id).centroid_mm
        i, j, k = view.volume.geometry.index_from_world((x, y, z)).round().astype(int).tolist()
        ni, nj, _ = view.volume.geometry.shape
        at = 4 * (i + ni * (j + nj * k)) + 3
        return self.page.evaluate(f"groundct.viewer.planes.volumes[1].img[{at}]")

    def start_of(self, selector: str) -> tuple[float, float]:
        """A point in an element's first words: sentences break over lines, boxes overlap."""
        x, y = self.page.evaluate(
            f"""(e => {{ e.scrollIntoView({{block: "center"}}); const r = e.getClientRects()[0];
            return [r.left + 4, r.top + r.height / 2]; }})(document.querySelector('{selector}'))"""
        )
        return x, y

    def hover(self, selector: str) -> None:
        self.page.mouse.move(*self.start_of(selector))
        self.settle()

    def click(self, selector: str) -> None:
        self.page.mouse.click(*self.start_of(selector))
        self.settle()

    def settle(self) -> None:
        self.page.wait_for_timeout(250)


def opened(browser, path, size=None) -> Opened:
    page = browser.new_page(viewport=size or SIZE)
    page.set_default_timeout(10_000)
    held = Opened(page)
    page.on("console", lambda m: held.messages.append(f"{m.type}: {m.text}"))
    page.on("pageerror", lambda error: held.messages.append(f"error: {error}"))
    page.on("dialog", lambda dialog: held.messages.append("dialog"))
    page.on("request", lambda request: held.requests.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_selector(READY, timeout=60_000)
    return held


@pytest.fixture(scope="module")
def loaded(chromium, case_file):
    held = opened(chromium, case_file)
    yield held
    held.page.close()


@pytest.fixture
def case(loaded):
    """The page with everything as it was when it opened."""
    loaded.page.mouse.move(5, 5)
    loaded.page.keyboard.press("Escape")
    for box in loaded.page.query_selector_all("input[data-structure]"):
        on = box.get_attribute("data-structure") not in {"organ:lung", "region:place-1"}
        if box.is_checked() != on:
            box.click()
    loaded.page.mouse.move(5, 5)
    loaded.settle()
    return loaded


def test_it_loads_without_a_message_and_without_a_request(case, case_file):
    assert case.messages == []
    assert case.requests == [case_file.as_uri()]


def test_hovering_a_sentence_lights_its_voxels_and_dims_the_others(case):
    nodule, other = case.alpha("left-1"), case.alpha("right-1")
    case.hover("[data-target=sentence-1]")
    assert case.page.evaluate("[...groundct.state.lit]") == ["region:left-1"]
    assert case.alpha("left-1") > nodule
    assert case.alpha("right-1") < other
    assert "candidate mask by rule" in case.page.inner_text("#note")
    case.page.mouse.move(5, 5)
    case.settle()
    assert (case.alpha("left-1"), case.alpha("right-1")) == (nodule, other)


def test_hovering_what_is_not_groundable_says_why_and_dims_nothing(case):
    before = case.alpha("left-1")
    case.hover("[data-target=sentence-3]")
    assert case.page.inner_text("#note") == "not groundable: it names no place"
    assert case.alpha("left-1") == before


@pytest.mark.parametrize(
    ("selector", "region_id", "tab"),
    [
        (".sentence[data-target=sentence-1]", "left-1", "report"),
        (".sentence[data-target=sentence-2]", "place-1", "report"),
        (".sentence[data-target=sentence-4]", "organ-both", "report"),
        (".card[data-target=finding-f2]", "right-1", "report"),
        ("[data-target=question-q1]", "left-1", "questions"),
        ("[data-target=step-0-1]", "organ-left", "reasoning"),
    ],
)
def test_a_click_brings_the_crosshair_to_the_records_centroid(case, selector, region_id, tab):
    case.page.click(f"#tab-{tab}")
    case.click(selector)
    at = np.array(case.page.evaluate("groundct.crosshairMm()"))
    expected = np.array(made_view().region(region_id).centroid_mm)
    assert (np.abs(at - expected) <= SPACING_MM).all()
    case.page.click("#tab-report")


def test_the_crosshair_reads_the_ct_where_the_record_says(case):
    case.click("[data-target=sentence-1]")
    assert "L " in case.page.inner_text("#place")
    # The nodule's 30 HU, rounded to the page's step.
    assert case.page.inner_text("#place").endswith("32 HU")


def test_the_patients_left_is_drawn_on_the_images_right(case):
    case.click("[data-target=sentence-1]")
    case.page.click("[data-group=organ][data-all=none]")
    case.page.click("#crosshair")
    case.page.mouse.move(5, 5)
    case.settle()
    stage = case.page.query_selector(".stage").screenshot()
    pixels = np.asarray(Image.open(io.BytesIO(stage)).convert("RGB")).astype(int)
    height, width = pixels.shape[0] // 2, pixels.shape[1] // 2
    case.page.click("#crosshair")
    # The nodule's colour is the only saturated red in the planes.
    red, green, blue = finding_colors(["f1"])["f1"]
    assert red > green + 80 and red > blue + 80
    marked = (pixels[..., 0] > pixels[..., 1] + 50) & (pixels[..., 0] > pixels[..., 2] + 30)
    for plane in (marked[:height, :width], marked[:height, width : 2 * width]):
        assert plane.sum() > 20
        assert np.argwhere(plane)[:, 1].mean() > width / 2


def test_switches_show_and_hide_one_by_one(case):
    assert case.alpha("left-1") > 0 and case.alpha("right-1") > 0
    case.page.uncheck("input[data-structure='region:left-1']")
    case.page.mouse.move(5, 5)
    case.settle()
    # Below the finding its lung comes to light, fainter.
    shown = case.page.evaluate("[...groundct.state.on]")
    assert "region:left-1" not in shown and "region:right-1" in shown
    case.page.click("[data-group=organ][data-all=none]")
    case.page.mouse.move(5, 5)
    case.settle()
    assert case.alpha("left-1") == 0 and case.alpha("right-1") > 0
    case.page.click("[data-group=finding][data-all=all]")
    case.page.mouse.move(5, 5)
    case.settle()
    assert case.alpha("left-1") > 0


def test_windows_change_by_button_and_by_key(case):
    window = (
        "[groundct.viewer.planes.volumes[0].cal_min, groundct.viewer.planes.volumes[0].cal_max]"
    )
    case.page.click("[data-window=mediastinum]")
    assert case.page.evaluate(window) == [-160, 240]
    case.page.keyboard.press("3")
    assert case.page.evaluate(window) == [-500, 1300]
    assert case.page.get_attribute("[data-window=bone]", "aria-pressed") == "true"
    case.page.keyboard.press("1")
    assert case.page.evaluate(window) == [-1350, 150]


def test_everything_is_reached_with_the_keyboard(case):
    case.page.focus("[data-target=sentence-2]")
    case.settle()
    assert case.page.evaluate("[...groundct.state.lit]") == ["region:place-1"]
    case.page.keyboard.press("Enter")
    at = np.array(case.page.evaluate("groundct.crosshairMm()"))
    assert (np.abs(at - made_view().region("place-1").centroid_mm) <= SPACING_MM).all()
    case.page.focus("#tab-report")
    case.page.keyboard.press("ArrowRight")
    assert case.page.is_visible("#panel-questions") and not case.page.is_visible("#panel-report")
    case.page.keyboard.press("ArrowLeft")
    assert case.page.is_visible("#panel-report")
    case.page.keyboard.press("Escape")
    assert case.page.evaluate("[...groundct.state.lit]") == []


def test_every_button_and_box_has_a_name(case):
    nameless = case.page.evaluate(
        """[...document.querySelectorAll('button, input, canvas, [role=button]')]
        .filter((e) => !(e.textContent.trim() || e.ariaLabel || (e.labels && e.labels.length)))
        .length"""
    )
    assert nameless == 0


@pytest.mark.parametrize("size", [SIZE, {"width": 1920, "height": 1080}])
def test_nothing_overflows(case, size):
    case.page.set_viewport_size(size)
    case.settle()
    assert case.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    for selector in (".toolbar", ".tabs", "#panel-report", ".switches"):
        sizes = case.page.evaluate(
            f"(e => [e.scrollWidth, e.clientWidth])(document.querySelector('{selector}'))"
        )
        assert sizes[0] <= sizes[1], selector
    case.page.set_viewport_size(SIZE)


def test_the_report_is_there_without_a_viewer(chromium_without_webgl, case_file):
    page = chromium_without_webgl.new_page(viewport=SIZE)
    page.goto(case_file.as_uri())
    page.wait_for_selector("text=The viewer needs WebGL 2")
    assert "A nodule of 12 x 9 mm" in page.inner_text(".report")
    page.close()


def test_the_index_shows_its_contact_sheets(chromium, tmp_path):
    from groundct.pipeline.workspace import Workspace
    from groundct.review.contact_sheet import WIDTH_PX, write_contact_sheet
    from groundct.review.index_page import write_index_page

    view, space = made_view(), Workspace(tmp_path)
    space.case_path(view.record.case_id).mkdir(parents=True)
    write_contact_sheet(space.sheet_path(view.record.case_id), view)
    write_index_page(space.index_path, [view.record])
    page = chromium.new_page(viewport=SIZE)
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.goto(space.index_path.as_uri())
    # No wait_for_function: the page's policy allows no evaluation of text.
    widths = (page.evaluate("document.querySelector('img').naturalWidth") for _ in range(100))
    assert any(width == WIDTH_PX or page.wait_for_timeout(100) for width in widths)
    assert messages == []
    page.close()
