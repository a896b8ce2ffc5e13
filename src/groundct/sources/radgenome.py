"""RadGenome-Chest CT: its tables and mask folders, with the CTs beside them or without.

Cases are the volumes that any table or mask folder names. What the dataset published is kept as it
is, faults included; known faults are told as warnings. RadGenome ships sentences, not reports: a
case has a report only when CT-RATE's reports table stands in the same folder. A volume whose affine
is the identity, as those that RadGenome preprocessed, is not taken: its sides and spacing are lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from groundct.codecs.radgenome import (
    COLUMNS,
    TABLES_FOLDER,
    TableName,
    read_table,
    table_of_file,
)
from groundct.core.case import Case, Corpus, NiftiVolume, Published, PublishedRow
from groundct.core.issues import Issue, SourceError, TableError
from groundct.sources._names import SPLITS, case_id_of, is_nifti, patient_id_of, split_of_name
from groundct.sources._reports import CT_RATE_KEY, read_ct_rate_reports
from groundct.sources._volumes import check_volume
from groundct.sources._walk import MASK_FOLDER_PREFIX, Tree, by_case, tables_with, walk
from groundct.vocabulary.anatomy import anatomy

_WITH_PATH: tuple[TableName, ...] = (
    "region_report",
    "vqa_abnormality",
    "vqa_presence",
    "vqa_location",
    "vqa_size",
)
_WHOLE_SCAN = ("", "whole scan", "others")


@dataclass(frozen=True)
class RadGenomeSource:
    """The source ``radgenome``."""

    name: str = "radgenome"
    version: str = "1.0"
    description: str = "RadGenome-Chest CT: region tables, question tables, organ and region masks"

    def recognizes(self, path: Path) -> bool:
        """Whether a table with one of RadGenome's names stands in the folder or its tables'."""
        folders = (path, path / TABLES_FOLDER, path / "dataset" / TABLES_FOLDER)
        return any(
            table_of_file(file) is not None
            for folder in folders
            if folder.is_dir()
            for file in folder.glob("*.csv")
        )

    def read(self, path: Path) -> Corpus:
        """All volumes that a table or a mask folder names; raises SourceError without any."""
        tree = walk(path)
        issues: list[Issue] = []
        rows, splits = _rows(tree, issues)
        masks = _masks(tree, issues)
        case_ids = sorted(set(rows) | set(masks))
        if not case_ids:
            problem = SourceError.of(
                "no-cases",
                path,
                "no RadGenome table or mask folder with a volume was read.",
                "Give the folder that holds radgenome_files and the mask folders.",
            )
            raise SourceError(*problem.issues, *issues)
        volumes, doubled = by_case(tree.volumes)
        issues.extend(doubled)
        reports = read_ct_rate_reports(tables_with(tree, CT_RATE_KEY, "Findings_EN"))
        issues.extend(reports.issues)
        if not reports.by_case:
            issues.append(_no_reports(path))
        if not masks:
            issues.append(_no_masks(path))
        cases = []
        for case_id in case_ids:
            own_rows = tuple(rows.get(case_id, ()))
            organs, regions = masks.get(case_id, ((), ()))
            issues.extend(_row_issues(case_id, path, own_rows))
            if masks and case_id not in masks:
                issues.append(_missing_masks(case_id, path))
            volume = NiftiVolume(path=volumes[case_id]) if case_id in volumes else None
            if volume is not None:
                faults = check_volume(volume, case_id, identity="error")
                issues.extend(faults)
                volume = None if any(f.severity == "error" for f in faults) else volume
            cases.append(
                Case(
                    case_id=case_id,
                    patient_id=patient_id_of(case_id),
                    volume=volume,
                    report=reports.by_case.get(case_id),
                    published=Published(organ_masks=organs, region_masks=regions, rows=own_rows),
                    split=splits.get(case_id) or split_of_name(case_id),
                )
            )
        return Corpus(source=self.name, cases=tuple(cases), issues=tuple(issues))


def contradictory_keys(rows: Iterable[PublishedRow]) -> tuple[tuple[str, str], ...]:
    """The (anatomy, finding) keys of a case whose presence rows say both Yes and No, sorted."""
    answers: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        if row.table == "vqa_presence":
            anatomy_path, finding, presence = row.values
            answers.setdefault((anatomy_path, finding), set()).add(presence.strip(" .").lower())
    return tuple(sorted(key for key, said in answers.items() if {"yes", "no"} <= said))


def _rows(
    tree: Tree, issues: list[Issue]
) -> tuple[Mapping[str, list[PublishedRow]], Mapping[str, str]]:
    rows: dict[str, list[PublishedRow]] = {}
    splits: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    order = list(COLUMNS)
    named = [(path, which) for path in tree.tables if (which := table_of_file(path)) is not None]
    for path, which in sorted(named, key=lambda pair: order.index(pair[1][1])):
        if which in seen:
            issues.append(_doubled_table(path))
            continue
        seen.add(which)
        try:
            table = read_table(path, which[1])
        except TableError as problem:
            issues.extend(problem.issues)
            continue
        for volume_name, row in table:
            case_id = case_id_of(volume_name)
            known = splits.setdefault(case_id, SPLITS[which[0]])
            if known != SPLITS[which[0]]:
                issues.append(_two_splits(case_id, path))
                continue
            rows.setdefault(case_id, []).append(row)
    return rows, splits


_Masks = tuple[tuple[tuple[str, Path], ...], tuple[tuple[str, Path], ...]]


def _masks(tree: Tree, issues: list[Issue]) -> Mapping[str, _Masks]:
    """Organ and region mask files by case; the folder above ``seg_*`` says which of the two."""
    found: dict[str, dict[bool, dict[str, Path]]] = {}
    known = {*anatomy().mask_names, *anatomy().regions}
    unknown: Counter[str] = Counter()
    for folder in tree.mask_folders:
        case_id = folder.name.removeprefix(MASK_FOLDER_PREFIX)
        is_region = "region" in folder.parent.name
        kind = found.setdefault(case_id, {}).setdefault(is_region, {})
        for path in sorted(folder.iterdir()):
            if not is_nifti(path):
                continue
            name = case_id_of(path.name)
            if name not in known:
                unknown[name] += 1
            if name in kind:
                issues.append(_doubled_mask(case_id, name, kind[name], path))
            else:
                kind[name] = path
    for name, count in sorted(unknown.items()):
        issues.append(_unknown_mask(name, count, tree.root))
    return {
        case_id: (
            tuple(sorted(kinds.get(False, {}).items())),
            tuple(sorted(kinds.get(True, {}).items())),
        )
        for case_id, kinds in found.items()
    }


def _row_issues(case_id: str, where: Path, rows: tuple[PublishedRow, ...]) -> list[Issue]:
    issues = []
    both = contradictory_keys(rows)
    if both:
        issues.append(
            _warning(
                "contradictory-presence",
                where,
                f"{len(both)} (anatomy, finding) keys carry Yes and No, such as {both[0]}.",
                "Do not train or score on these keys.",
                case_id,
            )
        )
    repeated = [row for row, count in Counter(rows).items() if count > 1]
    if repeated:
        issues.append(
            _warning(
                "duplicated-rows",
                where,
                f"{len(repeated)} rows stand more than once, such as {repeated[0].values} in "
                f"{repeated[0].table}.",
                "Count each of them once.",
                case_id,
            )
        )
    tree = anatomy()
    paths = {row.values[0] for row in rows if row.table in _WITH_PATH}
    unknown = sorted(p for p in paths if p not in _WHOLE_SCAN and not tree.is_path(p))
    if unknown:
        issues.append(
            _warning(
                "unknown-anatomy-path",
                where,
                f"{len(unknown)} anatomy paths are not in the tree, such as {unknown[0]!r}.",
                "Check the spelling; rows on such a path are tied to no mask.",
                case_id,
            )
        )
    return issues


def _warning(code: str, where: Path, what: str, remedy: str, case_id: str | None = None) -> Issue:
    return Issue(
        code=code, where=str(where), what=what, remedy=remedy, severity="warning", case_id=case_id
    )


def _doubled_table(path: Path) -> Issue:
    return Issue(
        code="two-tables-one-name",
        where=str(path),
        what="another table of this name stands in this dataset; this one is passed over.",
        remedy="Keep one of them.",
    )


def _two_splits(case_id: str, path: Path) -> Issue:
    return Issue(
        code="case-in-two-splits",
        where=str(path),
        what=f"{case_id} has rows in both splits; the later rows are passed over.",
        remedy="Keep the volume in one split.",
        case_id=case_id,
    )


def _doubled_mask(case_id: str, name: str, first: Path, second: Path) -> Issue:
    return Issue(
        code="two-masks-one-name",
        where=f"{first}, {second}",
        what=f"two files hold the mask {name!r}; the second is passed over.",
        remedy="Keep one of them.",
        case_id=case_id,
    )


def _unknown_mask(name: str, count: int, root: Path) -> Issue:
    return _warning(
        "unknown-structure",
        root,
        f"{count} mask files are called {name!r}, which is none of RadGenome's names.",
        "Check the spelling; the masks are kept under this name.",
    )


def _missing_masks(case_id: str, root: Path) -> Issue:
    return _warning(
        "no-mask-folder",
        root / f"{MASK_FOLDER_PREFIX}{case_id}",
        "tables speak of the volume, and it has no mask folder.",
        "Fetch the folder; its structures count as not annotated until then.",
        case_id,
    )


def _no_masks(root: Path) -> Issue:
    return _warning(
        "no-masks",
        root,
        "no mask folder seg_<volume> is here; all structures count as not annotated.",
        "Fetch the mask archives if masks are wanted.",
    )


def _no_reports(root: Path) -> Issue:
    return _warning(
        "no-reports-table",
        root,
        "RadGenome ships sentences and not reports, so that no case has a report.",
        "Put CT-RATE's reports tables into the folder.",
    )


PLUGIN = RadGenomeSource()
