"""From names to voxels: sides, halves, pairs, rims, regions, holders, and what is missing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from groundct.grounding.assign.atlas import Atlas, Missing, Spot
from groundct.grounding.assign.names import lungs_of, names_of, sided


@pytest.mark.parametrize(
    ("name", "laterality", "names"),
    [
        ("lung", "right", ("right lung",)),
        ("lung", "bilateral", ("left lung", "right lung")),
        ("lung", None, ("lung",)),
        ("pleura", "left", ("left pleura",)),
        ("left lung", "left", ("left lung",)),
        ("left lung", "right", ()),
        ("right lung upper lobe", "bilateral", ("right lung upper lobe",)),
        ("heart", "left", ("heart",)),
        ("lung lower lobe", "left", ("left lung lower lobe",)),
    ],
)
def test_the_texts_side_is_put_to_paired_names_only(
    name: str, laterality: Any, names: tuple[str, ...]
) -> None:
    assert sided(name, laterality) == names


def test_segments_go_before_lobes_and_the_types_own_place_comes_last(finding: Any) -> None:
    segment = "left lung lower lobe superior segment"
    exact = finding(place="left lung lower lobe", lung_segments=(segment,))
    assert names_of(exact) == (segment,)
    assert names_of(finding(place="left lung lower lobe")) == ("left lung lower lobe",)
    assert names_of(finding(category="2e")) == ("pleura",)


def test_lungs_of_a_place() -> None:
    assert lungs_of("left pleura") == ("left lung",)
    assert lungs_of("lung lower lobe") == ("left lung", "right lung")
    assert lungs_of("heart") == ()


def _atlas(chest: Any) -> Atlas:
    return Atlas(chest.volume(), chest.label_map())


def test_an_organ_is_its_own_mask(chest: Any) -> None:
    spot = _atlas(chest).look("rib")
    assert isinstance(spot, Spot)
    assert (spot.kind, spot.approximate) == ("organ", False)
    assert np.array_equal(spot.mask.dense(chest.hu.shape), chest.organs["rib"])


@pytest.mark.parametrize(("name", "low"), [("left rib", True), ("right rib", False)])
def test_a_paired_structure_with_one_mask_is_halved(chest: Any, name: str, low: bool) -> None:
    spot = _atlas(chest).look(name)
    assert isinstance(spot, Spot)
    assert spot.approximate
    i = np.argwhere(spot.mask.dense(chest.hu.shape))[:, 0]
    assert (i.max() < 48) if low else (i.min() > 47)


def test_a_part_without_a_mask_is_held_by_the_structure_around_it_on_its_side(chest: Any) -> None:
    spot = _atlas(chest).look("left rib 5")
    assert isinstance(spot, Spot)
    assert spot.name == "left rib"
    assert spot.confidence < 0.5


def test_both_lungs_are_a_pair_and_the_pleura_is_a_rim_around_one(chest: Any) -> None:
    atlas = _atlas(chest)
    both, rim = atlas.look("lung"), atlas.look("right pleura")
    assert isinstance(both, Spot)
    assert isinstance(rim, Spot)
    assert both.mask.count == sum(np.count_nonzero(chest.organs[f"{s} lung"]) for s in SIDES)
    assert rim.approximate
    dense = rim.mask.dense(chest.hu.shape)
    assert not dense[chest.organs["left lung"]].any()
    assert dense[chest.organs["right lung"]].any()
    assert dense[~chest.organs["right lung"]].any()


def test_a_region_needs_its_tissue_or_half_of_its_members(chest: Any) -> None:
    chest.organs["liver"] = chest.ball((60, 30, 4), 12)
    assert isinstance(_atlas(chest).look("abdomen"), Missing)
    chest.organs["abdominal tissue"] = chest.ball((40, 30, 4), 12)
    spot = _atlas(chest).look("abdomen")
    assert isinstance(spot, Spot)
    assert spot.approximate


def test_a_lobe_without_its_lung_is_not_segmented_and_with_an_empty_one_out_of_view(
    chest: Any,
) -> None:
    del chest.organs["left lung"]
    missing = _atlas(chest).look("left lung lower lobe")
    assert isinstance(missing, Missing)
    assert missing.reason == "not_segmented"
    chest.organs["left lung"] = np.zeros(chest.hu.shape, dtype=np.bool_)
    empty = _atlas(chest).look("left lung lower lobe")
    assert isinstance(empty, Missing)
    assert empty.reason == "outside_scan"


SIDES = ("left", "right")
