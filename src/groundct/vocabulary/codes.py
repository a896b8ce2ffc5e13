"""Codes of structures in SNOMED CT and RadLex, with the public table that gives each.

Data: ``codes.tsv``. A structure without a code here has none in these tables.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from groundct.core.issues import Issue, TableError
from groundct.vocabulary._tables import read_table

SNOMED_CT: Final = "SNOMED CT"
RADLEX: Final = "RadLex"
SOURCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "totalsegmentator": "TotalSegmentator, totalsegmentator_snomed_mapping.csv",
        "dicom": "DICOM PS3.16, Content Mapping Resource",
        "anatomiclocations": "anatomiclocations.org, body_parts.json",
    }
)
_RADLEX: Final = re.compile(r"RID[1-9]\d*")
_SCTID: Final = re.compile(r"[1-9]\d{5,17}")
_CONCEPT: Final = "00"
_PERMUTED: Final = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


@dataclass(frozen=True)
class Code:
    """A code of a structure.

    ``modifier`` is the SNOMED CT code of the side, where ``code`` names the unsided structure;
    empty otherwise. ``source`` is a key of ``SOURCES``.
    """

    system: str
    code: str
    modifier: str
    source: str


@lru_cache(maxsize=1)
def codes() -> Mapping[str, tuple[Code, ...]]:
    """The codes of each structure that has one, by name; raises TableError for a malformed one."""
    found: dict[str, tuple[Code, ...]] = {}
    for row in read_table("codes.tsv", ("name", "system", "code", "modifier", "source")):
        code = Code(row["system"], row["code"], row["modifier"], row["source"])
        if not is_well_formed(code):
            what = f"{code} is no such code."
            remedy = "Correct it in codes.tsv."
            raise TableError(
                Issue(code="code-malformed", where=row["name"], what=what, remedy=remedy)
            )
        found[row["name"]] = (*found.get(row["name"], ()), code)
    return MappingProxyType(found)


def is_well_formed(code: Code) -> bool:
    """Whether a code has its system's form, its check digit and a source that is known."""
    if code.source not in SOURCES:
        return False
    if code.system == SNOMED_CT:
        return is_concept_id(code.code) and (not code.modifier or is_concept_id(code.modifier))
    return code.system == RADLEX and not code.modifier and bool(_RADLEX.fullmatch(code.code))


def is_concept_id(text: str) -> bool:
    """Whether a text can be a SNOMED CT concept: 6 to 18 digits, its kind and its check digit.

    The digit before the last two tells core (0) from extension (1) content, the two of the kind are
    00 for concepts, and the last is Verhoeff's check digit (SNOMED CT Release File Specification).
    """
    if not _SCTID.fullmatch(text):
        return False
    return text[-3:-1] in (_CONCEPT, "10") and verhoeff_holds(text)


def verhoeff_holds(digits: str) -> bool:
    """Whether the last of some digits is the check digit of the others.

    Verhoeff, Error Detecting Decimal Codes (1969): products in the dihedral group of order 10, each
    digit permuted as often as its place from the right says.
    """
    product = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit)
        for _ in range(place % 8):
            value = _PERMUTED[value]
        product = _dihedral(product, value)
    return product == 0


def _dihedral(a: int, b: int) -> int:
    """The product of two elements: 0 to 4 turn a pentagon, 5 to 9 turn it over first."""
    turn = a % 5 + b % 5 if a < 5 else a % 5 - b % 5
    return turn % 5 + 5 * ((a >= 5) != (b >= 5))
