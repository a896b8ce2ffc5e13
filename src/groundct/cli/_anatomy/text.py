"""The tree, the recipes, a mapping and one structure for a terminal."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from groundct.cli._anatomy.facts import Facts, code_text, kind_of, recipe_text
from groundct.vocabulary.anatomy import OTHERS, TOP_REGIONS, anatomy
from groundct.vocabulary.codes import SOURCES
from groundct.vocabulary.mappings import ToolMapping
from groundct.vocabulary.recipes import recipes

_WORDS_SHOWN = 12


def tree_of_structures() -> Tree:
    """All structures below their regions: sides as their names say, marks in brackets."""
    tree = anatomy()
    root = Tree("structures", hide_root=True)
    nodes = {region: root.add(Text(region, style="bold")) for region in (*TOP_REGIONS, OTHERS)}
    lesions = []
    for path in tree.paths:
        name = tree.leaf(path)
        parent = tree.parent(path)
        if parent is not None:
            preferred = name not in tree.structures or tree.path_of(name) == path
            label = Text(name) + _marks(name) if preferred else Text(name, style="dim")
            nodes[path] = nodes[parent].add(label)
    for structure in tree.structures.values():
        if structure.is_lesion:
            lesions.append((structure.paths[0], structure.name))
    for path, name in sorted(lesions):
        nodes[path].add(Text(name) + _marks(name))
    return root


def _marks(name: str) -> Text:
    structure = anatomy().structures.get(name)
    if structure is None:
        return Text("")
    marks = [kind_of(structure)] if not structure.is_mask else []
    side = structure.laterality
    marks += [side] if side and side not in name.split() else []
    marks += ["composite"] if structure.is_composite else []
    marks += ["lesion"] if structure.is_lesion else []
    return Text(f"  [{', '.join(marks)}]" if marks else "", style="dim")


def recipe_table() -> Table:
    """All recipes, each after those of its members."""
    table = Table("composite", "made of", "note", box=None, pad_edge=False)
    for recipe in recipes():
        table.add_row(recipe.name, recipe_text(recipe), recipe.note)
    return table


def mapping_table(tool: ToolMapping) -> Table:
    """The classes of a tool."""
    table = Table("task", "label", "class", "relation", "structures", box=None, pad_edge=False)
    for each in tool.classes:
        label = "" if each.label is None else str(each.label)
        structures = ", ".join(each.structures) or each.note
        table.add_row(each.task, label, each.name, each.relation, structures)
    return table


def card(facts: Facts) -> Table:
    """One structure in full."""
    table = Table(box=None, show_header=False, pad_edge=False)
    structure = facts.structure
    table.add_row("name", Text(structure.name, style="bold"))
    kinds = {"mask": "RadGenome's mask", "own": "groundct's own", "region": "RadGenome's region"}
    table.add_row("kind", ", ".join([kinds[facts.kind], *(["lesion"] * structure.is_lesion)]))
    if structure.laterality:
        table.add_row("side", structure.laterality)
    for path in structure.paths:
        table.add_row("path", path)
    for recipe in facts.recipes:
        table.add_row("made of", recipe_text(recipe))
    if facts.member_of:
        table.add_row("member of", ", ".join(facts.member_of))
    for code in structure.codes:
        table.add_row("code", f"{code_text(code)} ({SOURCES[code.source]})")
    if facts.words:
        rest = len(facts.words) - _WORDS_SHOWN
        shown = ", ".join(facts.words[:_WORDS_SHOWN])
        table.add_row("in reports", f"{shown} and {rest} more" if rest > 0 else shown)
    for tool, name, relation in facts.classes:
        table.add_row(tool, f"{name} ({relation})")
    return table
