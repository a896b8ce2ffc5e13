"""Laws that hold for any text, and the contract that every extractor keeps."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundct.core.contracts import Extractor
from groundct.core.issues import DataError
from groundct.core.plugins import load_plugin, plugin_names
from groundct.core.report import Reading, Report, report_of_columns
from groundct.reports._rules.reading import READINGS
from groundct.reports.labels import categorize, labels_of
from groundct.reports.rules import PLUGIN
from groundct.reports.sections import split_sections
from groundct.vocabulary.anatomy import TOP_REGIONS, anatomy
from groundct.vocabulary.findings import findings
from groundct.vocabulary.segments import segments

VOCABULARY = """
    no not nodule nodules effusion pleural pericardial left right both upper lower lobe lung lungs
    segment superior basal and or of the in , . ; : ? ( ) 5 mm 3.5 x cm calcified observed was T4.
    No. 5th rib 1. • - "
"""
WORDS = st.sampled_from([*VOCABULARY.split(), "\n", "\n\n"])
TEXTS = st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=60).map(" ".join))


def check(report: Report, reading: Reading) -> None:
    """Every span inside its report, every name known, sentences in order and complete."""
    text = report.text
    end = 0
    for index, sentence in enumerate(reading.sentences):
        assert sentence.index == index
        assert end <= sentence.span.start < sentence.span.end <= len(text)
        assert set(sentence.regions) <= set(TOP_REGIONS)
        assert all(anatomy().is_path(path) for path in sentence.anatomy)
        end = sentence.span.end
    names = {segment.name for segment in segments()}
    assert len({f.finding_id for f in reading.findings}) == len(reading.findings)
    for finding in reading.findings:
        home = reading.sentences[finding.sentence_indices[0]].span
        assert home.contains(finding.span)
        own = [reading.sentences[index].span for index in finding.sentence_indices]
        parts = (*finding.measurements, *finding.cues, *finding.remarks, *finding.relations)
        assert all(any(span.contains(part.span) for span in own) for part in parts)
        assert all(anatomy().is_path(path) for path in finding.anatomy)
        assert set(finding.lung_segments) <= names
        assert finding.category == findings().types[finding.type].code


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_any_text(text: str) -> None:
    report = split_sections(text)
    check(report, PLUGIN.extract(report))
    whole = report_of_columns([("findings", text)])
    reading = PLUGIN.extract(whole)
    check(whole, reading)
    labels_of(reading)
    categorize(text)


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_sentences_leave_out_no_word(text: str) -> None:
    report = report_of_columns([("findings", text)])
    kept = set()
    for sentence in PLUGIN.extract(report).sentences:
        kept.update(range(sentence.span.start, sentence.span.end))
    left = "".join(c for n, c in enumerate(report.text) if n not in kept)
    if left.strip().lower() not in ("not given", "not given.", "none.", "n/a"):
        assert not any(c.isalpha() for c in left)


@settings(max_examples=50, deadline=None)
@given(TEXTS)
def test_equal_texts_give_equal_readings(text: str) -> None:
    report = report_of_columns([("findings", text)])
    assert PLUGIN.extract(report) == PLUGIN.extract(report)


@pytest.mark.parametrize("name", plugin_names("reports"))
def test_contract(name: str, language_model: None) -> None:
    plugin = load_plugin("reports", name)
    assert isinstance(plugin, Extractor)
    assert plugin.version and plugin.description and plugin.quality
    language = plugin.languages[0]
    report = report_of_columns([("findings", "No pleural effusion."), ("impression", "Normal.")])
    reading = plugin.extract(report.model_copy(update={"language": language}))
    check(report, reading)
    with pytest.raises(DataError, match="unsupported-language"):
        plugin.extract(report.model_copy(update={"language": "xx"}))
    assert plugin.extract(Report(text="", sections=())) == Reading(sentences=(), findings=())


def test_not_given_is_no_sentence() -> None:
    report = report_of_columns([("findings", "No nodule."), ("impression", "Not given.")])
    assert [s.section for s in PLUGIN.extract(report).sentences] == ["findings"]


@pytest.mark.parametrize(
    "unit",
    [
        "A 5 mm nodule in the right upper lobe (3 mm before), no pleural effusion. ",
        "nodule, no effusion and ",
        "(",
        "1.2",
        "\n",
        "No. ",
        "Lungs: ",
    ],
)
def test_work_grows_with_the_text_and_not_faster(
    unit: str, calls: Callable[[Callable[[], object]], int]
) -> None:
    def work(size: int) -> int:
        report = split_sections(unit * (size // len(unit)))
        READINGS.clear()
        return calls(lambda: PLUGIN.extract(report))

    work(1000)
    assert work(40_000) < 5 * work(10_000) + 10_000


@pytest.mark.parametrize("unit", ["nodule? ", "(nodule ", "There is a nodule. "])
def test_work_grows_with_the_impression_and_not_faster(
    unit: str, calls: Callable[[Callable[[], object]], int]
) -> None:
    def work(size: int) -> int:
        text = unit * (size // len(unit))
        report = report_of_columns([("findings", text), ("impression", text)])
        READINGS.clear()
        return calls(lambda: PLUGIN.extract(report))

    work(1000)
    assert work(40_000) < 5 * work(10_000)


def test_a_megabyte() -> None:
    unit = "The heart is of usual size and there is a 5 mm nodule in the right upper lobe. "
    padding = "The patient arrived at noon and left the ward on the same day after a long wait. "
    report = report_of_columns([("findings", (unit + padding * 30) * 400)])
    assert len(report.text) > 990_000
    assert len(PLUGIN.extract(report).findings) == 800


def test_labels_follow_presence() -> None:
    def said(text: str) -> set[str]:
        reading = PLUGIN.extract(report_of_columns([("findings", text)]))
        return {label for label, on in labels_of(reading).items() if on}

    assert said("There is emphysema and a small pleural effusion.") == {
        "Emphysema",
        "Pleural effusion",
    }
    assert said("No emphysema.") == set()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Bronchial wall thickening", "1a"),
        ("Bronchiectasis in the lingula", "1b"),
        ("Paraseptal emphysema", "1c"),
        ("Interlobular septal thickening", "1d"),
        ("Centrilobular nodules", "1e"),
        ("Linear atelectasis", "2a"),
        ("Consolidation", "2b"),
        ("Crazy paving", "2c"),
        ("Spiculated nodule", "2d"),
        ("Pleural thickening", "2e"),
        ("Honeycombing", "2f"),
        ("Pneumothorax", "2g"),
        ("Air cyst", "2h"),
        ("Enlarged lymph nodes", "3a"),
        ("Hypodense lesion in the liver", "3b"),
        ("Hiatal hernia", "6a"),
        ("Port catheter", "11a"),
        ("Lunch", "12"),
        ("", "12"),
    ],
)
def test_categorize(text: str, code: str) -> None:
    assert categorize(text) == code


def _findings(findings_text: str, impression: str) -> list[tuple[int, ...]]:
    report = report_of_columns([("findings", findings_text), ("impression", impression)])
    return [f.sentence_indices for f in PLUGIN.extract(report).findings]


def test_the_impression_repeats_findings() -> None:
    two = "A 5 mm nodule in the right upper lobe. A 9 mm nodule in the left upper lobe."
    assert _findings(two, "Nodule in the left upper lobe.") == [(0,), (1, 2)]
    assert _findings(two, "Nodules in both upper lobes, up to 9 mm.") == [(0, 2), (1, 2)]
    assert _findings(two, "Nodule in the left lower lobe.") == [(0,), (1,), (2,)]
    assert _findings(two, "A 7 mm nodule in the left upper lobe.") == [(0,), (1,), (2,)]
    assert _findings(two, "No nodule.") == [(0,), (1,), (2,)]


@pytest.mark.parametrize("number", ["²", "५", "9" * 5000, "0"])
def test_numbers_of_other_kinds_are_read_without_an_error(number: str) -> None:
    for text in ("{} nodules in the right lung.", "Fracture of the {}th rib.", "Fracture of T{}."):
        report = report_of_columns([("findings", text.format(number))])
        check(report, PLUGIN.extract(report))
