"""Every language that is read has all it needs, and no two of its words are taken for one."""

from __future__ import annotations

from itertools import pairwise

import pytest
from tests.vocabulary.test_lexicons import COLUMNS, RELATIONS, ROLES

from groundct.vocabulary.findings import findings
from groundct.vocabulary.grammar import grammar
from groundct.vocabulary.languages import MODEL, OPTIONAL, languages, needed_tables, read_languages
from groundct.vocabulary.lexicon import expand, lexicon
from groundct.vocabulary.places import GENERAL, places
from groundct.vocabulary.segments import segment_words, segments
from groundct.vocabulary.words import endings, has_ending, is_plural, letters, normal_word

OTHERS = tuple(code for code in read_languages() if code != MODEL)
NOT_LEXICONS = {
    *("common.tsv", "endings.tsv", "grammar.tsv", "letters.tsv", "segments.tsv"),
    *OPTIONAL,
}
LEXICONS = sorted(name.removesuffix(".tsv") for name in needed_tables() if name not in NOT_LEXICONS)
NEARLY_ALL = 0.9
VERB_LAST_ROLES = {
    *("recommends_before", "history_before", "explains_before", "uncertain_of", "negates_of"),
    *(f"near_before:{kind}" for kind in RELATIONS),
}
"""Roles that say of what stands before them what others say of what follows."""


def meanings(language: str, name: str) -> set[str]:
    entries = lexicon(language, name, COLUMNS.get(name, "role")).entries
    return {entry.meaning for entry in entries}


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("name", LEXICONS)
def test_roles_are_known(language: str, name: str) -> None:
    found = meanings(language, name)
    assert found
    if name in ROLES:
        own = VERB_LAST_ROLES if languages()[language].verb_last else set()
        assert found <= set(ROLES[name]) | own, found - set(ROLES[name])


@pytest.mark.parametrize("language", read_languages())
def test_every_class_and_segment_is_named(language: str) -> None:
    assert grammar(language).joint
    named = {s.name for found in segment_words(language).named.values() for s in found}
    assert named == {segment.name for segment in segments()}
    assert letters(language) and endings(language)


@pytest.mark.parametrize("language", read_languages())
def test_nearly_all_findings_general_words_and_places_have_words(language: str) -> None:
    meant = meanings(language, "findings")
    heads = {head for head, _ in places().compounds}
    general = {word for word in meant if word.startswith(GENERAL)}
    assert general <= heads, general - heads
    assert meant - general <= set(findings().types), meant - general - set(findings().types)
    reached = meant | set(places().compounds.values()) | set(places().ruled_out.values())
    keys = meanings(language, "anatomy")
    assert keys <= set(places().places), keys - set(places().places)
    named = {key for key in places().places if not key[-1].isdigit()}
    for have, need in ((general, heads), (reached, set(findings().types)), (keys, named)):
        assert len(need & have) >= NEARLY_ALL * len(need), need - have


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("name", LEXICONS)
def test_two_meanings_never_share_a_normal_phrase(language: str, name: str) -> None:
    seen: dict[tuple[str, ...], tuple[str, str]] = {}
    for entry in lexicon(language, name, COLUMNS.get(name, "role")).entries:
        for phrase in expand(entry.term):
            key = tuple(normal_word(word, language) for word in phrase)
            meaning, term = seen.setdefault(key, (entry.meaning, entry.term))
            assert meaning == entry.meaning, (key, term, entry.term)


VERBS = ("izlen", "gözlen", "belirlen", "görül", "saptan", "rastlan", "tanımlan", "bulun")
"""Stems of the verbs that say that a thing is seen."""
ASSERTED = {
    "e": ("di", "miş", "miştir", "mekte", "mektedir", "iyor"),
    "ü": ("dü", "müş", "müştür", "mekte", "mektedir", "üyor"),
    "a": ("dı", "mış", "mıştır", "makta", "maktadır", "ıyor"),
    "u": ("du", "muş", "muştur", "makta", "maktadır", "uyor"),
}
DENIED = {
    "e": ("medi", "memiş", "memiştir", "memekte", "memektedir", "miyor"),
    "ü": ("medi", "memiş", "memiştir", "memekte", "memektedir", "müyor"),
    "a": ("madı", "mamış", "mamıştır", "mamakta", "mamaktadır", "mıyor"),
    "u": ("madı", "mamış", "mamıştır", "mamakta", "mamaktadır", "muyor"),
}


HARMONY = {"i": "e", "ı": "a", "o": "u", "ö": "ü"}
"""Vowels whose endings are those of another one."""


def last_vowel(stem: str) -> str:
    """The vowel that decides a stem's endings, as a key of ASSERTED and DENIED."""
    vowel = [letter for letter in stem if letter in "aeıioöuü"][-1]
    return HARMONY.get(vowel, vowel)


@pytest.mark.parametrize("stem", VERBS)
def test_a_turkish_verb_has_one_normal_form_asserted_and_another_denied(stem: str) -> None:
    vowel = last_vowel(stem)
    asserted = {normal_word(stem + ending, "tr") for ending in ASSERTED[vowel]}
    denied = {normal_word(stem + ending, "tr") for ending in DENIED[vowel]}
    assert len(asserted) == len(denied) == 1
    assert asserted != denied
    roles = {
        form: {hit.entry.meaning for hit in lexicon("tr", "negation").find([form])}
        for form in (*asserted, *denied)
    }
    assert roles[asserted.pop()] == {"asserts"}
    assert roles[denied.pop()] == {"negates_before"}


@pytest.mark.parametrize(
    "forms",
    [
        "akciğer akciğerde akciğerlerde akciğerin akciğere akciğerdeki AKCİĞER akciger",
        "lob lobda lobu lobun lobunda lobundaki loblarında lobta loblarındaki",
        "bronş bronşlar bronşlarda bronşlarında bronşun bronsunda",
        "segment segmentte segmentinde segmentlerde segmente segmentlerindeki",
        "kalınlık kalınlığı kalınlığında kalınlıkta kalinlik KALINLIĞI",
        "efüzyon efüzyonu efüzyonun efüzyona efüzyonda efüzyondan efüzyonlar efuzyon",
        "nodül nodülü nodülün nodüller nodüllerin nodülde nodüle nodül",
        "böbrek böbrekte böbreğin böbreğinde böbreklerde böbreğe",
        "kitle kitlenin kitlede kitlesi kitleler kitleye",
        "özofagus özofagusta özofagusun özofagusu ozofagus",
        "hemitoraks hemitoraksta hemitoraksın hemitoraksı",
        "kalp kalbin kalpte kalbi KALP",
        "lümen lümeni lümende lümenin lümenlerinde",
        "plevra plevrada plevranın plevraya plevrası",
        "normal normaldir normaller NORMALDİR",
        "saptanmadı saptanmamıştır saptanmamaktadır saptanmıyor",
        "boyut boyutu boyutta boyutuna boyutlarında boyuta",
        "i̇zlendi izlendi İZLENDİ",
    ],
)
def test_turkish_forms_of_one_word_are_one(forms: str) -> None:
    assert len({normal_word(form, "tr") for form in forms.split()}) == 1, {
        form: normal_word(form, "tr") for form in forms.split()
    }


@pytest.mark.parametrize(
    "words",
    [
        "sağ sol",
        "alt altında",
        "üst üstünde",
        "orta ortasında",
        "normal normalden normalin",
        "karın karina",
        "deri derin",
        "şüpheli şüphesi",
        "kava kavite",
        "solunum sol",
        "izlendi izlenmedi",
        "edilmedi edilemedi",
        "akciğer karaciğer",
        "yok yoğun",
        "var varyant",
        "plevra plevral",
        "alt altı",
        "orta ortaya",
        "üzerinde üzere",
        "dış dışında",
        "karşı karşın",
        "dev deviye",
    ],
)
def test_turkish_words_of_two_meanings_stay_two(words: str) -> None:
    forms = [normal_word(word, "tr") for word in words.split()]
    assert all(one != other for one, other in pairwise(forms)), forms


def test_endings_and_plurals() -> None:
    assert is_plural("nodüller", "tr") and not is_plural("nodülün", "tr")
    assert is_plural("nodules", "en") and not is_plural("nodule", "en")
    assert has_ending("böbrekte", "tr") and not has_ending("plevral", "tr")
