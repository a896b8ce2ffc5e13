"""``groundct anatomy`` shows the tree, a structure in full, and others' classes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from groundct.cli._anatomy.page import COMMAND, page
from groundct.cli.main import cli
from groundct.core.issues import TableError
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.mappings import TOOLS

PAGE = Path(__file__).parents[2] / "docs" / "anatomy.md"


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(cli, ["anatomy", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def test_the_tree_has_every_structure_with_its_marks() -> None:
    out = run().output
    assert run("--tree").output == out
    missing = [name for name in anatomy().structures if name not in out]
    assert missing == []
    assert "bronchus intermedius  [own, right]" in out
    assert "lung nodule  [lesion]" in out
    assert "left lung  [composite]" in out


def test_a_structure_in_full() -> None:
    out = run("left pleura").output
    assert "3 mm outside the left lung" in out
    assert "53727004" in out
    assert "pleural" in out
    out = run("left lung upper lobe").output
    assert "total/lung_upper_lobe_left (exact)" in out
    assert "lung upper lobe" in out


def test_json_holds_what_is_printed() -> None:
    one = json.loads(run("left pleura", "--json").output)
    assert one["recipes"][0]["rule"] == "shell"
    assert one["recipes"][0]["outside_mm"] == 3
    assert one["side"] == "left" and one["composite"] and not one["lesion"]
    everything = json.loads(run("--json").output)["structures"]
    assert {each["name"] for each in everything} == set(anatomy().structures)


@pytest.mark.parametrize("tool", TOOLS)
def test_mappings(tool: str) -> None:
    out = run("--mapping", tool).output
    assert "exact" in out or tool == "rexgroundingct"
    assert "broader" in out


def test_recipes() -> None:
    assert "airway without trachea" in run("--recipes").output


def test_an_unknown_name_is_refused_with_those_like_it() -> None:
    with pytest.raises(TableError, match=r"unknown-structure.*left lung"):
        run("left lungs")


@pytest.mark.parametrize(
    "asked", ["lung_upper_lobe_left", "Left Lung Upper Lobe", "left_lung_upper_lobe"]
)
def test_the_names_of_other_tools_and_other_spellings_are_known(asked: str) -> None:
    assert run(asked).output == run("left lung upper lobe").output


def test_a_class_that_is_more_than_a_structure_is_told_with_what_it_covers() -> None:
    with pytest.raises(
        TableError, match=r"skull: .*totalsegmentator's total/skull \(broader: bone\)"
    ):
        run("skull")


@pytest.mark.parametrize("arguments", [("pleura",), (), ("--recipes",)])
def test_lines_are_not_padded(arguments: tuple[str, ...]) -> None:
    lines = run(*arguments).output.splitlines()
    assert lines == [line.rstrip() for line in lines] and len(lines) > 5


@pytest.mark.parametrize("arguments", [("lung", "--tree"), ("--recipes", "--json")])
def test_what_does_not_go_together_is_refused(arguments: tuple[str, ...]) -> None:
    result = CliRunner().invoke(cli, ["anatomy", *arguments])
    assert result.exit_code == 2


def test_help_has_examples() -> None:
    assert "\n    groundct anatomy\n" in run("--help").output.replace(
        "      groundct", "    groundct"
    )


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), f"Run: {COMMAND}"
