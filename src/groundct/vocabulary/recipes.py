"""How composite structures are put together of others: the recipes, in an order that works.

Data: ``recipes.tsv`` (structures) and ``regions.tsv`` (RadGenome-Chest CT's ten top regions). Where
RadGenome does not state how it made a region, the recipe is groundct's definition.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal

from groundct.core.issues import Issue, TableError
from groundct.vocabulary._tables import read_table, split_cell

Rule = Literal["union", "minus", "shell"]
RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {"union": "union", "minus": "minus", "shell": "shell"}
)
ANY: Final = "any"
ALL: Final = "all"


@dataclass(frozen=True)
class Recipe:
    """How a structure is made.

    ``union``: the voxels of the members that are there. ``minus``: the first member's without those
    of the others. ``shell``: from ``inside_mm`` inside to ``outside_mm`` outside the surface of the
    only member, without the voxels of ``without``. It can be made when all of ``needs`` are there;
    where ``needs`` is empty, when any member is.
    """

    name: str
    rule: Rule
    members: tuple[str, ...]
    needs: tuple[str, ...]
    inside_mm: float = 0.0
    outside_mm: float = 0.0
    without: tuple[str, ...] = ()
    note: str = ""

    def can_be_made_of(self, names: Iterable[str]) -> bool:
        """Whether the structures that are there suffice."""
        there = set(names)
        return set(self.needs) <= there and not there.isdisjoint(self.members)


@lru_cache(maxsize=1)
def recipes() -> tuple[Recipe, ...]:
    """All recipes, each after those of its members; a name may have several, the best first.

    Raises TableError for an unknown rule, a malformed thickness or a circle.
    """
    found = []
    for row in read_table("regions.tsv", ("region", "rule", "members", "needs", "note")):
        if split_cell(row["members"]) != (row["region"],):
            found.append(_recipe(row | {"name": row["region"], "shell_mm": "", "without": ""}))
    columns = ("name", "rule", "members", "needs", "shell_mm", "without", "note")
    found += [_recipe(row) for row in read_table("recipes.tsv", columns)]
    return in_order(found)


@lru_cache(maxsize=1)
def composite_names() -> frozenset[str]:
    """The names of all structures that have a recipe."""
    return frozenset(recipe.name for recipe in recipes())


def recipes_of(name: str) -> tuple[Recipe, ...]:
    """The recipes of a structure, the best first; none for a base structure."""
    return tuple(recipe for recipe in recipes() if recipe.name == name)


def in_order(found: Iterable[Recipe]) -> tuple[Recipe, ...]:
    """Recipes with every member before what is made of it; otherwise as they were.

    Raises TableError when a structure is, through others, a member of itself.
    """
    waiting, ready = list(found), []
    while waiting:
        open_names = {recipe.name for recipe in waiting}
        free = [r for r in waiting if open_names.isdisjoint({*r.members, *r.without})]
        if not free:
            raise _wrong(
                "recipe-circle", ", ".join(sorted(open_names)), "they are made of each other."
            )
        ready += free
        waiting = [recipe for recipe in waiting if recipe not in free]
    return tuple(ready)


def _recipe(row: Mapping[str, str]) -> Recipe:
    name, members = row["name"], split_cell(row["members"])
    rule = RULES.get(row["rule"])
    if rule is None:
        raise _wrong("unknown-rule", name, f"{row['rule']!r} is none of {', '.join(RULES)}.")
    thickness = split_cell(row["shell_mm"])
    if (len(thickness) == 2) != (rule == "shell") or len(thickness) not in (0, 2):
        raise _wrong("shell-thickness", name, f"{row['shell_mm']!r} is no thickness of a {rule}.")
    try:
        inside_mm, outside_mm = (float(part) for part in thickness or ("0", "0"))
    except ValueError:
        raise _wrong("shell-thickness", name, f"{row['shell_mm']!r} are no two numbers.") from None
    needs = split_cell(row["needs"])
    if needs == (ANY,):
        needs = ()
    elif needs == (ALL,):
        needs = members
    return Recipe(
        name, rule, members, needs, inside_mm, outside_mm, split_cell(row["without"]), row["note"]
    )


def _wrong(code: str, where: str, what: str) -> TableError:
    remedy = "Correct its row in recipes.tsv or regions.tsv."
    return TableError(Issue(code=code, where=where, what=what, remedy=remedy))
