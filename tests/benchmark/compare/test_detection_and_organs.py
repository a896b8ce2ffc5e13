"""Results of detection and of organ masks stand beside one another."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from groundct.benchmark.compare.by_metric import Resampling
from groundct.benchmark.compare.compare import compare
from groundct.benchmark.compare.read import ResultError, read_results
from groundct.benchmark.detection import (
    DetectionSettings,
    evaluate_detection,
    read_candidate_table,
    read_reference_table,
)
from groundct.benchmark.detection import write_result as write_detection
from groundct.benchmark.organs import OrganSettings, evaluate_organs, open_organs
from groundct.benchmark.organs import write_result as write_organs
from groundct.codecs.segmentations import write_segmentation
from groundct.core.geometry import Geometry
from groundct.core.volume import RegionMask, label_map_of_masks

QUICK = Resampling(draws=100, permutations=2000)
CASES = [f"valid_{n}_a_1" for n in range(1, 10)]


def detections(folder: Path, protocol: str) -> list[tuple[str, Path]]:
    reference = folder / "reference.csv"
    rows = [f"{case},0,0,{30 * m},10" for case in CASES for m in range(2)]
    head = "seriesuid,coordX,coordY,coordZ"
    reference.write_text("\n".join([f"{head},diameter_mm", *rows]) + "\n")
    due = read_reference_table(reference, "ras")
    out = []
    for name, confidence in (("good", 0.9), ("bad", 0.3)):
        hits = [f"{case},0,0,{30 * m},{confidence}" for case in CASES for m in range(2)]
        noise = [f"{case},90,0,{20 * m},{0.4 + 0.1 * m}" for case in CASES for m in range(3)]
        table = folder / f"{name}.csv"
        table.write_text("\n".join([f"{head},probability", *hits, *noise]) + "\n")
        found = read_candidate_table(table, "ras")
        settings = DetectionSettings.model_validate({"protocol": protocol, "draws": 50})
        result = evaluate_detection(due, found, settings)
        path, *_ = write_detection(folder / f"{name}.json", result)
        out.append((name, path))
    return out


@pytest.mark.parametrize(
    ("protocol", "name"), [("strict", "cpm"), ("luna16", "cpm_at_own_threshold")]
)
def test_confident_hits_rank_before_hits_under_noise(tmp_path, protocol, name):
    ranking = compare(read_results(detections(tmp_path, protocol)), how=QUICK)
    assert ranking.thing == "reference"
    assert [one.model for one in ranking.combined.standings] == ["good", "bad"]
    first = ranking.metrics[0]
    assert first.metric == name
    assert first.standings[0].value == 1.0
    assert first.standings[1].value == pytest.approx(2 / 7)
    assert first.pairs[0].better == "good"


def test_a_cpm_that_the_rows_do_not_give_is_refused(tmp_path):
    (_, path), other = detections(tmp_path, "strict")
    result = json.loads(path.read_text())
    result["summary"]["cpm"] = 0.5
    path.write_text(json.dumps(result))
    with pytest.raises(ResultError, match="the summary has cpm"):
        read_results([("edited", path), other])


def organs(folder: Path) -> list[tuple[str, Path]]:
    grid = Geometry.of((12, 12, 12), np.eye(4))
    masks = {"liver": (2, 8), "spleen": (8, 11)}

    def write(place: Path, case: str, shift: int, names: tuple[str, ...]) -> None:
        named = []
        for name in names:
            low, high = masks[name]
            mask = np.zeros(grid.shape, dtype=np.bool_)
            mask[low + shift : high + shift, 2:9, 2:9] = True
            named.append((name, RegionMask.of(mask)))
        place.mkdir(parents=True, exist_ok=True)
        write_segmentation(place / f"{case}.nii.gz", label_map_of_masks(named, grid, grid))

    out = []
    for case in CASES:
        write(folder / "truth", case, 0, ("liver", "spleen"))
        write(folder / "right", case, 0, ("liver", "spleen"))
        write(folder / "lacking", case, 0, ("liver",))
    settings = OrganSettings(draws=50, surfaces=("hd95:max",))
    for name in ("right", "lacking"):
        result = evaluate_organs(
            open_organs(folder / "truth"), open_organs(folder / name), settings
        )
        path, _ = write_organs(folder / f"{name}.json", result)
        out.append((name, path))
    return out


def test_masks_that_lack_a_structure_rank_behind(tmp_path):
    ranking = compare(read_results(organs(tmp_path)), how=QUICK)
    assert [(s.model, s.value, s.n_missing) for s in ranking.metrics[0].standings] == [
        ("right", 1.0, 0),
        ("lacking", 0.5, len(CASES)),
    ]
    assert list(ranking.categories) == ["liver", "spleen"]
    assert "hd95:max" in {one.metric for one in ranking.metrics}
