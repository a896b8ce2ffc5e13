"""A folder of NIfTI volumes, at any depth, and one reports table (CSV or TSV).

The table names a volume in a column ``case_id``, ``VolumeName``, ``volume``, ``file``, ``filename``
or the like (a name or a path, with or without suffix). The report stands in CT-RATE's columns, in
``findings`` and ``impression``, or in one column ``report`` or ``text``. Optional columns:
``patient_id``, ``split``, ``language``. `groundct.sources._headings` knows further names.

A case is called as its file. Where files in several folders have one name (``p1/ct.nii.gz``,
``p2/ct.nii.gz``), the folders are part of it: ``p1_ct``, ``p2_ct``; the table then names the path.
Files of 8-bit numbers are label maps, not CTs; they are passed over with a warning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from groundct.codecs.nifti import check_can_hold_hu, read_nifti_header
from groundct.core.case import Case, Corpus, NiftiVolume
from groundct.core.issues import DataError, Issue, SourceError
from groundct.core.names import first_few
from groundct.sources._headings import CASE_NAMES
from groundct.sources._names import case_id_of, patient_id_of, split_of_name
from groundct.sources._reports import without_report, without_volume
from groundct.sources._text_table import NO_ROW, TextTable, text_table_of
from groundct.sources._volumes import check_volume
from groundct.sources._walk import two_volumes_one_name, walk

_FIRST = ("case_id", "VolumeName", "volume", "file", "filename")
_NAMES = tuple(dict.fromkeys((*_FIRST, *CASE_NAMES)))


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
        files, maps = _without_label_maps(tree.volumes)
        if not files:
            what = "no .nii or .nii.gz file is here" + (" but 8-bit label maps." if maps else ".")
            raise SourceError.of("no-volumes", path, what, "Give the folder of the CTs.")
        volumes, doubled = name_volumes(path, files)
        table = text_table_of(tree, _NAMES, case_lookup(path, volumes), "VolumeName")
        issues = [*_passed_over(maps, path), *doubled, *table.issues]
        issues.extend(without_volume(set(table.reports) - set(volumes) - _claimed(doubled), path))
        issues.extend(_taken_by_name(path, volumes, table))
        cases = []
        for case_id, file in volumes.items():
            volume = NiftiVolume(path=file)
            faults = check_volume(volume, case_id)
            issues.extend(faults)
            if any(fault.severity == "error" for fault in faults):
                continue
            if table.key is not None and case_id not in table.reports:
                issues.append(without_report(case_id, file, table.twice))
            row = table.rows.get(case_id, NO_ROW)
            cases.append(
                Case(
                    case_id=case_id,
                    patient_id=row.patient_id or patient_id_of(case_id),
                    volume=volume,
                    report=table.reports.get(case_id),
                    split=row.split or split_of_name(case_id),
                )
            )
        return Corpus(source=self.name, cases=tuple(cases), issues=tuple(issues))


def name_volumes(root: Path, files: Sequence[Path]) -> tuple[dict[str, Path], list[Issue]]:
    """One file a case id, sorted by id, and issues for ids that several files claim.

    The id is the file's name, or its path joined by ``_`` where files in several folders share it.
    """
    shared = Counter(case_id_of(file.name) for file in files)
    groups: dict[str, list[Path]] = {}
    for file in files:
        stem = case_id_of(file.name)
        parts = file.relative_to(root).parts[:-1] if shared[stem] > 1 else ()
        groups.setdefault("_".join((*parts, stem)), []).append(file)
    named = {name: group[0] for name, group in sorted(groups.items()) if len(group) == 1}
    clashes = ((name, tuple(group)) for name, group in sorted(groups.items()) if len(group) > 1)
    return named, [two_volumes_one_name(name, group) for name, group in clashes]


def _without_label_maps(files: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Files that may be CTs, broken ones among them, and those whose header says they are not."""
    kept: list[Path] = []
    maps: list[Path] = []
    for file in files:
        try:
            check_can_hold_hu(NiftiVolume(path=file), read_nifti_header(file))
        except DataError as problem:
            not_a_ct = any(issue.code == "not-a-ct" for issue in problem.issues)
            (maps if not_a_ct else kept).append(file)
        else:
            kept.append(file)
    return kept, maps


def _passed_over(maps: Sequence[Path], root: Path) -> tuple[Issue, ...]:
    if not maps:
        return ()
    shown = first_few(file.relative_to(root) for file in maps)
    return (
        Issue(
            code="not-a-ct",
            where=str(root),
            what=f"{len(maps)} files hold 8-bit numbers without a scale, which cannot be "
            f"Hounsfield units: {shown}.",
            remedy="Nothing, if they are label maps; they are passed over.",
            severity="warning",
        ),
    )


def case_lookup(root: Path, volumes: Mapping[str, Path]) -> Callable[[str], str]:
    """What turns a table's cell into the case id that it means.

    A cell may be an id, a name or a path. Of a name that several folders have, only a path that
    ends with the whole path of a volume means that volume; and a path through other folders than
    the volume's (``p2/ct.nii.gz`` where only ``p1/ct.nii.gz`` is) means no volume.
    """
    paths = {_bare(file.relative_to(root).as_posix()): name for name, file in volumes.items()}
    shared = {
        stem for stem, n in Counter(case_id_of(f.name) for f in volumes.values()).items() if n > 1
    }

    def case_of(cell: str) -> str:
        parts = _bare(cell.strip().replace("\\", "/")).split("/")
        for start in range(len(parts)):
            end = "/".join(parts[start:])
            bare_name = start > 0 and "/" not in end and parts[-1] in shared
            if end in paths and not bare_name:
                return paths[end]
        stem = case_id_of(cell)
        folders = volumes[stem].relative_to(root).parts[:-1] if stem in volumes else ()
        elsewhere = (
            len(parts) > 1 and folders and parts[-2] not in folders and folders[-1] not in parts
        )
        return "/".join(parts) if elsewhere or parts[-1] in shared else stem

    return case_of


def _taken_by_name(root: Path, volumes: Mapping[str, Path], table: TextTable) -> tuple[Issue, ...]:
    """One note for all rows that name a folder in which a volume beside the table does not lie."""
    here = {root.name, root.resolve().name}
    found = [
        row.name
        for name, row in table.rows.items()
        if name in volumes
        and volumes[name].parent == root
        and (folders := (row.name or "").strip().replace("\\", "/").split("/")[:-1])
        and folders[-1] not in here | {".", ""}
    ]
    if not found:
        return ()
    return (
        Issue(
            code="other-folder",
            where=str(table.path),
            what=f"another folder in {len(found)} row{'s' * (len(found) > 1)}, taken for the "
            f"volume of that file name here: {first_few(found, 3)}.",
            remedy="Nothing, if that is where these volumes lay when the table was written.",
            severity="note",
        ),
    )


def _bare(path: str) -> str:
    """A path without the suffix of its file."""
    folder, slash, _ = path.rpartition("/")
    return f"{folder}{slash}{case_id_of(path)}"


def _claimed(issues: list[Issue]) -> set[str]:
    return {issue.case_id for issue in issues if issue.case_id}


PLUGIN = NiftiFolderSource()
