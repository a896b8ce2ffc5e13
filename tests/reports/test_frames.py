"""Sentences made of frames: whatever finding, place or size stands in one, it says the same of it.

A frame of ``frames/*.tsv`` has findings ``{f}`` and ``{g}`` ("{af}" with its article, "{F}" with a
capital), a place ``{p}`` or a size ``{s}``. Frames were written without a look at the vocabulary,
and what failed was mended: they keep what is read, and measure nothing.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from groundct.core.report import Finding
from groundct.reports import read

_HERE = Path(__file__).parent / "frames"
FINDINGS = {
    "nodule": ("a", "nodule"),
    "mass": ("a", "mass"),
    "consolidation": ("", "consolidation"),
    "pneumothorax": ("a", "pneumothorax"),
    "pericardial effusion": ("a", "pericardial_effusion"),
    "lymphadenopathy": ("", "lymphadenopathy"),
    "pulmonary embolism": ("a", "pulmonary_embolism"),
    "hiatal hernia": ("a", "hiatal_hernia"),
    "cardiomegaly": ("", "cardiomegaly"),
    "pneumonia": ("", "pneumonia"),
    "atelectasis": ("", "atelectasis"),
    "bronchiectasis": ("", "bronchiectasis"),
}
TURKISH = {
    "nodül": "nodule",
    "plevral efüzyon": "pleural_effusion",
    "konsolidasyon": "consolidation",
    "pnömotoraks": "pneumothorax",
    "perikardiyal efüzyon": "pericardial_effusion",
    "kardiyomegali": "cardiomegaly",
    "hiatal herni": "hiatal_hernia",
    "atelektazi": "atelectasis",
    "bronşektazi": "bronchiectasis",
    "pulmoner emboli": "pulmonary_embolism",
}
PAIRS = (
    ("consolidation", "pneumothorax"),
    ("emphysema", "bronchiectasis"),
    ("atelectasis", "pleural effusion"),
    ("cardiomegaly", "pericardial effusion"),
    ("bronchiectasis", "hiatal hernia"),
)
IN_LUNGS = {"nodule": "a", "consolidation": ""}
PLACES = {
    "right upper lobe": "right lung upper lobe",
    "left lower lobe": "left lung lower lobe",
    "middle lobe": "right lung middle lobe",
    "upper lobe of the left lung": "left lung upper lobe",
    "right lung lower lobe": "right lung lower lobe",
    "left lung": "left lung",
    "apical segment of the right upper lobe": "right lung upper lobe",
    "posterobasal segment of the left lower lobe": "left lung lower lobe",
    "lingula": "left lung upper lobe",
    "RUL": "right lung upper lobe",
    "superior segment of the right lower lobe": "right lung lower lobe",
    "right upper and middle lobes": "right lung upper lobe+right lung middle lobe",
}
SIZES = {
    "5 mm": (5,),
    "5mm": (5,),
    "5-mm": (5,),
    "0.5 cm": (5,),
    ".5 cm": (5,),
    "5,5 mm": (5.5,),
    "12 x 8 mm": (12, 8),
    "12x8 mm": (12, 8),
    "1.2 x 0.8 cm": (12, 8),
    "12 by 8 mm": (12, 8),
    "1.2 cm x 0.8 cm": (12, 8),
    "12x8x6 mm": (12, 8, 6),
    "3-4 mm": (3, 4),
    "3 to 4 mm": (3, 4),
    "up to 6 mm": (6,),
    "about 6 mm": (6,),
    "~6 mm": (6,),
    "less than 6 mm": (6,),
    "> 10 mm": (10,),
    "6 millimeters": (6,),
    "1 centimeter": (10,),
    "11.5 mm": (11.5,),
}


def _frames(name: str) -> list[tuple[str, str]]:
    with (_HERE / name).open(encoding="utf-8", newline="") as file:
        return [(row.get("says", ""), row["frame"]) for row in csv.DictReader(file, delimiter="\t")]


def _capital(text: str) -> str:
    return ("İ" if text[0] == "i" else text[0].upper()) + text[1:]


def _filled(frame: str, finding: str, article: str = "") -> str:
    led = f"{article} {finding}".strip()
    filled = frame.replace("{af}", led).replace("{f}", finding).replace("{F}", _capital(finding))
    return filled.replace("a a ", "a ")


def _presences(text: str, language: str = "en") -> dict[str, set[str]]:
    said: dict[str, set[str]] = {}
    for finding in read(text, language).findings:
        said.setdefault(finding.type, set()).add(finding.presence)
    return said


def _of_type(text: str, kind: str) -> list[Finding]:
    return [finding for finding in read(text).findings if finding.type == kind]


@pytest.mark.parametrize(("says", "frame"), _frames("presence.tsv"))
def test_presence(says: str, frame: str) -> None:
    for words, (article, kind) in FINDINGS.items():
        for led in {article, "the" if article else ""}:
            text = _filled(frame, words, led)
            assert _presences(text).get(kind) == {says}, text


@pytest.mark.parametrize(("says", "frame"), _frames("presence_tr.tsv"))
def test_presence_in_turkish(says: str, frame: str) -> None:
    for words, kind in TURKISH.items():
        text = frame.replace("{f}", words).replace("{F}", _capital(words))
        assert _presences(text, "tr").get(kind) == {says}, text


@pytest.mark.parametrize(("says", "frame"), _frames("two.tsv"))
def test_presence_of_two(says: str, frame: str) -> None:
    for one, other in PAIRS:
        text = _filled(frame, one).replace("{g}", other).replace("{G}", _capital(other))
        said = _presences(text)
        kinds = [words.replace(" ", "_") for words in (one, other)]
        assert [said.get(kind) for kind in kinds] == [{own} for own in says.split()], text


@pytest.mark.parametrize(("says", "frame"), _frames("change.tsv"))
def test_change(says: str, frame: str) -> None:
    presence = "absent" if says == "resolved" else "present"
    for words in ("nodule", "consolidation", "pleural effusion"):
        text = _filled(frame, words)
        found = _of_type(text, words.replace(" ", "_"))
        assert [(own.change, own.presence) for own in found] == [(says, presence)], text


@pytest.mark.parametrize("frame", [frame for _, frame in _frames("place.tsv")])
def test_place(frame: str) -> None:
    for words, article in IN_LUNGS.items():
        for place, leaves in PLACES.items():
            text = _filled(frame, words, article)
            text = text.replace("{p}", place).replace("{P}", _capital(place))
            found = _of_type(text, words)
            told = {path.split("/")[-1] for own in found for path in own.anatomy}
            assert told == set(leaves.split("+")), text
            assert {own.laterality for own in found} == {leaves.split()[0]}, text
            sizes = [own.values_mm for finding in found for own in finding.measurements]
            assert sizes == ([(7,)] if "7 mm" in text else []), text


@pytest.mark.parametrize("frame", [frame for _, frame in _frames("size.tsv")])
def test_size(frame: str) -> None:
    for size, values in SIZES.items():
        text = frame.replace("{s}", size).replace("{S}", size)
        (nodule,) = _of_type(text, "nodule")
        assert [own.values_mm for own in nodule.measurements] == [values], text
        assert nodule.laterality == "right", text
