"""A folder of NIfTI volumes, at any depth, and one reports table (CSV or TSV).

The table names a volume in a column ``case_id``, ``VolumeName``, ``volume``, ``file`` or
``filename`` (a name or a path, with or without suffix). The report stands in CT-RATE's columns, or
in one column ``report`` or ``text``. Optional columns: ``patient_id``, ``split``, ``language``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from groundct.core.case import Case, Corpus, NiftiVolume
from groundct.core.issues import Issue, SourceError
from groundct.sources._names import case_id_of, patient_id_of, split_of_name
from groundct.sources._reports import without_report, without_volume
from groundct.sources._text_table import (
    TextTable,
    find_text_tables,
    read_text_table,
    split_of_row,
)
from groundct.sources._volumes import check_volume
from groundct.sources._walk import by_case, walk

KEY_COLUMNS = ("case_id", "VolumeName", "volume", "file", "filename")


@dataclass(frozen=True)
class NiftiFolderSource:
    """The source ``nifti_folder``."""

    name: str = "nifti_folder"
    version: str = "1.0"
    description: str = "A folder of NIfTI volumes and one reports table"

    def recognizes(self, path: Path) -> bool:
        """Whether NIfTI files are in the folder or below it."""
        return path.is_dir() and bool(walk(path).volumes)

    def read(self, path: Path) -> Corpus:
        """A case for every volume; raises SourceError without any, or with two reports tables."""
        tree = walk(path)
        if not tree.volumes:
            raise SourceError.of(
                "no-volumes", path, "no .nii or .nii.gz file is here.", "Give the volumes' folder."
            )
        volumes, doubled = by_case(tree.volumes)
        table = _table(path, find_text_tables(tree, KEY_COLUMNS))
        issues = [*doubled, *table.issues]
        issues.extend(without_volume(set(table.reports) - set(volumes) - _claimed(doubled), path))
        cases = []
        for case_id, file in volumes.items():
            volume = NiftiVolume(path=file)
            faults = check_volume(volume, case_id)
            issues.extend(faults)
            if any(fault.severity == "error" for fault in faults):
                continue
            if table.key is not None and case_id not in table.reports:
                issues.append(without_report(case_id, file))
            row: Mapping[str, str] = table.rows.get(case_id, {})
            cases.append(
                Case(
                    case_id=case_id,
                    patient_id=row.get("patient_id") or patient_id_of(case_id),
                    volume=volume,
                    report=table.reports.get(case_id),
                    split=split_of_row(row) or split_of_name(case_id),
                )
            )
        return Corpus(source=self.name, cases=tuple(cases), issues=tuple(issues))


def _table(root: Path, paths: tuple[Path, ...]) -> TextTable:
    if len(paths) > 1:
        raise SourceError.of(
            "two-reports-tables",
            root,
            f"{', '.join(p.name for p in paths)} could each be the reports table.",
            "Keep one of them in the folder.",
        )
    if not paths:
        missing = Issue(
            code="no-reports-table",
            where=str(root),
            what="no table here has a column that names volumes and one that holds reports.",
            remedy="Add a CSV with the columns VolumeName and report.",
            severity="warning",
        )
        return TextTable({}, {}, (missing,))
    return read_text_table(paths[0], KEY_COLUMNS, case_id_of)


def _claimed(issues: list[Issue]) -> set[str]:
    return {issue.case_id for issue in issues if issue.case_id}


PLUGIN = NiftiFolderSource()
