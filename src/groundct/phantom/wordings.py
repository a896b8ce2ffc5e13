"""How two registers word a report: translated by machine from Turkish, and dictated American.

Every sentence is this project's own. ``{one}`` is the finding's noun phrase, ``{site}`` where it
lies, ``{size}`` its measurement, ``{count}`` a number in words, ``{side}`` right or left.
"""

from __future__ import annotations

from dataclasses import dataclass

from groundct.core.report import Change
from groundct.phantom.words import Statement

SIZED = frozenset({"bulla", "nodule", "mass", "part_solid_nodule", "calcified_nodule", "air_cyst"})
"""Types that are told with their size and count."""

CAUSES: dict[str, str] = {
    "consolidation": "an infectious process",
    "ground_glass": "an infectious process",
    "mosaic_attenuation": "small airway disease",
    "micronodules": "an infectious process",
    "mass": "a malignant process",
    "septal_thickening": "cardiac decompensation",
    "honeycombing": "chronic interstitial lung disease",
    "scarring": "previous infection",
    "linear_atelectasis": "hypoventilation",
}
"""What a report may guess a type to come from."""


@dataclass(frozen=True)
class Register:
    """A register's sentence patterns; one of each is taken at random."""

    many: tuple[str, ...]
    sized: tuple[str, ...]
    sized_many: tuple[str, ...]
    pleural: tuple[str, ...]
    patchy: tuple[str, ...]
    brief: tuple[str, ...]
    guesses: tuple[str, ...]
    changes: tuple[tuple[str, Change], ...]
    all_well: tuple[str, ...]
    technique: tuple[str, ...]
    normal: tuple[tuple[Statement, ...], ...]


def _absent(text: str, phrase: str, kind: str, code: str, path: str, *unless: str) -> Statement:
    top = path.split("/", maxsplit=1)[0]
    return Statement(text, (top,), (path,), ((phrase, kind, code, path),), (kind, *unless))


_LUNG, _PLEURA, _HEART = "lung/lung", "pleura/pleura", "heart/heart/heart tissue"
_NODES = "mediastinum/mediastinal tissue"
_SOLID = ("mass", "part_solid_nodule", "calcified_nodule", "micronodules")
_AIRWAYS = ("trachea and bronchie/trachea", "trachea and bronchie/bronchie")
_ABDOMEN = ("abdomen/abdomen/liver", "abdomen/abdomen/spleen", "abdomen/abdomen/kidney")

TRANSLATED = Register(
    many=(
        "{one} is observed in {site}.",
        "In {site}, {one} was observed.",
        "{one} drew attention in {site}.",
        "In the evaluation made in the parenchyma window, {one} is present in {site}.",
    ),
    sized=(
        "A {one} measuring {size} in diameter is observed in {site}.",
        "In {site}, a {one} with a diameter of {size} was observed.",
        "There is a {one} of {size} in diameter in {site}.",
        "A {one} with a size of {size} draws attention in {site}.",
    ),
    sized_many=(
        "{count} {one}, the largest measuring {size} in diameter, are observed in {site}.",
        "In {site}, {count} {one} are observed, the largest of which is {size} in diameter.",
    ),
    pleural=(
        "{one} reaching {size} in its thickest part is observed on the {side}.",
        "On the {side}, {one} measuring {size} in its thickest part was observed.",
    ),
    patchy=(
        "An area of {one} is observed in {site}.",
        "In {site}, an area of {one} was observed.",
        "{one} is observed in {site}.",
    ),
    brief=("{one} in {site}.", "{one} is present in {site}."),
    guesses=(
        ", and it may be compatible with {cause}",
        ", which was evaluated primarily in favor of {cause}",
    ),
    changes=(
        (", stable compared to the previous examination", "stable"),
        (", not present in the previous examination", "new"),
        (", increased in size compared to the previous examination", "increased"),
        (", decreased in size compared to the previous examination", "decreased"),
    ),
    all_well=(
        "Thorax CT examination within normal limits.",
        "No pathological finding was observed in the thorax CT examination.",
    ),
    technique=(
        "Sections of the thorax were taken in the supine position without contrast material.",
        "The images are synthetic and show no patient.",
    ),
    normal=(
        (
            Statement(
                "Trachea, both main bronchi are open.", ("trachea and bronchie",), _AIRWAYS
            ),
            Statement(
                "The trachea is in the midline and both main bronchi are open.",
                ("trachea and bronchie",),
                _AIRWAYS,
            ),
        ),
        (
            Statement("Heart contour and size are normal.", ("heart",), ("heart/heart",)),
            Statement("The heart size is natural.", ("heart",), ("heart/heart",)),
        ),
        (
            _absent(
                "Pericardial effusion was not observed.",
                "Pericardial effusion", "pericardial_effusion", "8f", _HEART,
            ),
        ),
        (
            Statement(
                "The diameters of the mediastinal main vascular structures are normal.",
                ("mediastinum",),
                ("mediastinum/mediastinal tissue",),
            ),
        ),
        (
            _absent(
                "No pathologically enlarged lymph nodes were detected in the mediastinum.",
                "enlarged lymph nodes", "lymphadenopathy", "3a", _NODES,
            ),
        ),
        (
            Statement(
                "Thoracic esophagus calibration was normal.",
                ("esophagus",),
                ("esophagus/esophagus",),
            ),
        ),
        (
            _absent(
                "No mass was detected in both lungs.", "mass", "mass", "2d", _LUNG, *_SOLID
            ),
        ),
        (
            _absent(
                "Pleural effusion was not detected in both hemithoraces.",
                "Pleural effusion", "pleural_effusion", "2e", _PLEURA,
            ),
        ),
        (_absent("Pneumothorax was not detected.", "Pneumothorax", "pneumothorax", "2g", _PLEURA),),
        (
            Statement(
                "Liver, spleen and kidneys entering the cross-sectional area are natural.",
                ("abdomen",),
                _ABDOMEN,
            ),
        ),
        (
            Statement(
                "Bone structures in the study area are natural.", ("bone",), ("bone/bone",)
            ),
        ),
    ),
)  # fmt: skip

AMERICAN = Register(
    many=(
        "{one} in {site}.",
        "There is {one} in {site}.",
        "{one} is noted in {site}.",
    ),
    sized=(
        "There is a {size} {one} in {site}.",
        "{size} {one} in {site}.",
        "A {one} in {site} measures {size}.",
    ),
    sized_many=(
        "{count} {one} in {site}, the largest measuring {size}.",
        "There are {count} {one} in {site} measuring up to {size}.",
    ),
    pleural=("There is a {side} {one} measuring up to {size} in depth.",),
    patchy=("There is {one} in {site}.", "{one} in {site}."),
    brief=("{one} in {site}.",),
    guesses=(", likely reflecting {cause}", ", possibly related to {cause}"),
    changes=(
        (", unchanged from the prior study", "stable"),
        (", new from the prior study", "new"),
        (", increased in size from the prior study", "increased"),
        (", decreased in size from the prior study", "decreased"),
    ),
    all_well=("Normal CT of the chest.", "No acute abnormality in the chest."),
    technique=(
        "Helical CT of the chest was performed without intravenous contrast.",
        "The images are synthetic and show no patient.",
    ),
    normal=(
        (
            Statement(
                "The central airways are patent.", ("trachea and bronchie",), _AIRWAYS
            ),
        ),
        (Statement("Normal heart size.", ("heart",), ("heart/heart",)),),
        (
            _absent(
                "No pericardial effusion.",
                "pericardial effusion", "pericardial_effusion", "8f", _HEART,
            ),
        ),
        (
            Statement(
                "The thoracic aorta is normal in caliber.",
                ("mediastinum",),
                ("mediastinum/aorta",),
            ),
        ),
        (
            _absent(
                "No mediastinal lymphadenopathy.",
                "lymphadenopathy", "lymphadenopathy", "3a", _NODES,
            ),
        ),
        (Statement("The esophagus is unremarkable.", ("esophagus",), ("esophagus/esophagus",)),),
        (
            _absent(
                "No focal consolidation.", "consolidation", "consolidation", "2b", _LUNG
            ),
        ),
        (
            _absent(
                "No pleural effusion.", "pleural effusion", "pleural_effusion", "2e", _PLEURA
            ),
        ),
        (_absent("No pneumothorax.", "pneumothorax", "pneumothorax", "2g", _PLEURA),),
        (
            Statement(
                "Limited views of the liver, spleen and kidneys are unremarkable.",
                ("abdomen",),
                _ABDOMEN,
            ),
        ),
        (Statement("The visualized bones are intact.", ("bone",), ("bone/bone",)),),
    ),
)  # fmt: skip

REGISTERS = {"translated": TRANSLATED, "american": AMERICAN}

_AORTA = "mediastinum/aorta"
_VENTRICLE = "heart/heart/heart ventricle/right heart ventricle"
EXTRAS: dict[str, tuple[str, str, str, str, str]] = {
    "coronary calcification": (
        "Calcific plaques are observed in the coronary arteries.",
        "Calcific plaques", "coronary_calcification", "8a", _HEART,
    ),
    "aortic wall calcification": (
        "Calcified atherosclerotic plaques are observed in the wall of the aorta.",
        "Calcified atherosclerotic plaques", "arterial_calcification", "8a", _AORTA,
    ),
    "central venous line": (
        "A central venous catheter ends in the superior vena cava.",
        "central venous catheter", "device_line", "11a", "mediastinum/superior vena cava",
    ),
    "port": (
        "A port catheter ends in the superior vena cava.",
        "port catheter", "device_line", "11a", "mediastinum/superior vena cava",
    ),
    "pacemaker": (
        "A pacemaker with its lead in the right ventricle is observed.",
        "pacemaker", "device_pacemaker", "11c", _VENTRICLE,
    ),
    "sternal wires": (
        "Sternotomy wires are observed in the sternum.",
        "Sternotomy wires", "device_clips", "11b", "bone/bone/sternum",
    ),
    "surgical clips": (
        "Surgical clips are observed in the anterior mediastinum.",
        "Surgical clips", "device_clips", "11b", _NODES,
    ),
}  # fmt: skip
"""The sentence of what is drawn beside findings: text, phrase, type, code, anatomy path."""
