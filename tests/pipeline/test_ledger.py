"""The ledger gives back what was put, and forgets what the corpus no longer has."""

from __future__ import annotations

import pytest

from groundct.core.issues import Issue, WorkspaceError
from groundct.pipeline.ledger import Entry, Ledger

ISSUE = Issue(code="bad-crc", where="a.nii.gz", what="CRC differs.", remedy="Copy it again.")


def test_entries_come_back_as_they_were_put(tmp_path):
    built = Entry(case_id="b", key="k", status="built", record_digest="sha256:1", seconds=1.5)
    aside = Entry(case_id="a", key="k", status="set_aside", issues=(ISSUE,), peak_mib=12.5)
    ledger = Ledger(tmp_path / "deep" / "ledger.sqlite")
    ledger.put(built)
    ledger.put(aside)
    assert Ledger(tmp_path / "deep" / "ledger.sqlite").entries() == {"a": aside, "b": built}


def test_a_later_entry_replaces_the_earlier(tmp_path):
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.put(Entry(case_id="a", key="1", status="set_aside", issues=(ISSUE,)))
    later = Entry(case_id="a", key="2", status="built", record_digest="sha256:1")
    ledger.put(later)
    assert ledger.entries() == {"a": later}


def test_cases_that_are_gone_leave_the_ledger(tmp_path):
    ledger = Ledger(tmp_path / "ledger.sqlite")
    for case_id in "abc":
        ledger.put(Entry(case_id=case_id, key="k", status="built", record_digest="sha256:1"))
    assert ledger.keep_only(frozenset("ac")) == ("b",)
    assert list(ledger.entries()) == ["a", "c"]


def test_a_file_that_is_no_ledger_is_an_error(tmp_path):
    (tmp_path / "ledger.sqlite").write_text("not a database, and long enough to be looked at" * 9)
    with pytest.raises(WorkspaceError, match="broken-ledger"):
        Ledger(tmp_path / "ledger.sqlite")
