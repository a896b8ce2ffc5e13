"""A folder of DICOM series, at any depth, and one reports table (CSV or TSV).

Every CT series is a case; its tags must make it a regular, complete stack. The table names it in
one column: ``SeriesInstanceUID``, ``AccessionNumber``, ``PatientID``, ``folder`` (the folder's name
or its path below the corpus) or ``case_id``. A patient or accession number that stands for several
studies gets no report: which of them it belongs to cannot be known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from groundct.codecs.dicom import FoundSeries, read_dicom_geometry, scan_dicom_folder
from groundct.core.case import Case, Corpus, is_safe_case_id
from groundct.core.issues import DataError, Issue, SourceError
from groundct.core.value import digest
from groundct.sources._reports import without_report, without_volume
from groundct.sources._text_table import NO_ROW, TextTable, text_table_of
from groundct.sources._walk import walk

_NAMES = (
    "SeriesInstanceUID", "AccessionNumber", "PatientID", "folder", "case_id", "AccessionNo",
    "accession", "StudyInstanceUID",
)  # fmt: skip
_PREAMBLE = 128
_LONGEST = 100
_OTHERS = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True)
class DicomFolderSource:
    """The source ``dicom_folder``."""

    name: str = "dicom_folder"
    version: str = "1.0"
    description: str = "A folder of DICOM CT series and one reports table"

    def recognizes(self, path: Path) -> bool:
        """Whether a file with DICOM's mark is in the folder or below it."""
        return path.is_dir() and any(_is_dicom(file) for file in walk(path).others)

    def read(self, path: Path) -> Corpus:
        """A case for every sound CT series; raises SourceError when there is no CT series."""
        tree = walk(path)
        found, unread = scan_dicom_folder(path)
        series = [s for s in found if s.modality == "CT" and s.files]
        issues = [*unread, *(_passed_over(s) for s in found if s not in series)]
        if not series:
            problem = SourceError.of(
                "no-series",
                path,
                f"no CT series is here ({len(found)} series of other kinds).",
                "Give the folder that holds the DICOM files.",
            )
            raise SourceError(*problem.issues, *issues)
        table = text_table_of(tree, _NAMES, _key_of, "SeriesInstanceUID")
        issues.extend(table.issues)
        names = case_ids(path, series)
        keys = {s.series_uid: _keys(path, s, names[s.series_uid], table.key) for s in series}
        matches = {uid: _match(options, table) for uid, options in keys.items()}
        used = {key for key in matches.values() if key is not None}
        ambiguous = _ambiguous(series, matches)
        issues.extend(_ambiguous_issue(key, table.path) for key in sorted(ambiguous))
        issues.extend(without_volume(set(table.reports) - used, path))
        cases = []
        for one in series:
            case_id = names[one.series_uid]
            try:
                read_dicom_geometry(one.reference)
            except DataError as problem:
                issues.extend(problem.for_case(case_id).issues)
                continue
            key = matches[one.series_uid]
            report = None if key is None or key in ambiguous else table.reports.get(key)
            if table.key is not None and report is None:
                twice = {case_id} if table.twice.intersection(keys[one.series_uid]) else set()
                issues.append(without_report(case_id, one.files[0].parent, twice))
            row = NO_ROW if key is None else table.rows.get(key, NO_ROW)
            cases.append(
                Case(
                    case_id=case_id,
                    patient_id=one.patient_id or case_id,
                    volume=one.reference,
                    report=report,
                    split=row.split,
                )
            )
        return Corpus(
            source=self.name,
            cases=tuple(sorted(cases, key=lambda case: case.case_id)),
            issues=tuple(issues),
        )


def case_ids(root: Path, series: list[FoundSeries]) -> dict[str, str]:
    """A case id for each series: its folder's path, and a digest where several share a folder.

    A path that cannot be a file's name on every system (spaces, letters beyond ASCII) has ``_`` in
    their place and a digest of the path at its end.
    """
    folders = {s.series_uid: _folder(root, s) for s in series}
    names = list(folders.values())
    return {
        uid: name if names.count(name) == 1 else f"{name}_{digest(uid).partition(':')[2][:8]}"
        for uid, name in folders.items()
    }


def _folder(root: Path, series: FoundSeries) -> str:
    relative = series.files[0].parent.relative_to(root)
    name = "_".join(relative.parts) or root.resolve().name
    if is_safe_case_id(name):
        return name
    plain = _OTHERS.sub("_", name).strip("_")[:_LONGEST] or "series"
    return f"{plain}_{digest(name).partition(':')[2][:8]}"


def _keys(root: Path, series: FoundSeries, case_id: str, column: str | None) -> tuple[str, ...]:
    """What the table may call a series in its key column."""
    folder = series.files[0].parent
    options = {
        "SeriesInstanceUID": (series.series_uid,),
        **dict.fromkeys(
            ("AccessionNumber", "AccessionNo", "accession"), (series.accession_number,)
        ),
        "StudyInstanceUID": (series.study_uid,),
        "PatientID": (series.patient_id,),
        "folder": (folder.relative_to(root).as_posix(), folder.name),
        "case_id": (case_id,),
    }
    return () if column is None else tuple(key for key in options[column] if key)


def _match(options: tuple[str, ...], table: TextTable) -> str | None:
    return next((key for key in options if key in table.rows), None)


def _ambiguous(series: list[FoundSeries], matches: Mapping[str, str | None]) -> set[str]:
    """The keys that stand for series of several studies."""
    studies: dict[str, set[str]] = {}
    for one in series:
        key = matches[one.series_uid]
        if key is not None:
            studies.setdefault(key, set()).add(one.study_uid)
    return {key for key, uids in studies.items() if len(uids) > 1}


def _is_dicom(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(_PREAMBLE + 4)[_PREAMBLE:] == b"DICM"
    except OSError:
        return False


def _ambiguous_issue(key: str, table: Path | None) -> Issue:
    return Issue(
        code="ambiguous-report",
        where=str(table),
        what=f"{key!r} stands for series of several studies; none of them gets the report.",
        remedy="Name the series by SeriesInstanceUID.",
    )


def _passed_over(series: FoundSeries) -> Issue:
    what = (
        f"{series.localizers} localizer images and nothing else"
        if series.modality == "CT"
        else f"{len(series.files)} files of modality {series.modality or 'unknown'}"
    )
    return Issue(
        code="no-ct-series",
        where=f"series {series.series_uid}",
        what=f"the series holds {what}; it is passed over.",
        remedy="Nothing, if no CT is expected there.",
        severity="note",
    )


def _key_of(cell: str) -> str:
    return cell.strip().rstrip("/")


PLUGIN = DicomFolderSource()
