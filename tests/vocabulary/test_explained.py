"""The tables of what explains, yields or wants certainty name what exists."""

from __future__ import annotations

from groundct.vocabulary.findings import ANY, findings
from groundct.vocabulary.places import places


def test_explained_types_exist_and_explain_something_else() -> None:
    words = findings()
    for general, others in words.explained.items():
        assert general in words.types
        assert others
        assert general not in others
        assert others <= set(words.types), others - set(words.types)


def test_explained_types_come_from_general_words() -> None:
    general = {kind for (head, _), kind in places().compounds.items() if head.startswith("~")}
    assert set(findings().explained) <= general


def test_certain_labels_are_labels() -> None:
    assert findings().certain_labels <= set(findings().labels)
    assert "Lung nodule" in findings().certain_labels
    assert "Atelectasis" not in findings().certain_labels


def test_types_yield_to_others_that_do_not_yield_back() -> None:
    words = findings()
    for kind, others in words.yields.items():
        assert kind in words.types
        assert others == {ANY} or others <= set(words.types), others - set(words.types)
        assert all(kind not in words.yields.get(other, ()) for other in others)
