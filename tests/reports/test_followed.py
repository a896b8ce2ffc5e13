"""A sentence without a finding that tells how the one before changed."""

from __future__ import annotations

import pytest

from groundct.core.report import Finding, report_of_columns
from groundct.reports.rules import PLUGIN

NODULE = "A 6 mm nodule is seen in the right upper lobe. "
PAIR = "Consolidation and ground-glass opacities are seen in the left lower lobe. "
APART = "A nodule in the right upper lobe and an effusion on the left. "


def _read(text: str) -> tuple[Finding, ...]:
    return PLUGIN.extract(report_of_columns([("findings", text)])).findings


@pytest.mark.parametrize(
    ("second", "change"),
    [
        ("It is stable.", "stable"),
        ("Overall, stable since 2019.", "stable"),
        ("Slightly smaller than on the previous study.", "decreased"),
        ("More prominent than on the CT of 9 days earlier.", "increased"),
        ("It has grown since the prior CT.", "increased"),
        ("It is a new finding.", "new"),
        ("It was not seen in the previous examination.", "new"),
        ("It is also seen in the previous examination.", None),
        ("No significant change was found compared to the previous examination.", "stable"),
        ("Compared to the prior CT, it has regressed.", "decreased"),
        ("This appearance has not increased.", "stable"),
    ],
)
def test_the_change_of_the_finding_before(second: str, change: str | None) -> None:
    (found,) = _read(NODULE + second)
    assert (found.change, found.refers_to_prior) == (change, True)
    assert found.presence == "present"
    assert found.sentence_indices == (0, 1)


def test_they_or_the_findings_are_all_and_it_is_one() -> None:
    for text in (PAIR + "The findings have regressed.", PAIR + "No change was found."):
        assert all(found.change for found in _read(text)), text
    assert [f.change for f in _read(PAIR + "It is new.")] == ["new", "new"]
    assert [f.change for f in _read(APART + "It is new.")] == [None, None]
    assert [f.change for f in _read(APART + "No difference was found.")] == ["stable", "stable"]


@pytest.mark.parametrize(
    "second",
    [
        "Other findings are stable.",
        "Apart from this, no significant change was found.",
        "Comparison with previous examinations is recommended.",
        "If available, it should be compared with previous examinations.",
        "It was compared with the CT of May 2019.",
        "It is more prominent on the right.",
        "It was not included in the previous examination.",
        "The aorta is stable.",
        "The scan was done twice. It is stable.",
    ],
)
def test_the_change_of_something_else(second: str) -> None:
    assert (_read(NODULE + second)[0].change, _read(NODULE + second)[0].refers_to_prior) == (
        None,
        False,
    )


@pytest.mark.parametrize(
    ("second", "change"),
    [
        ("It was 14 mm in the previous examination.", "decreased"),
        ("It was measured as 3 mm in the prior CT.", "increased"),
        ("It was 7 mm in the previous examination.", "stable"),
        ("(10 mm in the previous examination).", "decreased"),
    ],
)
def test_an_earlier_size_in_the_next_sentence(second: str, change: str) -> None:
    (found,) = _read("A 6 mm nodule is seen in the right upper lobe. " + second)
    assert (found.change, found.refers_to_prior) == (change, True)
    assert [m.values_mm for m in found.measurements] == [(6.0,)]
    assert [f.change for f in _read(APART + second)] == [None, None]


def test_nothing_there_has_not_changed() -> None:
    (found,) = _read("No nodule in the lungs. It is stable.")
    assert (found.presence, found.change) == ("absent", None)
