"""ReXGroundingCT: ``dataset.json`` or the challenge's file, 4-D finding masks, with or without CTs.

A mask and its CT carry the same file name; the mask is the one with four axes. The masks' own
affines (mostly the identity) are not trusted: voxels are aligned with the CT by index, so a mask
can only be placed when its CT is here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from groundct.codecs.rexgroundingct import FILE_NAMES, RexEntry, read_dataset
from groundct.core.case import Case, Corpus, NiftiVolume, Published
from groundct.core.issues import Issue, SourceError
from groundct.sources._names import case_id_of, patient_id_of
from groundct.sources._reports import CT_RATE_KEY, read_ct_rate_reports
from groundct.sources._volumes import Shapes, check_volume, stored_shapes
from groundct.sources._walk import by_case, tables_with, walk
from groundct.vocabulary.findings import findings as finding_vocabulary


@dataclass(frozen=True)
class RexGroundingCtSource:
    """The source ``rexgroundingct``."""

    name: str = "rexgroundingct"
    version: str = "1.0"
    description: str = "ReXGroundingCT: findings in dataset.json, 4-D instance masks"

    def recognizes(self, path: Path) -> bool:
        """Whether ``path`` is one of the dataset's files, or a folder that holds one."""
        files = (path,) if path.is_file() else _dataset_files(path)
        return any(file.name in FILE_NAMES and _has_findings(file) for file in files)

    def read(self, path: Path) -> Corpus:
        """All sound entries; ``path`` is the folder, or the one file to read of several."""
        files = (path,) if path.is_file() else _dataset_files(path)
        if not files:
            raise SourceError.of(
                "no-dataset-file",
                path,
                f"none of {', '.join(FILE_NAMES)} is here.",
                "Give the dataset's folder or file.",
            )
        file, root = files[0], files[0].parent
        tree = walk(root)
        entries, faults = read_dataset(file)
        issues = [*faults, *(_other_file(other, file) for other in files[1:])]
        entries, doubled = _without_doubles(entries, file)
        issues.extend(doubled)
        issues.extend(_leaks(entries, file))
        wanted = {_id(entry) for entry in entries}
        shapes, unread = stored_shapes(
            tuple(v for v in tree.volumes if case_id_of(v.name) in wanted)
        )
        issues.extend(unread)
        masks, two_masks = by_case(tuple(p for p, shape in shapes.items() if len(shape) == 4))
        volumes, two_volumes = by_case(
            tuple(p for p, shape in shapes.items() if len(shape) == 3), prefer="_fixed"
        )
        issues.extend((*two_masks, *two_volumes))
        reports = read_ct_rate_reports(tables_with(tree, CT_RATE_KEY, "Findings_EN"))
        issues.extend(reports.issues)
        cases = []
        for entry in entries:
            case_id = _id(entry)
            mask, ct = masks.get(case_id), volumes.get(case_id)
            refused, warnings = _mask_issues(entry, mask, ct, shapes, file)
            issues.extend((*refused, *warnings))
            volume = None if ct is None else NiftiVolume(path=ct)
            if volume is not None:
                problems = check_volume(volume, case_id)
                issues.extend(problems)
                volume = None if any(p.severity == "error" for p in problems) else volume
            cases.append(
                Case(
                    case_id=case_id,
                    patient_id=patient_id_of(case_id),
                    volume=volume,
                    report=reports.by_case.get(case_id),
                    published=Published(
                        findings=entry.findings,
                        finding_masks=None if refused else mask,
                        protocol=entry.protocol,
                    ),
                    split=entry.split,
                )
            )
        return Corpus(source=self.name, cases=tuple(cases), issues=tuple(issues))


def patients_in_two_splits(entries: tuple[RexEntry, ...]) -> dict[str, tuple[str, ...]]:
    """The patients with entries in more than one split, and those splits."""
    splits: dict[str, set[str]] = {}
    for entry in entries:
        splits.setdefault(patient_id_of(_id(entry)), set()).add(entry.split)
    return {p: tuple(sorted(s)) for p, s in sorted(splits.items()) if len(s) > 1}


def _has_findings(file: Path) -> bool:
    """Whether the file's start speaks of findings; other projects have a dataset.json too."""
    with file.open("rb") as stream:
        return b'"findings"' in stream.read(1 << 16)


def _dataset_files(path: Path) -> tuple[Path, ...]:
    return tuple(path / name for name in FILE_NAMES if (path / name).is_file())


def _id(entry: RexEntry) -> str:
    return case_id_of(entry.name)


def _without_doubles(
    entries: tuple[RexEntry, ...], file: Path
) -> tuple[tuple[RexEntry, ...], list[Issue]]:
    """The entries whose volume is named once; all entries of other volumes are set aside."""
    names = [_id(entry) for entry in entries]
    twice = sorted({name for name in names if names.count(name) > 1}) if _repeats(names) else []
    issues = [
        Issue(
            code="duplicated-entry",
            where=str(file),
            what=f"{names.count(name)} entries name {name}, and it is unknown which is right.",
            remedy="Keep one of them.",
            case_id=name,
        )
        for name in twice
    ]
    return tuple(e for e in entries if _id(e) not in twice), issues


def _repeats(names: list[str]) -> bool:
    return len(set(names)) != len(names)


def _leaks(entries: tuple[RexEntry, ...], file: Path) -> list[Issue]:
    return [
        Issue(
            code="patient-in-two-splits",
            where=str(file),
            what=f"patient {patient} has scans in {' and '.join(splits)}.",
            remedy="Leave the patient out of one split before training or scoring.",
            severity="warning",
        )
        for patient, splits in patients_in_two_splits(entries).items()
    ]


def _mask_issues(
    entry: RexEntry, mask: Path | None, ct: Path | None, shapes: Shapes, file: Path
) -> tuple[list[Issue], list[Issue]]:
    """Why the masks of an entry cannot be used, and what else is to be known."""
    case_id = _id(entry)
    warnings = []
    codes = finding_vocabulary().codes
    strange = sorted({f.category for f in entry.findings if f.category} - set(codes))
    if strange:
        warnings.append(
            Issue(
                code="unknown-category",
                where=f"{file} {entry.name}",
                what=f"categories {strange} are not in the ontology.",
                remedy="Check the codes; the findings are kept with them.",
                severity="warning",
                case_id=case_id,
            )
        )
    if mask is None:
        warnings.append(
            Issue(
                code="no-finding-masks",
                where=f"{file} {entry.name}",
                what="no 4-D mask file of this name is here.",
                remedy="Fetch it; masks of the test split are withheld by the dataset.",
                severity="note" if entry.split == "test" else "warning",
                case_id=case_id,
            )
        )
        return [], warnings
    refused = []
    f, *space = shapes[mask]
    if f != len(entry.findings):
        refused.append(
            Issue(
                code="finding-count",
                where=str(mask),
                what=f"the mask holds {f} findings and the entry {len(entry.findings)}.",
                remedy="Take the mask and the dataset's file from the same release.",
                case_id=case_id,
            )
        )
    expected = [("the entry's shape", entry.shape)]
    if ct is not None:
        expected.append((f"the CT {ct}", (shapes[ct][0], shapes[ct][1], shapes[ct][2])))
    for what, shape in expected:
        if shape is not None and tuple(space) != shape:
            refused.append(
                Issue(
                    code="mask-shape",
                    where=str(mask),
                    what=f"the mask has {tuple(space)} voxels a finding, {what} {shape}.",
                    remedy="Bring the mask to the CT's grid; it is aligned by voxel index.",
                    case_id=case_id,
                )
            )
    if ct is None:
        warnings.append(
            Issue(
                code="mask-without-volume",
                where=str(mask),
                what="the mask's own affine is not trusted, and its CT is not here.",
                remedy="Put the CT of this name below the folder; the mask then takes its affine.",
                severity="warning",
                case_id=case_id,
            )
        )
    return refused, warnings


def _other_file(other: Path, taken: Path) -> Issue:
    return Issue(
        code="another-dataset-file",
        where=str(other),
        what=f"the folder holds this file too; {taken.name} was read.",
        remedy="Give the path of the file to read it instead.",
        severity="note",
    )


PLUGIN = RexGroundingCtSource()
