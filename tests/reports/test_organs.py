"""A side belongs to the organ that it stands at, of several in a list."""

from __future__ import annotations

import pytest

from groundct.core.report import report_of_columns
from groundct.reports.rules import PLUGIN


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Metastases in the left lung, liver and adrenal gland.",
            {"lung_lesion": "left", "liver_lesion": None, "adrenal_lesion": None},
        ),
        (
            "Metastases in the liver, left lung and adrenal gland.",
            {"liver_lesion": None, "metastasis": "left", "adrenal_lesion": None},
        ),
        (
            "Masses in the right lung, liver and bones.",
            {"mass": "right", "liver_lesion": None, "bone_lesion": None},
        ),
        ("Left adrenal and bone metastases.", {"adrenal_lesion": "left", "bone_lesion": None}),
        (
            "Metastases in both lungs, the liver and the left adrenal gland.",
            {"lung_lesion": "bilateral", "liver_lesion": None, "adrenal_lesion": "left"},
        ),
        ("Liver and left renal cysts.", {"liver_lesion": None, "renal_lesion": "left"}),
    ],
)
def test_sides_of_listed_organs(text: str, expected: dict[str, str | None]) -> None:
    found = PLUGIN.extract(report_of_columns([("findings", text)])).findings
    assert {own.type: own.laterality for own in found} == expected
