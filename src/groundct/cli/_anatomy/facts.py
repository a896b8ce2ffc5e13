"""Everything that the vocabulary knows of a structure, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from groundct.core.issues import Issue, TableError
from groundct.core.names import names_like
from groundct.vocabulary.anatomy import Structure, anatomy
from groundct.vocabulary.codes import Code
from groundct.vocabulary.mappings import TOOLS, mapping
from groundct.vocabulary.recipes import Recipe, recipes, recipes_of
from groundct.vocabulary.report_words import report_words


@dataclass(frozen=True)
class Facts:
    """A structure with its recipes, what it is a member of, its words and others' classes."""

    structure: Structure
    kind: str
    parent: str
    recipes: tuple[Recipe, ...]
    member_of: tuple[str, ...]
    words: tuple[str, ...]
    classes: tuple[tuple[str, str, str], ...]
    """(tool, task and class, relation)."""

    def as_json(self) -> dict[str, Any]:
        """The facts as plain data for JSON."""
        return {
            "name": self.structure.name,
            "kind": self.kind,
            "side": self.structure.laterality,
            "lesion": self.structure.is_lesion,
            "composite": self.structure.is_composite,
            "paths": list(self.structure.paths),
            "parent": self.parent,
            "codes": [vars(code) for code in self.structure.codes],
            "recipes": [_plain(recipe) for recipe in self.recipes],
            "member_of": list(self.member_of),
            "words": list(self.words),
            "classes": [
                {"tool": tool, "class": name, "relation": relation}
                for tool, name, relation in self.classes
            ],
        }


def facts_of(name: str) -> Facts:
    """The facts of a structure, by its name or by that of another tool's class that is the same.

    Capitals and underscores do not count. Raises TableError for a name that is not in the tree,
    with those that are like it or what another tool's class covers.
    """
    tree = anatomy()
    name = _name_here(name)
    structure = tree.structures[name]
    return Facts(
        structure=structure,
        kind=kind_of(structure),
        parent=tree.parent(structure.paths[0]) or "",
        recipes=recipes_of(name),
        member_of=tuple(dict.fromkeys(r.name for r in recipes() if name in r.members)),
        words=report_words(name),
        classes=tuple(
            (tool, f"{each.task}/{each.name}", each.relation)
            for tool in TOOLS
            for each in mapping(tool).classes
            if name in each.structures
        ),
    )


def _name_here(asked: str) -> str:
    """The name in the tree that is meant; raises TableError."""
    structures = anatomy().structures
    plain = asked.strip().casefold().replace("_", " ")
    if known := [name for name in structures if name in (asked, plain)]:
        return known[0]
    classes = [
        (tool, each)
        for tool in TOOLS
        for each in mapping(tool).classes
        if each.name.casefold() == asked.strip().casefold()
    ]
    same = {name for _, each in classes if each.relation == "exact" for name in each.structures}
    if len(same) == 1:
        return same.pop()
    what = "no structure of the tree has this name."
    near = names_like(asked, structures)
    remedy = f"Did you mean {' or '.join(near)}?" if near else "Run groundct anatomy for all."
    if classes:
        what = "it is no structure of the tree, but a class of another tool: " + "; ".join(
            f"{tool}'s {each.task}/{each.name} ({each.relation}: "
            f"{', '.join(each.structures) or each.note or 'nothing'})"
            for tool, each in classes
        )
        what = f"{what}."
        remedy = "Ask for one of those structures."
    raise TableError(Issue(code="unknown-structure", where=asked, what=what, remedy=remedy))


def all_facts() -> tuple[Facts, ...]:
    """The facts of all structures, by path."""
    tree = anatomy()
    names = sorted(tree.structures, key=lambda name: (tree.path_of(name), name))
    return tuple(facts_of(name) for name in names)


def kind_of(structure: Structure) -> str:
    """Whose name it is: RadGenome's mask or region, or groundct's own."""
    if structure.is_mask:
        return "mask"
    return "own" if structure.own else "region"


def code_text(code: Code) -> str:
    """A code for people, with the side that is put to it."""
    side = f" with {code.modifier}" if code.modifier else ""
    return f"{code.system} {code.code}{side}"


def recipe_text(recipe: Recipe) -> str:
    """A recipe in words."""
    members = ", ".join(recipe.members)
    if recipe.rule == "shell":
        text = f"{recipe.inside_mm:g} mm inside to {recipe.outside_mm:g} mm outside the {members}"
        return f"{text}, without {', '.join(recipe.without)}" if recipe.without else text
    if recipe.rule == "minus":
        return f"{recipe.members[0]} without {', '.join(recipe.members[1:])}"
    if recipe.needs == recipe.members:
        return members if len(members) == 1 else f"all of {members}"
    if not recipe.needs:
        return f"any of {members}"
    return f"{members}; needs {', '.join(recipe.needs)}"


def _plain(recipe: Recipe) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "rule": recipe.rule,
        "members": list(recipe.members),
        "needs": list(recipe.needs),
        "note": recipe.note,
    }
    if recipe.rule == "shell":
        plain |= {"inside_mm": recipe.inside_mm, "outside_mm": recipe.outside_mm}
        plain["without"] = list(recipe.without)
    return plain
