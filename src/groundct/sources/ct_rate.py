"""CT-RATE: reports tables, metadata tables, and volumes at any depth, v1 or ``_fixed``.

Whether a volume's values are HU already is decided from a sparse look at them, never from its
folder's name: a stated rescale is put on the case's volume only when the values need it, and a case
whose values allow no decision is set aside. Of a volume that stands below a ``_fixed`` folder and
another, the fixed one is taken. Volumes that ``no_chest_*.txt`` lists are left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from groundct.codecs.tables import read_csv_table
from groundct.core.case import Case, Corpus, NiftiVolume
from groundct.core.issues import DataError, Issue, SourceError, TableError
from groundct.sources._look import look
from groundct.sources._names import case_id_of, is_ct_rate_name, patient_id_of, split_of_name
from groundct.sources._reports import (
    CT_RATE_KEY,
    duplicated_row,
    read_ct_rate_reports,
    without_report,
    without_volume,
)
from groundct.sources._rescale import rescale_state
from groundct.sources._volumes import check_volume
from groundct.sources._walk import by_case, headings_of, tables_with, walk


@dataclass(frozen=True)
class Acquisition:
    """What a metadata row says of a volume; None where its cell is blank.

    ``spacing_mm`` is left-right, front-back, head-feet.
    """

    slope: float | None = None
    intercept: float | None = None
    spacing_mm: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class CtRateSource:
    """The source ``ct_rate``."""

    name: str = "ct_rate"
    version: str = "1.0"
    description: str = "CT-RATE: volumes with reports and metadata tables, v1 or fixed"

    def recognizes(self, path: Path) -> bool:
        """Whether CT-RATE's reports are here, and volumes with CT-RATE's names or none at all."""
        if not path.is_dir():
            return False
        tree = walk(path)
        names = [case_id_of(volume.name) for volume in tree.volumes]
        has_reports = bool(tables_with(tree, CT_RATE_KEY, "Findings_EN"))
        return has_reports and (not names or any(is_ct_rate_name(name) for name in names))

    def read(self, path: Path) -> Corpus:
        """A case for every volume; without any volume, a case for every report."""
        tree = walk(path)
        reports = read_ct_rate_reports(tables_with(tree, CT_RATE_KEY, "Findings_EN"))
        issues = list(reports.issues)
        excluded = _no_chest(tree.texts)
        named = tuple(v for v in tree.volumes if _belongs(case_id_of(v.name), reports.rows))
        issues.extend(_strangers(len(tree.volumes) - len(named), path))
        volumes, doubled = by_case(named, prefer="_fixed")
        issues.extend(doubled)
        issues.extend(_excluded(excluded & (set(volumes) | set(reports.by_case)), path))
        if not volumes and not reports.by_case:
            problem = SourceError.of(
                "no-cases",
                path,
                "neither a volume with a CT-RATE name nor a report was read.",
                "Give the folder that holds CT-RATE's volumes and tables.",
            )
            raise SourceError(*problem.issues, *issues)
        if not volumes and not doubled:
            cases = [
                Case(
                    case_id=case_id,
                    patient_id=patient_id_of(case_id),
                    volume=None,
                    report=report,
                    split=split_of_name(case_id),
                )
                for case_id, report in sorted(reports.by_case.items())
                if case_id not in excluded
            ]
            issues.append(_no_volumes(path, len(cases)))
            return Corpus(source=self.name, cases=tuple(cases), issues=tuple(issues))
        metadata, faults = _metadata(tree.tables)
        issues.extend(faults)
        present = set(volumes) | {issue.case_id for issue in doubled if issue.case_id}
        issues.extend(without_volume(set(reports.by_case) - present - excluded, path))
        cases = []
        for case_id, file in volumes.items():
            if case_id in excluded:
                continue
            volume, faults = _volume(case_id, file, metadata.get(case_id, Acquisition()))
            issues.extend(faults)
            if volume is None:
                continue
            if case_id not in reports.by_case:
                issues.append(without_report(case_id, file, reports.twice))
            cases.append(
                Case(
                    case_id=case_id,
                    patient_id=patient_id_of(case_id),
                    volume=volume,
                    report=reports.by_case.get(case_id),
                    split=split_of_name(case_id),
                )
            )
        return Corpus(source=self.name, cases=tuple(cases), issues=tuple(issues))


def _belongs(case_id: str, rows: Mapping[str, object]) -> bool:
    return is_ct_rate_name(case_id) or case_id in rows


def _strangers(count: int, root: Path) -> tuple[Issue, ...]:
    if not count:
        return ()
    return (
        Issue(
            code="volume-outside-scheme",
            where=str(root),
            what=f"{count} volumes are named neither by CT-RATE's scheme nor in a reports table.",
            remedy="Read the folder as nifti_folder if they are wanted; they are passed over.",
            severity="warning",
        ),
    )


def _volume(
    case_id: str, file: Path, stated: Acquisition
) -> tuple[NiftiVolume | None, tuple[Issue, ...]]:
    """The volume with the rescale that it needs; None, and why, when it must be set aside."""
    volume = NiftiVolume(path=file, stated_spacing_mm=stated.spacing_mm)
    faults = check_volume(volume, case_id)
    if any(fault.severity == "error" for fault in faults):
        return None, faults
    rescale, seen, failures = _needed_rescale(file, stated)
    if failures:
        named = tuple(f.model_copy(update={"case_id": case_id}) for f in failures)
        return None, (*faults, *named)
    if rescale == "unknown":
        return None, (*faults, _unknown_rescale(case_id, file, stated, seen))
    return volume.model_copy(update={"rescale": rescale}), faults


def _needed_rescale(
    file: Path, stated: Acquisition
) -> tuple[tuple[float, float] | Literal["unknown"] | None, tuple[float, float], tuple[Issue, ...]]:
    """The rescale that the values need, None for HU; the range seen; why it could not be seen."""
    seen = (0.0, 0.0)
    for whole in (False, True):
        try:
            found = look(file, whole=whole)
        except DataError as problem:
            return "unknown", seen, problem.issues
        # A scale in the header is applied on reading; a second one is never put on top of it.
        slope = None if found.header_scales else stated.slope
        state = rescale_state(found.values, slope, stated.intercept)
        if state == "applied":
            return None, seen, ()
        if state == "not_applied" and stated.slope is not None and stated.intercept is not None:
            return (stated.slope, stated.intercept), seen, ()
        seen = (float(found.values.min()), float(found.values.max()))
    return "unknown", seen, ()


def _metadata(tables: Iterable[Path]) -> tuple[Mapping[str, Acquisition], tuple[Issue, ...]]:
    found: dict[str, Acquisition] = {}
    issues: list[Issue] = []
    twice: set[str] = set()
    for path in tables:
        if not {CT_RATE_KEY, "RescaleSlope", "RescaleIntercept"} <= set(headings_of(path)):
            continue
        try:
            rows = read_csv_table(path)
        except TableError as problem:
            issues.extend(problem.issues)
            continue
        for number, row in enumerate(rows, start=1):
            case_id = case_id_of(row[CT_RATE_KEY])
            try:
                acquisition = acquisition_of(row)
            except ValueError as problem:
                issues.append(_bad_metadata(path, number, case_id, problem))
                continue
            if found.setdefault(case_id, acquisition) != acquisition:
                twice.add(case_id)
                issues.append(duplicated_row(path, number, case_id))
    for case_id in twice:
        del found[case_id]
    return found, tuple(issues)


def acquisition_of(row: Mapping[str, str]) -> Acquisition:
    """The slope, intercept and spacing of a metadata row; raises ValueError for other cells."""
    slope, intercept = _number(row["RescaleSlope"]), _number(row["RescaleIntercept"])
    if slope is not None and slope <= 0:
        raise ValueError(f"RescaleSlope is {slope}")
    in_plane, between = row.get("XYSpacing", "").strip(), _number(row.get("ZSpacing", ""))
    if not in_plane or between is None:
        return Acquisition(slope, intercept)
    pair = json.loads(in_plane)
    if not (isinstance(pair, list) and len(pair) == 2):
        raise ValueError(f"XYSpacing is {in_plane}")
    # The pair is DICOM's PixelSpacing: between rows (front-back) first, then between columns.
    spacing = (float(pair[1]), float(pair[0]), between)
    if not all(np.isfinite(s) and s > 0 for s in spacing):
        raise ValueError(f"spacing is {spacing}")
    return Acquisition(slope, intercept, spacing)


def _number(cell: str) -> float | None:
    if not cell.strip():
        return None
    value = float(cell)
    if not np.isfinite(value):
        raise ValueError(f"{cell} is no finite number")
    return value


def _no_chest(texts: Iterable[Path]) -> set[str]:
    """The case ids that CT-RATE lists as scans without a chest, one name a line."""
    return {
        case_id_of(line)
        for path in texts
        if path.name.startswith("no_chest")
        for line in path.read_text("utf-8", errors="replace").splitlines()
        if line.strip()
    }


def _excluded(case_ids: set[str], root: Path) -> tuple[Issue, ...]:
    return tuple(
        Issue(
            code="no-chest",
            where=str(root),
            what="the dataset lists the volume as one without a chest; it is left out.",
            remedy="Nothing, unless the list is wrong; then delete the line from no_chest_*.txt.",
            severity="note",
            case_id=case_id,
        )
        for case_id in sorted(case_ids)
    )


def _no_volumes(root: Path, count: int) -> Issue:
    return Issue(
        code="no-volumes",
        where=str(root),
        what=f"no volume is here; {count} cases have a report alone.",
        remedy="Put the volumes below this folder if masks are wanted.",
        severity="warning",
    )


def _bad_metadata(path: Path, number: int, case_id: str, problem: ValueError) -> Issue:
    return Issue(
        code="metadata-value",
        where=f"{path} row {number}",
        what=f"slope, intercept or spacing cannot be read: {problem}.",
        remedy="Mend the cell; the row counts as absent until then.",
        case_id=case_id,
    )


def _unknown_rescale(
    case_id: str, file: Path, stated: Acquisition, seen: tuple[float, float]
) -> Issue:
    how = (
        "no slope and intercept are stated"
        if stated.slope is None or stated.intercept is None
        else f"neither as they are nor by {stated.slope} x value + {stated.intercept}"
    )
    return Issue(
        code="rescale-unknown",
        where=str(file),
        what=f"values from {seen[0]:g} to {seen[1]:g} do not look like HU of a chest ({how}).",
        remedy="Use the fixed volume, or add its metadata row; nothing is guessed.",
        case_id=case_id,
    )


PLUGIN = CtRateSource()
