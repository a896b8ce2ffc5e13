"""The tables agree with each other and with the facts they state."""

from __future__ import annotations

import pytest

from groundct.core.issues import TableError
from groundct.vocabulary._tables import parse_table
from groundct.vocabulary.anatomy import OTHERS, TOP_REGIONS, anatomy
from groundct.vocabulary.findings import findings
from groundct.vocabulary.segments import segments


def test_mask_names() -> None:
    tree = anatomy()
    assert len(tree.mask_names) == 210
    assert tree.is_mask_name("left lung lower lobe")
    assert not tree.is_mask_name("pleura")
    assert not tree.is_mask_name("Left Lung")
    assert "lung nodule" in tree.lesion_names


def test_sides_are_those_of_the_names() -> None:
    for structure in anatomy().structures.values():
        words = structure.name.split()
        said = {side for side in ("left", "right") if side in words}
        if structure.name == "bronchus intermedius":
            said = {"right"}  # The left lung has none.
        # A liver lobe's "left" and "right" are parts of its name and sides alike.
        assert said == ({structure.laterality} if structure.laterality else set())


def test_paths() -> None:
    tree = anatomy()
    path = "lung/lung/right lung/right lung upper lobe"
    assert tree.path_of("right lung upper lobe") == path
    assert "lung/lung/lung upper lobe/right lung upper lobe" in tree.paths_of(
        "right lung upper lobe"
    )
    assert tree.top_region(path) == "lung"
    assert tree.parent(path) == "lung/lung/right lung"
    assert tree.parent("lung") is None
    assert tree.ancestors(path) == ("lung", "lung/lung", "lung/lung/right lung")
    assert tree.leaf(path) == "right lung upper lobe"
    assert tree.is_path(path)
    assert not tree.is_path("lung/lung/third lung")
    with pytest.raises(KeyError):
        tree.path_of("third lung")


def test_every_path_starts_at_a_region_and_no_side_changes_on_the_way_down() -> None:
    tree = anatomy()
    for path in tree.paths:
        assert tree.top_region(path) in (*TOP_REGIONS, OTHERS)
        words = path.replace("/", " ").split()
        assert not {"left", "right"} <= set(words), path


def test_regions_have_masks() -> None:
    tree = anatomy()
    assert tuple(sorted(tree.regions)) == TOP_REGIONS
    for region in TOP_REGIONS:
        assert tree.region_members(region)
        assert all(tree.is_segment_name(name) for name in tree.region_members(region))


def test_findings_point_at_known_codes_paths_and_labels() -> None:
    words = findings()
    assert len(words.codes) == 62
    assert len(words.labels) == 18
    assert words.codes["1c"].focal is False
    assert words.codes["2d"].focal is True
    assert words.codes["10a"].focal is None
    for kind in words.types.values():
        assert kind.code in words.codes
        assert not kind.anatomy or anatomy().is_path(kind.anatomy), kind.type
        assert set(kind.labels) <= set(words.labels)
    assert {label for kind in words.types.values() for label in kind.labels} == set(words.labels)


def test_wider_types_are_known_and_set_no_label_of_their_own() -> None:
    words = findings()
    for kind, wider in words.wider.items():
        assert set(words.types[wider].labels) <= set(words.types[kind].labels), kind
        assert kind not in words.narrower(kind)
    assert words.narrower("pleural_effusion") == ("hemothorax", "empyema")
    assert words.narrower("empyema") == ()
    # Called "ground glass", crazy paving would set a label that it does not set itself.
    assert "crazy_paving" not in words.narrower("opacity")


def test_segments() -> None:
    assert len(segments()) == 18
    assert len({segment.name for segment in segments()}) == 18
    for segment in segments():
        assert anatomy().path_of(segment.lobe) == segment.path
        assert segment.name.startswith(segment.side)


def test_broken_tables_are_refused() -> None:
    with pytest.raises(TableError, match="vocabulary-heading"):
        parse_table("a\tb\n1\t2\n", ("a", "c"), "x.tsv")
    with pytest.raises(TableError, match="vocabulary-row"):
        parse_table("a\tb\n1\n", ("a", "b"), "x.tsv")
