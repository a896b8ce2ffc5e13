"""Tables of places: one row a reference or candidate, coordinates in mm, in the system told."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np

from groundct.benchmark._results import file_digest
from groundct.benchmark.detection.places import Candidates, Floats, Places, References, joined
from groundct.benchmark.detection.settings import UNKNOWN_DIAMETER_MM
from groundct.codecs.csv_scan import CsvScan, scan_csv
from groundct.core.issues import DataError, Issue, TableError
from groundct.core.paths import AnyPath
from groundct.core.value import digest
from groundct.sources._names import case_id_of

Coordinates = Literal["lps", "ras"]

CASE: Final = ("seriesuid", "VolumeName", "case_id")
CONFIDENCE: Final = ("probability", "confidence")
CENTRE: Final = ("coordX", "coordY", "coordZ")
BOX: Final = ("x_min", "y_min", "z_min", "x_max", "y_max", "z_max")
_TO_RAS: Final = {"lps": np.array([-1.0, -1.0, 1.0]), "ras": np.ones(3)}
_MOST_ISSUES: Final = 20
_FARTHEST_MM: Final = 1e5


def read_reference_table(
    path: AnyPath,
    coordinates: Coordinates,
    *,
    excluded: AnyPath | None = None,
    scans: AnyPath | None = None,
) -> References:
    """References of a table with a scan, coordX, coordY, coordZ and diameter_mm, as LUNA16's.

    Boxes (x_min .. z_max) may stand for centres and diameters. Columns type, side and lobe are
    read where they are. Excluded findings come from a table of their own, in which a diameter
    below 0 is not known. ``scans`` lists all scans, one a line, with the patient after a comma if
    need be; without it only scans with a row count, and a warning says so.

    Raises TableError with all faults found.
    """
    path = Path(path)
    excluded = None if excluded is None else Path(excluded)
    scans = None if scans is None else Path(scans)
    due = _read(path, coordinates, reference=True)
    out = _read(excluded, coordinates, reference=True, unknown=True) if excluded else None
    known = joined([due.places, *([out.places] if out else [])])
    patients = _scan_list(scans) if scans else dict.fromkeys(sorted(set(known.case)), "")
    issues = () if scans else (_scans_not_listed(path),)
    if unlisted := sorted(set(due.places.case) - set(patients)):
        raise TableError.of(
            "unlisted-scan",
            scans or path,
            f"{len(unlisted)} scans with references are not in the list, such as {unlisted[0]!r}.",
            "List every scan, by the same names.",
        )
    inside = np.array([case in patients for case in known.case], dtype=np.bool_)
    n_out = len(out.places.case) if out else 0
    flags = np.concatenate([np.zeros(len(due.places.case), np.bool_), np.ones(n_out, np.bool_)])
    chosen = np.flatnonzero(inside)
    about = {name: (*due.about[name], *(("",) * n_out)) for name in _ABOUT}
    return References(
        places=_only(known, chosen),
        excluded=flags[chosen],
        scans=tuple(patients),
        digest=digest([file_digest(p) for p in (path, excluded, scans) if p]),
        kind=tuple(about["type"][n] for n in chosen),
        side=tuple(about["side"][n] for n in chosen),
        lobes=tuple((about["lobe"][n],) if about["lobe"][n] else () for n in chosen),
        patients=patients,
        issues=issues,
    )


def read_candidate_table(path: AnyPath, coordinates: Coordinates) -> Candidates:
    """Candidates of a table with a scan, coordX, coordY, coordZ (or a box) and a probability.

    Raises TableError with the faults found: a cell that is no finite number among them.
    """
    path = Path(path)
    own = _read(path, coordinates, reference=False)
    return Candidates(own.places, own.confidence, file_digest(path))


_ABOUT: Final = ("type", "side", "lobe")


@dataclass(frozen=True, eq=False)
class _Table:
    places: Places
    confidence: Floats
    about: dict[str, tuple[str, ...]]


def _read(
    path: Path, coordinates: Coordinates, *, reference: bool, unknown: bool = False
) -> _Table:
    scan = scan_csv(path)
    case = _one_of(scan, CASE, "the scan")
    boxed = set(BOX) <= set(scan.headings)
    numbers = list(BOX) if boxed else list(CENTRE)
    if "diameter_mm" in scan.headings or (reference and not boxed):
        numbers.append("diameter_mm")
    if not reference:
        numbers.append(_one_of(scan, CONFIDENCE, "the confidence"))
    if missing := [name for name in numbers if name not in scan.headings]:
        raise _no_column(scan, missing)
    cases: list[str] = []
    values: list[list[float]] = []
    about: dict[str, list[str]] = {name: [] for name in _ABOUT}
    issues: list[Issue] = []
    check = _diameter_rule(reference=reference, unknown=unknown)
    for row in scan.rows():
        fault: Issue | None = row if isinstance(row, Issue) else None
        if not isinstance(row, Issue):
            where = scan.where(row.number, row.line)
            name = case_id_of(row.cells[case])
            own, fault = _numbers(row.cells, numbers, where, check)
            if not name:
                fault = _fault("no-name", where, "the row names no scan.", "Name its scan.")
            cases.append(name)
            values.append(own)
            for word in _ABOUT:
                about[word].append(row.cells.get(word, "").strip())
        if fault is not None:
            issues.append(fault)
            if len(issues) == _MOST_ISSUES:
                break
    if issues:
        raise TableError(*issues)
    table = np.array(values, dtype=np.float64).reshape(len(values), len(numbers))
    column = {name: table[:, n] for n, name in enumerate(numbers)}
    turn = _TO_RAS[coordinates]
    boxes = None
    if boxed:
        corners = table[:, :6].reshape(-1, 2, 3) * turn
        boxes = np.stack([corners.min(axis=1), corners.max(axis=1)], axis=1)
        centres = boxes.mean(axis=1)
    else:
        centres = table[:, :3] * turn
    diameters = column.get("diameter_mm")
    if diameters is None:
        diameters = np.full(len(table), np.nan)
        if boxes is not None:
            diameters = (boxes[:, 1] - boxes[:, 0]).min(axis=1)
    if unknown:
        diameters = np.where(diameters < 0, UNKNOWN_DIAMETER_MM, diameters)
    confidence = np.zeros(len(table)) if reference else table[:, -1]
    return _Table(
        Places(tuple(cases), centres, diameters, boxes),
        confidence,
        {name: tuple(cells) for name, cells in about.items()},
    )


def _diameter_rule(*, reference: bool, unknown: bool) -> Callable[[float], bool]:
    """Whether a diameter can be used."""
    if unknown or not reference:
        return lambda _: True
    return lambda value: value > 0


def _numbers(
    cells: dict[str, str], names: list[str], where: str, sound: Callable[[float], bool]
) -> tuple[list[float], Issue | None]:
    values = []
    for name in names:
        try:
            value = math.nan if "_" in cells[name] else float(cells[name])
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            what = f"column {name!r} holds {cells[name]!r}, which is no finite number."
            return [], _fault("not-a-number", where, what, "Correct the cell or drop the row.")
        if name in (*CENTRE, *BOX) and abs(value) > _FARTHEST_MM:
            what = f"column {name!r} holds {value:g}: no scan reaches that far."
            return [], _fault("far-away", where, what, "Give coordinates in mm.")
        if name == "diameter_mm" and not sound(value):
            what = f"the diameter is {value:g} mm."
            remedy = "Give the diameter, or move the row to the table of excluded findings."
            return [], _fault("bad-diameter", where, what, remedy)
        values.append(value)
    low_high = [values[n : n + 3] for n in (0, 3)] if names[:6] == list(BOX) else []
    if low_high and any(a >= b for a, b in zip(*low_high, strict=True)):
        what = "a box ends where or before it starts."
        return [], _fault("bad-box", where, what, "Give x_min < x_max, and so on.")
    return values, None


def _scan_list(path: Path) -> dict[str, str]:
    """Scan -> patient or nothing, of a list as LUNA16's seriesuids.csv, with or without heading."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise TableError.of(
            "unreadable-list", path, f"it cannot be read: {problem}.", "Give a text file."
        ) from problem
    cells = [[cell.strip().strip('"') for cell in f"{line},".split(",")] for line in lines]
    if cells and cells[0][0] in CASE:
        cells = cells[1:]
    patients = {case_id_of(scan): patient for scan, patient, *_ in cells if scan}
    if not patients:
        raise TableError.of("empty-list", path, "it lists no scan.", "List one scan a line.")
    return dict(sorted(patients.items()))


def _only(places: Places, chosen: np.ndarray) -> Places:
    return Places(
        tuple(places.case[n] for n in chosen),
        places.centre_mm[chosen],
        places.diameter_mm[chosen],
        None if places.boxes_mm is None else places.boxes_mm[chosen],
    )


def _one_of(scan: CsvScan, names: tuple[str, ...], what: str) -> str:
    found = [name for name in names if name in scan.headings]
    if len(found) != 1:
        raise TableError.of(
            "no-column" if not found else "two-columns",
            scan.path,
            f"{what} stands in {found or 'none'} of the columns {list(names)}.",
            "Keep exactly one of them.",
        )
    return found[0]


def _no_column(scan: CsvScan, missing: list[str]) -> DataError:
    return TableError.of(
        "no-column",
        scan.path,
        f"columns {missing} are missing; there are {list(scan.headings)}.",
        f"Give {', '.join(CENTRE)} or {', '.join(BOX)}, in mm.",
    )


def _scans_not_listed(path: Path) -> Issue:
    return Issue(
        code="scans-not-listed",
        where=str(path),
        what="only scans with a row are known: false positives in scans without any are not seen.",
        remedy="Give the list of all scans with --scans.",
        severity="warning",
    )


def _fault(code: str, where: str, what: str, remedy: str) -> Issue:
    return Issue(code=code, where=where, what=what, remedy=remedy)
