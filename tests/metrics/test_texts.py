"""Scores of texts equal the public tools' on own sentences (golden/texts.json), and keep laws.

The golden values were computed with the tools that the file names; the published scores of a
model are reproduced by ``bench/bench_texts.py`` where its texts are at hand.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundct.codecs.wordnet import WordNet
from groundct.core.issues import SourceError
from groundct.metrics.text.bleu import corpus_bleu, sentence_bleu
from groundct.metrics.text.cider import cider
from groundct.metrics.text.meteor import meteor
from groundct.metrics.text.porter import stem
from groundct.metrics.text.rouge import rouge_l, rouge_n
from groundct.metrics.text.tokens import tokens_13a, tokens_penn

GOLDEN = json.loads((Path(__file__).parent / "golden/texts.json").read_text(encoding="utf-8"))
TEXTS = GOLDEN["texts"]
REFERENCES = [row["reference"] for row in TEXTS]
PREDICTIONS = [row["prediction"] for row in TEXTS]
VOCABULARY = ["no", "nodule", "in", "the", "right", "lung", "."]
WORDS = st.lists(st.sampled_from(VOCABULARY), max_size=9).map(" ".join)


@pytest.mark.parametrize("row", TEXTS, ids=range(len(TEXTS)))
def test_each_text_as_the_public_tools_score_it(row: dict[str, Any]) -> None:
    pair = row["reference"], row["prediction"]
    assert sentence_bleu(*pair) == pytest.approx(row["sentence_bleu"], abs=1e-12)
    assert rouge_n(*pair, 1) == pytest.approx(row["rouge_1"], abs=1e-12)
    assert rouge_n(*pair, 2) == pytest.approx(row["rouge_2"], abs=1e-12)
    assert rouge_l(*pair) == pytest.approx(row["rouge_l"], abs=1e-12)
    assert tokens_penn(row["prediction"]) == row["penn"]
    expected = pytest.approx(row["meteor_without_synonyms"], abs=1e-12)
    assert meteor(*pair, lambda _: ()) == expected


def test_the_corpus_as_the_public_tools_score_it() -> None:
    plain = corpus_bleu(REFERENCES, PREDICTIONS, smooth=False)
    assert plain == pytest.approx(GOLDEN["corpus_bleu"], abs=1e-12)
    smooth = corpus_bleu(REFERENCES, PREDICTIONS, smooth=True)
    assert smooth == pytest.approx(GOLDEN["corpus_bleu_smooth"], abs=1e-12)
    expected = pytest.approx([row["cider"] for row in TEXTS], abs=1e-9)
    assert list(cider(REFERENCES, PREDICTIONS)) == expected


def test_a_public_tool_is_not_another() -> None:
    assert tokens_13a("3.5 mm (left)") == ["3.5", "mm", "(", "left", ")"]
    assert tokens_13a("Left.") != tokens_13a("left.")
    assert sentence_bleu("a b", "a c") != corpus_bleu(["a b"], ["a c"], smooth=False)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("opacities", "opac"), ("consolidations", "consolid"), ("thickening", "thicken"),
        ("calcified", "calcifi"), ("dying", "die"), ("ties", "tie"), ("is", "is"),
        ("relational", "relat"), ("hopping", "hop"), ("falling", "fall"), ("sky", "sky"),
        ("radiology", "radiolog"), ("happily", "happili"), ("agreed", "agre"), ("rolling", "roll"),
    ],
)  # fmt: skip
def test_stems(word: str, expected: str) -> None:
    assert stem(word) == expected


@given(WORDS, WORDS)
def test_scores_stay_inside_their_bounds(reference: str, prediction: str) -> None:
    scores = (
        *sentence_bleu(reference, prediction),
        rouge_n(reference, prediction, 1),
        rouge_l(reference, prediction),
        meteor(reference, prediction, lambda _: ()),
    )
    assert all(0 <= score <= 1 for score in scores)
    assert rouge_l(reference, prediction) == rouge_l(prediction, reference)
    assert rouge_n(reference, prediction, 2) <= rouge_n(reference, prediction, 1) + 1e-12


def test_numbers_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match="2 references and 1 predictions"):
        corpus_bleu(["a", "b"], ["a"], smooth=False)
    with pytest.raises(ValueError, match="0 references"):
        cider([], [])


def small_wordnet(folder: Path) -> WordNet:
    """A dictionary of one meaning, "node, thickening", in WordNet's own form."""
    line = "{offset:08d} 08 n 03 node 0 thickening 0 Knob_end 1 000 | a thickened part  \n"
    head = "  1 a line of the licence\n"
    (folder / "data.noun").write_text(head + line.format(offset=len(head)))
    entry = "{word} n 1 0 1 0 {offset:08d}  \n"
    (folder / "index.noun").write_text(
        head + "".join(entry.format(word=w, offset=len(head)) for w in ("node", "thickening"))
    )
    (folder / "noun.exc").write_text("nodi node\n")
    for part in ("verb", "adj", "adv"):
        for name in (f"data.{part}", f"index.{part}", f"{part}.exc"):
            (folder / name).write_text(head if name.startswith("data") else "")
    return WordNet(folder)


def test_synonyms_by_exceptions_and_endings(tmp_path: Path) -> None:
    words = small_wordnet(tmp_path)
    assert words.synonyms("Nodes") == words.synonyms("nodi") == {"node", "thickening"}
    assert words.synonyms("lung") == frozenset()
    with_words = meteor("a node", "the thickening", words.synonyms)
    assert with_words == 0, "METEOR asks for the synonyms of stems, as NLTK does"
    assert meteor("the thickening", "a node", lambda w: {"thicken"} if w == "node" else ()) > 0


def test_without_wordnet_nothing_is_guessed(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no-wordnet"):
        WordNet(tmp_path / "none").synonyms("lung")
