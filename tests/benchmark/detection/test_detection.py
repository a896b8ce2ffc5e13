"""Detection from files: tables and masks, protocols, what is refused and what is warned of."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from click.testing import CliRunner
from tests.benchmark.made import AFFINE, CASES, SHAPE, reference_block, save, write_reference
from tests.release.conftest import artifacts, build_record, make, volume

from groundct.benchmark.detection import (
    DetectionSettings,
    candidate_masks,
    evaluate_detection,
    read_candidate_table,
    read_reference_table,
    reference_masks,
)
from groundct.benchmark.segmentation import open_masks
from groundct.cli.main import cli
from groundct.core.issues import DataError

__all__ = ["artifacts", "make", "volume"]

REFERENCE = """seriesuid,coordX,coordY,coordZ,diameter_mm,type,side
a,40,-50,10,10,solid,left
a,-60,-20,30,5,part solid,right
b,55,10,-20,20,solid,left
"""
CANDIDATES = """seriesuid,coordX,coordY,coordZ,probability
a,41,-50,10,0.9
a,40,-51,10,0.8
a,0,0,0,0.7
b,55,10,-28,0.6
b,100,100,100,0.5
c,10,10,10,0.95
elsewhere,0,0,0,1.0
"""
EXCLUDED = "seriesuid,coordX,coordY,coordZ,diameter_mm\nb,100,100,103,-1\n"
QUICK = DetectionSettings(draws=50)


@pytest.fixture
def files(tmp_path):
    for name, text in (
        ("reference.csv", REFERENCE),
        ("candidates.csv", CANDIDATES),
        ("excluded.csv", EXCLUDED),
        ("scans.csv", "seriesuid\na\nb\nc\nd\n"),
    ):
        (tmp_path / name).write_text(text)
    return tmp_path


def both(root, settings=QUICK, **more):
    reference = read_reference_table(root / "reference.csv", "lps", **more)
    candidates = read_candidate_table(root / "candidates.csv", "lps")
    return evaluate_detection(reference, candidates, settings)


def codes(result):
    return {issue.code for issue in result.issues}


def test_every_candidate_and_scan_is_accounted_for(files):
    result = both(files, scans=files / "scans.csv", excluded=files / "excluded.csv")
    own = result.summary
    assert (own["n_scans"], own["n_references"], own["n_detected"]) == (4, 3, 2)
    assert (own["n_hits"], own["n_duplicates"], own["n_irrelevant"]) == (2, 1, 1)
    assert (own["n_false_positives"], own["n_extra_candidates"], own["n_missing"]) == (2, 1, 1)
    assert own["n_candidates"] == 6
    # c at .95 and a at .7 are wrong, a at .9 and b at .6 are found, among four scans.
    assert own["sensitivity_at_0.125"] == 0.0
    assert own["sensitivity_at_0.25"] == pytest.approx(1 / 3)
    assert own["sensitivity_at_0.5"] == own["sensitivity_at_8"] == pytest.approx(2 / 3)
    assert own["cpm"] == pytest.approx((0 + 1 / 3 + 5 * 2 / 3) / 7)
    assert own["false_positives_per_scan"] == 0.5
    assert result.extra == ("elsewhere",)
    assert codes(result) == {"extra-scans", "scans-without-candidates"}
    low, high = own["ci95"]["cpm"]
    assert 0 <= low <= own["cpm"] <= high <= 1
    low, high = own["ci95"]["sensitivity"]
    assert 0 <= low <= own["sensitivity"] <= high <= 1
    low, high = own["ci95"]["false_positives_per_scan"]
    assert 0 <= low < 0.5 < high


def test_slices_hold_a_part_of_the_references_against_all_false_positives(files):
    result = both(files, scans=files / "scans.csv")
    assert set(result.slices) == {"type", "size", "side"}
    assert result.slices["type"]["solid"]["sensitivity"] == 1.0
    assert result.slices["type"]["part solid"]["cpm"] == 0.0
    assert list(result.slices["size"]) == ["under 6 mm", "8 to 15 mm", "15 to 30 mm"]
    assert sum(g["n_references"] for g in result.slices["side"].values()) == 3


def test_the_challenge_reads_off_straight_lines(files):
    luna = DetectionSettings(protocol="luna16", draws=50)
    own = both(files, luna, scans=files / "scans.csv", excluded=files / "excluded.csv").summary
    # Points (0, 0), (.25, 0), (.25, 1/3), (.5, 1/3), (.5, 2/3).
    assert own["sensitivity_at_0.125"] == 0.0
    assert own["cpm"] == pytest.approx((0 + 1 / 3 + 5 * 2 / 3) / 7)


def test_the_most_sure_candidates_of_a_scan(files):
    rows = "".join(f"a,0,0,{n},0.{9 - n // 50}\n" for n in range(150))
    (files / "candidates.csv").write_text("seriesuid,coordX,coordY,coordZ,probability\n" + rows)
    luna = both(files, DetectionSettings(protocol="luna16", draws=10))
    # The 101st is as sure as the 102nd: of a confidence all are kept or none.
    assert luna.summary["n_candidates"] == 100
    assert both(files).summary["n_candidates"] == 150
    assert both(files, DetectionSettings(most_per_scan=60, draws=10)).summary["n_candidates"] == 50


def test_duplicates_as_false_positives(files):
    own = both(files, DetectionSettings(duplicates="false-positive", draws=50))
    assert own.summary["false_positives_per_scan"] == 3 / 2


def test_without_a_list_scans_without_findings_are_not_known(files):
    result = both(files)
    assert result.summary["n_scans"] == 2
    assert "scans-not-listed" in codes(result)


@pytest.mark.parametrize(
    "cell, code",
    [
        *((cell, "not-a-number") for cell in ("nan", "", "inf", "1e400", "0,5", "1_0")),
        ("0.7\na,1e308,0,0,0.6", "far-away"),
    ],
)
def test_cells_that_are_no_numbers_are_refused_with_their_row(files, cell, code):
    cell = f'"{cell}"' if "," in cell and "\n" not in cell else cell
    (files / "candidates.csv").write_text(CANDIDATES.replace("0.7", cell))
    with pytest.raises(DataError, match=rf"\[{code}\].*row [34]"):
        both(files)


@pytest.mark.parametrize("diameter", ["0", "-1", "nan"])
def test_a_reference_without_a_diameter_is_refused(files, diameter):
    (files / "reference.csv").write_text(REFERENCE.replace("10,10,", f"10,{diameter},"))
    with pytest.raises(DataError, match="row 1"):
        both(files)


def test_a_list_that_lacks_a_scan_is_refused(files):
    (files / "scans.csv").write_text("a\nc\n")
    with pytest.raises(DataError, match="unlisted-scan"):
        both(files, scans=files / "scans.csv")


@pytest.mark.parametrize("told, warned", [("lps", False), ("ras", True)])
def test_the_other_coordinate_system_is_noticed(files, told, warned):
    rows = REFERENCE.splitlines()[1:]
    lines = [",".join(row.split(",")[:4]) + ",0.5" for row in rows]
    (files / "candidates.csv").write_text(
        "seriesuid,coordX,coordY,coordZ,probability\n" + "\n".join(lines)
    )
    result = evaluate_detection(
        read_reference_table(files / "reference.csv", "lps"),
        read_candidate_table(files / "candidates.csv", told),
        QUICK,
    )
    assert ("coordinates-look-flipped" in codes(result)) is warned
    assert result.summary["sensitivity"] == (0.0 if warned else 1.0)


def test_boxes_by_overlap(tmp_path):
    box = "x_min,y_min,z_min,x_max,y_max,z_max"
    (tmp_path / "reference.csv").write_text(f"case_id,{box}\ns,0,0,0,10,10,10\n")
    (tmp_path / "candidates.csv").write_text(
        f"case_id,{box},confidence\ns,0,0,5,10,10,15,0.9\ns,0,0,9,10,10,19,0.8\n"
    )
    for hit, threshold, expected in (("iou", 1 / 3, 1), ("iou", 0.34, 0), ("dice", 0.5, 1)):
        own = both(tmp_path, DetectionSettings(hit=hit, threshold=threshold, draws=5))
        assert own.summary["n_hits"] == expected, (hit, threshold)
    (tmp_path / "reference.csv").write_text(f"case_id,{box}\ns,0,0,0,10,0,10\n")
    with pytest.raises(DataError, match="bad-box"):
        both(tmp_path)


def test_overlap_of_centres_is_refused(files):
    with pytest.raises(DataError, match="no-extent"):
        both(files, DetectionSettings(hit="iou"))


def masks(root, keep):
    return reference_masks(open_masks(write_reference(root / "reference")), {}, keep=keep)


def centres_table(path, flip=1.0):
    """The centre of every instance in RAS, the first half surest."""
    rows = ["VolumeName,coordX,coordY,coordZ,confidence"]
    for case in CASES:
        block = reference_block(case)
        for finding in block:
            for label in range(1, finding.max() + 1):
                index = np.argwhere(finding == label).mean(axis=0)
                x, y, z = AFFINE[:3, :3] @ index + AFFINE[:3, 3]
                rows.append(f"{case}.nii.gz,{flip * x},{y},{z},0.5")
    path.write_text("\n".join(rows))
    return path


def test_masks_against_a_table_of_centres(tmp_path):
    reference = masks(tmp_path, keep=False)
    own = read_candidate_table(centres_table(tmp_path / "c.csv"), "ras")
    result = evaluate_detection(reference, own, QUICK)
    assert result.summary["sensitivity"] == 1.0
    assert result.summary["n_false_positives"] == 0
    assert {row.kind for row in result.references} == {"2d", "1c", "2e"}
    assert "lobe" in result.slices


def test_flipped_centres_fall_outside_the_scan(tmp_path):
    reference = masks(tmp_path, keep=False)
    own = read_candidate_table(centres_table(tmp_path / "c.csv", flip=-1.0), "ras")
    result = evaluate_detection(reference, own, QUICK)
    assert {"outside-scan", "coordinates-look-flipped"} <= codes(result)


def scores_table(path):
    rows = ["VolumeName,finding,instance,confidence"]
    for case in CASES:
        for n, finding in enumerate(reference_block(case)):
            rows += [f"{case},{n},{label},0.{label}" for label in range(1, finding.max() + 1)]
    path.write_text("\n".join(rows))
    return path


def test_masks_against_masks_on_another_orientation(tmp_path):
    """Flipped along i with the affine that says so."""
    reference = masks(tmp_path, keep=True)
    turned = AFFINE @ np.diag([-1.0, 1, 1, 1])
    turned[:3, 3] = AFFINE[:3, 3] + AFFINE[:3, 0] * (SHAPE[0] - 1)
    for case in CASES:
        save(tmp_path / "mine" / f"{case}.nii.gz", reference_block(case)[:, ::-1], turned)
    scores = scores_table(tmp_path / "scores.csv")
    found = candidate_masks(open_masks(tmp_path / "mine"), scores, {}, keep=True)
    result = evaluate_detection(
        reference, found, DetectionSettings(hit="iou", threshold=0.99, draws=20)
    )
    assert result.summary["sensitivity"] == 1.0
    assert "turned" in codes(result)
    scores.write_text("\n".join(scores.read_text().splitlines()[:-1]))
    with pytest.raises(DataError, match="no-confidence"):
        candidate_masks(open_masks(tmp_path / "mine"), scores, {})


def test_a_release_with_its_patients(make, artifacts, tmp_path):
    path = make(*(artifacts(build_record(f"scan{n}", f"patient{n % 2}")) for n in range(4)))
    reference = reference_masks(open_masks(path), {})
    rows = [f"{c},{x},{y},{z},1" for c, (x, y, z) in zip(
        reference.places.case, reference.places.centre_mm, strict=True)]  # fmt: skip
    table = tmp_path / "c.csv"
    table.write_text("\n".join(["case_id,coordX,coordY,coordZ,confidence", *rows]))
    own = evaluate_detection(reference, read_candidate_table(table, "ras"), QUICK).summary
    assert (own["n_scans"], own["n_patients"], own["n_references"]) == (4, 2, 4)
    assert own["cpm"] == 1.0


def test_a_list_may_name_patients(files):
    (files / "scans.csv").write_text("a,p\nb,p\nc,q\n")
    assert both(files, scans=files / "scans.csv").summary["n_patients"] == 2


def test_masks_that_state_no_place_are_refused(tmp_path):
    reference = masks(tmp_path, keep=False)
    save(tmp_path / "mine" / "train_1_a_1.nii.gz", reference_block("train_1_a_1"), np.eye(4))
    scores = scores_table(tmp_path / "scores.csv")
    found = candidate_masks(open_masks(tmp_path / "mine"), scores, {})
    with pytest.raises(DataError, match="states-no-place"):
        evaluate_detection(reference, found, QUICK)


def test_many_candidates_take_seconds():
    from groundct.benchmark.detection import Candidates, Places, References

    rng = np.random.default_rng(0)
    scans = tuple(f"s{n}" for n in range(100))
    centres = rng.uniform(-150, 150, (200, 3))
    of = tuple(scans[n % 100] for n in range(200))
    reference = References(
        Places(of, centres, np.full(200, 12.0)), np.zeros(200, np.bool_), scans, "-"
    )
    many = 200_000
    places = Places(
        tuple(scans[n % 100] for n in range(many)),
        rng.uniform(-150, 150, (many, 3)),
        np.full(many, np.nan),
    )
    result = evaluate_detection(reference, Candidates(places, rng.random(many), "-"), QUICK)
    assert result.summary["n_candidates"] == many
    assert result.seconds < 10


def test_the_command_writes_a_result_a_table_and_a_curve(files):
    output = files / "out" / "result.json"
    output.parent.mkdir()
    words = [
        *("evaluate", "detection", "--reference", str(files / "reference.csv")),
        *("--prediction", str(files / "candidates.csv"), "--scans", str(files / "scans.csv")),
        *("--excluded", str(files / "excluded.csv"), "-o", str(output)),
    ]
    refused = CliRunner().invoke(cli, words)
    assert refused.exit_code == 2 and "--coordinates" in refused.output
    done = CliRunner().invoke(cli, [*words, "--coordinates", "lps"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    result = json.loads(output.read_text())
    assert result["task"] == "detection"
    assert result["summary"]["ci95"]["cpm"]
    assert len(output.with_suffix(".csv").read_text().splitlines()) == 5
    curve = ElementTree.fromstring(output.with_suffix(".svg").read_text())
    assert "CPM" in curve[0].text
