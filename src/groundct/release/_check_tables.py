"""What must hold of the tables: the format's columns, and exactly the rows of the records."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
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

_READ_ERRORS = (pa.ArrowException, OSError, ValueError)
_ROWS_AT_A_TIME = 4096
_COPY = "Copy the release again from where it was published."
_AGAIN = "Write the release again."


class Tables:
    """The tables of a release, read once from top to bottom beside its records.

    ``broken`` are the problems of those that cannot be opened or have other columns.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        faults = {name: check_table(root, name) for name in SCHEMAS}
        self.broken = tuple(fault for fault in faults.values() if fault)
        self._rows = {name: read_rows(root, name) for name, bad in faults.items() if not bad}
        self._off: set[str] = set()
        self._counts = dict.fromkeys(self._rows, 0)
        self._splits: dict[str, str] = {}
        if "cases" in self._rows:
            # Rows that cannot be read are told of where they are compared.
            with suppress(*_READ_ERRORS):
                self._splits = {row["case_id"]: row["split"] for row in read_rows(root, "cases")}

    @property
    def counts(self) -> dict[str, int]:
        """The rows of the tables that were read to their end."""
        return {name: count for name, count in self._counts.items() if name not in self._off}

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
        for name in self._rows:
            extra = 0
            while name not in self._off:
                rows, fault = self._take(name, _ROWS_AT_A_TIME)
                yield from fault
                if not rows:
                    break
                extra += len(rows)
            if extra:
                what = f"{extra} rows belong to no record."
                yield _problem("table-contradicts-records", table_path(name), what, _AGAIN)

    def _take(self, name: str, count: int) -> tuple[list[Row], tuple[Issue, ...]]:
        """The next rows of a table, or the problem of a table that cannot be read further."""
        try:
            rows = list(islice(self._rows[name], count))
        except _READ_ERRORS as problem:
            self._off.add(name)
            what = f"its rows cannot be read: {problem}."
            return [], (_problem("unreadable-table", table_path(name), what, _COPY),)
        self._counts[name] += len(rows)
        return rows, ()

    def _compare(self, name: str, due: list[Row], case_id: str | None) -> Iterator[Issue]:
        """One issue a table at most: after a missing row all others would be off, too."""
        if name not in self._rows or name in self._off:
            return
        found, fault = self._take(name, len(due))
        yield from fault
        if fault or found == due:
            return
        self._off.add(name)
        number = next(n for n, row in enumerate(due) if found[n : n + 1] != [row])
        key = canonical_json({k: due[number][k] for k in SCHEMAS[name].names[:3]})
        what = f"row {number} of the case is not {key} as in the record."
        yield _problem("table-contradicts-records", table_path(name), what, _AGAIN, case_id)


def _problem(code: str, where: str, what: str, remedy: str, case_id: str | None = None) -> Issue:
    return Issue(code=code, where=where, what=what, remedy=remedy, case_id=case_id)
