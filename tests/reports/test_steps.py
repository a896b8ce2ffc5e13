"""Many reports at a time give what each gives alone, and a failing one hinders no other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundct.core.issues import TableError
from groundct.core.report import Report, report_of_columns
from groundct.reports._draft import Draft
from groundct.reports._rules import reading
from groundct.reports._rules.kept import Recent
from groundct.reports._rules.reading import READINGS, SentenceReading, read_ahead, read_sentence
from groundct.reports._rules.words.parsed import Parsed
from groundct.reports._rules.words.steps import Steps, at_once, in_step
from groundct.reports.rules import PLUGIN

SENTENCES = (
    "A calcified 6 mm nodule in the right upper lobe.",
    "It is stable.",
    "No pleural effusion or thickening was observed.",
    "Lungs:",
    "Clear.",
    "Nodules in both lungs; the largest is 8 mm, in the left lower lobe.",
    "Pleural effusion: right present, left absent.",
    "Impression: emphysema, mild.",
    "Heart size is normal, and the aorta is 42 mm wide.",
)


def _steps(number: int, told: list[int]) -> Steps[int]:
    for _ in range(number):
        told.append(number)
        yield
    if number == 2:
        raise ValueError("two")
    return number * 10


def test_all_take_a_step_before_one_takes_the_next() -> None:
    told: list[int] = []
    results = in_step([_steps(n, told) for n in (3, 0, 2, 1)])
    assert told == [3, 2, 1, 3, 2, 3]
    assert results[:2] == [30, 0] and results[3] == 10
    assert isinstance(results[2], ValueError)
    assert in_step([]) == []


def test_one_alone_gives_its_result_or_fails() -> None:
    assert at_once(_steps(3, [])) == 30
    with pytest.raises(ValueError, match="two"):
        at_once(_steps(2, []))


def _reports(texts: list[list[str]]) -> list[Report]:
    return [
        report_of_columns([("findings", " ".join(own)), ("impression", " ".join(own[:2]))])
        for own in texts
    ]


@given(st.lists(st.lists(st.sampled_from(SENTENCES), max_size=6), max_size=6))
def test_together_is_as_each_alone(texts: list[list[str]]) -> None:
    reports = _reports(texts)
    READINGS.clear()
    together = PLUGIN.draft_many(reports)
    READINGS.clear()
    assert together == [PLUGIN.draft(report) for report in reports]


def test_a_report_in_no_known_language_hinders_no_other() -> None:
    one, other = _reports([[SENTENCES[0]], [SENTENCES[2]]])
    first, second = PLUGIN.draft_many([one.changed(language="xx"), other])
    assert isinstance(first, TableError) and first.issues[0].code == "unsupported-language"
    assert second == PLUGIN.draft(other)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A fault of the program in one sentence."""
    right = reading.regions_of

    def regions_of(parsed: Parsed, mentions: tuple[object, ...]) -> object:
        if "emphysema" in parsed.text:
            raise KeyError("emphysema")
        return right(parsed, mentions)  # type: ignore[arg-type]

    READINGS.clear()
    monkeypatch.setattr(reading, "regions_of", regions_of)
    yield
    READINGS.clear()


@pytest.mark.usefixtures("broken")
def test_a_fault_in_a_sentence_is_its_report_s_alone() -> None:
    drafts = PLUGIN.draft_many(_reports([[SENTENCES[7]], [SENTENCES[0]]]))
    assert isinstance(drafts[0], KeyError)
    assert isinstance(drafts[1], Draft) and len(drafts[1].findings) == 1


@pytest.mark.usefixtures("broken")
def test_what_could_not_be_read_ahead_is_not_kept() -> None:
    read_ahead([(SENTENCES[7], "en"), (SENTENCES[0], "en")])
    assert len(READINGS) == 1
    assert isinstance(read_sentence(SENTENCES[0], "en"), SentenceReading)
    with pytest.raises(KeyError):
        read_sentence(SENTENCES[7], "en")


@given(st.lists(st.integers(0, 30), max_size=200), st.integers(2, 12))
def test_the_last_that_were_asked_for_are_kept(keys: list[int], most: int) -> None:
    kept: Recent[int, str] = Recent(most)
    for number, key in enumerate(keys):
        if kept.get(key) is None:
            kept.keep(key, str(key))
        last = list(dict.fromkeys(reversed(keys[: number + 1])))[: most // 2]
        assert all(kept.get(own) == str(own) for own in last)
        assert len(kept) <= 2 * (most // 2)
    kept.clear()
    assert len(kept) == 0
