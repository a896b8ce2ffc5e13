"""Releases are scored: against themselves, against their export, with findings told by their id."""

from groundct.benchmark.segmentation import Settings, evaluate_segmentation, open_masks
from groundct.metrics.official import InstanceRules
from groundct.release.exports._contract import ExportOptions
from groundct.release.exports.rexgroundingct import PLUGIN
from groundct.release.read import read_release

SMALL = Settings(instances=InstanceRules(min_voxels=1), draws=20)


def test_a_release_against_itself(make):
    masks = open_masks(make())
    result = evaluate_segmentation(masks, masks, SMALL)
    assert [row.dice for row in result.findings] == [1.0, 1.0]
    assert {row.finding_id for row in result.findings} == {"f1"}
    assert {(row.category, row.side, row.focal) for row in result.findings} == {
        ("2d", "right", True)
    }
    assert result.summary["n_cases"] == 2 and result.summary["distance_f1"] == 1.0


def test_a_release_against_its_export(make, tmp_path):
    release = make()
    PLUGIN.export(read_release(release).cases(), tmp_path / "out", ExportOptions())
    for pair in ((release, tmp_path / "out"), (tmp_path / "out", release)):
        result = evaluate_segmentation(*(open_masks(path) for path in pair), SMALL)
        assert [row.dice for row in result.findings] == [1.0, 1.0]
        assert [row.category for row in result.findings] == ["2d", "2d"]
        assert not result.issues


def test_a_release_that_lacks_a_case_is_counted(make, artifacts):
    whole, part = make(), make(artifacts(), name="part")
    result = evaluate_segmentation(open_masks(whole), open_masks(part), SMALL)
    assert result.summary["n_missing"] == 1
    assert result.summary["mean_dice_per_finding"] < 0.51
