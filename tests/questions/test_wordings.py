"""The data files of wordings keep their rules, and each rule has a file that breaks it."""

import re

import pytest

from groundct.core.issues import TableError
from groundct.questions._wordings import HEADING, TASKS, choose, parse_wordings, wordings_of

GOOD = "presence-01\tpresence\tIs there {abnormality} in the {region}?"


@pytest.mark.parametrize("task", TASKS)
def test_at_least_twelve_wordings_a_task_with_ids_of_one_form(task):
    wordings = wordings_of(task)
    assert len(wordings) >= 12
    assert all(re.fullmatch(rf"{task}-\d\d", wording.id) for wording in wordings)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "no-wording"),
        ([GOOD, GOOD], "doubled-wording"),
        ([GOOD, GOOD.replace("-01", "-02")], "doubled-wording"),
        ([GOOD.replace("\tpresence", "\tsize")], "wrong-task"),
        ([GOOD.replace("{region}", "lung")], "bad-slots"),
        ([GOOD.replace("{region}", "{region} or {organ}")], "bad-slots"),
        ([GOOD.replace("{region}", "{region}{region}")], "bad-slots"),
        ([GOOD.replace("{region}", "{region")], "bad-slots"),
        (["presence-01\tpresence"], "bad-columns"),
        ([GOOD + " "], "bad-columns"),
    ],
)
def test_bad_file_is_refused(rows, code):
    with pytest.raises(TableError) as caught:
        parse_wordings("\n".join([HEADING, *rows]), "presence", "x.tsv")
    assert code in {issue.code for issue in caught.value.issues}
    assert all(issue.where.startswith("x.tsv") and issue.remedy for issue in caught.value.issues)


def test_bad_heading_is_refused():
    with pytest.raises(TableError, match="bad-heading"):
        parse_wordings(GOOD, "presence", "x.tsv")


def test_all_bad_rows_are_told_at_once():
    with pytest.raises(TableError) as caught:
        parse_wordings("\n".join([HEADING, "a", "b", GOOD]), "presence", "x.tsv")
    assert [issue.where for issue in caught.value.issues] == ["x.tsv line 2", "x.tsv line 3"]


def test_choice_depends_on_the_key_alone_and_reaches_every_wording():
    wordings = wordings_of("size")
    picked = {choose(wordings, ("case", str(n)))[0].id for n in range(300)}
    assert picked == {wording.id for wording in wordings}
    assert choose(wordings, ("a",)) == choose(wordings, ("a",))
    assert len(set(choose(wordings, ("a",), 99))) == len(wordings)
