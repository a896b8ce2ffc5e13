"""Case ids: what can be a file's name on every system, and what would share files."""

import pytest

from groundct.core.case import case_id_fault, is_safe_case_id


@pytest.mark.parametrize("case_id", ["train_1_a_1", "LIDC-IDRI-0001", "a.b", "0", "x" * 128])
def test_ids_that_are_names(case_id: str) -> None:
    assert is_safe_case_id(case_id)
    assert case_id_fault(case_id, {"other": "other"}) is None


@pytest.mark.parametrize(
    "case_id",
    [
        "",
        "-a",
        ".a",
        "a.",
        "a..b",
        "a b",
        "ay\u015fe",
        "a/b",
        "a\\b",
        "a;b",
        "<b>",
        "CON",
        "x" * 129,
    ],
)
def test_ids_that_are_not(case_id: str) -> None:
    fault = case_id_fault(case_id, {})
    assert fault is not None and (fault.code, fault.case_id) == ("unsafe-case-id", case_id)


def test_letter_case_alone_does_not_count() -> None:
    fault = case_id_fault("SCAN", {"scan": "Scan"})
    assert fault is not None and fault.code == "doubled-case"
    assert "'SCAN' and 'Scan'" in fault.what
