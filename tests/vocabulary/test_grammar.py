"""Word classes and segment names of a language: complete, known, and in their normal form."""

from __future__ import annotations

import pytest

from groundct.core.issues import TableError
from groundct.vocabulary import grammar as module
from groundct.vocabulary.grammar import grammar
from groundct.vocabulary.segments import segment_words, segments


def test_english_classes() -> None:
    words = grammar("en")
    assert words.joint == {"and", "or", "nor"}
    assert words.listing == {"and", "or", "nor", ",", "/"}
    assert "the" not in words.article_one


def test_unknown_and_missing_classes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = ({"class": "verb", "word": "go"},)
    monkeypatch.setattr(module, "read_table", lambda *_: rows)
    with pytest.raises(TableError, match="'verb' is none of the classes"):
        grammar.__wrapped__("en")
    rows = ({"class": "joint", "word": "and"},)
    with pytest.raises(TableError, match=r"no row of .*article"):
        grammar.__wrapped__("en")


def test_segment_names() -> None:
    words = segment_words("en")
    assert {s.name for found in words.named.values() for s in found} == {s.name for s in segments()}
    assert [s.segment_id for s in words.named["posterior", "basal"]] == ["RS10", "LS10"]
    assert "posterobasal" in words.alone
    assert "posterior" not in words.alone
    assert words.alone <= words.words
