"""Which rule looks for a finding: by its category, and by its type where types differ in kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from groundct.core.contracts import Answer
from groundct.core.report import Finding
from groundct.grounding._hu_text.bands import bands
from groundct.grounding._hu_text.bronchial_walls import bronchial_walls
from groundct.grounding._hu_text.bronchiectasis import bronchiectasis
from groundct.grounding._hu_text.consolidation import consolidation
from groundct.grounding._hu_text.effusion import pleural_effusion
from groundct.grounding._hu_text.emphysema import emphysema
from groundct.grounding._hu_text.field import Field
from groundct.grounding._hu_text.ground_glass import ground_glass
from groundct.grounding._hu_text.honeycombing import honeycombing
from groundct.grounding._hu_text.micronodules import micronodules
from groundct.grounding._hu_text.mosaic import mosaic
from groundct.grounding._hu_text.nodule import nodules
from groundct.grounding._hu_text.plaques import plaques
from groundct.grounding._hu_text.pneumothorax import pneumothorax
from groundct.grounding._hu_text.pockets import air_pockets
from groundct.grounding._hu_text.septa import septa
from groundct.grounding._hu_text.stated import stated_diameter_mm

Rule = Callable[[Field, Finding], Answer]

_NO_NODULE: Final = {
    True: "nothing of that size there is as round and dense as a nodule",
    False: "nothing there stands out from the vessels as a nodule; a size in the text would help",
}
"""Why no nodule is given, with and without a size in the text."""


def _nodules(field: Field, finding: Finding) -> Answer:
    sized = stated_diameter_mm(finding) is not None
    return Answer(nodules(field, finding), _NO_NODULE[sized])


CATEGORIES: Final[dict[str, Rule]] = {
    "1a": bronchial_walls,
    "1b": bronchiectasis,
    "1c": emphysema,
    "1d": septa,
    "1e": micronodules,
    "1f": mosaic,
    "2a": bands,
    "2b": consolidation,
    "2c": ground_glass,
    "2d": _nodules,
    "2e": pleural_effusion,
    "2f": honeycombing,
    "2g": pneumothorax,
    "2h": air_pockets,
}
"""The rule of each category."""

_TYPES: Final[dict[str, Rule]] = {
    "bulla": air_pockets,
    "pleural_thickening": plaques,
    "pleural_calcification": plaques,
    "pleural_lesion": plaques,
    "reticulation": septa,
}
"""Types that look unlike their category's rest."""

WITHOUT_RULE: Final = frozenset(
    {
        *("hyperinflation", "mucus_plugging", "airway_obstruction", "airway_narrowing"),
        *("airway_dilatation", "airway_diverticulum", "airway_lesion", "lung_hernia"),
        *("interstitial_lung_disease", "pulmonary_edema", "elevated_diaphragm"),
        *("architectural_distortion", "pleural_irregularity", "volume_loss", "apical_cap"),
        "fissural_thickening",
    }
)
"""Types of these categories that none of the rules looks for."""


def rule_of(finding: Finding) -> Rule | None:
    """The rule for a finding; None when there is none for its type or category."""
    if finding.type in WITHOUT_RULE:
        return None
    return _TYPES.get(finding.type) or CATEGORIES.get(finding.category)
