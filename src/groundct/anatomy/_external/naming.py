"""Other tools' class names -> the tree's structures, by the mapping tables of the vocabulary."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from groundct.core.volume import LabelArray, LabelMap, Method, Segment, Volume
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.mappings import mapping

RADGENOME: Final = "radgenome"
LAYOUTS: Final = (RADGENOME, "totalsegmentator", "sat")


@dataclass(frozen=True)
class Names:
    """What class names mean.

    ``structures``: for each structure the classes whose union it is. ``unknown``: classes that the
    layout does not know. Classes that are known and part of no structure stand in neither.
    """

    structures: Mapping[str, tuple[str, ...]]
    unknown: tuple[str, ...]


def names_of(layout: str, classes: Iterable[str], task: str | None = None) -> Names:
    """The structures that ``classes`` make in a layout.

    ``radgenome`` holds the tree's own names. Of another tool a structure is there when all classes
    that it is made of are; a class that is merely a part of a structure makes none. ``task`` says
    which of the tool's tasks the classes are of; without it the first that has a class is taken.
    """
    given = tuple(dict.fromkeys(classes))
    if layout == RADGENOME:
        tree = anatomy().structures
        return Names(
            {name: (name,) for name in given if name in tree},
            tuple(name for name in given if name not in tree),
        )
    tool = mapping(layout)
    found = {name: tool.find(name, task) for name in given}
    by_task: dict[str, set[str]] = {}
    for name, one in found.items():
        if one is not None:
            by_task.setdefault(one.task, set()).add(name)
    structures: dict[str, tuple[str, ...]] = {}
    for own_task, present in by_task.items():
        for structure, parts in tool.made_of(own_task).items():
            if present.issuperset(parts):
                structures.setdefault(structure, parts)
    return Names(structures, tuple(name for name, one in found.items() if one is None))


def layout_of(classes: Iterable[str]) -> str | None:
    """The layout that knows all classes, RadGenome's first; None where none does."""
    names = tuple(classes)
    return next((one for one in LAYOUTS if not names_of(one, names).unknown), None)


def nearest_names(name: str, most: int = 2) -> tuple[str, ...]:
    """The structures whose names, or whose classes' names in a layout, are most like ``name``.

    Words count in any order, so that ``lung_left_pred`` is near "left lung"; names all of whose
    words are there come first, the longest of them first.
    """
    by_words: dict[str, str] = {}
    for tool in LAYOUTS[1:]:
        for one in mapping(tool).classes:
            if one.relation == "exact":
                by_words[_words(one.name)] = one.structures[0]
    by_words |= {_words(structure): structure for structure in anatomy().structures}
    words = _words(name)
    within = [one for one in by_words if set(one.split()) <= set(words.split())]
    close = difflib.get_close_matches(words, by_words, n=2 * most)
    near = (*sorted(within, key=len, reverse=True), *close)
    return tuple(dict.fromkeys(by_words[one] for one in near))[:most]


def _words(name: str) -> str:
    return " ".join(sorted(re.findall(r"[a-z]+|[0-9]+", name.lower())))


def label_map_of_classes(
    labels: LabelArray,
    classes: Mapping[int, str],
    names: Names,
    volume: Volume,
    method: Method,
) -> LabelMap:
    """One multi-label layer as structures, without any copy; ``classes`` names its labels.

    A structure whose labels do not occur has parts and no voxels: looked for and empty.
    """
    labels_of: dict[str, tuple[int, ...]] = {}
    for label, each in classes.items():
        labels_of[each] = (*labels_of.get(each, ()), label)
    segments = tuple(
        Segment(
            name=name,
            parts=tuple((0, label) for part in parts for label in labels_of[part]),
            method=method,
        )
        for name, parts in sorted(names.structures.items())
    )
    return LabelMap((labels,), segments, volume.geometry, volume.stored)
