"""Label choice on blocks in an empty grid: every rule has a case that it must refuse."""

import numpy as np
import pytest

from groundct.anatomy.choice import Choice, choose
from groundct.anatomy.choice.choose import MERGED
from groundct.core.geometry import Geometry
from groundct.core.issues import GridError
from groundct.core.volume import BoolArray, LabelMap, RegionMask, Volume, label_map_of_masks

SHAPE = (80, 80, 80)
GRID = Geometry.of(SHAPE, np.diag([4.0, 4.0, 4.0, 1.0]))
LUNG = (slice(10, 32), slice(24, 56), slice(20, 60))
"""Left lung: 22 x 32 x 40 voxels of 64 mm3 are 1802 ml."""
LIVER = (slice(44, 70), slice(24, 50), slice(2, 20))


def block(where: tuple[slice, slice, slice], by: tuple[int, int, int] = (0, 0, 0)) -> BoolArray:
    mask = np.zeros(SHAPE, dtype=np.bool_, order="F")
    mask[tuple(slice(s.start + d, s.stop + d) for s, d in zip(where, by, strict=True))] = True
    return mask


def volume() -> Volume:
    hu = np.full(SHAPE, 40, dtype=np.int16, order="F")
    hu[LUNG] = -850
    hu[(slice(80 - LUNG[0].stop, 80 - LUNG[0].start), *LUNG[1:])] = -850
    hu[LIVER] = 60
    return Volume(hu, GRID, GRID)


def answer(**masks: BoolArray) -> LabelMap:
    named = [(name.replace("_", " "), RegionMask.of(mask)) for name, mask in masks.items()]
    labels = label_map_of_masks(named, GRID, GRID)
    segments = tuple(s.changed(method="model") for s in labels.segments)
    return LabelMap(labels.layers, segments, GRID, GRID)


def decided(choice: Choice, name: str) -> tuple[str | None, str, bool]:
    one = next(each for each in choice.chosen if each.name == name)
    return one.taken, one.reason, one.unsure


def test_an_only_plausible_answer_is_taken_as_it_is() -> None:
    mask = block(LUNG)
    choice = choose({"a": answer(left_lung=mask)}, volume())
    assert decided(choice, "left lung") == ("a", "only a answers plausibly", False)
    assert np.array_equal(choice.labels.mask("left lung"), mask)


@pytest.mark.parametrize(
    ("name", "wrong", "words"),
    [
        ("left_lung", block((slice(10, 14), slice(24, 34), slice(20, 30))), "less than 300 ml"),
        ("spleen", block((slice(2, 78), slice(2, 60), slice(12, 40))), "more than 3000 ml"),
        ("left_lung", block((slice(33, 47), slice(24, 60), slice(20, 60))), "HU lies outside"),
        (
            "liver",
            block((slice(44, 50), slice(24, 50), slice(2, 20)))
            | block((slice(60, 66), slice(24, 50), slice(2, 20))),
            "pieces",
        ),
    ],
)
def test_what_cannot_be_right_is_set_aside(name: str, wrong: BoolArray, words: str) -> None:
    choice = choose({"a": answer(**{name: wrong})}, volume())
    taken, reason, unsure = decided(choice, name.replace("_", " "))
    assert (taken, unsure) == (None, True)
    assert words in reason
    assert name.replace("_", " ") in {each.name for each in choice.labels.abstained}


def test_a_small_structure_that_leaves_the_scan_is_not_too_small() -> None:
    cut = block((slice(10, 20), slice(24, 40), slice(70, 80)))
    hu = volume().hu.copy()
    hu[cut] = -850
    choice = choose({"a": answer(left_lung=cut)}, Volume(hu, GRID, GRID))
    assert decided(choice, "left lung")[0] == "a"


@pytest.mark.parametrize(("top", "taken"), [(60, None), (80, "a")])
def test_above_and_below_hold_only_for_what_is_whole_in_view(top: int, taken: str | None) -> None:
    upper = block((slice(10, 32), slice(24, 56), slice(top - 30, top)))
    liver = block((slice(44, 70), slice(24, 50), slice(55, 73)))
    blank = Volume(np.full(SHAPE, 50, dtype=np.int16, order="F"), GRID, GRID)
    # The liver belongs below the heart, and the heart above the liver.
    answers = {"a": answer(heart=upper, liver=liver)}
    assert decided(choose(answers, blank), "heart")[0] == taken


def test_swapped_sides_lose_and_straight_ones_win() -> None:
    left, right = block(LUNG), block(LUNG)[::-1].copy(order="F")
    spine = block((slice(36, 44), slice(10, 20), slice(0, 80)))
    straight = answer(left_lung=left, right_lung=right, vertebrae=spine)
    swapped = answer(left_lung=right, right_lung=left, vertebrae=spine)
    hu = volume().hu.copy()
    hu[spine] = 300
    choice = choose({"swapped": swapped, "straight": straight}, Volume(hu, GRID, GRID))
    for name in ("left lung", "right lung"):
        taken, reason, _ = decided(choice, name)
        assert taken == "straight"
        assert "wrong side" in reason


@pytest.mark.parametrize(
    "spoilt",
    [
        block(LUNG, (0, 4, 3)),
        block((slice(8, 34), slice(22, 58), slice(18, 62))),
        block((slice(12, 30), slice(26, 54), slice(22, 58))),
        block((slice(10, 32), slice(24, 56), slice(20, 42))),
    ],
    ids=["moved", "grown", "shrunk", "half lost"],
)
def test_a_spoilt_mask_loses_by_the_voxels_that_are_disputed(spoilt: BoolArray) -> None:
    answers = {"spoilt": answer(left_lung=spoilt), "good": answer(left_lung=block(LUNG))}
    taken, reason, _ = decided(choose(answers, volume()), "left lung")
    assert taken == "good" and "disputed" in reason


def test_a_border_off_the_ct_loses_where_nothing_can_be_said_of_disputed_voxels() -> None:
    hu = volume().hu.copy()
    hu[LIVER] = 48  # too little contrast to tell single voxels, enough for a whole border
    answers = {
        "moved": answer(liver=block(LIVER, (0, -5, 0))),
        "good": answer(liver=block(LIVER)),
    }
    taken, reason, _ = decided(choose(answers, Volume(hu, GRID, GRID)), "liver")
    assert taken == "good" and "border" in reason


def test_a_rough_mask_loses_to_a_smooth_one(rng: np.random.Generator) -> None:
    smooth = block(LIVER)
    rough = smooth & (rng.random(SHAPE) > 0.12)
    blank = Volume(np.full(SHAPE, 50, dtype=np.int16, order="F"), GRID, GRID)
    choice = choose({"rough": answer(liver=rough), "smooth": answer(liver=smooth)}, blank)
    taken, reason, _ = decided(choice, "liver")
    assert taken == "smooth" and "smoother" in reason


def test_a_stronger_method_wins_among_equals() -> None:
    mask = block(LIVER)
    weak = answer(liver=mask)
    segments = tuple(s.changed(method="spatial prior") for s in weak.segments)
    weak = LabelMap(weak.layers, segments, GRID, GRID)
    choice = choose({"weak": weak, "strong": answer(liver=mask)}, volume())
    assert decided(choice, "liver")[:2] == (
        "strong",
        "strong has a stronger method; mean Dice 1.00",
    )


def test_the_first_of_equals_is_taken() -> None:
    answers = {"one": answer(liver=block(LIVER)), "two": answer(liver=block(LIVER))}
    assert decided(choose(answers, volume()), "liver")[0] == "one"


def test_masks_that_disagree_are_shown_to_a_person() -> None:
    blank = Volume(np.full(SHAPE, 50, dtype=np.int16, order="F"), GRID, GRID)
    near = choose(
        {"a": answer(liver=block(LIVER)), "b": answer(liver=block(LIVER, (1, 0, 0)))}, blank
    )
    far = choose(
        {"a": answer(liver=block(LIVER)), "b": answer(liver=block(LIVER, (-30, 10, 10)))}, blank
    )
    assert (near.unsure, [each.name for each in far.unsure]) == ((), ["liver"])


def test_an_empty_answer_beside_a_mask_is_shown_to_a_person() -> None:
    nothing = answer(liver=np.zeros(SHAPE, dtype=np.bool_))
    choice = choose({"a": answer(liver=block(LIVER)), "b": nothing}, volume())
    taken, reason, unsure = decided(choice, "liver")
    assert (taken, unsure) == ("a", True) and "empty for b" in reason
    alone = choose({"b": nothing}, volume())
    assert decided(alone, "liver") == ("b", "looked for and empty", False)


def test_three_that_agree_are_merged_and_two_are_not() -> None:
    masks = [block(LIVER, (d, 0, 0)) for d in (-1, 0, 1)]
    three = {name: answer(liver=m) for name, m in zip("abc", masks, strict=True)}
    choice = choose(three, volume())
    assert decided(choice, "liver")[0] == MERGED
    votes = sum(mask.astype(int) for mask in masks)
    assert np.array_equal(choice.labels.mask("liver"), votes >= 2)
    two = {name: three[name] for name in "ab"}
    assert decided(choose(two, volume()), "liver")[0] in ("a", "b")


def test_three_that_disagree_are_not_merged() -> None:
    blank = Volume(np.full(SHAPE, 50, dtype=np.int16, order="F"), GRID, GRID)
    three = {
        name: answer(liver=block(LIVER, by))
        for name, by in (("a", (0, 0, 0)), ("b", (-20, 10, 5)), ("c", (-10, 25, 20)))
    }
    taken, _, unsure = decided(choose(three, blank), "liver")
    assert (taken, unsure) == ("a", True)


def test_a_composite_of_members_taken_elsewhere_is_left_to_be_made_anew() -> None:
    left, right = block(LUNG), block(LUNG)[::-1].copy(order="F")
    whole = answer(left_lung=block(LUNG, (0, 3, 3)), right_lung=right, lung=left | right)
    choice = choose({"whole": whole, "better": answer(left_lung=left)}, volume())
    assert decided(choice, "left lung")[0] == "better"
    assert "lung" not in choice.labels.names
    alone = choose({"whole": whole}, volume())
    assert "lung" in alone.labels.names


def test_no_label_is_left_that_no_structure_names() -> None:
    liver, spleen = block(LIVER), block((slice(4, 10), slice(20, 30), slice(4, 16)))
    first = answer(liver=block(LIVER, (-30, 10, 10)), spleen=spleen)
    choice = choose({"first": first, "second": answer(liver=liver)}, volume())
    named = {part for segment in choice.labels.segments for part in segment.parts}
    there = {
        (n, int(label))
        for n, layer in enumerate(choice.labels.layers)
        for label in np.unique(layer)
        if label
    }
    assert there == named


def test_answers_on_another_grid_and_none_at_all_are_refused() -> None:
    other = Geometry.of(SHAPE, np.diag([4.0, 4.0, 5.0, 1.0]))
    moved = LabelMap((), (), other, other)
    with pytest.raises(GridError):
        choose({"a": moved}, volume())
    with pytest.raises(ValueError, match="no answers"):
        choose({}, volume())
