"""The tree of structures is whole: paths, sides, codes and recipes agree with each other."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundct.core.issues import TableError
from groundct.vocabulary.anatomy import OTHERS, TOP_REGIONS, Structure, anatomy
from groundct.vocabulary.codes import (
    RADLEX,
    SNOMED_CT,
    Code,
    codes,
    is_concept_id,
    is_well_formed,
    verhoeff_holds,
)
from groundct.vocabulary.recipes import Recipe, composite_names, in_order, recipes, recipes_of
from groundct.vocabulary.report_words import report_words
from groundct.vocabulary.segments import segments

SIDES = {"left": "right", "right": "left"}
UNSAID = {"bronchus intermedius"}
"""Sided structures whose names need no side, since the other side has none."""


def side_of(name: str) -> set[str]:
    return set(SIDES) & set(name.split())


def orphans(structures: tuple[Structure, ...]) -> list[str]:
    """The paths of which a part above the last is no structure's path and no top region."""
    own = {path for structure in structures for path in structure.paths}
    roots = {*TOP_REGIONS, OTHERS}
    return [
        path
        for path in sorted(own)
        for up in anatomy().ancestors(path)
        if up not in own and up not in roots
    ]


def test_every_path_has_its_parents() -> None:
    assert orphans(tuple(anatomy().structures.values())) == []


def test_a_path_without_its_parent_is_seen() -> None:
    lost = Structure("x", False, True, None, False, ("lung/lung/third lung/x",))
    assert orphans((*anatomy().structures.values(), lost)) == ["lung/lung/third lung/x"]


def test_a_path_ends_with_its_structure_or_is_its_hosts() -> None:
    tree = anatomy()
    for structure in tree.structures.values():
        if not structure.is_lesion:
            assert {tree.leaf(path) for path in structure.paths} == {structure.name}
        else:
            assert tree.leaf(structure.paths[0]) in tree.structures


def test_names_are_radgenomes_or_our_own_or_regions() -> None:
    tree = anatomy()
    assert len(tree.mask_names) == 210
    assert set(tree.own_names).isdisjoint(tree.mask_names)
    rest = set(tree.structures) - set(tree.mask_names) - set(tree.own_names)
    assert rest <= {*TOP_REGIONS, "urinary bladder"}
    assert {segment.name for segment in segments()} <= set(tree.own_names)
    for name in ("carina", "left hilum", "bronchus intermedius", "right horizontal fissure"):
        assert tree.structures[name].own and tree.is_segment_name(name)
    assert tree.is_segment_name("pleura") and not tree.is_segment_name("third lung")


def test_sides_are_those_of_names_and_paths() -> None:
    tree = anatomy()
    for structure in tree.structures.values():
        side = {structure.laterality} if structure.laterality else set()
        assert side_of(structure.name) == side or structure.name in UNSAID
        for path in structure.paths:
            assert side_of(path.replace("/", " ")) <= side
    pairs = {s.name for s in tree.structures.values() if s.name.startswith(("left ", "right "))}
    alone = {name for name in pairs if _other_side(name) not in pairs}
    lobes = {name for name in alone if "lung" in name or "liver" in name or "bronchus" in name}
    assert alone - lobes == {"left auricle of heart", "right horizontal fissure"}


def _other_side(name: str) -> str:
    side, _, rest = name.partition(" ")
    return f"{SIDES[side]} {rest}"


def test_published_paths_are_radgenomes() -> None:
    tree = anatomy()
    own = {path for name in tree.own_names for path in tree.paths_of(name)}
    for name in tree.structures:
        assert tree.published_path(name) not in own
    assert tree.published_path("left pleura") == "pleura/pleura"
    assert tree.published_path("carina") == "trachea and bronchie/trachea"
    assert tree.published_path("left lung") == tree.path_of("left lung")


def test_recipes_are_of_known_structures_and_sides_do_not_cross() -> None:
    tree = anatomy()
    for recipe in recipes():
        members = {*recipe.members, *recipe.needs, *recipe.without}
        assert {recipe.name, *members} <= set(tree.structures)
        assert set(recipe.needs) <= set(recipe.members)
        assert recipe.name not in members
        side = tree.structures[recipe.name].laterality
        if side:
            assert {tree.structures[m].laterality for m in recipe.members} <= {side, None}
            assert all(SIDES[side] not in m.split() for m in recipe.members)


def test_a_union_of_sides_has_both() -> None:
    for recipe in recipes():
        for member in recipe.members:
            if recipe.rule == "union" and not side_of(recipe.name) and side_of(member):
                other = _other_side(member) if not member.startswith("head") else ""
                assert not other or other not in anatomy().structures or other in recipe.members


def test_members_stand_before_what_is_made_of_them() -> None:
    ready: set[str] = set()
    for recipe in recipes():
        assert {*recipe.members, *recipe.without} & composite_names() <= ready
        ready.add(recipe.name)


def test_circles_of_recipes_are_refused() -> None:
    a, b = (
        Recipe(name="a", rule="union", members=("b",), needs=()),
        Recipe(name="b", rule="union", members=("a",), needs=()),
    )
    with pytest.raises(TableError, match="recipe-circle"):
        in_order([a, b])


def test_named_recipes() -> None:
    assert recipes_of("left lung")[0].needs == ("left lung upper lobe", "left lung lower lobe")
    assert [recipe.rule for recipe in recipes_of("bronchie")] == ["union", "minus"]
    assert recipes_of("left pleura")[0].outside_mm == 3
    assert recipes_of("trachea") == ()
    for region in TOP_REGIONS:
        assert recipes_of(region) or anatomy().structures[region].is_mask


def test_codes_are_of_known_structures_and_well_formed() -> None:
    assert set(codes()) <= set(anatomy().structures)
    assert all(is_well_formed(code) for found in codes().values() for code in found)


def test_no_two_structures_share_a_code_unless_they_are_one_thing() -> None:
    one_thing = {
        frozenset({"thyroid", "thyroid gland"}),
        frozenset({"costal cartilage", "rib cartilage"}),
    }
    named = [(code, name) for name, found in codes().items() for code in found]
    for (a, first), (b, second) in itertools.combinations(named, 2):
        if (a.system, a.code, a.modifier) == (b.system, b.code, b.modifier):
            assert frozenset({first, second}) in one_thing


@pytest.mark.parametrize("text", ["39607008", "80891009", "15825003", "7771000"])
def test_concept_ids(text: str) -> None:
    assert is_concept_id(text)


@pytest.mark.parametrize("text", ["39607009", "3960700", "3960700x", "039607008", "39607008 ", ""])
def test_what_is_no_concept_id(text: str) -> None:
    assert not is_concept_id(text)


def test_a_description_id_is_no_concept_id() -> None:
    # The last digit but two and one tell the kind, here 01, a description's.
    assert verhoeff_holds("754786014")
    assert not is_concept_id("754786014")


@given(st.text(alphabet="0123456789", min_size=2, max_size=18), st.data())
def test_one_wrong_digit_and_two_turned_round_are_seen(digits: str, data: st.DataObject) -> None:
    whole = next(digits + str(n) for n in range(10) if verhoeff_holds(digits + str(n)))
    place = data.draw(st.integers(0, len(whole) - 1))
    wrong = data.draw(st.sampled_from([d for d in "0123456789" if d != whole[place]]))
    assert not verhoeff_holds(whole[:place] + wrong + whole[place + 1 :])
    if place and whole[place] != whole[place - 1]:
        turned = whole[: place - 1] + whole[place] + whole[place - 1] + whole[place + 1 :]
        assert not verhoeff_holds(turned)


@pytest.mark.parametrize(
    "code",
    [
        Code(SNOMED_CT, "39607009", "", "dicom"),
        Code(SNOMED_CT, "39607008", "7771001", "dicom"),
        Code(SNOMED_CT, "39607008", "", "hearsay"),
        Code(RADLEX, "1301", "", "anatomiclocations"),
        Code(RADLEX, "RID1301", "7771000", "anatomiclocations"),
        Code("other", "RID1301", "", "anatomiclocations"),
    ],
)
def test_malformed_codes_are_refused(code: Code) -> None:
    assert not is_well_formed(code)


def test_what_reports_call_a_structure() -> None:
    assert "pulmonary parenchyma" in report_words("lung")
    assert report_words("left lung") == report_words("lung")
    assert report_words("left lung upper lobe") == ("lul",)
    assert "pericardial" in report_words("pericardium")
    assert "hilar" in report_words("left hilum")
    assert "hilar" not in report_words("mediastinal tissue")
    assert report_words("body") == ()
    assert report_words("lung", "no language") == ()
