"""The page ``docs/anatomy.md``, written from the vocabulary's tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from groundct.cli._anatomy.facts import Facts, all_facts, code_text, recipe_text
from groundct.vocabulary.codes import SOURCES
from groundct.vocabulary.mappings import RELATIONS, TOOLS, ToolMapping, mapping
from groundct.vocabulary.recipes import recipes

COMMAND = "groundct anatomy --page > docs/anatomy.md"
_WORDS_SHOWN = 4
_TITLES = {
    "totalsegmentator": "TotalSegmentator",
    "sat": "SAT",
    "rexgroundingct": "ReXGroundingCT",
}


def page() -> str:
    """The page as Markdown."""
    facts = all_facts()
    kinds = Counter(each.kind for each in facts)
    coded = {
        system: sum(any(c.system == system for c in each.structure.codes) for each in facts)
        for system in ("SNOMED CT", "RadLex")
    }
    return "\n".join(
        [
            "# The anatomy tree",
            "",
            f"<!-- Written by `{COMMAND}`. -->",
            "",
            f"{len(facts)} structures: {kinds['mask']} masks of RadGenome-Chest CT, {kinds['own']} "
            f"names of groundct's own and {kinds['region']} regions without a mask of that name. "
            f"{coded['SNOMED CT']} have a SNOMED CT code and {coded['RadLex']} a RadLex code; the "
            "others have none in the public tables named here, and none was guessed. A path is "
            "RadGenome's where the name is; a lesion has the path of its host.",
            "",
            "`groundct anatomy NAME` shows one structure, with all its words and where its codes "
            "come from.",
            "",
            "Codes are taken from: " + "; ".join(SOURCES.values()) + ". Where a table gives only "
            "the unsided structure, the SNOMED CT code of the side stands beside it: 7771000 is "
            "left, 24028007 is right. In these tables single ribs have no RadLex number.",
            "",
            "## Composites",
            "",
            "RadGenome does not state how its composite regions were made. These are groundct's "
            "definitions, the same for every segmenter. A composite is made when what it needs is "
            "there; its note in a label map names the members that are missing. Where two rows "
            "have a name, the first that can be made counts.",
            "",
            *_table(
                ("composite", "made of", "note"),
                ((r.name, recipe_text(r), r.note) for r in recipes()),
            ),
            "",
            "## Structures",
            "",
            *_table(
                ("path", "name", "kind", "side", "codes", "in reports"), (_row(f) for f in facts)
            ),
            *(line for tool in TOOLS for line in _mapping(mapping(tool))),
            "",
        ]
    )


def _row(facts: Facts) -> tuple[str, ...]:
    structure = facts.structure
    marks = [facts.kind]
    marks += ["composite"] * structure.is_composite + ["lesion"] * structure.is_lesion
    rest = len(facts.words) - _WORDS_SHOWN
    words = ", ".join(facts.words[:_WORDS_SHOWN]) + (f", {rest} more" if rest > 0 else "")
    return (
        ", ".join(structure.paths),
        structure.name,
        ", ".join(marks),
        structure.laterality or "",
        ", ".join(code_text(code) for code in structure.codes),
        words,
    )


def _mapping(tool: ToolMapping) -> list[str]:
    counts = Counter(str(each.relation) for each in tool.classes)
    said = ", ".join(f"{counts[relation]} {relation}" for relation in RELATIONS)
    lines = ["", f"## Classes of {_TITLES[tool.tool]}", "", f"{len(tool.classes)} rows: {said}."]
    if tool.tool == "sat":
        lines.append("Classes that are RadGenome's mask names are those structures; the others:")
    lines.append("")
    rows = (
        (
            each.task,
            "" if each.label is None else str(each.label),
            each.name,
            each.relation,
            ", ".join(each.structures),
            each.note,
        )
        for each in tool.classes
        if tool.tool != "sat" or each.structures != (each.name,)
    )
    return lines + _table(("task", "label", "class", "relation", "structures", "note"), rows)


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [heading, ["---"] * len(heading), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]
