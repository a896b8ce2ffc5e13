"""A report's language: told from its words, never guessed; contradictions are said."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from groundct.core.issues import TableError
from groundct.core.report import UNSAID_LANGUAGE, report_of_columns
from groundct.reports import read
from groundct.reports.language import (
    contradiction,
    in_its_language,
    language_of,
    require_language,
)
from groundct.vocabulary.languages import languages, missing_tables, read_languages
from groundct.vocabulary.lexicon import common_words

OTHERS = {
    "az": "Sağ ağciyərin yuxarı payında 5 mm düyün müəyyən edilir. Plevral maye aşkarlanmadı.",
    "da": "Ingen pleuraeffusion. Der ses et infiltrat i højre lunge, nodulus på 6 mm.",
    "de": "Trachea und beide Hauptbronchien sind frei. Kein Pleuraerguss. Im rechten Oberlappen "
    "findet sich ein Rundherd von 6 mm. Das Herz ist normal gross.",
    "es": "La tráquea y ambos bronquios principales están permeables. No se observa derrame "
    "pleural ni pericárdico. Nódulo de 6 mm en el lóbulo superior derecho.",
    "fr": "La trachée est libre. Pas d'épanchement pleural. Nodule de 6 mm du lobe supérieur "
    "droit. Le coeur est de taille normale.",
    "it": "Non si osserva versamento pleurico. Nodulo di 6 mm nel lobo superiore destro.",
    "nl": "De trachea is vrij. Geen pleuravocht. In de rechter bovenkwab een nodulus van 6 mm. "
    "Het hart is normaal van grootte.",
    "pl": "Nie stwierdza się płynu w jamach opłucnowych. W płucu prawym guzek 6 mm.",
    "pt": "Não há derrame pleural. Nódulo de 6 mm no lobo superior direito.",
    "ro": "Fără lichid pleural. Nodul de 6 mm în lobul superior drept.",
    "sv": "Ingen pleuravätska. Normala förhållanden i mediastinum. Hjärtat är inte förstorat.",
}
SHORT = {
    "de": "Kein Pneumothorax.",
    "es": "Sin derrame.",
    "fr": "Pas de pneumothorax.",
    "nl": "Geen pneumothorax.",
}
TURKISH = (
    "Sağ akciğerde nodül izlenmedi.",
    "sag akcigerde nodul izlenmedi",
    "PLEVRAL EFÜZYON SAPTANMADI",
    "Plevral efuzyon yok",
    "Kalp boyutu normal",
    "Pnömotoraks",
    "Trakea, her iki ana bronş açıktır.",
)
ENGLISH = (
    "The trachea and both main bronchi are open. No pleural effusion is seen. There is a 6 mm "
    "nodule in the right upper lobe. The heart is of normal size, and no enlarged nodes are seen.",
    "Nodule right upper lobe 6 mm. Effusion left. Emphysema.",
    "No effusion",
    "Normal.",
    "Status post lobectomy, de novo nodule, CA 19-9 elevated",
    " ".join(f"Nodule of {n} mm in the right upper lobe with smooth margins." for n in range(9)),
    "",
)
OTHER_SCRIPTS = ("Плевральный выпот не выявлен.", "胸水を認めない。", "لا يوجد انصباب جنبي")


@pytest.mark.parametrize("code", OTHERS)
def test_other_languages_are_told(code: str) -> None:
    assert language_of(OTHERS[code]) == code
    assert code not in read_languages()
    with pytest.raises(TableError, match=f"unsupported-language.*{languages()[code].name}"):
        read(OTHERS[code])


@pytest.mark.parametrize("text", OTHER_SCRIPTS)
def test_a_script_that_is_not_read_is_named_where_no_language_is_said(text: str) -> None:
    with pytest.raises(TableError, match="report: its letters are not Latin ones"):
        read(text)


def test_one_word_of_a_language_names_it_not() -> None:
    with pytest.raises(TableError, match="its language is not known"):
        read("qwe rty uio pas dfg")


@pytest.mark.parametrize("said", read_languages())
@pytest.mark.parametrize("text", [*OTHERS.values(), *SHORT.values(), *OTHER_SCRIPTS])
def test_another_language_than_is_said_is_refused_with_what_to_do(text: str, said: str) -> None:
    report = report_of_columns([("findings", text)], said)
    with pytest.raises(TableError, match=r"language-contradicts-text.*column 'language'"):
        require_language(report)


@pytest.mark.parametrize("text", TURKISH)
def test_turkish_is_told_with_and_without_its_letters(text: str) -> None:
    assert language_of(text) == "tr"
    assert contradiction(text, "tr") is None
    assert read(text).report.language == "tr"


@pytest.mark.parametrize("text", ENGLISH)
def test_english_is_told_and_a_text_that_tells_nothing_is_read_as_such(text: str) -> None:
    assert language_of(text) == "en"
    assert contradiction(text, "en") is None


@pytest.mark.parametrize("text", TURKISH[:5])
def test_turkish_said_to_be_english_is_refused(text: str) -> None:
    reason = contradiction(text, "en")
    assert reason is not None and "Turkish" in reason


def test_long_english_said_to_be_turkish_is_refused() -> None:
    reason = contradiction(ENGLISH[0], "tr")
    assert reason is not None and "English" in reason


def test_a_report_in_two_languages_is_refused_and_the_part_is_named() -> None:
    columns = [("findings", TURKISH[0] * 9), ("impression", "No pleural effusion is seen.")]
    report = report_of_columns(columns, UNSAID_LANGUAGE)  # type: ignore[arg-type]
    told = in_its_language(report)
    assert told.language == "tr"
    with pytest.raises(TableError, match=r"section impression.*looks like English"):
        require_language(told)


def test_a_free_text_in_two_languages_is_refused_too() -> None:
    text = f"BULGULAR: {TURKISH[0] * 9}\nSONUÇ: There is no pleural effusion."
    with pytest.raises(TableError, match=r"section impression.*looks like English"):
        read(text)


def test_what_is_said_stays() -> None:
    report = report_of_columns([("findings", "Pnömotoraks")], "en")
    assert in_its_language(report) is report


@pytest.mark.parametrize("code", languages())
def test_the_common_words_are_plain_and_stand_once(code: str) -> None:
    words = common_words(code)
    assert len(words) > 20
    assert all(word == word.lower() and word.isalpha() for word in words)


def test_each_folder_is_a_language_that_is_read_or_known_by_its_common_words_alone() -> None:
    vocabulary = Path(str(files("groundct.vocabulary")))
    folders = {p.name for p in vocabulary.iterdir() if (p / "common.tsv").is_file()}
    assert folders == set(languages())
    for code in folders:
        tables = [p.name for p in (vocabulary / code).glob("*.tsv")]
        assert tables == ["common.tsv"] or not missing_tables(code), missing_tables(code)
    assert read_languages() == ("en", "tr")
