"""Labels of whole reports that come as a table, instead of being read from the texts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from groundct.benchmark._results import file_digest
from groundct.benchmark.reports.inputs import Texts
from groundct.codecs.tables import read_csv_table
from groundct.core.issues import Issue, TableError
from groundct.core.names import first_few
from groundct.core.paths import AnyPath
from groundct.core.value import digest
from groundct.sources._names import case_id_of
from groundct.vocabulary.findings import findings

_VALUES: Final = {"0": False, "1": True, "0.0": False, "1.0": True}
_MOST_ISSUES: Final = 20


def with_labels(texts: Texts, path: AnyPath, *, complete: bool) -> Texts:
    """Texts whose whole reports have a table's labels: VolumeName, and 0 or 1 a label.

    Args:
        texts: One side's texts.
        path: The table.
        complete: Whether every whole report must have its labels, as a reference must; without,
            a report that has none has no label set.

    Raises:
        TableError: With every cell that is neither 0 nor 1, or the reports without labels.
    """
    path = Path(path)
    names = findings().labels
    found: dict[str, dict[str, bool]] = {}
    issues: list[Issue] = []
    for row in read_csv_table(path, required=("VolumeName", *names), key=("VolumeName",)):
        case = case_id_of(row["VolumeName"])
        odd = [name for name in names if row[name].strip() not in _VALUES]
        issues += [_issue(path, case, f"{name!r} is {row[name]!r}", "Write 0 or 1") for name in odd]
        found[case] = {name: _VALUES.get(row[name].strip(), False) for name in names}
    cases = [case for case, region in texts.texts if not region]
    without = [case for case in cases if case not in found]
    if complete and without:
        what = f"{len(without)} whole reports have no labels: {first_few(without)}"
        issues.append(_issue(path, "", what, "Give a row for each"))
    if issues:
        raise TableError(*issues[:_MOST_ISSUES])
    none = dict.fromkeys(names, False)
    own = {case: found.get(case, none) for case in cases}
    return replace(texts, labels=own, digest=digest([texts.digest, file_digest(path)]))


def _issue(path: Path, case: str, what: str, remedy: str) -> Issue:
    return Issue(
        code="no-labels",
        where=str(path),
        what=f"{what}.",
        remedy=f"{remedy}.",
        case_id=case or None,
    )
