"""A draft is a reading whose spans are not moved yet; the quick ways to it change nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from groundct.core.report import Report, Span, report_of_columns, rewritten
from groundct.reports._draft import draft_of
from groundct.reports._rules.words.parsed import LEXICONS, _lexicons, once, parse
from groundct.reports._rules.words.sentences import _CANDIDATE, _GAP, _SIGN
from groundct.reports.rules import PLUGIN
from groundct.vocabulary.lexicon import lexicon

WORDS = (
    "no pleural effusion or thickening was observed in the right left lung upper lobe nodule mm 5 "
    "lymph nodes : , ; there is a increase compared with previous examination ground glass"
)


def _report() -> Report:
    return report_of_columns(
        [
            ("findings", "A calcified 6 mm nodule in the right upper lobe. It is stable."),
            ("impression", "Millimetric nodules in the right lung. No effusion."),
        ]
    )


def test_a_draft_becomes_the_reading() -> None:
    report = _report()
    draft = PLUGIN.draft(report)
    reading = PLUGIN.extract(report)
    assert draft.reading() == reading
    assert [f.finding_id for f in reading.findings] == ["f1", "f2"]
    said = [rewritten(sentence, report.text) for sentence in reading.sentences]
    assert [sentence.standardized for sentence in draft.sentences] == said
    assert draft_of(reading, said).reading() == reading


def test_a_draft_counts_from_its_sentences() -> None:
    report = _report()
    draft = PLUGIN.draft(report)
    last = draft.findings[-1]
    assert last.offset == draft.sentences[-1].start > 0
    assert last.finding.span != last.moved().span
    assert last.words(report.text) == last.moved().span.of(report.text) == "effusion"


@given(st.lists(st.sampled_from(WORDS.split()), max_size=30))
def test_lexicons_together_find_what_each_finds_alone(words: list[str]) -> None:
    found = _lexicons("en").find(words)
    alone = {name: lexicon("en", name, column).find(words) for name, column in LEXICONS.items()}
    assert found == {name: hits for name, hits in alone.items() if hits}


@given(st.text('ab1.?!"•) \n\tÜ', max_size=14))
def test_without_a_gap_sentences_end_at_the_same_signs(text: str) -> None:
    ends = [match.span() for match in _CANDIDATE.finditer(text)]
    if _GAP.search(text) is None:
        assert [match.span() for match in _SIGN.finditer(text)] == ends


def test_what_is_asked_twice_is_worked_out_once() -> None:
    asked: list[tuple[str, int]] = []

    @once
    def noted(parsed: object, number: int) -> Span:
        asked.append((str(parsed), number))
        return Span(start=0, end=number)

    first, other = parse("A nodule.", "en"), parse("A mass.", "en")
    assert noted(first, 2) == noted(first, 2) == noted(other, 2)
    assert noted(first, 3) != noted(first, 2)
    assert len(asked) == 3
