"""Turkish reports: whole ones, both halves, and what their language alone has.

The marked sentences of ``cases_tr`` run in test_cases.py; `bench.bench_turkish` measures.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.bench_turkish import (
    VERBS,
    WholeReport,
    read_turkish,
    report_outcome,
    reports_of,
    sentence_outcomes,
    totals,
)
from bench.second_author import label_totals, second_outcomes
from groundct.core.report import Reading, report_of_columns
from groundct.reports._rules.reading import READINGS
from groundct.reports.rules import PLUGIN
from groundct.reports.sections import split_sections
from groundct.vocabulary.lexicon import expand, lexicon
from groundct.vocabulary.words import letters

TUNED = tuple(reports_of("tuned"))
HELD_PRESENCE = 0.97
HELD_SIDE = 0.9
HELD_FOUND = 0.95
"""Least shares of the held files: presence and side of what is found, and marks that are found."""
HELD_EXTRA = 0.08
"""Most findings that are read and not marked, as a share of the marks."""


SECOND_CLEAN = 0.84
"""Least share of a second author's sentences that are read without any fault."""


def extract(text: str, language: str = "tr") -> Reading:
    return PLUGIN.extract(report_of_columns([("findings", text)], language))


def read(text: str) -> list[tuple[str, str, str | None]]:
    return [(f.type, f.presence, f.laterality) for f in extract(text).findings]


@pytest.mark.parametrize("whole", TUNED, ids=lambda whole: whole.name)
def test_tuned_reports_are_read_without_a_fault(whole: WholeReport) -> None:
    assert report_outcome(whole).faults == ()


@pytest.mark.parametrize("kind", ["sentences", "reports"])
def test_held_ones_are_read_as_well_as_is_stated(kind: str) -> None:
    if kind == "sentences":
        outcomes = sentence_outcomes("held")
    else:
        outcomes = [report_outcome(whole) for whole in reports_of("held")]
    right, wrong = totals(outcomes)
    marks = right["presence"] + wrong["presence"] + wrong["missed"]
    assert right["presence"] >= HELD_PRESENCE * (right["presence"] + wrong["presence"])
    assert right["side"] >= HELD_SIDE * (right["side"] + wrong["side"])
    assert marks - wrong["missed"] >= HELD_FOUND * marks
    assert wrong["extra"] <= HELD_EXTRA * marks


@pytest.mark.parametrize("held", [False, True])
def test_a_second_author_is_read_as_well_as_is_stated(held: bool) -> None:
    outcomes = [outcome for _, outcome in second_outcomes(read_turkish, held=held)]
    right, wrong = totals(outcomes)
    assert len(outcomes) == 120
    assert sum(not one.faults for one in outcomes) >= SECOND_CLEAN * len(outcomes)
    assert right["presence"] >= HELD_PRESENCE * (right["presence"] + wrong["presence"])
    assert right["side"] >= HELD_PRESENCE * (right["side"] + wrong["side"])


def test_labels_of_a_second_author_are_told() -> None:
    right, total = label_totals()
    assert total == 288
    assert right >= 286


def test_there_are_enough_of_each() -> None:
    for name in ("tuned", "held"):
        assert len(sentence_outcomes(name)) >= 75
        assert len(list(reports_of(name))) >= 12


def without_letters(text: str) -> str:
    """A text as an export without Turkish letters has it: "ş" is "s", "İ" is "I"."""
    table = {**letters("tr"), ord("İ"): "I", ord("Ş"): "S", ord("Ğ"): "G"}
    return text.translate({**table, ord("Ç"): "C", ord("Ö"): "O", ord("Ü"): "U"})


@pytest.mark.parametrize("whole", TUNED, ids=lambda whole: whole.name)
def test_lost_letters_and_taken_apart_ones_change_nothing(whole: WholeReport) -> None:
    plain = WholeReport(whole.name, whole.labels, without_letters(whole.marked))
    assert plain.marked.isascii() or "-" in plain.marked
    assert report_outcome(plain).faults == ()
    apart = WholeReport(whole.name, whole.labels, unicodedata.normalize("NFD", whole.marked))
    assert report_outcome(apart).faults == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Nodül izlendi.", "present"),
        ("Nodül izlenmedi.", "absent"),
        ("Nodül izlenmemiştir.", "absent"),
        ("Nodül izlenmiştir.", "present"),
        ("Nodül saptanmamaktadır.", "absent"),
        ("Nodül saptanmaktadır.", "present"),
        ("Nodül görülmüyor.", "absent"),
        ("Nodül görülüyor.", "present"),
        ("Nodül yoktur.", "absent"),
        ("Nodül vardır.", "present"),
        ("Nodül mevcut değil.", "absent"),
        ("Nodül mevcut.", "present"),
        ("Nodül tespit edilmedi.", "absent"),
        ("Nodül tespit edildi.", "present"),
        ("Nodül ekarte edilemedi.", "uncertain"),
        ("Nodül dışlanamaz.", "uncertain"),
        ("Nodül olabilir.", "uncertain"),
        ("Nodül?", "uncertain"),
        ("Nodülde anlamlı değişiklik saptanmadı.", "present"),
    ],
)
def test_presence_stands_behind(text: str, said: str) -> None:
    assert [f.presence for f in extract(text).findings] == [said]


PHRASES = [
    " ".join(phrase)
    for entry in lexicon("tr", "findings", "type").entries
    for phrase in expand(entry.term)[:12]
]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(PHRASES), st.sampled_from(list(VERBS)))
def test_every_finding_s_words_take_the_presence_of_the_verb_behind_them(
    phrase: str, verb: str
) -> None:
    found = extract(f"Sağda {phrase} {verb}.").findings
    assert {f.presence for f in found} <= {VERBS[verb]}


FINDINGS = ("nodül", "konsolidasyon", "atelektazi", "amfizem", "bül", "kavite")
LUNGS = {"Sağ": "right", "Sol": "left", "Her iki": "bilateral"}
LOBES = (
    "akciğerde",
    "akciğer alt lobda",
    "akciğer üst lobunda",
    "alt lobda",
    "akciğerin üst lobunda",
)
ENDS = {
    "izlendi": "present",
    "izlenmektedir": "present",
    "mevcuttur": "present",
    "saptanmadı": "absent",
    "izlenmemiştir": "absent",
    "yoktur": "absent",
}
CLAUSES = st.tuples(st.sampled_from(list(LUNGS)), st.sampled_from(LOBES), st.sampled_from(FINDINGS))
JOINTS = st.sampled_from([", ", "; ", ". ", " olup ", ", ancak "])


@settings(max_examples=150, deadline=None)
@given(CLAUSES, st.sampled_from(list(ENDS)), CLAUSES, st.sampled_from(list(ENDS)), JOINTS)
def test_each_clause_keeps_its_own_side_and_presence(
    one: tuple[str, str, str], end: str, other: tuple[str, str, str], last: str, joint: str
) -> None:
    if joint == " olup ":
        end = {"present": "izlenmiş", "absent": "izlenmemiş"}[ENDS[end]]
    told = ENDS.get(end, "present" if end == "izlenmiş" else "absent")
    side, lobe, finding = other
    side = side if joint == ". " else side.lower()
    text = f"{' '.join(one)} {end}{joint}{side} {lobe} {finding} {last}."
    found = extract(text).findings
    assert [(f.presence, f.laterality) for f in found] == [
        (told, LUNGS[one[0]]),
        (ENDS[last], LUNGS[side.capitalize()]),
    ], text


@settings(max_examples=100, deadline=None)
@given(CLAUSES, CLAUSES, st.sampled_from([" ve ", ", "]), st.sampled_from(list(ENDS)))
def test_one_verb_speaks_of_all_before_it_and_sides_stay(
    one: tuple[str, str, str], other: tuple[str, str, str], joint: str, end: str
) -> None:
    text = f"{' '.join(one)}{joint}{other[0].lower()} {other[1]} {other[2]} {end}."
    found = extract(text).findings
    assert [(f.presence, f.laterality) for f in found] == [
        (ENDS[end], LUNGS[one[0]]),
        (ENDS[end], LUNGS[other[0]]),
    ], text


def test_sections_are_found_by_turkish_headings() -> None:
    text = "KLİNİK BİLGİ: Öksürük.\nTEKNİK: Kontrastsız.\nBULGULAR: Nodül.\nSONUÇ: Nodül."
    names = [section.name for section in split_sections(text, "tr").sections]
    assert names == ["clinical_information", "technique", "findings", "impression"]
    assert split_sections(without_letters(text), "tr").sections[3].name == "impression"


def test_the_impression_repeats_findings() -> None:
    columns = [
        ("findings", "Sağ akciğer üst lobda 5 mm nodül izlendi."),
        ("impression", "Sağ akciğerde nodül."),
    ]
    report = report_of_columns(columns, "tr")  # type: ignore[arg-type]
    assert [f.sentence_indices for f in PLUGIN.extract(report).findings] == [(0, 1)]


def test_standard_words_are_american_english() -> None:
    (finding,) = extract("Sağ akciğer üst lob apikal segmentte 5 mm nodül izlendi.").findings
    assert finding.standardized == (
        "5 mm pulmonary nodule in the apical segment of the right upper lobe"
    )


def test_a_kidney_s_side_is_not_the_pleura_s() -> None:
    assert read("Sol böbrekte kist, plevral efüzyon izlendi.") == [
        ("renal_lesion", "present", "left"),
        ("pleural_effusion", "present", None),
    ]


WORDS = st.sampled_from(
    """
    nodül nodülde nodüller kitle efüzyon plevral kalınlaşma sağ sol her iki akciğer akciğerde üst
    alt orta lobda segmentte anterior ve veya ya da izlendi saptanmadı yoktur mevcut olup ancak
    dışında olabilir lehine 5 mm 3,5 x cm T4 6. kotta ? ( ) , ; : önceki tetkikte göre yeni stabil
    BT'de mm'lik İZLENDİ . - •
    """.split()  # noqa: SIM905
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=120), st.lists(WORDS, max_size=50).map(" ".join)))
def test_any_text_is_read_or_left(text: str) -> None:
    report = split_sections(text, "tr")
    reading = PLUGIN.extract(report)
    for finding in reading.findings:
        home = reading.sentences[finding.sentence_indices[0]].span
        assert home.contains(finding.span)
        assert all(home.contains(size.span) for size in finding.measurements)
        assert finding.type == "other" or finding.standardized.isascii()


@pytest.mark.parametrize(
    "unit",
    ["Sağ üst lobda 5 mm nodül, plevral efüzyon izlenmedi ", "nodülde ", "sağ ", "ve ", "12.03. "],
)
def test_work_grows_with_the_text_and_not_faster(
    unit: str, calls: Callable[[Callable[[], object]], int]
) -> None:
    def work(size: int) -> int:
        report = report_of_columns([("findings", unit * (size // len(unit)))], "tr")
        READINGS.clear()
        return calls(lambda: PLUGIN.extract(report))

    work(1000)
    assert work(40_000) < 5 * work(10_000) + 10_000


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("Plevral efüzyon azalmıştır.", ["decreased"]),
        ("Plevral efüzyonda artış izlendi.", ["increased"]),
        ("Plevral efüzyonda artış izlenmedi.", ["stable"]),
        ("Nodül azalarak sebat etmektedir.", ["decreased"]),
        ("Konsolidasyon büyük oranda rezorbe olmuştur.", ["decreased"]),
        ("Kitle varlığını sürdürmektedir.", [None]),
        ("Pnömotoraksta azalma, efüzyonda artış vardır.", ["decreased", "increased"]),
        ("LAP'ın kısa aksı 21 mm'den 12 mm'ye inmiştir.", ["decreased"]),
        ("Kontrast madde azaltılmış olup nodül izlendi.", [None]),
    ],
)
def test_changes_are_told_by_verbs_and_endings(text: str, changes: list[str | None]) -> None:
    assert [finding.change for finding in extract(text).findings] == changes


@pytest.mark.parametrize(
    ("text", "relations"),
    [
        ("Sağ alt lobda, plevra komşuluğunda nodül izlendi.", [("adjacent", "pleura")]),
        ("Sol üst lobda mediastene uzanan kitle izlendi.", [("extending", "mediastinal tissue")]),
        ("Sağ akciğerde plevra ile temas halinde kitle izlendi.", [("abutting", "pleura")]),
        ("Sağ üst lobda subplevral 4 mm nodül izlendi.", [("subpleural", "pleura")]),
        ("Kitle perikardı invaze etmektedir.", [("invading", "heart tissue")]),
        ("Sağ üst lobda nodül izlendi.", []),
    ],
)
def test_neighbours_stand_before_the_word_of_nearness(
    text: str, relations: list[tuple[str, str]]
) -> None:
    (finding,) = extract(text).findings
    assert [(r.kind, r.anatomy.rpartition("/")[2]) for r in finding.relations] == relations
