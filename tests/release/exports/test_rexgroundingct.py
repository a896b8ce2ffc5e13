"""Record -> ReXGroundingCT's layout -> its source: the same findings, voxels and affines."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from groundct.codecs.rexgroundingct import count_issues, read_placed_masks
from groundct.core.issues import ReleaseError
from groundct.core.volume import to_stored
from groundct.release.exports._contract import ExportOptions, ReleasedCase
from groundct.release.exports.rexgroundingct import PLUGIN, finding_regions, rex_case
from groundct.sources.rexgroundingct import PLUGIN as SOURCE

Case = Callable[..., ReleasedCase]


@pytest.mark.parametrize("identity", [False, True])
def test_the_source_reads_back_findings_and_masks(
    oriented: ReleasedCase, tmp_path: Path, identity: bool
) -> None:
    PLUGIN.export([oriented], tmp_path, ExportOptions(identity_affine=identity))
    regions, stated = oriented.regions, rex_case(oriented)
    assert regions is not None and stated is not None
    hu = np.zeros(regions.stored.shape, dtype=np.int16)
    (tmp_path / "ct").mkdir()
    nib.save(nib.Nifti1Image(hu, regions.stored.matrix), tmp_path / "ct/train_7_a_1.nii.gz")
    corpus = SOURCE.read(tmp_path)
    assert corpus.issues == ()
    (case,) = corpus.cases
    assert (case.case_id, case.patient_id, case.split) == ("train_7_a_1", "train_7", "train")
    assert case.published.findings == stated.entry.findings
    assert case.published.protocol == "groundct"
    path = case.published.finding_masks
    assert path is not None
    masks = read_placed_masks(path, regions.stored)
    assert masks.grid == regions.stored
    assert count_issues(masks, case.published.findings, path) == ()
    first = regions.mask("r-nodule-1")
    expected = first.astype(np.uint8) + 2 * (regions.mask("r-nodule-2") & ~first)
    stored = to_stored(expected, regions.stored)
    assert np.array_equal(masks.findings[0].dense(regions.stored.shape), stored)
    image = nib.load(path)
    assert np.array_equal(np.asanyarray(image.dataobj), stored[np.newaxis])
    assert np.array_equal(image.affine, np.eye(4) if identity else regions.stored.matrix)


def test_dataset_json_is_as_published(case: Case, tmp_path: Path) -> None:
    exported = PLUGIN.export([case(split="validation")], tmp_path, ExportOptions())
    data = json.loads((tmp_path / "dataset.json").read_text())
    assert data == {
        "val": [
            {
                "name": "train_7_a_1.nii.gz",
                "findings": {"0": "nodule, as stated"},
                "entity_counts": {"0": 2},
                "shape": [9, 8, 7],
                "pixels": {"0": 15},
                "categories": {"0": "2d"},
                "protocol": "groundct",
            }
        ]
    }
    assert [(i.code, i.where) for i in exported.issues] == [
        ("finding-without-voxels", "train_7_a_1 f3")
    ]


def test_only_present_findings_with_their_own_voxels_count(case: Case) -> None:
    record = case().record
    by_id = {f.finding_id: finding_regions(record, f) for f in record.reading.findings}
    assert [r.region_id for r in by_id["f0"]] == ["r-nodule-1", "r-nodule-2"]
    assert by_id["f1"] == by_id["f2"] == by_id["f3"] == ()


def test_an_uncertain_finding_is_not_exported_even_when_grounded(case: Case) -> None:
    released = case()
    findings = tuple(
        f.model_copy(update={"presence": "uncertain"}) for f in released.record.reading.findings
    )
    reading = released.record.reading.model_copy(update={"findings": findings})
    record = released.record.model_copy(update={"reading": reading})
    assert rex_case(replace(released, record=record)) is None


def test_a_case_without_exported_findings_has_no_entry(case: Case, tmp_path: Path) -> None:
    released = case()
    record = released.record.model_copy(update={"groundings": ()})
    PLUGIN.export([replace(released, record=record)], tmp_path, ExportOptions())
    assert json.loads((tmp_path / "dataset.json").read_text()) == {}


def test_missing_voxels_are_refused(case: Case) -> None:
    released = case()
    assert released.regions is not None
    fewer = replace(released.regions, segments=released.regions.segments[1:])
    for broken in (replace(released, regions=fewer), replace(released, regions=None)):
        with pytest.raises(ReleaseError, match="mask-contradicts-record"):
            rex_case(broken)


def test_another_split_is_refused(case: Case) -> None:
    with pytest.raises(ReleaseError, match="split-outside-layout"):
        rex_case(case(split="holdout"))


def test_too_many_instances_are_refused(case: Case) -> None:
    released = case()
    one = released.record.regions[2]
    many = tuple(
        one.model_copy(update={"region_id": f"x{n}", "instance": n}) for n in range(1, 257)
    )
    grounding = released.record.groundings[0].model_copy(
        update={"region_ids": tuple(r.region_id for r in many)}
    )
    record = released.record.model_copy(update={"regions": many, "groundings": (grounding,)})
    with pytest.raises(ReleaseError, match="too-many-instances"):
        rex_case(replace(released, record=record))
