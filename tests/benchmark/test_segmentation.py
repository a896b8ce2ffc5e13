"""From folders, zips and releases to results: protocols, means, resuming, slices."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from tests.benchmark.made import (
    AFFINE,
    CASES,
    CATEGORIES,
    reference_block,
    save,
    weak_block,
    write_reference,
    write_weak,
)
from tests.benchmark.slow_official import slow_finding, slow_pooled

from groundct.benchmark.segmentation import (
    RunOptions,
    Settings,
    evaluate_segmentation,
    open_masks,
    write_result,
)
from groundct.benchmark.segmentation import run as run_module
from groundct.benchmark.segmentation.result import HEADLINES
from groundct.benchmark.segmentation.slices import read_metadata
from groundct.core.geometry import Geometry
from groundct.core.issues import DataError
from groundct.metrics.official import InstanceRules
from groundct.metrics.statistics.bootstrap import mean_interval, ratio_interval

OFFICIAL = Settings(protocol="rexgroundingct", draws=50)
STRICT = Settings(draws=50)
SPACING = (0.8, 0.8, 2.0)


@pytest.fixture
def places(tmp_path):
    return write_reference(tmp_path / "reference"), write_weak(tmp_path / "prediction")


def run(places, settings=STRICT, **options):
    reference, prediction = (open_masks(p) for p in places)
    return evaluate_segmentation(reference, prediction, settings, RunOptions(**options))


def slow_rows(raw=False, spacing=SPACING):
    for case, count in CASES.items():
        for n in range(count):
            focal = CATEGORIES[n][0] == "2"
            yield (
                case,
                slow_finding(
                    reference_block(case)[n], weak_block(case)[n], spacing, focal=focal, raw=raw
                ),
            )


@pytest.mark.parametrize("settings", [OFFICIAL, STRICT])
def test_both_protocols_are_the_rules_written_down_directly(places, settings):
    result = run(places, settings)
    rows = list(slow_rows())
    assert [r.dice for r in result.findings] == [row[0] for _, row in rows]
    assert [(r.tp, r.fp, r.fn) for r in result.findings] == [row[2] for _, row in rows]
    near = [(r.distance_tp, r.distance_fp, r.distance_fn) for r in result.findings]
    assert near == [row[3] for _, row in rows]
    s = result.summary
    assert s["mean_dice_per_finding"] == np.mean([row[0] for _, row in rows])
    cases = [np.mean([row[0] for c, row in rows if c == case]) for case in CASES]
    assert s["mean_dice_per_case"] == pytest.approx(np.mean(cases), abs=1e-15)
    assert s["hit_rate"] == np.mean([row[1] for _, row in rows])
    for group, place in (("instance", 2), ("distance", 3)):
        pooled = slow_pooled([row[place] for _, row in rows])
        shown = tuple(s[f"{group}_{name}"] for name in ("precision", "recall", "f1"))
        assert shown == pytest.approx(pooled, abs=1e-15)
    assert s["ci95"]["hit_rate"][0] <= s["hit_rate"] <= s["ci95"]["hit_rate"][1]


def test_one_draw_for_all_gives_the_intervals_of_each(places):
    result = run(places)
    rows = result.findings
    patients = [row.patient for row in rows]
    tp, below = (np.array([getattr(r, n) for r in rows]) for n in ("tp", "fp"))
    wanted = {
        "mean_dice_per_finding": mean_interval([r.dice for r in rows], patients, draws=50),
        "instance_precision": ratio_interval(tp, tp + below, patients, draws=50),
    }
    assert {name: result.summary["ci95"].get(name) for name in wanted} == wanted


def test_errors_of_size_are_summed_up_signed_and_absolute(places):
    result = run(places)
    rows = result.findings
    assert set(result.sizes) == {
        f"{kind}{name}"
        for kind in ("", "absolute_")
        for name in ("volume_error_ml", "diameter_error_mm")
    }
    errors = [r.volume_error_ml for r in rows]
    patients = [r.patient for r in rows]
    absolute = result.sizes["absolute_volume_error_ml"]
    assert result.sizes["volume_error_ml"]["mean"] == pytest.approx(np.mean(errors))
    assert absolute["mean"] == pytest.approx(np.mean(np.abs(errors)))
    assert absolute["ci95"] == mean_interval(np.abs(errors), patients, draws=50, unbounded=True)
    (places[1] / "train_2_a_1.nii.gz").unlink()
    fewer = run(places).sizes["diameter_error_mm"]
    assert (fewer["n_undefined"], fewer["n_missing"]) == (2, 2)
    assert run(places, OFFICIAL).sizes == {}
    assert absolute["narrow"] and not result.issues
    asked = run(places, Settings(draws=50, surfaces=("hd95:max", "nsd:border")))
    assert asked.surfaces["hd95:max"]["narrow"] and not asked.surfaces["nsd:border@1mm"]["narrow"]
    assert [issue.code for issue in asked.issues] == ["missing-cases", "few-patients"]


def test_global_mode_looks_at_every_voxel_in_the_official_protocol_only(places):
    for case in CASES:
        block = weak_block(case)
        block[:, -3:, -3:, -1] = 1
        save(places[1] / f"{case}.nii.gz", block)
    official = run(places, Settings(protocol="rexgroundingct", mode="global", draws=20))
    full = run(places, OFFICIAL)
    strict = [run(places, Settings(mode=mode, draws=20)) for mode in ("full", "global")]
    assert official.summary["mean_dice_per_finding"] < full.summary["mean_dice_per_finding"]
    dices = [[row.dice for row in result.findings] for result in (full, *strict)]
    assert dices[0] == dices[1] == dices[2]
    assert official.summary["instance_f1"] is None and official.findings[0].tp is None


def test_missing_files_drop_out_officially_and_count_strictly(places):
    (places[1] / "train_2_a_1.nii.gz").unlink()
    official, strict = run(places, OFFICIAL), run(places, STRICT)
    assert (official.summary["n_cases"], official.summary["n_findings"]) == (2, 5)
    assert (strict.summary["n_cases"], strict.summary["n_findings"]) == (3, 7)
    assert official.summary["n_missing"] == strict.summary["n_missing"] == 2
    assert {r.status for r in strict.findings} == {"scored", "missing"}
    assert [r.dice for r in official.findings if r.status == "missing"] == [None, None]
    assert all(r.fn and not r.tp for r in strict.findings if r.status == "missing")


def test_missing_findings_are_counted_one_by_one(places):
    save(places[1] / "train_1_a_1.nii.gz", weak_block("train_1_a_1")[:1])
    result = run(places)
    assert result.summary["n_missing"] == 2
    assert [r.status for r in result.findings][:3] == ["scored", "missing", "missing"]


@pytest.mark.parametrize(
    "change", [lambda b: b[:, 1:], lambda b: b[:1], lambda b: np.moveaxis(b, 0, -1)]
)
def test_the_official_protocol_stops_at_another_shape(places, change):
    save(places[1] / "train_1_a_1.nii.gz", change(weak_block("train_1_a_1")))
    with pytest.raises(DataError, match="shape-mismatch"):
        run(places, OFFICIAL)


def test_the_official_protocol_truncates_and_never_reads_affines(places):
    save(places[1] / "train_1_a_1.nii.gz", weak_block("train_1_a_1") * np.float32(0.9), np.eye(4))
    save(places[1] / "train_2_a_1.nii.gz", weak_block("train_2_a_1") * np.uint16(256))
    save(places[1] / "train_3_b_2.nii.gz", weak_block("train_3_b_2"), np.diag([9.0, 9, 9, 1]))
    result = run(places, OFFICIAL)
    assert max(r.dice for r in result.findings[:5]) < 1e-6
    assert min(r.dice for r in result.findings[5:]) > 0.1


def test_a_reference_without_voxels_has_no_dice_whatever_is_predicted(places):
    block = reference_block("train_2_a_1")
    block[1] = 0
    save(places[0] / "train_2_a_1.nii.gz", block)
    strict, official = run(places), run(places, OFFICIAL)
    row = next(r for r in strict.findings if r.status == "empty-reference")
    assert (row.dice, row.hit, row.tp, row.fn) == (None, None, 0, 0) and row.fp > 0
    assert strict.summary["n_undefined"] == 1 and strict.summary["n_scored"] == 6
    assert official.summary["n_undefined"] == 0


def test_partial_reference_says_so(places):
    settings = Settings(instances=InstanceRules(partial=True), draws=20)
    result = run(places, settings)
    assert result.partial_reference and sum(r.fp for r in result.findings) == 0
    assert result.summary["instance_precision"] is result.summary["instance_f1"] is None
    assert result.summary["instance_recall"] > 0
    assert "partial-reference" in {issue.code for issue in result.issues}


def test_a_training_split_that_is_not_declared_partial_is_told(places):
    file = places[0] / "dataset.json"
    file.write_text(file.read_text().replace('{"val":', '{"train":'))
    told = [{i.code for i in run(places, s).issues} for s in (
        STRICT, Settings(instances=InstanceRules(partial=True), draws=20)
    )]  # fmt: skip
    assert "training-reference" in told[0] and "training-reference" not in told[1]


def test_one_patient_has_no_interval(places):
    for case in list(CASES)[1:]:
        (places[0] / f"{case}.nii.gz").unlink()
    result = run(places)
    assert set(result.summary["ci95"]) == set(HEADLINES)
    assert set(result.summary["ci95"].values()) == {None}


def test_masks_without_a_place_take_that_of_their_ct(places):
    for case in CASES:
        save(places[0] / f"{case}.nii.gz", reference_block(case), np.eye(4))
    with pytest.raises(DataError, match="reference-states-no-place"):
        run(places)
    cts = {case: Geometry.of(reference_block(case).shape[1:], AFFINE) for case in CASES}
    placed = run(places, cts=cts)
    assert placed.findings[0].reference_ml is not None
    for case in CASES:
        save(places[1] / f"{case}.nii.gz", weak_block(case), np.eye(4))
    by_index = run(places)
    assert "spacing-not-stated" in {issue.code for issue in by_index.issues}
    assert by_index.findings[0].reference_ml is None
    assert [r.dice for r in by_index.findings] == [r.dice for r in placed.findings]


def test_zips_and_folders_say_the_same(places, tmp_path):
    packed = tmp_path / "submission.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("__MACOSX/._x.nii.gz", b"junk")
        for path in sorted(places[1].glob("*.nii.gz")):
            archive.write(path, f"team/../masks/{path.name}")
    result = run((places[0], packed))
    assert result.summary == run(places).summary
    with pytest.raises(DataError, match=r"broken-zip|no-masks"):
        packed.write_bytes(packed.read_bytes()[:200] + b"x" * 50)
        run((places[0], packed))


def test_a_damaged_member_of_a_zip_is_refused(places, tmp_path):
    packed = tmp_path / "submission.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(places[1].glob("*.nii.gz")):
            archive.write(path, path.name)
    data = bytearray(packed.read_bytes())
    data[200] ^= 255
    packed.write_bytes(data)
    with pytest.raises(DataError, match="broken-zip"):
        run((places[0], packed))


@pytest.mark.parametrize("processes", [1, 2])
def test_processes_give_equal_results(places, processes):
    assert run(places, processes=processes).summary == run(places).summary


class KilledError(Exception):
    """What a kill looks like from inside."""


def test_a_killed_run_goes_on_without_loss(places, tmp_path, monkeypatch):
    journal = tmp_path / "j.jsonl"

    def kill(score, done, total):
        if done == 2:
            raise KilledError

    with pytest.raises(KilledError):
        run(places, journal=journal, tell=kill)
    # The kill hit while a line was written.
    with journal.open("ab") as stream:
        stream.write(b'["key", {"case"')
    scored = []
    real = run_module.score_case
    monkeypatch.setattr(run_module, "score_case", lambda job: scored.append(job.case) or real(job))
    result = run(places, journal=journal)
    assert scored == ["train_3_b_2"]
    assert result.findings == run(places).findings
    run(places, journal=journal)
    assert scored == ["train_3_b_2", *CASES]


def test_other_parameters_or_contents_are_scored_again(places, tmp_path, monkeypatch):
    journal = tmp_path / "j.jsonl"
    run(places, journal=journal)
    scored = []
    real = run_module.score_case
    monkeypatch.setattr(run_module, "score_case", lambda job: scored.append(job.case) or real(job))
    run(places, Settings(instances=InstanceRules(connectivity=6), draws=50), journal=journal)
    assert len(scored) == 3
    save(places[1] / "train_3_b_2.nii.gz", reference_block("train_3_b_2"))
    run(places, journal=journal)
    assert scored[3:] == ["train_3_b_2"]


def test_slices(places, tmp_path):
    table = tmp_path / "metadata.csv"
    lines = ["VolumeName,Manufacturer,PatientSex,PatientAge"]
    lines += [f"{case}.nii.gz,{'AB'[n % 2]},F,0{60 + 10 * n}Y" for n, case in enumerate(CASES)]
    table.write_text("\n".join(lines) + "\n")
    result = run(places, metadata=read_metadata(table))
    assert set(result.slices) == {
        "category", "focal", "size", "side", "lobe", "scanner", "sex", "age"
    }  # fmt: skip
    assert set(result.slices["category"]) == {"2d", "1c", "2e"}
    assert result.slices["side"]["right"]["n_findings"] == 3
    assert result.slices["lobe"]["right lung upper lobe"]["n_findings"] == 3
    assert list(result.slices["age"]) == ["60 to 69 years", "70 to 79 years", "80 to 89 years"]
    groups = result.slices["category"].values()
    assert sum(group["n_findings"] for group in groups) == result.summary["n_findings"]


def test_files_written(places, tmp_path):
    result = run(places)
    path, table = write_result(tmp_path / "r" / "result.json", result)
    data = json.loads(path.read_text())
    wanted = {"case", "finding", "category", "dice", "hit", "tp", "fp", "fn", "status"}
    assert wanted <= set(data["findings"][0])
    assert data["summary"]["ci95"]["mean_dice_per_finding"][0] > 0
    assert len(table.read_text().splitlines()) == 1 + sum(CASES.values())
    assert not list(Path(path.parent).glob(".*"))


def test_dataset_and_masks_must_agree(places):
    save(places[0] / "train_2_a_1.nii.gz", reference_block("train_2_a_1")[:1])
    with pytest.raises(DataError, match="finding-count"):
        run(places)


def test_cts_beside_the_masks_are_passed_over(places):
    for case in CASES:
        save(places[0] / "cts" / f"{case}.nii.gz", reference_block(case)[0].astype(np.int16))
    assert {Path(p).parent for p in open_masks(places[0]).places.values()} == {places[0]}
    assert run(places).summary["n_scored"] == sum(CASES.values())


@pytest.mark.parametrize("flat", [(True, True), (True, False), (False, True)])
def test_a_map_of_one_finding_is_scored_as_that_finding(tmp_path, flat):
    """What ``groundct ground`` writes, and what most people have: (i, j, k)."""
    for name, blocks, single in zip("rp", (reference_block, weak_block), flat, strict=True):
        block = blocks("train_2_a_1")[:1]
        save(tmp_path / "four" / name / "train_2_a_1.nii.gz", block)
        save(tmp_path / "some" / name / "train_2_a_1.nii.gz", block[0] if single else block)
    four, some = (run((tmp_path / kind / "r", tmp_path / kind / "p")) for kind in ("four", "some"))
    assert some.findings == four.findings and 0 < some.findings[0].dice < 1
    assert some.summary == four.summary
    with pytest.raises(DataError, match="wrong-number-of-axes"):
        run((tmp_path / "some" / "r", tmp_path / "some" / "p"), OFFICIAL)


def test_a_map_of_one_finding_among_several_is_refused(places):
    (case, *_) = CASES
    save(places[1] / f"{case}.nii.gz", weak_block(case)[0])
    with pytest.raises(DataError, match=r"wrong-number-of-axes.*the reference has 3"):
        run(places)
    result = run(places, STRICT.changed(refused="empty"))
    assert {row.status for row in result.findings if row.case == case} == {"refused"}


def test_nothing_there(tmp_path):
    (tmp_path / "empty").mkdir()
    write_weak(tmp_path / "p")
    with pytest.raises(DataError, match="no-masks"):
        run((tmp_path / "empty", tmp_path / "p"))
    with pytest.raises(DataError, match="no-masks"):
        open_masks(tmp_path / "nowhere")


def test_choices_of_matching_are_stated_and_used(places):
    centre = run(places, Settings(instances=InstanceRules(match_by="centre"), draws=20))
    assert centre.settings.instances.match_by == "centre"
    assert centre.summary["instance_f1"] <= run(places).summary["instance_f1"] + 1
    with pytest.raises(ValueError, match="rules of its own"):
        Settings(protocol="rexgroundingct", instances=InstanceRules(connectivity=6))
