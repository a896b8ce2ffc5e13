"""Splits: the patient decides, never the case."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from typing import Final

from groundct.core.issues import Issue

SPLITS: Final = ("train", "validation", "test")


def split_of(patient_id: str, seed: int, fractions: Sequence[tuple[str, float]]) -> str:
    """The split of a patient: the same for the same seed and fractions, whoever else is there.

    Args:
        patient_id: The patient; all of a patient's cases get the same split.
        seed: Chooses one of many such divisions.
        fractions: (split, fraction of the patients) in the order in which they are filled.

    Raises:
        ValueError: The fractions are negative or do not add up to 1.
    """
    parts = [fraction for _, fraction in fractions]
    if not parts or min(parts) < 0 or not math.isclose(sum(parts), 1.0, abs_tol=1e-9):
        raise ValueError(f"fractions {parts} must not be negative and must add up to 1")
    data = hashlib.sha256(f"{seed}\0{patient_id}".encode()).digest()
    place = int.from_bytes(data[:8], "big") / 2**64
    filled = [(split, fraction) for split, fraction in fractions if fraction > 0]
    end = 0.0
    for split, fraction in filled[:-1]:
        end += fraction
        if place < end:
            return split
    return filled[-1][0]


def check_splits(cases: Iterable[tuple[str, str, str]]) -> tuple[Issue, ...]:
    """Problems of (case_id, patient_id, split): unknown splits, patients in more than one."""
    issues: list[Issue] = []
    splits: dict[str, dict[str, str]] = {}
    for case_id, patient_id, split in cases:
        if split not in SPLITS:
            issues.append(
                Issue(
                    code="unknown-split",
                    where="split",
                    what=f"the split is {split!r}.",
                    remedy=f"Use one of {', '.join(SPLITS)}.",
                    case_id=case_id,
                )
            )
        splits.setdefault(patient_id, {}).setdefault(split, case_id)
    for patient_id, found in sorted(splits.items()):
        if len(found) > 1:
            listed = ", ".join(f"{case_id} in {split}" for split, case_id in sorted(found.items()))
            issues.append(
                Issue(
                    code="patient-in-two-splits",
                    where=f"patient {patient_id}",
                    what=f"cases of this patient stand in {len(found)} splits: {listed}.",
                    remedy="Give all cases of a patient the same split.",
                )
            )
    return tuple(issues)
