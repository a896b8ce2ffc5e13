"""``groundct anatomy``: the tree of structures, their recipes, codes and other tools' names."""

from __future__ import annotations

import sys
from typing import Final

import click

from groundct.cli._show import show_json

_TOOLS: Final = ("totalsegmentator", "sat", "rexgroundingct")
_WIDTH_OF_FILES: Final = 160
"""Characters a line where the output is no terminal."""


@click.command("anatomy")
@click.argument("name", required=False)
@click.option("--tree", "as_tree", is_flag=True, help="All structures as a tree; the default.")
@click.option("--recipes", "as_recipes", is_flag=True, help="How composites are made.")
@click.option("--mapping", "tool", type=click.Choice(_TOOLS), help="The classes of another tool.")
@click.option("--page", "as_page", is_flag=True, help="The documentation page, as Markdown.")
@click.option("--json", "as_json", is_flag=True, help="Print structures as JSON.")
def command(
    name: str | None,
    *,
    as_tree: bool,
    as_recipes: bool,
    tool: str | None,
    as_page: bool,
    as_json: bool,
) -> None:
    """Show the tree of structures, or everything about the structure NAME.

    Names are RadGenome-Chest CT's masks and regions and groundct's own; the class of another tool
    (TotalSegmentator, SAT) that is the same structure will do. Composites are made of others by
    recipes that are the same for every segmenter.

    \b
    Examples:
      groundct anatomy
      groundct anatomy "left lung upper lobe"
      groundct anatomy lung_upper_lobe_left
      groundct anatomy --recipes
      groundct anatomy --mapping totalsegmentator
      groundct anatomy pleura --json
    """
    if sum((bool(name), as_tree, as_recipes, tool is not None, as_page)) > 1:
        raise click.UsageError("Choose one of NAME, --tree, --recipes, --mapping and --page.")
    from rich.console import Console

    from groundct.cli._anatomy import facts, page, text
    from groundct.vocabulary.mappings import mapping

    if as_json and (as_recipes or tool or as_page):
        raise click.UsageError("--json goes with NAME or with all structures.")
    if as_json and name is not None:
        show_json(facts.facts_of(name).as_json())
    elif as_json:
        show_json({"structures": [each.as_json() for each in facts.all_facts()]})
    elif as_page:
        click.echo(page.page(), nl=False)
    else:
        console = Console(width=None if sys.stdout.isatty() else _WIDTH_OF_FILES)
        with console.capture() as shown:
            if as_recipes:
                console.print(text.recipe_table())
            elif tool is not None:
                console.print(text.mapping_table(mapping(tool)))
            elif name is not None:
                console.print(text.card(facts.facts_of(name)))
            else:
                console.print(text.tree_of_structures())
        # Tables are padded to their width.
        click.echo("\n".join(line.rstrip() for line in shown.get().splitlines()))
