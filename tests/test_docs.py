"""The Python of the documentation runs as it stands, page by page, in a folder with its files."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import numpy as np
import pytest
from tests.codecs.test_dicom import series, write

from bench.made_results import made_results
from groundct.anatomy.hu import PLUGIN as HU
from groundct.codecs.nifti import write_nifti_labels, write_nifti_volume
from groundct.codecs.radgenome import write_masks
from groundct.codecs.segmentations import read_segmentation, write_segmentation
from groundct.core.contracts import FindingSegmenter, Segmenter
from groundct.core.volume import LabelMap
from groundct.phantom.make import make_phantom
from groundct.phantom.spec import FindingSpec, PhantomSpec

DOCS = Path(__file__).parents[1] / "docs"
EXAMPLE = re.compile(r"^( *)```python\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
NO_PROGRAM = {
    "design/0003-evaluation.md": "signatures",
    "how-to/add-a-source.md": "the outline of a plug-in",
    "how-to/language-model.md": "asks a server (tests/reports/llm has one)",
    "format.md": "tests/release/test_format_page.py has a release",
}
MASKS = ("left lung", "right lung", "liver", "airway")


def examples(page: str) -> list[str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return [dedent(code) for _, code in EXAMPLE.findall(text)]


PAGES = [
    page
    for path in sorted(DOCS.rglob("*.md"))
    if examples(page := str(path.relative_to(DOCS))) and page not in NO_PROGRAM
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the pages speak of: a CT, its organs in every form, results, tables of places."""
    root = tmp_path_factory.mktemp("docs")
    nodule = FindingSpec(category="2d", site="right lung upper lobe", size_mm=20, seed=1)
    phantom = make_phantom(PhantomSpec(seed=2, shape=(96, 96, 64), findings=(nodule,)))
    for name in ("ct", "train_1_a_1"):
        write_nifti_volume(root / f"{name}.nii.gz", phantom.volume)
    lungs = phantom.organs.mask("left lung") | phantom.organs.mask("right lung")
    write_nifti_labels(root / "lung.nii.gz", lungs, phantom.volume.stored)
    write_segmentation(root / "labels.nii.gz", phantom.organs)
    for name in ("masks", "truth", "mine"):
        (root / name).mkdir()
        write_masks(root / name, phantom.organs, MASKS)
    (root / "export").mkdir()
    write(root / "export", series())
    ours, theirs, *_ = made_results(40).values()
    for name, result in (("a", ours), ("b", theirs)):
        (root / f"{name}.json").write_text(json.dumps(result))
    head = "seriesuid,coordX,coordY,coordZ"
    (root / "annotations.csv").write_text(f"{head},diameter_mm\ns1,1,2,3,8\ns2,4,5,6,9\n")
    (root / "candidates.csv").write_text(f"{head},probability\ns1,1,2,4,.9\ns2,40,5,6,.8\n")
    (root / "seriesuids.csv").write_text("s1\ns2\ns3\n")
    return root


def given(page: str, organs: LabelMap) -> dict[str, object]:
    """What a page's examples take as given."""
    tube = np.zeros((8, 8, 40), np.uint8)
    tube[3:6, 3:6, 4:36] = 1
    masks = {"reference": tube, "prediction": np.roll(tube, 2, axis=2)}
    return {
        "how-to/evaluate-segmentation.md": masks,
        "how-to/evaluate-detection.md": masks | {"spacing_mm": (1.0, 1.0, 1.0)},
        "how-to/evaluate-organs.md": {"reference": organs, "prediction": organs},
    }.get(page, {})


@pytest.mark.parametrize("page", PAGES)
def test_examples_run(page: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    organs = read_segmentation("labels.nii.gz")
    # The segmenter hu takes half a minute, and its masks are not what the pages are about.
    monkeypatch.setattr(type(HU), "segment", lambda _self, _volume: organs)
    module = ModuleType("example")
    monkeypatch.setitem(sys.modules, "example", module)
    names = vars(module)
    names |= given(page, organs)
    for code in examples(page):
        small = code.replace("shape=(256, 256, 200)", "shape=(96, 96, 64)")
        exec(compile(small, page, "exec"), names)
    if check := CHECKS.get(page):
        check(names)


def _detection(names: dict) -> None:
    assert names["match"].best.tolist() == [0, -1, 3]
    assert names["sensitivities"].tolist() == [0.5] * 3 + [1] * 4
    assert names["cpm"] == pytest.approx(11 / 14) and 0 < names["result"].summary["cpm"] < 1
    assert names["score"].branches_detected == 1


def _ground(names: dict) -> None:
    (nodule,) = names["look"]("20 mm nodule in the right upper lobe").instances
    assert nodule.lies_in == "right lung upper lobe"


def _organs(names: dict) -> None:
    assert names["scores"].mean_dice == 1
    assert names["result"].summary["mean_dice"] == 1
    assert names["result"].airways["length_detected"] > 0.8


CHECKS = {
    "how-to/evaluate-detection.md": _detection,
    "how-to/ground.md": _ground,
    "how-to/evaluate-organs.md": _organs,
    "how-to/add-a-segmenter.md": lambda names: _is(names["PLUGIN"], Segmenter),
    "how-to/add-a-finding-segmenter.md": lambda names: _is(names["PLUGIN"], FindingSegmenter),
}


def _is(plugin: object, contract: type) -> None:
    assert isinstance(plugin, contract)


@pytest.mark.parametrize("page", NO_PROGRAM)
def test_pages_that_do_not_run_have_examples(page: str) -> None:
    assert examples(page)
