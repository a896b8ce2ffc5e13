"""What must hold of the tables: the format's columns, and exactly the rows of the records."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pyarrow as pa
from pydantic import TypeAdapter, ValidationError

from groundct.core.issues import Issue
from groundct.core.record import Record
from groundct.core.value import canonical_json
from groundct.release._layout import SET_ASIDE, table_path
from groundct.release._rows import Row, issue_rows, rows_of
from groundct.release._tables import check_table, read_rows
from groundct.release.schemas import SCHEMAS

_COPY = "Copy the release again from where it was published."
_AGAIN = "Write the release again."


class Tables:
    """The tables of a release, read once from top to bottom beside its records.

    ``broken`` are those that cannot be read or have other columns; ``counts`` the rows read.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        faults = {name: check_table(root, name) for name in SCHEMAS}
        self.broken = tuple(fault for fault in faults.values() if fault)
        self._rows = {name: read_rows(root, name) for name, bad in faults.items() if not bad}
        self._off: set[str] = set()
        self.counts = dict.fromkeys(SCHEMAS, 0)
        self._splits: dict[str, str] = {}
        if faults["cases"] is None:
            self._splits = {row["case_id"]: row["split"] for row in read_rows(root, "cases")}

    def split_of(self, case_id: str) -> str | None:
        """The split that the table of cases gives; None for a case that it does not have."""
        return self._splits.get(case_id)

    def compare(self, record: Record, split: str) -> Iterator[Issue]:
        """Check that the next rows of every table are those of this record."""
        for name, due in rows_of(record, split).items():
            yield from self._compare(name, due, record.case_id)

    def compare_set_aside(self) -> Iterator[Issue]:
        """Check that the next issues are those of the cases that were set aside."""
        try:
            data = (self._root / SET_ASIDE).read_bytes()
            issues = TypeAdapter(tuple[Issue, ...]).validate_json(data)
        except (OSError, ValidationError) as problem:
            what = f"it is no list of issues: {str(problem).splitlines()[0]}."
            yield _problem("unreadable-issues", SET_ASIDE, what, _COPY)
            return
        yield from self._compare("issues", issue_rows(issues), None)

    def rest(self) -> Iterator[Issue]:
        """Tell of rows that no record accounts for."""
        for name, rows in self._rows.items():
            if name in self._off:
                continue
            extra = sum(1 for _ in rows)
            self.counts[name] += extra
            if extra:
                what = f"{extra} rows belong to no record."
                yield _problem("table-contradicts-records", table_path(name), what, _AGAIN)

    def _compare(self, name: str, due: list[Row], case_id: str | None) -> Iterator[Issue]:
        """One issue a table at most: after a missing row all others would be off, too."""
        if name not in self._rows or name in self._off:
            return
        try:
            found = list(islice(self._rows[name], len(due)))
        except (pa.ArrowException, OSError) as problem:
            self._off.add(name)
            what = f"its rows cannot be read: {problem}."
            yield _problem("unreadable-table", table_path(name), what, _COPY)
            return
        self.counts[name] += len(found)
        for number, row in enumerate(due):
            if number < len(found) and found[number] == row:
                continue
            self._off.add(name)
            key = canonical_json({k: row[k] for k in list(SCHEMAS[name].names)[:3]})
            what = f"row {number} of the case is not {key} as in the record."
            where = table_path(name)
            yield _problem("table-contradicts-records", where, what, _AGAIN, case_id)
            return


def _problem(code: str, where: str, what: str, remedy: str, case_id: str | None = None) -> Issue:
    return Issue(code=code, where=where, what=what, remedy=remedy, case_id=case_id)
