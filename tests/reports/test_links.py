"""Sentences lead to RadGenome's regions and to the most exact paths of its tree.

``paths.tsv``: a sentence, its regions and its paths, both joined by ``|``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from groundct.core.report import report_of_columns
from groundct.reports.rules import PLUGIN
from groundct.vocabulary.anatomy import TOP_REGIONS, anatomy

ROWS = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "paths.tsv").read_text(encoding="utf-8").splitlines()[1:]
]


def regions_of(text: str) -> list[tuple[str, ...]]:
    """The regions of each sentence of a text."""
    reading = PLUGIN.extract(report_of_columns([("findings", text)]))
    return [sentence.regions for sentence in reading.sentences]


@pytest.mark.parametrize(("text", "regions", "paths"), ROWS)
def test_sentence(text: str, regions: str, paths: str) -> None:
    (said,) = PLUGIN.extract(report_of_columns([("findings", text)])).sentences
    assert "|".join(said.regions) == regions
    assert "|".join(said.anatomy) == paths


def test_rows_show_every_region_and_much_of_the_tree() -> None:
    assert {region for _, regions, _ in ROWS for region in regions.split("|") if region} == set(
        TOP_REGIONS
    )
    shown = {path for _, _, paths in ROWS for path in paths.split("|") if path}
    assert len(shown) > 90
    assert all(anatomy().is_path(path) for path in shown)


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("The thyroid holds nodules. The largest nodule measures 9 mm.", "thyroid"),
        ("The aorta is 41 mm. It is wider than normal.", "mediastinum"),
        ("A cyst in the liver. Its diameter is 12 mm.", "abdomen"),
        ("A pleural effusion. (measured as 12 mm before)", "pleura"),
        ("A nodule in the left lung. The largest nodule in the liver is 9 mm.", "abdomen"),
        ("Nodes in the mediastinum. The largest lymph node is 8 mm.", "mediastinum"),
        ("The thyroid holds nodules. There is a 9 mm nodule.", "lung"),
        ("The heart is large. It shows a pleural effusion.", "pleura"),
        ("The heart is large. It is recommended to compare with old scans.", None),
        ("The heart is large. The examination is suboptimal.", None),
    ],
)
def test_a_sentence_that_goes_on_has_the_regions_of_the_one_before(
    text: str, region: str | None
) -> None:
    last = regions_of(text)[-1]
    assert last == () if region is None else region in last


@pytest.mark.parametrize(
    ("text", "regions"),
    [
        ("A subpleural nodule in the right lung.", ("pleura",)),
        ("A nodule in the right lung.", ("lung",)),
        ("No pleural or pericardial effusion.", ("pleura",)),
        ("Pleural effusion; the heart is enlarged.", ("heart", "pleura")),
        ("A lung nodule adjacent to the mediastinum.", ("lung",)),
        ("Nodes at the hila and in the mediastinum.", ("mediastinum",)),
        ("Nodes at both hila.", ("lung",)),
        ("Thickening of bronchial walls in both lungs.", ("lung",)),
        ("The main bronchus to the right lung is cut off.", ("lung", "trachea and bronchie")),
        ("Mosaic attenuation in the lungs (small vessel disease?).", ("lung",)),
    ],
)
def test_regions_that_yield_to_others(text: str, regions: tuple[str, ...]) -> None:
    assert regions_of(text) == [regions]


def test_a_sentence_that_goes_on_has_the_paths_of_the_one_before() -> None:
    text = "A cyst in the left kidney. It measures 4 cm. It is stable. The spleen is normal."
    said = PLUGIN.extract(report_of_columns([("findings", text), ("impression", "It is stable.")]))
    leaves = [[anatomy().leaf(path) for path in s.anatomy] for s in said.sentences]
    assert leaves == [["left kidney"], ["left kidney"], ["left kidney"], ["spleen"], []]
    assert said.sentences[-1].regions == ()


@pytest.mark.parametrize(
    ("text", "regions"),
    [
        ("Elevated right hemidiaphragm and linear atelectasis at the base.", ("abdomen", "lung")),
        ("Elevated right hemidiaphragm.", ("abdomen",)),
        ("A nodule adjacent to the diaphragm.", ("abdomen",)),
    ],
)
def test_lungs_beside_a_raised_diaphragm(text: str, regions: tuple[str, ...]) -> None:
    assert regions_of(text) == [regions]
