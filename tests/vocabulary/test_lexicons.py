"""Every lexicon file: unique ids, phrases that can be found, meanings that are known."""

from __future__ import annotations

from importlib.resources import files
from typing import get_args

import pytest

from groundct.core.issues import TableError
from groundct.core.report import Change
from groundct.vocabulary import lexicon as module
from groundct.vocabulary.anatomy import TOP_REGIONS, anatomy
from groundct.vocabulary.findings import findings
from groundct.vocabulary.lexicon import Entry, Lexicon, expand, lexicon
from groundct.vocabulary.modifiers import NO_MODIFIER, modifier_kinds
from groundct.vocabulary.places import GENERAL, places
from groundct.vocabulary.words import normal_word

FILES = sorted(
    p.name
    for p in files("groundct.vocabulary").joinpath("en").iterdir()
    # Plain words and word classes have tests of their own.
    if p.name.removesuffix(".tsv") not in ("common", "grammar", "endings", "letters", "segments")
    and p.name not in ("spelling.tsv", "spelt_as.tsv", "sounds.tsv", "shorthand.tsv", "senses.tsv")
)
COLUMNS = {
    "findings": "type",
    "anatomy": "key",
    "headings": "section",
    "numbers": "value",
    "measurement": "kind",
    "modifiers": "modifier",
    "rewriting": "american",
}
RELATIONS = (
    *("adjacent", "abutting", "invading", "surrounding", "compressing", "extending", "along"),
    *("posterior", "anterior", "lateral", "medial", "inferior", "superior"),
)
RELATED = (
    *("subpleural:pleura", "pleural_based:pleura", "perifissural:fissure"),
    *("peribronchovascular:bronchus", "paramediastinal:mediastinum", "paravertebral:vertebrae"),
    "juxtadiaphragmatic:diaphragm",
)
ROLES = {
    "negation": {
        *("negates_after", "negates_before", "ignored", "asserts", "described", "earlier"),
        *("negates_next", "negates_it", "negates_of"),
        *("ends_scope", "ends_after", "introduces"),
    },
    "uncertainty": {
        *("uncertain_after", "uncertain_before", "uncertain_between"),
        *("explains", "describes", "asked"),
    },
    "normality": {"normal", "not_normal"},
    "temporal": {
        *("prior", "since", "exam", "compared", "current", "increased_if", "decreased_if"),
        *get_args(Change),
    },
    "recommendation": {
        *("recommends", "history", "known", "ends_history", "history_illness", "acts_on", "none"),
    },
    "relation": {
        *(
            "anaphor",
            "here",
            "causes",
            "part",
            "apart",
            "continues",
            "preamble",
            "together",
            "alike",
            "in_turn",
            "other",
            "similar",
        ),
        "same_place",
        *(f"near:{kind}" for kind in RELATIONS),
        *(f"at:{kind}" for kind in RELATED),
    },
    "laterality": {
        *(
            "right",
            "left",
            "bilateral",
            "midline",
            "opposite",
            "same",
            "emphasis",
            "emphasis_near",
            "compares",
        ),
        "largest",
        "parts",
        "station_right",
        "station_left",
    },
    "headings": {"clinical_information", "technique", "findings", "impression", "other"},
    "measurement": {
        *("diameter", "short_axis", "long_axis", "thickness", "distance", "widest"),
        *("about", "up_to", "at_least", "up_to_after", "at_least_after", "below", "above"),
        *("acquisition", "moved", "change_by", "ranging", "versus", "earlier"),
    },
    "remarks": {"guesses", "guessed", "again", "refers", "none"},
    "units": {"mm", "cm", "times", "until", "between", "label"},
    "modifiers": {*modifier_kinds(), NO_MODIFIER},
}


@pytest.mark.parametrize("file", FILES)
def test_file(file: str) -> None:
    name = file.removesuffix(".tsv")
    entries = lexicon("en", name, COLUMNS.get(name, "role")).entries
    assert entries
    assert len({entry.entry_id for entry in entries}) == len(entries)
    for entry in entries:
        assert expand(entry.term), entry
        if name in ROLES:
            assert entry.meaning in ROLES[name], entry


@pytest.mark.parametrize("language", ["en", "tr"])
def test_an_id_belongs_to_one_entry_of_a_language(language: str) -> None:
    # A finding's cues name entries by their ids alone.
    seen: dict[str, str] = {}
    for file in FILES:
        name = file.removesuffix(".tsv")
        if not files("groundct.vocabulary").joinpath(language, file).is_file():
            continue
        for entry in lexicon(language, name, COLUMNS.get(name, "role")).entries:
            assert seen.setdefault(entry.entry_id, name) == name, entry


def test_finding_terms_mean_known_types() -> None:
    heads = {head for head, _ in places().compounds}
    meant = set()
    for entry in lexicon("en", "findings", "type").entries:
        known = heads if entry.meaning.startswith(GENERAL) else findings().types
        assert entry.meaning in known, entry
        meant.add(entry.meaning)
    reached = meant | set(places().compounds.values()) | set(places().ruled_out.values())
    assert set(findings().types) <= reached, set(findings().types) - reached


def test_places_and_compounds_are_known() -> None:
    known = places()
    for place in known.places.values():
        assert place.parent in ("", *known.places)
        assert place.paths, place
        assert all(anatomy().is_path(path) for path in place.paths), place
        assert {*place.regions, *place.yields_to} <= {*TOP_REGIONS, "*"}
    for (_, key), kind in known.compounds.items():
        assert key == "*" or key in known.places
        assert not kind or kind in findings().types
    for entry in lexicon("en", "anatomy", "key").entries:
        assert entry.meaning in known.places, entry
    for key, kind in known.ruled_out.items():
        assert key in known.places and kind in findings().types


def test_general_words_need_a_place() -> None:
    assert places().resolve("~effusion", "pericardium") == "pericardial_effusion"
    assert places().resolve("~effusion", "coronary") == "pericardial_effusion"
    assert places().resolve("~stone", "bone") is None


@pytest.mark.parametrize(
    ("word", "normal"),
    [
        ("Opacities", "opacity"),
        ("nodules", "nodule"),
        ("masses", "mass"),
        ("metastases", "metastasis"),
        ("atelectasis", "atelectasis"),
        ("thrombus", "thrombus"),
        ("gas", "gas"),
    ],
)
def test_normal_word(word: str, normal: str) -> None:
    assert normal_word(word, "en") == normal


def test_longest_phrase_wins() -> None:
    words = Lexicon([Entry("1", "lymph", "a"), Entry("2", "lymph (node|nodes)", "b")], "en")
    assert [h.entry.entry_id for h in words.find(["a", "lymph", "node", "lymph"])] == ["2", "1"]
    assert words.find(["nodes"]) == ()


def test_doubled_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"id": "1", "term": "x", "role": "right"}
    monkeypatch.setattr(module, "read_table", lambda *_: (row, row))
    with pytest.raises(TableError, match="vocabulary-double"):
        lexicon.__wrapped__("en", "laterality")
