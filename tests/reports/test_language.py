"""A report in another language than it is said to be in is refused, not read by guess."""

from __future__ import annotations

import pytest

from groundct.core.issues import TableError
from groundct.core.report import report_of_columns
from groundct.reports.language import contradicts_language, require_language
from groundct.vocabulary.lexicon import common_words

OTHERS = {
    "tr": "Trakea ve her iki ana bronş açıktır. Mediastinal ana vasküler yapılar, kalp konturu ve "
    "boyutu normaldir. Perikardiyal efüzyon izlenmedi. Sağ akciğer üst lobda 6 mm çapında nodül "
    "izlendi. Plevral efüzyon saptanmadı.",
    "de": "Trachea und beide Hauptbronchien sind frei. Kein Pleuraerguss. Im rechten Oberlappen "
    "findet sich ein Rundherd von 6 mm. Das Herz ist normal gross. Keine vergrösserten "
    "Lymphknoten mediastinal oder hilär.",
    "es": "La tráquea y ambos bronquios principales están permeables. No se observa derrame "
    "pleural ni pericárdico. Nódulo de 6 mm en el lóbulo superior derecho. El corazón es de "
    "tamaño normal.",
}
ENGLISH = (
    "The trachea and both main bronchi are open. No pleural effusion is seen. There is a 6 mm "
    "nodule in the right upper lobe. The heart is of normal size, and no enlarged nodes were found."
)
TERSE = "Nodule right upper lobe 6 mm. Effusion left. Emphysema."


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_another_language_is_refused_with_what_to_do(text):
    report = report_of_columns([("findings", text)])
    with pytest.raises(TableError, match=r"language-contradicts-text.*column 'language'"):
        require_language(report)


@pytest.mark.parametrize("text", [ENGLISH, TERSE, "", "Normal."])
def test_english_and_short_texts_are_not_refused(text):
    assert not contradicts_language(text, "en")


def test_a_long_list_of_findings_is_still_english():
    text = " ".join(
        f"Nodule of {n} mm in the right upper lobe with smooth margins." for n in range(9)
    )
    assert not contradicts_language(text, "en")


def test_the_common_words_are_plain_and_stand_once():
    words = common_words("en")
    assert len(words) > 20
    assert all(word == word.lower() and word.isalpha() for word in words)
