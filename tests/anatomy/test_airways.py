import numpy as np
import pytest

from groundct.anatomy._hu.airway import airway_tree as names
from groundct.anatomy._hu.airway.airway_graph import lines, shells
from groundct.anatomy._hu.airway.airway_names import Named, named, split, subtree
from groundct.anatomy._hu.airway.airways import find_airways
from groundct.anatomy._hu.airway.enclosed import enclosed
from groundct.anatomy._hu.grid import working
from groundct.anatomy._hu.wall.body import find_body
from groundct.core.geometry import Geometry
from groundct.core.volume import BoolArray, Volume

SHAPE = (150, 90, 190)
ROOT = (75, 45, 186)
CARINA = (75, 40, 110)
TUBES = {
    # i grows to the right, j to the front, k to the head
    "trachea": (ROOT, CARINA, 8.0),
    "right main": (CARINA, (92, 38, 98), 6.0),
    "right upper": ((92, 38, 98), (118, 40, 104), 3.6),
    "right intermedius": ((92, 38, 98), (100, 36, 72), 4.6),
    "right middle": ((100, 36, 72), (112, 58, 62), 2.8),
    "right lower": ((100, 36, 72), (108, 26, 40), 3.6),
    "left main": (CARINA, (42, 36, 88), 5.5),
    "left upper": ((42, 36, 88), (24, 50, 96), 3.4),
    "left lower": ((42, 36, 88), (32, 22, 52), 3.6),
}
INSIDE = {
    names.TRACHEA: (75, 43, 150),
    names.RIGHT_MAIN: (88, 38, 100),
    names.RIGHT_UPPER: (112, 40, 102),
    names.INTERMEDIUS: (97, 37, 82),
    names.RIGHT_MIDDLE: (109, 52, 65),
    names.RIGHT_LOWER: (103, 32, 60),
    names.LEFT_MAIN: (55, 38, 97),
    names.LEFT_UPPER: (28, 47, 94),
    names.LEFT_LOWER: (38, 30, 74),
}


def _tube(shape: tuple[int, int, int], start: tuple, end: tuple, radius: float) -> BoolArray:
    places = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1)
    a, b = np.array(start, float), np.array(end, float)
    along = np.clip(((places - a) @ (b - a)) / ((b - a) @ (b - a)), 0, 1)
    return np.linalg.norm(places - a - along[..., None] * (b - a), axis=-1) <= radius


@pytest.fixture(scope="module")
def tubes() -> dict[str, BoolArray]:
    return {name: _tube(SHAPE, *tube) for name, tube in TUBES.items()}


def _named(tree: BoolArray) -> Named | None:
    top = tree.copy()
    top[:, :, :-6] = False
    found = shells(tree, top, 1.0)
    first = lines(found)
    assert first is not None
    return named(found, first, (1.0, 1.0, 1.0))


def test_every_bronchus_of_a_drawn_tree_gets_its_name(tubes: dict[str, BoolArray]) -> None:
    told = _named(np.logical_or.reduce(list(tubes.values())))
    assert told is not None
    assert set(told.lines) == set(INSIDE)
    assert told.guessed == frozenset()
    assert set(told.lobes) == {
        names.RIGHT_UPPER, names.RIGHT_MIDDLE, names.RIGHT_LOWER, names.LEFT_UPPER, names.LEFT_LOWER
    }  # fmt: skip
    assert np.linalg.norm(told.carina - CARINA) < 10


def test_a_tree_that_ends_in_its_main_bronchi_guesses_no_lobe(tubes: dict[str, BoolArray]) -> None:
    told = _named(tubes["trachea"] | tubes["right main"] | tubes["left main"])
    assert told is not None
    assert set(told.lines) == {names.TRACHEA, names.RIGHT_MAIN, names.LEFT_MAIN}
    assert told.guessed == {names.RIGHT_MAIN, names.LEFT_MAIN}
    assert told.lobes == {}


def test_a_trachea_without_a_fork_has_no_names(tubes: dict[str, BoolArray]) -> None:
    assert _named(tubes["trachea"]) is None


def test_a_mirrored_tree_has_mirrored_main_bronchi(tubes: dict[str, BoolArray]) -> None:
    tree = np.logical_or.reduce(list(tubes.values()))
    told = _named(np.ascontiguousarray(tree[::-1]))
    assert told is not None
    assert told.lines[names.LEFT_MAIN][0] is not told.lines[names.RIGHT_MAIN][0]
    # what looks like a left tree on the right is not given a right upper lobe 18 mm from the carina
    assert names.RIGHT_MAIN in told.lines


def test_a_long_line_is_split_where_it_is_asked_to(tubes: dict[str, BoolArray]) -> None:
    told = _named(tubes["trachea"] | tubes["right main"] | tubes["left main"])
    assert told is not None
    stem = [line for line in told.lines[names.LEFT_MAIN] if len(line.shells) > 6][:1]
    before = [s for line in subtree(stem[0]) for s in line.shells]
    at = split(stem, 6.0)
    assert len(stem[at].shells) == 3
    assert [s for line in subtree(stem[0]) for s in line.shells] == before


def test_a_voxel_in_a_tube_is_walled_in_and_one_in_the_open_is_not() -> None:
    hu = np.full((40, 40, 40), -860, dtype=np.int16)
    tube = _tube((40, 40, 40), (20, 20, -5), (20, 20, 45), 4.0)
    hu[tube] = -500
    hu[_tube((40, 40, 40), (20, 20, -5), (20, 20, 45), 2.0)] = -960
    count = enclosed(hu, (hu + np.int16(60)).astype(np.int16), 5)
    assert count[20, 20, 20] >= 10
    assert count[5, 5, 20] == 0


def test_the_airway_of_a_scan_is_found_with_its_wall_and_names(
    tubes: dict[str, BoolArray],
) -> None:
    hu = np.full(SHAPE, 40, dtype=np.int16, order="F")
    parenchyma = np.zeros(SHAPE, dtype=np.bool_)
    parenchyma[96:148, 5:85, 15:140] = parenchyma[2:46, 5:85, 15:140] = True
    hu[parenchyma] = -860
    for name, (start, end, radius) in TUBES.items():
        hu[_tube(SHAPE, start, end, radius + 1.5) & (hu < 0)] = -100
        del name
    for tube in tubes.values():
        hu[tube] = -980
    hu = np.pad(hu, ((8, 8), (8, 8), (0, 0)), constant_values=40)
    hu = np.asfortranarray(np.pad(hu, ((4, 4), (4, 4), (0, 0)), constant_values=-1000))
    geometry = Geometry.of(hu.shape, np.eye(4))
    grid = working(Volume(hu, geometry, geometry))
    body = find_body(grid)
    assert body is not None
    airways = find_airways(grid, body)
    assert airways is not None and airways.bronchi is not None
    masks = {name: mask.dense(hu.shape) for name, mask in airways.named.items()}
    masks[names.TRACHEA] = airways.trachea.dense(hu.shape)
    for name, place in INSIDE.items():
        at = tuple(p + q for p, q in zip(place, (12, 12, 0), strict=True))
        own = [other for other, mask in masks.items() if mask[at]]
        assert own == [name], name
    assert airways.carina_in_view
    tops = [branch for branch in airways.branches if branch.parent is None]
    assert [branch.label for branch in tops] == [names.TRACHEA]
    assert all(b.parent is None or b.parent < b.index for b in airways.branches)
