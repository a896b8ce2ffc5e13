"""The words of the synthetic report: a sentence for each finding type, and for what is in order.

The register is that of CT reports translated from Turkish; every sentence is this project's own.
``{one}`` is the finding's noun phrase, ``{site}`` where it lies, ``{size}`` its measurement.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wording:
    """How a type is worded: its noun phrase for one and for many, its sentence for one and many."""

    one: str
    many: str
    sentence: str
    plural: str


def _of(one: str, sentence: str, many: str = "", plural: str = "") -> Wording:
    return Wording(one, many or one, sentence, plural or sentence)


_SEEN = "{one} is observed in {site}."
_ARE = "{one} are observed in {site}."
_SIZED = "A {one} measuring {size} in diameter is observed in {site}."
_SIZED_MANY = "{count} {one}, the largest {size} in diameter, are observed in {site}."

WORDING: dict[str, Wording] = {
    "bronchial_wall_thickening": _of("Bronchial wall thickening", _SEEN),
    "bronchiectasis": _of("Bronchiectasis", _SEEN),
    "emphysema": _of("Emphysematous changes", _ARE),
    "bulla": _of("bulla", _SIZED, "bullae", _SIZED_MANY),
    "septal_thickening": _of("Interlobular septal thickening", _SEEN),
    "micronodules": _of("Micronodules", _ARE),
    "mosaic_attenuation": _of("Mosaic attenuation", _SEEN),
    "linear_atelectasis": _of("Linear atelectasis", _SEEN),
    "scarring": _of("Scarring", _SEEN),
    "consolidation": _of(
        "consolidation",
        "An area of {one} with air bronchograms is observed in {site}.",
        plural="{count} areas of {one} are observed in {site}.",
    ),
    "atelectasis": _of("Atelectasis", _SEEN),
    "ground_glass": _of(
        "ground-glass opacity",
        "An area of {one} is observed in {site}.",
        "ground-glass opacity",
        "{count} areas of {one} are observed in {site}.",
    ),
    "nodule": _of("solid nodule", _SIZED, "solid nodules", _SIZED_MANY),
    "mass": _of("mass", _SIZED, "masses", _SIZED_MANY),
    "part_solid_nodule": _of("part-solid nodule", _SIZED, "part-solid nodules", _SIZED_MANY),
    "calcified_nodule": _of("calcified nodule", _SIZED, "calcified nodules", _SIZED_MANY),
    "pleural_effusion": _of(
        "pleural effusion", "There is {one} on the {side}, reaching {size} in its thickest part."
    ),
    "pleural_thickening": _of(
        "pleural thickening", "There is {one} on the {side}, reaching {size} in its thickest part."
    ),
    "honeycombing": _of("Honeycombing", _SEEN),
    "pneumothorax": _of(
        "pneumothorax", "There is a {one} on the {side}, reaching {size} in its deepest part."
    ),
    "air_cyst": _of("air cyst", _SIZED, "air cysts", _SIZED_MANY),
}

COUNTS = {2: "Two", 3: "Three", 4: "Four", 5: "Five", 6: "Six"}


@dataclass(frozen=True)
class Statement:
    """A sentence on something that is in order; ``denies`` lists the phrases of absent findings.

    Each denial is (phrase, type, category, anatomy path); the sentence is left out when a finding
    of one of ``unless`` was placed.
    """

    text: str
    regions: tuple[str, ...]
    anatomy: tuple[str, ...] = ()
    denies: tuple[tuple[str, str, str, str], ...] = ()
    unless: tuple[str, ...] = ()


TECHNIQUE = (
    "Non-contrast chest CT was obtained in the supine position.",
    "The images are synthetic and show no patient.",
)

BEFORE_LUNGS = (
    Statement(
        "The trachea and both main bronchi are open.",
        ("trachea and bronchie",),
        ("trachea and bronchie/trachea", "trachea and bronchie/bronchie"),
    ),
    Statement("The size of the heart is normal.", ("heart",), ("heart/heart",)),
    Statement(
        "Pericardial effusion was not detected.",
        ("heart",),
        ("heart/heart",),
        (("Pericardial effusion", "pericardial_effusion", "8f", "heart/heart/heart tissue"),),
    ),
    Statement(
        "The diameter of the thoracic aorta is normal.",
        ("mediastinum",),
        ("mediastinum/aorta",),
    ),
    Statement(
        "No enlarged lymph node was found in the mediastinum.",
        ("mediastinum",),
        ("mediastinum/mediastinal tissue",),
        (
            (
                "enlarged lymph node",
                "lymphadenopathy",
                "3a",
                "mediastinum/mediastinal tissue",
            ),
        ),
    ),
    Statement("The esophagus is of normal calibre.", ("esophagus",), ("esophagus/esophagus",)),
)

AFTER_LUNGS = (
    Statement(
        "No nodule or mass was detected in either lung.",
        ("lung",),
        ("lung/lung",),
        (("nodule", "nodule", "2d", "lung/lung"), ("mass", "mass", "2d", "lung/lung")),
        ("nodule", "mass", "part_solid_nodule", "calcified_nodule", "micronodules"),
    ),
    Statement(
        "No consolidation was detected in either lung.",
        ("lung",),
        ("lung/lung",),
        (("consolidation", "consolidation", "2b", "lung/lung"),),
        ("consolidation",),
    ),
    Statement(
        "Pleural effusion was not detected.",
        ("pleura",),
        ("pleura/pleura",),
        (("Pleural effusion", "pleural_effusion", "2e", "pleura/pleura"),),
        ("pleural_effusion",),
    ),
    Statement(
        "No pneumothorax was seen.",
        ("pleura",),
        ("pleura/pleura",),
        (("pneumothorax", "pneumothorax", "2g", "pleura/pleura"),),
        ("pneumothorax",),
    ),
    Statement(
        "The liver, spleen and kidneys within the sections are of normal appearance.",
        ("abdomen",),
        ("abdomen/abdomen/liver", "abdomen/abdomen/spleen", "abdomen/abdomen/kidney"),
    ),
    Statement("Bone structures within the sections are intact.", ("bone",), ("bone/bone",)),
)

ALL_WELL = "Chest CT within normal limits."
