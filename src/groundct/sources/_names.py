"""Names of cases: CT-RATE's scheme, and the stems of volume files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

SUFFIXES: Final = (".nii.gz", ".nii")

SPLITS: Final = {
    "train": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
}
"""The field's names of splits, each to the one used here."""

_CT_RATE = re.compile(r"(train|valid)_(\d+)_([a-z]+)_(\d+)")


def is_nifti(path: Path) -> bool:
    """Whether a file's name ends as NIfTI files do."""
    return path.name.lower().endswith(SUFFIXES)


def case_id_of(volume_name: str) -> str:
    """``a/b/train_1_a_1.nii.gz`` -> ``train_1_a_1``; a name without suffix stays as it is."""
    name = volume_name.strip().replace("\\", "/").rstrip("/").rpartition("/")[2]
    for suffix in SUFFIXES:
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name


def is_ct_rate_name(case_id: str) -> bool:
    """Whether a name has CT-RATE's form (split, patient, scan letter, reconstruction)."""
    return _CT_RATE.fullmatch(case_id) is not None


def patient_id_of(case_id: str) -> str:
    """The patient of a CT-RATE name, ``train_1``; any other name is its own patient."""
    match = _CT_RATE.fullmatch(case_id)
    return f"{match[1]}_{match[2]}" if match else case_id


def split_of_name(case_id: str) -> str | None:
    """The split that a CT-RATE name states: ``train``, ``validation`` or None."""
    match = _CT_RATE.fullmatch(case_id)
    return SPLITS[match[1]] if match else None
