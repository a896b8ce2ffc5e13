"""Reports: the command and its function, from tables to scores."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from groundct.benchmark.reports import (
    Settings,
    Texts,
    evaluate_reports,
    read_texts,
    with_boxes,
    with_labels,
)
from groundct.benchmark.reports.run import Means
from groundct.cli.main import cli
from groundct.core.issues import DataError, TableError
from groundct.metrics.statistics.bootstrap import mean_interval, ratio_interval
from groundct.metrics.text.bleu import corpus_bleu, sentence_bleu
from groundct.metrics.text.cider import cider
from groundct.vocabulary.findings import findings

SOME = "A 6 mm nodule is seen in the right upper lobe. No pleural effusion."
OTHER = "Consolidation in the left lower lobe. The heart is of normal size."
THIRD = "Atelectasis in the lingula. Bilateral pleural effusion is observed."
REFERENCE = {
    ("train_1_a_1", ""): SOME,
    ("train_2_a_1", ""): OTHER,
    ("train_2_a_2", ""): THIRD,
    ("train_3_a_1", ""): SOME + " " + THIRD,
    ("train_1_a_1", "lung"): SOME,
    ("train_2_a_1", "lung"): OTHER,
}
QUICK = Settings(draws=50)


def scored(prediction, reference=REFERENCE, settings=QUICK, means=None):
    return evaluate_reports(Texts.of(reference), Texts.of(prediction), settings, means)


def write(path: Path, rows, headings=("VolumeName", "Anatomy", "Text")) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        writer.writerows(rows)
    return path


def test_the_reference_itself_is_right_in_everything() -> None:
    result = scored(REFERENCE, means=Means(synonyms=lambda _: ()))
    whole = result.regions[""]
    for name in (
        "sentence_bleu_1", "corpus_bleu_4", "rouge_1", "rouge_2", "rouge_l", "clinical_micro_f1",
        "clinical_macro_f1_defined", "finding_joint_f1", "positive_finding_site_f1", "graph_f1",
        "relation_f1", "logical_precision", "logical_recall",
    ):  # fmt: skip
        assert whole[name] == pytest.approx(1), name
    assert whole["contradicted_precision"] == 0
    assert whole["labels"]["Lung nodule"]["support"] == 2
    assert whole["not_computed"] == {}
    assert (whole["n"], whole["n_patients"], whole["n_missing"]) == (4, 3, 0)
    assert result.issues == ()


def test_numbers_of_words_are_those_of_the_functions() -> None:
    prediction = dict.fromkeys(REFERENCE, REFERENCE["train_1_a_1", ""])
    result = scored(prediction, settings=Settings(parts=("text",), draws=50, seed=4))
    keys = [key for key in REFERENCE if not key[1]]
    due, given = [REFERENCE[key] for key in keys], [prediction[key] for key in keys]
    whole = result.regions[""]
    assert whole["corpus_bleu_2"] == pytest.approx(corpus_bleu(due, given, smooth=True)[1])
    each = [sentence_bleu(a, b)[3] for a, b in zip(due, given, strict=True)]
    assert whole["sentence_bleu_4"] == pytest.approx(sum(each) / 4)
    assert whole["cider"] == pytest.approx(sum(cider(due, given)) / 4)
    patients = ["train_1", "train_2", "train_2", "train_3"]
    expected = mean_interval(each, patients, draws=50, seed=4)
    assert whole["ci95"]["sentence_bleu_4"] == pytest.approx(expected)
    assert "clinical_micro_f1" not in whole


def test_intervals_of_pooled_shares_are_those_of_the_function() -> None:
    result = scored(dict.fromkeys(REFERENCE, THIRD))
    whole = result.regions[""]
    hits, sentences = [0, 0, 2, 2], [2, 2, 2, 2]
    assert whole["logical_precision"] == 0.5
    patients = ["train_1", "train_2", "train_2", "train_3"]
    expected = ratio_interval(hits, sentences, patients, draws=50)
    assert whole["ci95"]["logical_precision"] == pytest.approx(expected)


def test_missing_texts_count_as_empty_and_extra_ones_change_nothing() -> None:
    kept = {key: text for key, text in REFERENCE.items() if key[0] != "train_2_a_1"}
    result = scored(kept | {("train_9_a_1", ""): SOME})
    empty = scored(kept | {key: "" for key in REFERENCE if key[0] == "train_2_a_1"})
    assert result.regions["lung"]["n_missing"] == 1
    assert result.regions["lung"]["rouge_l"] == 0.5
    for name, value in empty.regions[""].items():
        if name not in ("n_missing", "ci95"):
            assert result.regions[""][name] == value, name
    assert result.extra == ("train_9_a_1",)
    assert {issue.code for issue in result.issues} == {"missing-texts", "extra-texts"}
    statuses = {(s.case, s.region): s.status for s in result.samples}
    assert statuses["train_2_a_1", "lung"] == "missing"


def test_leaving_hard_texts_out_gains_nothing() -> None:
    honest = dict.fromkeys(REFERENCE, SOME)
    chosen = {key: text for key, text in honest.items() if REFERENCE[key] == SOME}
    for name in ("rouge_l", "sentence_bleu_1", "clinical_micro_f1", "finding_type_f1", "graph_f1"):
        assert scored(chosen).regions[""][name] <= scored(honest).regions[""][name] + 1e-12


@pytest.mark.parametrize(
    ("due", "given", "words", "facts", "status"),
    [
        ("", "", None, (None, None), "empty-reference"),
        ("", SOME, None, (0, None), "empty-reference"),
        (SOME, "", 0, (None, 0), "scored"),
    ],
)
def test_empty_texts(due, given, words, facts, status) -> None:
    key = ("train_9_a_1", "")
    sample = next(
        s for s in scored({key: given}, REFERENCE | {key: due}).samples if s.case == key[0]
    )
    assert sample.status == status
    for name in ("sentence_bleu_1", "rouge_1", "rouge_l", "cider"):
        assert sample.scores[name] == words, name
    assert (sample.scores["logical_precision"], sample.scores["logical_recall"]) == facts


def test_what_has_no_value_is_no_zero() -> None:
    result = scored({("a", ""): SOME}, {("a", ""): ""})
    whole = result.regions[""]
    for name in ("sentence_bleu_1", "corpus_bleu_1", "rouge_l", "cider"):
        assert whole[name] is None, name
    assert (whole["n_scored"], whole["n_undefined"]) == (0, 1)


def test_without_wordnet_meteor_has_no_value_and_says_why(tmp_path: Path) -> None:
    reference = write(
        tmp_path / "ref.csv", [(f"{c}.nii.gz", r, t) for (c, r), t in REFERENCE.items()]
    )
    output = tmp_path / "result.json"
    arguments = ["evaluate", "reports", "--reference", str(reference), "--prediction"]
    arguments += [str(reference), "--part", "text", "-o", str(output)]
    run = CliRunner().invoke(cli, [*arguments, "--wordnet", str(tmp_path / "none")])
    assert run.exit_code == 0, run.output
    result = json.loads(output.read_text())
    assert result["regions"][""]["meteor"] is None
    assert "wordnet-base" in result["regions"][""]["not_computed"]["meteor"]
    assert "meteor is not computed" in run.output
    with output.with_suffix(".csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["case"] for row in rows][:4] == [key[0] for key in REFERENCE if not key[1]]
    assert {row["meteor"] for row in rows} == {""}


def test_a_table_with_two_texts_of_a_region_is_refused(tmp_path: Path) -> None:
    rows = [("a.nii.gz", "lung", "x"), ("a", "Lung", "y"), ("", "", "z")]
    with pytest.raises(TableError) as refused:
        read_texts(write(tmp_path / "twice.csv", rows))
    assert [issue.code for issue in refused.value.issues] == ["duplicated-key", "no-name"]
    with pytest.raises(TableError, match="duplicated-key"):
        read_texts(write(tmp_path / "whole.csv", [("a", "x"), ("a", "y")], ("VolumeName", "Text")))
    with pytest.raises(TableError, match="not-a-reports-table"):
        read_texts(write(tmp_path / "other.csv", [("a", "b")], ("VolumeName", "Anatomy")))


@pytest.mark.parametrize(
    ("headings", "row"),
    [
        (("VolumeName", "Text"), ("a.nii.gz", "Clear lungs.")),
        (("VolumeName", "report"), ("a", "Clear lungs.")),
        (("case_id", "Report", "Anatomy"), ("a", "Clear lungs.", "")),
        (("Study ID", "Anatomy", "Report text"), ("a", " ", "Clear lungs.")),
    ],
)
def test_headings_are_those_of_any_table_of_reports(tmp_path: Path, headings, row) -> None:
    assert read_texts(write(tmp_path / "t.csv", [row], headings)).texts == {
        ("a", ""): row[1 if headings[1] != "Anatomy" else 2]
    }


def test_findings_and_impression_in_columns_of_their_own_are_one_text(tmp_path: Path) -> None:
    headings = ("VolumeName", "Findings_EN", "Impressions_EN")
    path = write(tmp_path / "t.csv", [("a", "Clear.", "Normal."), ("b", "Clear.", "")], headings)
    assert read_texts(path).texts == {("a", ""): "Clear.\nNormal.", ("b", ""): "Clear."}


def test_names_with_and_without_suffix_are_the_same_scan(tmp_path: Path) -> None:
    plain = read_texts(write(tmp_path / "a.csv", [("train_1_a_1", " Lung ", "x")]))
    suffix = read_texts(write(tmp_path / "b.csv", [("train_1_a_1.nii.gz", "lung", "x")]))
    assert plain.texts == suffix.texts
    assert plain.digest != suffix.digest


def test_an_empty_reference_and_an_unread_language_are_refused() -> None:
    with pytest.raises(DataError, match="no-texts"):
        scored({}, {})
    with pytest.raises(DataError, match="unsupported-language"):
        scored(REFERENCE, settings=Settings(language="xx", draws=50))


def test_a_wrong_side_is_no_hit() -> None:
    key = ("train_1_a_1", "")
    wrong = {key: SOME.replace("right", "left")}
    whole = scored(wrong, {key: SOME, ("b", ""): THIRD}).regions[""]
    assert whole["positive_finding_type_precision"] == 1
    assert whole["positive_finding_side_precision"] == 0
    assert whole["positive_finding_joint_precision"] == 0
    assert whole["logical_precision"] == 0.5


NODULE, EFFUSION = SOME.split(". ")
KEY = ("train_1_a_1", "")


def boxed(low: int, high: int) -> dict[str, list[int]]:
    return {"low": [low] * 3, "high": [high] * 3}


def box_file(path: Path, sentence: str, *boxes: dict[str, list[int]], name: str = KEY[0]) -> Path:
    path.write_text(json.dumps({"VolumeName": name, "Sentence": sentence, "Boxes": boxes}) + "\n")
    return path


@pytest.mark.parametrize(
    ("theirs", "precision", "recall"),
    [(boxed(0, 4), 1, 1), (boxed(0, 8), 0, 1), (boxed(1, 3), 1, 0), (boxed(6, 8), 0, 0)],
)
def test_sentences_point_to_the_same_place(tmp_path, theirs, precision, recall) -> None:
    texts = Texts.of({KEY: SOME})
    reference = with_boxes(texts, box_file(tmp_path / "r.jsonl", NODULE, boxed(0, 4)))
    prediction = with_boxes(texts, box_file(tmp_path / "p.jsonl", NODULE + ".", theirs))
    whole = evaluate_reports(reference, prediction, QUICK).regions[""]
    assert (whole["spatial_precision"], whole["spatial_recall"]) == (precision, recall)
    assert (whole["grounding_precision"], whole["grounding_recall"]) == (precision, recall)


def test_no_box_points_nowhere(tmp_path) -> None:
    reference = with_boxes(
        Texts.of({KEY: SOME}), box_file(tmp_path / "r.jsonl", NODULE, boxed(0, 4))
    )
    whole = evaluate_reports(reference, Texts.of({KEY: SOME}), QUICK).regions[""]
    assert (whole["spatial_precision"], whole["spatial_recall"]) == (None, 0)
    assert "spatial_recall" not in scored(REFERENCE).regions[""]


@pytest.mark.parametrize(
    ("boxes", "name"), [((boxed(3, 3),), KEY[0]), ((boxed(0, 2),), "other"), (({"low": [1]},), "a")]
)
def test_boxes_that_are_none_are_refused(tmp_path, boxes, name) -> None:
    path = box_file(tmp_path / "b.jsonl", NODULE, *boxes, name=name)
    with pytest.raises(TableError, match="no-boxes"):
        with_boxes(Texts.of({KEY: SOME}), path)


def label_file(path: Path, *rows: tuple[str, dict[str, str]]) -> Path:
    names = findings().labels
    cells = [(case, *(own.get(name, "0") for name in names)) for case, own in rows]
    return write(path, cells, ("VolumeName", *names))


def test_stated_labels_go_before_read_ones_in_whole_reports_only(tmp_path) -> None:
    path = label_file(tmp_path / "l.csv", ("train_1_a_1.nii.gz", {"Hiatal hernia": "1"}))
    texts = Texts.of({KEY: SOME, (KEY[0], "lung"): SOME})
    reference = with_labels(texts, path, complete=True)
    result = evaluate_reports(reference, texts, QUICK)
    whole = result.regions[""]["labels"]
    assert (whole["Hiatal hernia"]["support"], whole["Hiatal hernia"]["recall"]) == (1, 0)
    assert (whole["Lung nodule"]["support"], whole["Lung nodule"]["precision"]) == (0, 0)
    assert result.regions["lung"]["labels"]["Lung nodule"]["f1"] == 1
    assert reference.digest != texts.digest


def test_labels_that_are_none_or_missing_are_refused(tmp_path) -> None:
    texts = Texts.of({KEY: SOME, ("other", ""): OTHER})
    path = label_file(tmp_path / "l.csv", ("train_1_a_1", {"Cardiomegaly": "0.7"}))
    with pytest.raises(TableError) as refused:
        with_labels(texts, path, complete=True)
    assert len(refused.value.issues) == 2
    fine = label_file(tmp_path / "m.csv", ("train_1_a_1", {"Cardiomegaly": "1.0"}))
    labels = with_labels(texts, fine, complete=False).labels
    assert labels[KEY[0]]["Cardiomegaly"]
    assert not any(labels["other"].values())
