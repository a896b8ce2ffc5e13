"""Questions: inputs, statuses, balance, chance, multiple choice, and the command."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from groundct.benchmark.questions import Answers, Item, Items, evaluate_questions, read_items
from groundct.benchmark.questions.choices import forms_of
from groundct.benchmark.questions.inputs import read_answers
from groundct.benchmark.questions.items import is_refusal
from groundct.cli.main import cli
from groundct.core.issues import TableError

GOLDEN = json.loads((Path(__file__).parent / "golden_agreement.json").read_text(encoding="utf-8"))
RUL = "lung/lung/right lung/right lung upper lobe"


def item(number: int, task: str, answer: str, anatomy: str = "lung/lung", **fields) -> Item:
    return Item(
        case_id=f"train_{number}_a_1",
        question_id=f"q{number}",
        task=task,
        answer=answer,
        anatomy=anatomy,
        **fields,
    )


ITEMS = (
    item(1, "presence", "Yes."),
    item(2, "presence", "No."),
    item(3, "presence", "Yes.", "heart/heart"),
    item(4, "location", RUL, ""),
    item(5, "size", "5 mm"),
    item(6, "abnormality", "nodule; cyst"),
    item(7, "abnormality", "No findings.", "heart/heart"),
    item(8, "disorders", "nodule", ""),
    item(9, "choice", "cyst", choices=("nodule", "cyst", "mass")),
)


def key(own: Item, rotation: str = "0"):
    return own.case_id, own.question_id, rotation


def perfect(items=ITEMS) -> dict:
    answers = {key(own): own.answer for own in items}
    for own in items:
        if own.task == "choice":
            for rotation, (_, right) in forms_of(own).items():
                answers[key(own, rotation)] = "ABC"[right]
    return answers


def scored(answers, items=ITEMS, seed: int = 0):
    return evaluate_questions(Items(items, "r"), Answers(answers, "p"), draws=50, seed=seed)


def test_right_answers() -> None:
    result = scored(perfect())
    assert result.summary["balanced_score"] == 1
    assert result.summary["mean_score"] == 1
    assert result.summary["n_scored"] == len(ITEMS)
    assert result.tasks["presence"]["chance_corrected"] == pytest.approx(1)
    assert result.tasks["choice"]["none_accuracy"] == 1
    assert result.tasks["choice"]["turn_accuracy"] == 1
    assert result.issues == ()


def test_nothing_is_dropped() -> None:
    answers = perfect()
    del answers[key(ITEMS[0])]
    answers[key(ITEMS[1])] = "I cannot determine this from the image."
    answers[key(ITEMS[2])] = "perhaps"
    answers[key(ITEMS[3])] = ""
    answers["train_99_a_1", "q", "0"] = "Yes."
    result = scored(answers)
    statuses = [row.status for row in result.answers[:5]]
    assert statuses == ["missing", "refused", "unread", "missing", "scored"]
    assert [row.score for row in result.answers[:4]] == [0, 0, 0, 0]
    counts = {name: result.summary[f"n_{name}"] for name in ("missing", "refused", "unread")}
    assert counts == {"missing": 2, "refused": 1, "unread": 1}
    assert result.tasks["presence"]["mean_score"] == 0
    assert result.extra == ("train_99_a_1 q",)
    assert {issue.code for issue in result.issues} == {"missing-answers", "extra-answers"}


def test_refusing_hard_questions_gains_nothing() -> None:
    guesses = {key(own): "Yes." for own in ITEMS[:3]}
    refusing = guesses | {key(ITEMS[1]): "I'm sorry, I can't answer."}
    assert scored(refusing).summary["mean_score"] == scored(guesses).summary["mean_score"]


@pytest.mark.parametrize("text", ["No.", "No findings.", "nodule", "cannula", ""])
def test_answers_are_no_refusals(text) -> None:
    assert not is_refusal(text)


def test_always_yes_is_no_better_than_chance() -> None:
    items = tuple(item(n, "presence", "Yes." if n % 4 else "No.") for n in range(40))
    result = scored({key(own): "Yes." for own in items}, items)
    numbers = result.tasks["presence"]
    assert numbers["mean_score"] == 0.75
    assert numbers["balanced_accuracy"] == 0.5
    assert numbers["chance"] == pytest.approx(0.75)
    assert numbers["chance_corrected"] == pytest.approx(0)


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=range(len(GOLDEN["cases"])))
def test_yes_and_no_as_scikit_learn_scores_them(case) -> None:
    items = tuple(item(n, "presence", answer) for n, answer in enumerate(case["reference"]))
    answers = {key(own): answer for own, answer in zip(items, case["prediction"], strict=True)}
    numbers = scored(answers, items).tasks["presence"]
    assert numbers["chance_corrected"] == pytest.approx(case["kappa"], abs=1e-12)
    assert numbers["balanced_accuracy"] == pytest.approx(case["balanced_accuracy"], abs=1e-12)


def test_one_answer_for_all_places_is_no_better_than_chance() -> None:
    leaves = ("right lung upper lobe", "right lung lower lobe", "right lung middle lobe")
    items = tuple(
        item(n, "location", f"lung/lung/right lung/{leaf}", "") for n, leaf in enumerate(leaves)
    )
    numbers = scored({key(own): "lung/lung" for own in items}, items).tasks["location"]
    assert numbers["mean_score"] == numbers["chance"] == pytest.approx(0.5)
    assert numbers["chance_corrected"] == pytest.approx(0)


def test_balanced_over_tasks_and_regions() -> None:
    items = (
        *(item(n, "presence", "Yes.") for n in range(8)),
        item(8, "presence", "Yes.", "heart/heart"),
        item(9, "disorders", "nodule", ""),
    )
    answers = {key(own): "Yes." for own in items[:8]} | {key(items[9]): "nodule"}
    result = scored(answers, items)
    assert result.summary["mean_score"] == 0.9
    assert result.summary["balanced_score"] == pytest.approx((0.5 + 1) / 2)
    assert result.regions["heart"]["mean_score"] == 0


def test_right_in_one_order_only_is_wrong() -> None:
    own = ITEMS[8]
    always_b = {key(own, rotation): "B" for rotation in forms_of(own)}
    numbers = scored(always_b, (own,)).tasks["choice"]
    assert numbers["mean_score"] == 0
    assert numbers["turn_accuracy"] == pytest.approx(1 / 3)
    assert numbers["turn_chance_corrected"] == pytest.approx(0)
    assert numbers["chance"] == pytest.approx(1 / 27)
    by_words = {key(own, rotation): "cyst" for rotation in forms_of(own)}
    numbers = scored(by_words, (own,)).tasks["choice"]
    assert (numbers["mean_score"], numbers["none_accuracy"]) == (1, 0)


def test_forms_turn_the_choices_and_take_the_answer_out() -> None:
    forms = forms_of(ITEMS[8])
    assert forms["1"] == (("cyst", "mass", "nodule"), 0)
    assert forms["none"] == (("nodule", "None of the above", "mass"), 1)


@pytest.mark.parametrize(
    "own",
    [
        item(1, "presence", "Yes.; No."),
        item(1, "size", "large"),
        item(1, "location", "nowhere"),
        item(1, "free", " "),
        item(1, "choice", "x", choices=("a", "b")),
    ],
)
def test_a_reference_that_cannot_be_read_has_no_score(own) -> None:
    result = scored({key(own): "Yes."}, (own, ITEMS[1]))
    assert result.answers[0].status == "undefined"
    assert result.answers[0].score is None
    assert result.summary["n_undefined"] == 1
    assert "undefined-answers" in {issue.code for issue in result.issues}


def write(path: Path, headings, rows) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        writer.writerows(rows)
    return path


PRESENCE = ("Volumename", "Anatomy", "Finding", "Presence")


def test_radgenome_tables(tmp_path: Path) -> None:
    rows = [
        ("train_1_a_1.nii.gz", "lung/lung", "nodule", "Yes."),
        ("train_1_a_1.nii.gz", "lung/lung", "nodule", "No."),
        ("train_2_a_1.nii.gz", "lung/lung", "nodule", "No."),
    ]
    table = write(tmp_path / "validation_vqa_presence.csv", PRESENCE, rows)
    items = read_items(table).items
    assert [own.answer for own in items] == ["Yes.; No.", "No."]
    assert items[0].question_id == "presence:lung/lung:nodule"
    both = ("Volumename", "Anatomy", "Abnormality")
    named = write(tmp_path / "validation_vqa_location.csv", both, [("a", RUL, "nodule")])
    assert read_items(named).items[0].answer == RUL
    assert len(read_items(tmp_path).items) == 3
    with pytest.raises(TableError, match="unclear-table"):
        read_items(write(tmp_path / "mine.csv", both, [("a", RUL, "nodule")]))


def test_plain_tables_with_faults(tmp_path: Path) -> None:
    columns = ("case_id", "question_id", "task", "answer", "choices")
    rows = [
        ("a", "1", "riddle", "x", ""),
        ("a", "2", "choice", "x", "x"),
        ("b", "1", "free", "x", ""),
    ]
    with pytest.raises(TableError) as refused:
        read_items(write(tmp_path / "t.csv", columns, rows))
    assert [issue.code for issue in refused.value.issues] == ["unknown-task", "wrong-choices"]
    twice = [("a", "1", "x"), ("a.nii.gz", "1", "y")]
    with pytest.raises(TableError, match="doubled-question"):
        read_answers(write(tmp_path / "p.csv", ("case_id", "question_id", "answer"), twice))
    with pytest.raises(TableError, match="no-questions"):
        (tmp_path / "empty").mkdir()
        read_items(tmp_path / "empty")
    with pytest.raises(TableError, match="no-questions"):
        evaluate_questions(Items((), ""), Answers({}, ""))


def test_the_command_asks_and_scores(tmp_path: Path) -> None:
    columns = ("case_id", "question_id", "task", "answer", "choices", "question")
    rows = [("train_1_a_1", "1", "choice", "cyst", "nodule; cyst", "=What?")]
    reference = write(tmp_path / "r.csv", columns, rows)
    asked = tmp_path / "asked.csv"
    arguments = ["evaluate", "questions", "--reference", str(reference)]
    run = CliRunner().invoke(cli, [*arguments, "--ask", str(asked)])
    assert run.exit_code == 0, run.output
    with asked.open(newline="") as file:
        forms = list(csv.DictReader(file))
    assert [row["rotation"] for row in forms] == ["0", "1", "none"]
    assert forms[1]["choices"] == "A. cyst\nB. nodule"
    for row, answer in zip(forms, "BAB", strict=True):
        row["answer"] = answer
    filled = write(tmp_path / "f.csv", list(forms[0]), [row.values() for row in forms])
    output = tmp_path / "result.json"
    run = CliRunner().invoke(cli, [*arguments, "--prediction", str(filled), "-o", str(output)])
    assert run.exit_code == 0, run.output
    result = json.loads(output.read_text())
    assert result["summary"]["balanced_score"] == 1
    assert result["tasks"]["choice"]["none_accuracy"] == 1
    assert output.with_suffix(".csv").exists()
    assert CliRunner().invoke(cli, arguments).exit_code == 2
