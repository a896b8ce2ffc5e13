"""Organ masks against a reference: what counts, what is refused, what is said."""

import dataclasses
import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from groundct.benchmark._results import few_patients_issues
from groundct.benchmark.organs import OrganSettings, evaluate_organs, open_organs
from groundct.cli.main import cli
from groundct.codecs.label_maps import read_label_map, write_label_map
from groundct.codecs.nifti import write_nifti_labels
from groundct.codecs.segmentations import Origin, write_segmentation
from groundct.core.geometry import Geometry
from groundct.core.issues import DataError
from groundct.core.volume import LabelMap, RegionMask, label_map_of_masks

GRID = Geometry.of((20, 24, 16), np.diag([1.0, 1.0, 2.0, 1.0]))


def box(i: slice, j: slice, k: slice) -> np.ndarray:
    out = np.zeros(GRID.shape, dtype=np.bool_, order="F")
    out[i, j, k] = True
    return out


LIVER = box(slice(2, 12), slice(2, 12), slice(2, 10))
SPLEEN = box(slice(14, 18), slice(4, 9), slice(3, 8))
TUBE = box(slice(9, 11), slice(15, 17), slice(1, 15))


def labels(stored: Geometry = GRID, **masks: np.ndarray) -> LabelMap:
    named = ((name, RegionMask.of(mask)) for name, mask in masks.items())
    return label_map_of_masks(named, GRID, stored)


def written(folder: Path, name: str, of: LabelMap) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    write_segmentation(folder / f"{name}.nii.gz", of)
    return folder / f"{name}.nii.gz"


def scored(reference: Path, prediction: Path, **settings: object):
    return evaluate_organs(
        open_organs(reference),
        open_organs(prediction),
        OrganSettings.model_validate({"draws": 200, **settings}),
    )


def test_equal_maps_have_dice_1_and_no_error(tmp_path: Path) -> None:
    path = written(tmp_path, "a", labels(liver=LIVER, spleen=SPLEEN))
    result = scored(path, path, surfaces=("hd95:max",))
    assert {row.structure: row.dice for row in result.rows} == {"liver": 1.0, "spleen": 1.0}
    assert all(row.volume_error_ml == 0 for row in result.rows)
    assert all(row.surfaces == {"hd95:max": 0.0} for row in result.rows)
    assert result.summary["mean_dice"] == result.summary["mean_dice_per_case"] == 1.0


def test_a_missing_structure_is_scored_as_empty_and_counted(tmp_path: Path) -> None:
    truth = written(tmp_path / "t", "a", labels(liver=LIVER, spleen=SPLEEN))
    mine = written(tmp_path / "p", "b", labels(liver=LIVER, stomach=TUBE))
    result = scored(truth, mine)
    assert {row.structure: (row.status, row.dice) for row in result.rows} == {
        "liver": ("scored", 1.0),
        "spleen": ("missing", 0.0),
    }
    assert result.summary["mean_dice"] == 0.5
    assert result.summary["n_missing"] == 1
    assert result.extra == {"a": ("stomach",)}


def test_a_mean_says_how_many_have_no_value(tmp_path: Path) -> None:
    truth = written(tmp_path / "t", "a", labels(liver=LIVER, spleen=SPLEEN))
    mine = written(tmp_path / "p", "a", labels(liver=LIVER))
    result = scored(truth, mine, surfaces=("hd95:max", "nsd:border"), tolerances_mm=(2.0,))
    left_out = {"hd95:max": 1, "nsd:border@2mm": 0}
    assert result.summary["n_undefined_surfaces"] == left_out
    assert result.structures["spleen"]["n_undefined_surfaces"] == left_out
    assert result.structures["liver"]["n_undefined_surfaces"]["hd95:max"] == 0
    assert result.summary["hd95:max"] == 0.0


def test_an_empty_reference_has_no_dice_whatever_is_predicted(tmp_path: Path) -> None:
    empty = np.zeros(GRID.shape, dtype=np.bool_)
    truth = written(tmp_path / "t", "a", labels(liver=LIVER, spleen=empty))
    result = scored(truth, written(tmp_path / "p", "a", labels(liver=LIVER, spleen=SPLEEN)))
    row = result.rows[1]
    assert (row.status, row.dice) == ("empty-reference", None)
    assert row.volume_error_ml > 0
    assert result.structures["spleen"]["n_undefined"] == 1
    assert result.summary["mean_dice"] == 1.0


def test_cases_are_matched_by_name_and_missing_ones_count(tmp_path: Path) -> None:
    for name in ("train_1_a_1", "train_2_a_1"):
        written(tmp_path / "t", name, labels(liver=LIVER))
    for name in ("train_2_a_1", "train_9_a_1"):
        written(tmp_path / "p", name, labels(liver=LIVER))
    result = scored(tmp_path / "t", tmp_path / "p")
    assert result.missing_cases == ("train_1_a_1",)
    assert result.extra_cases == ("train_9_a_1",)
    assert result.summary["mean_dice"] == 0.5
    assert {issue.code for issue in result.issues if issue.severity == "warning"} == {
        "missing-cases",
        "extra-cases",
    }
    assert result.issues[-1].code == "few-patients"  # volumes of two patients


@pytest.mark.parametrize(
    ("names", "patients", "told"),
    [
        (["hd95:max", "nsd:border@1mm"], 19, True),
        (["hd95:max"], 20, False),
        (["hd95:max"], 1, False),  # without an interval
        (["nsd:border@1mm"], 5, False),
        ([], 5, False),
    ],
)
def test_intervals_of_amounts_of_few_patients_are_told_as_narrow(names, patients, told) -> None:
    issues = few_patients_issues(names, [f"p{n}" for n in range(patients)] * 2)
    assert [issue.severity for issue in issues] == ["note"] * told
    assert all("hd95:max" in issue.what and "nsd" not in issue.what for issue in issues)


def test_another_order_of_axes_is_brought_over_exactly(tmp_path: Path) -> None:
    truth = written(tmp_path / "t", "a", labels(liver=LIVER, spleen=SPLEEN))
    mine = written(tmp_path / "p", "a", labels(LPS_OF_GRID, liver=LIVER, spleen=SPLEEN))
    assert scored(truth, mine).summary["mean_dice"] == 1.0


LPS_OF_GRID = Geometry.of(
    (20, 24, 16), [[-1, 0, 0, 19], [0, -1, 0, 23], [0, 0, 2, 0], [0, 0, 0, 1]]
)


def test_another_grid_is_refused_and_scored_as_empty(tmp_path: Path) -> None:
    truth = written(tmp_path / "t", "a", labels(liver=LIVER))
    moved = Geometry.of(GRID.shape, [[1, 0, 0, 7], [0, 1, 0, 0], [0, 0, 2, 0], [0, 0, 0, 1]])
    named = [("liver", RegionMask.of(LIVER))]
    mine = written(tmp_path / "p", "a", label_map_of_masks(named, moved, moved))
    result = scored(truth, mine)
    assert [(row.status, row.dice) for row in result.rows] == [("refused", 0.0)]
    assert any(issue.severity == "error" for issue in result.issues)


def test_a_folder_of_one_mask_a_structure_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "t" / "seg_train_1_a_1"
    folder.mkdir(parents=True)
    for name, mask in (("liver", LIVER), ("spleen", SPLEEN)):
        write_nifti_labels(folder / f"{name}.nii.gz", mask.astype(np.uint8), LPS_OF_GRID)
    mine = written(tmp_path / "p", "train_1_a_1", labels(liver=LIVER, spleen=SPLEEN))
    for place in (tmp_path / "t", folder):
        result = scored(place, mine.parent)
        assert result.summary["mean_dice"] == 1.0
        assert [row.case for row in result.rows] == ["train_1_a_1"] * 2


def masks_in(folder: Path, **masks: np.ndarray) -> Path:
    folder.mkdir(parents=True)
    for name, mask in masks.items():
        write_nifti_labels(folder / f"{name}.nii.gz", mask.astype(np.uint8), GRID)
    return folder


def test_a_mask_of_an_unknown_name_is_told_of_with_the_nearest(tmp_path: Path) -> None:
    truth = written(tmp_path / "t", "a", labels(liver=LIVER, spleen=SPLEEN))
    mine = masks_in(tmp_path / "p" / "a", liver=LIVER, spleen_pred=SPLEEN)
    result = scored(truth, mine)
    assert [(row.status, row.dice) for row in result.rows] == [("scored", 1.0), ("missing", 0.0)]
    (told,) = (issue for issue in result.issues if issue.code == "unknown-structure")
    assert "spleen_pred" in told.what and "'spleen'" in told.remedy and str(mine) in told.where
    masks_in(tmp_path / "p" / "b", liver=LIVER, spleen_pred=SPLEEN)
    (told,) = open_organs(tmp_path / "p").issues
    assert "in 2 cases" in told.what


def test_masks_of_which_no_name_is_known_are_refused(tmp_path: Path) -> None:
    truth = written(tmp_path / "t", "a", labels(liver=LIVER, spleen=SPLEEN))
    mine = masks_in(tmp_path / "p" / "a", pred_0=LIVER, liver_pred=LIVER)
    with pytest.raises(DataError, match=r"no-known-structure.*liver_pred.*pred_0"):
        open_organs(mine)
    with pytest.raises(DataError, match="no-known-structure"):
        open_organs(mine.parent)
    masks_in(tmp_path / "p" / "b", liver=LIVER)  # one folder of two can be read
    written(tmp_path / "t", "b", labels(liver=LIVER))
    result = scored(truth.parent, mine.parent)
    assert {row.case: row.status for row in result.rows} == {"a": "refused", "b": "scored"}
    assert ("no-known-structure", "a") in {(i.code, i.case_id) for i in result.issues}


def test_the_folder_of_a_built_case_is_read_as_its_label_map(tmp_path: Path) -> None:
    truth = written(tmp_path / "t", "a", labels(liver=LIVER, spleen=SPLEEN))
    case = tmp_path / "cases" / "a"
    write_label_map(case, "organs", labels(liver=LIVER, spleen=SPLEEN))
    write_label_map(case, "regions", labels(f1=TUBE))
    for place in (case, case.parent):
        result = scored(truth, place)
        assert result.summary["mean_dice"] == 1.0 and not result.extra
        assert not [issue for issue in result.issues if issue.severity != "note"]
    assert scored(case.parent, truth).summary["mean_dice"] == 1.0
    moved = Geometry.of(GRID.shape, [[1, 0, 0, 7], [0, 1, 0, 0], [0, 0, 2, 0], [0, 0, 0, 1]])
    named = [("liver", RegionMask.of(LIVER))]
    write_label_map(tmp_path / "moved" / "a", "organs", label_map_of_masks(named, moved, moved))
    assert {row.status for row in scored(truth, tmp_path / "moved").rows} == {"refused"}


def test_what_groundct_made_of_a_scan_is_read_without_the_scan(tmp_path: Path) -> None:
    path = tmp_path / "a.nii.gz"
    write_segmentation(path, labels(liver=LIVER), Origin(scan="sha256:of-its-ct"))
    assert scored(path, path).summary["mean_dice"] == 1.0


def test_airways_are_scored_where_they_are_asked_for(tmp_path: Path) -> None:
    truth = written(tmp_path / "t", "a", labels(airway=TUBE))
    half = TUBE.copy()
    half[:, :, 8:] = False
    result = scored(truth, written(tmp_path / "p", "a", labels(airway=half)), airway="airway")
    assert 0.3 < result.airways["length_detected"] < 0.7
    assert result.airway_rows[0].leakage == 0.0
    assert scored(truth, truth).airways == {}


def test_only_the_structures_asked_for_are_scored(tmp_path: Path) -> None:
    path = written(tmp_path, "a", labels(liver=LIVER, spleen=SPLEEN))
    assert [r.structure for r in scored(path, path, structures=("spleen",)).rows] == ["spleen"]
    with pytest.raises(DataError, match="none of the structures"):
        scored(path, path, structures=("heart",))


def test_a_folder_without_masks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no label map"):
        open_organs(tmp_path)


def test_the_command_writes_json_and_a_table(tmp_path: Path) -> None:
    path = written(tmp_path, "a", labels(liver=LIVER, airway=TUBE))
    out = tmp_path / "result.json"
    arguments = ["evaluate", "organs", "--reference", str(path), "--prediction", str(path)]
    run = CliRunner().invoke(cli, [*arguments, "-o", str(out), "--airway", "--surface", "hd95:max"])
    assert run.exit_code == 0, run.output
    assert json.loads(out.read_text())["summary"]["mean_dice"] == 1.0
    assert "hd95:max" in out.with_suffix(".csv").read_text().splitlines()[0]
    assert "airway tree" in run.output and "worst first" in run.output


def test_an_unknown_surface_metric_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "a", labels(liver=LIVER))
    arguments = ["evaluate", "organs", "--reference", str(path), "--prediction", str(path)]
    run = CliRunner().invoke(cli, [*arguments, "-o", str(tmp_path / "r.json"), "--surface", "hd"])
    assert run.exit_code == 2
    assert "no surface metric is called hd" in run.output


def test_the_mean_over_structures_counts_each_name_alike_and_has_an_interval(tmp_path) -> None:
    for n in range(4):
        masks = {"liver": LIVER, "spleen": SPLEEN} if n == 0 else {"liver": LIVER}
        shifted = {name: np.roll(mask, n % 2, 0) for name, mask in masks.items()}
        written(tmp_path / "t", f"train_{n}_a_1", labels(**masks))
        written(tmp_path / "p", f"train_{n}_a_1", labels(**shifted))
    result = scored(tmp_path / "t", tmp_path / "p")
    liver = result.structures["liver"]["dice"]
    assert result.summary["mean_dice_per_structure"] == pytest.approx((liver + 1.0) / 2)
    low, high = result.summary["ci95"]["mean_dice_per_structure"]
    assert low < result.summary["mean_dice_per_structure"] < high


def test_the_page_shows_the_worst_structures_on_the_cts(tmp_path: Path) -> None:
    stored = LPS_OF_GRID
    written(tmp_path / "t", "train_1_a_1", labels(stored, liver=LIVER, spleen=SPLEEN, airway=TUBE))
    moved = np.roll(SPLEEN, 2, 0)
    mine = labels(stored, liver=LIVER, spleen=moved)
    written(tmp_path / "p", "train_1_a_1", mine)
    (tmp_path / "ct").mkdir()
    hu = np.where(SPLEEN, 80, 0).astype(np.uint16)
    write_nifti_labels(tmp_path / "ct" / "train_1_a_1.nii.gz", hu, stored)
    asked = ["--reference", str(tmp_path / "t"), "--prediction", str(tmp_path / "p")]
    asked += ["-o", str(tmp_path / "r.json"), "--volumes"]
    done = CliRunner().invoke(cli, ["evaluate", "organs", *asked, str(tmp_path / "ct")])
    assert done.exit_code == 0, done.output
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert page.count("<img") == 4 and "spleen in train_1_a_1, Dice 0.5" in page
    assert "airway</td>" in page and "missing" in page and not re.search(r"\{\{\w+\}\}", page)
    assert page.index("spleen in train_1_a_1") < page.index("liver in train_1_a_1")
    (tmp_path / "none").mkdir()
    done = CliRunner().invoke(cli, ["evaluate", "organs", *asked, str(tmp_path / "none")])
    assert done.exit_code == 0 and "no pictures" in done.output
    assert "<img" not in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_a_phantoms_truth_is_a_reference(tmp_path: Path) -> None:
    asked = ["--shape", "48", "48", "40", "-n", "1"]
    made = CliRunner().invoke(cli, ["phantom", "-o", str(tmp_path), *asked])
    assert made.exit_code == 0, made.output
    (case,) = open_organs(tmp_path / "truth").cases
    truth = read_label_map(tmp_path / "truth" / case, "organs")
    mine = written(tmp_path / "mine", case, truth)
    result = scored(tmp_path / "truth", mine)
    assert {row.case for row in result.rows} == {case}
    dice = {row.structure: row.dice for row in result.rows}
    assert dice["liver"] == dice["left lung upper lobe"] == 1.0
    other = {"liver": "spleen", "spleen": "liver"}
    segments = tuple(s.changed(name=other.get(s.name, s.name)) for s in truth.segments)
    swapped = written(tmp_path / "other", case, dataclasses.replace(truth, segments=segments))
    wrong = {row.structure: row.dice for row in scored(tmp_path / "truth", swapped).rows}
    assert wrong["liver"] == wrong["spleen"] == 0.0
