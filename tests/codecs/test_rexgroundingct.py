"""ReXGroundingCT's dataset file and masks: values <-> files."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundct.codecs.finding_masks import FindingMask, write_finding_masks
from groundct.codecs.rexgroundingct import (
    RexEntry,
    count_issues,
    read_dataset,
    read_placed_masks,
    write_dataset,
)
from groundct.core.case import PublishedFinding
from groundct.core.geometry import Geometry
from groundct.core.issues import GridError, TableError

SHAPE = (6, 5, 4)
LPS = Geometry.of(SHAPE, [[-0.8, 0, 0, 9], [0, -0.7, 0, 7], [0, 0, 2.5, -100]])


@st.composite
def entries(draw: st.DrawFn) -> RexEntry:
    whole = draw(st.booleans())
    findings = tuple(
        PublishedFinding(
            index=index,
            text=draw(st.text(st.characters(codec="utf-8"), min_size=1, max_size=9)) + ".",
            category=draw(st.sampled_from(["2d", "1c"])) if whole else None,
            entity_count=draw(st.integers(0, 9)) if whole else None,
            voxels=draw(st.integers(0, 10**7)) if whole else None,
        )
        for index in range(draw(st.integers(1, 12)))
    )
    return RexEntry(
        name=f"train_{draw(st.integers(1, 99))}_a_1.nii.gz",
        split=draw(st.sampled_from(["train", "validation", "test"])),
        findings=findings,
        shape=SHAPE if whole else None,
        protocol="protocol2" if whole else None,
    )


@given(st.lists(entries(), min_size=1, max_size=3))
def test_what_is_written_is_read_back(written: list[RexEntry]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dataset.json"
        write_dataset(path, written)
        read, issues = read_dataset(path)
    assert issues == ()
    order = list(dict.fromkeys(entry.split for entry in written))
    assert list(read) == sorted(written, key=lambda entry: order.index(entry.split))


def test_every_fault_of_an_entry_is_told_together(tmp_path: Path) -> None:
    path = tmp_path / "dataset.json"
    bad = {"name": "a.nii.gz", "findings": {"1": ""}, "shape": "big", "pixels": {}}
    path.write_text(json.dumps({"val": [bad, 7]}))
    read, issues = read_dataset(path)
    assert read == ()
    assert [issue.code for issue in issues] == [
        "finding-keys", "empty-finding", "part-keys", "entry-shape", "no-name",
    ]  # fmt: skip


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "dataset.json"
    path.write_text("[" * 100_000)
    with pytest.raises(TableError, match="not-json"):
        read_dataset(path)


def masks() -> tuple[FindingMask, ...]:
    first = np.zeros(SHAPE, np.uint8)
    first[1:3, 1:3, 1:3] = 1
    second = np.zeros(SHAPE, np.uint8)
    second[0, 0, 0], second[5, 4, 3] = 1, 2
    return FindingMask.of(first), FindingMask.of(second)


@pytest.mark.parametrize("identity", [True, False])
def test_masks_take_the_affine_of_their_ct(tmp_path: Path, identity: bool) -> None:
    path = tmp_path / "m.nii.gz"
    write_finding_masks(path, masks(), LPS, identity_affine=identity)
    placed = read_placed_masks(path, LPS)
    assert placed.grid == LPS
    for mask, expected in zip(placed.findings, masks(), strict=True):
        assert np.array_equal(mask.dense(SHAPE), expected.dense(SHAPE))


def test_masks_that_are_not_the_cts_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.nii.gz"
    write_finding_masks(path, masks(), LPS)
    mirrored = Geometry.of(SHAPE, [[0.8, 0, 0, 9], [0, -0.7, 0, 7], [0, 0, 2.5, -100]])
    with pytest.raises(GridError, match="affine-contradicts-ct"):
        read_placed_masks(path, mirrored)
    other = Geometry.of((5, 6, 4), LPS.affine)
    with pytest.raises(GridError, match="mask-shape"):
        read_placed_masks(path, other)


@pytest.mark.parametrize(
    ("voxels", "count", "code"),
    [(8, 1, None), (None, None, None), (9, 1, "voxel-count"), (8, 2, "instance-count")],
)
def test_counts_are_compared(
    tmp_path: Path, voxels: int | None, count: int | None, code: str | None
) -> None:
    path = tmp_path / "m.nii.gz"
    write_finding_masks(path, masks(), LPS)
    placed = read_placed_masks(path, LPS)
    findings = (
        PublishedFinding(index=0, text="A.", voxels=voxels, entity_count=count),
        PublishedFinding(index=1, text="B.", voxels=2, entity_count=2),
    )
    assert [i.code for i in count_issues(placed, findings, path)] == ([code] if code else [])
    assert [i.code for i in count_issues(placed, findings[:1], path)] == ["finding-count"]
