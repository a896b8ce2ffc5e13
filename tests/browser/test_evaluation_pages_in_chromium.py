"""Pages of results as a reader meets them: nothing asked for, nothing said, nothing cut off."""

from __future__ import annotations

import numpy as np
import pytest
from tests.benchmark.made import write_reference, write_weak

from groundct.benchmark.compare.cuts import Cut
from groundct.benchmark.organs import OrganSettings, evaluate_organs, open_organs
from groundct.benchmark.organs.cuts import PREDICTION
from groundct.benchmark.segmentation import Settings, evaluate_segmentation, open_masks
from groundct.codecs.segmentations import write_segmentation
from groundct.core.geometry import Geometry
from groundct.core.volume import RegionMask, label_map_of_masks
from groundct.review.evaluation_page import write_evaluation_page
from groundct.review.organs_page import write_organs_page

pytestmark = pytest.mark.browser

SURFACES = ("hd95:max", "assd:pooled", "hd:border", "nsd:border", "nsd:surfel")
GRID = Geometry.of((24, 24, 12), np.diag([1.0, 1.0, 2.0, 1.0]))


@pytest.fixture(scope="module")
def segmentation(tmp_path_factory):
    root = tmp_path_factory.mktemp("segmentation")
    masks = (open_masks(write_reference(root / "r")), open_masks(write_weak(root / "p")))
    result = evaluate_segmentation(*masks, Settings(draws=20, surfaces=SURFACES))
    write_evaluation_page(root / "page.html", result)
    return root / "page.html"


@pytest.fixture(scope="module")
def organs(tmp_path_factory):
    root = tmp_path_factory.mktemp("organs")
    rng = np.random.default_rng(0)
    for side in ("t", "p"):
        (root / side).mkdir()
        for case in ("a", "b"):
            blocks = {}
            for n in range(24):
                mask = np.zeros(GRID.shape, dtype=np.bool_)
                i, j = rng.integers(0, 14, 2)
                mask[i : i + 8, j : j + 8, n // 3 : n // 3 + 4] = True
                name = f"left lung lower lobe segment number {n}" if n else "a_name_" * 9
                blocks[name] = RegionMask.of(mask)
            labels = label_map_of_masks(blocks.items(), GRID, GRID)
            write_segmentation(root / side / f"{case}.nii.gz", labels)
    sides = (open_organs(root / side) for side in ("t", "p"))
    result = evaluate_organs(*sides, OrganSettings(draws=20, surfaces=SURFACES))
    mask = np.zeros((60, 40), dtype=np.bool_)
    mask[10:30, 10:20] = True
    hu = np.full(mask.shape, -700, dtype=np.int16)
    rows = [row for row in result.rows if row.case == "a"][:8]
    cuts = {
        (row.case, row.structure): Cut(mask, {PREDICTION: mask}, hu, (1.0, 1.0), True)
        for row in rows
    }
    write_organs_page(root / "page.html", result, cuts)
    return root / "page.html"


@pytest.mark.parametrize("name", ["segmentation", "organs"])
@pytest.mark.parametrize("width", [1440, 1024])
def test_it_fits_says_nothing_and_asks_for_nothing(chromium, request, name, width):
    path = request.getfixturevalue(name)
    page = chromium.new_page(viewport={"width": width, "height": 900})
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == width
    beyond = "es => es.filter(e => e.getBoundingClientRect().right > innerWidth).length"
    assert page.eval_on_selector_all("h1, h2, h3, p, li, dd, figure, svg.histogram", beyond) == 0
    page.close()
    shown = [url for url in asked if not url.startswith("data:")]
    assert said == [] and shown == [path.as_uri()]


def test_pictures_of_organs_are_seen(chromium, organs):
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    page.goto(organs.as_uri())
    loaded = "es => es.map(e => e.naturalWidth > 0 && e.naturalHeight > 0)"
    pictures = page.eval_on_selector_all("figure img", loaded)
    page.close()
    assert len(pictures) == 16 and all(pictures)
