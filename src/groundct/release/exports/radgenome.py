"""RadGenome-Chest CT's layout: its six tables, and a folder of binary masks a volume.

Structures "empty" get an empty mask, structures "not segmented" none. A composite region is the
segment of its name or, where there is none, the union of those of its members that were segmented
(``vocabulary/regions.tsv``), if all are there that it needs; what each is made of stands in
``export.json``. Masks lie on the CT's own grid: nothing is cropped or resampled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from groundct.codecs.nifti import write_nifti_labels
from groundct.codecs.radgenome import RadGenomeCase, TableSplit, mask_folder, write_tables
from groundct.core.issues import Issue, ReleaseError
from groundct.core.names import first_few
from groundct.core.record import Record
from groundct.core.volume import BoolArray, LabelMap
from groundct.release.exports._contract import (
    Exported,
    ExportOptions,
    ReleasedCase,
    require_empty,
    split_outside_layout,
)
from groundct.release.exports._notes import FILE_NAME, write_notes
from groundct.release.exports._radgenome_rows import rows_of
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.recipes import recipes_of

_SPLITS: Final[Mapping[str, TableSplit]] = {
    "train": "train",
    "validation": "validation",
    "test": "test",
}


@dataclass(frozen=True)
class RadGenomeExport:
    """The export ``radgenome``."""

    name: str = "radgenome"
    version: str = "1.0"
    description: str = "RadGenome-Chest CT: six tables, organ and region masks"

    def export(self, cases: Iterable[ReleasedCase], out: Path, options: ExportOptions) -> Exported:
        """Write tables, masks and ``export.json``; raises ReleaseError, see the contract.

        RadGenome has no test split: cases of it get tables and folders of the same form.
        """
        require_empty(out)
        tables: list[RadGenomeCase] = []
        files: list[Path] = []
        outside: dict[str, tuple[str, ...]] = {}
        composites: dict[str, dict[str, tuple[str, ...]]] = {}
        for released in cases:
            split = _SPLITS.get(released.split)
            if split is None:
                raise split_outside_layout(released.record.case_id, released.split, _SPLITS)
            case = radgenome_case(released, split)
            tables.append(case)
            if foreign := _foreign_names(released.record):
                outside[case.case_id] = foreign
            if released.organs is not None:
                files.extend(_write_masks(case, released.organs, out, options))
                composites[case.case_id] = {
                    region: composite_members(released.organs, region)
                    for region in case.region_names
                }
        files.extend(write_tables(out, tables))
        facts = {"composites": composites, "names_outside_layout": outside}
        files.append(write_notes(out, self, options, facts))
        return Exported(files=tuple(sorted(files)), issues=_outside_layout(out, outside))


def radgenome_case(released: ReleasedCase, split: TableSplit) -> RadGenomeCase:
    """A released case as RadGenome states it: rows, and the names of the masks it has.

    Raises:
        ReleaseError: The record says that a structure is segmented or empty, and the label map does
            not answer for it or says otherwise.
    """
    organs = released.organs
    names = exported_names(released.record)
    if organs is not None:
        _check_masks(released.record, organs, names)
    regions = () if organs is None else tuple(sorted(anatomy().regions))
    return RadGenomeCase(
        case_id=released.record.case_id,
        split=split,
        rows=rows_of(released.record),
        organ_names=() if organs is None else names,
        region_names=tuple(
            region for region in regions if organs is not None and composite_members(organs, region)
        ),
    )


def exported_names(record: Record) -> tuple[str, ...]:
    """The structures that get a mask file: answered for, and called as RadGenome calls them."""
    return tuple(
        sorted(
            organ.name
            for organ in record.organs
            if organ.status != "not_segmented" and anatomy().is_mask_name(organ.name)
        )
    )


def composite_members(organs: LabelMap, region: str) -> tuple[str, ...]:
    """What a top region is put together of: itself where it is segmented, else members.

    None where the label map lacks a member that its recipe needs.
    """
    if region in organs.names:
        return (region,)
    if not any(recipe.can_be_made_of(organs.names) for recipe in recipes_of(region)):
        return ()
    return tuple(name for name in anatomy().region_members(region) if name in organs.names)


def _write_masks(
    case: RadGenomeCase, organs: LabelMap, out: Path, options: ExportOptions
) -> list[Path]:
    files = []
    folder = mask_folder(out, case.split, case.case_id, "anatomy")
    for name in case.organ_names:
        files.append(_write_mask(folder / f"{name}.nii.gz", organs.mask(name), organs, options))
    folder = mask_folder(out, case.split, case.case_id, "region")
    for region in case.region_names:
        union: BoolArray = np.zeros(organs.geometry.shape, dtype=np.bool_, order="F")
        for name in composite_members(organs, region):
            union |= organs.mask(name)
        files.append(_write_mask(folder / f"{region}.nii.gz", union, organs, options))
    return files


def _write_mask(path: Path, mask: BoolArray, organs: LabelMap, options: ExportOptions) -> Path:
    write_nifti_labels(path, mask, organs.stored, identity_affine=options.identity_affine)
    return path


def _check_masks(record: Record, organs: LabelMap, names: tuple[str, ...]) -> None:
    status = {organ.name: organ.status for organ in record.organs}
    problems = []
    for name in names:
        if name not in organs.names:
            what = "the record answers for the structure and the label map does not."
        elif (status[name] == "empty") != (not organs.mask(name).any()):
            what = f"the record says {status[name]} and the label map says otherwise."
        else:
            continue
        problems.append(
            Issue(
                code="mask-contradicts-record",
                where=f"{record.case_id} {name}",
                what=what,
                remedy="Build the case again.",
                case_id=record.case_id,
            )
        )
    if problems:
        raise ReleaseError(*problems)


def _foreign_names(record: Record) -> tuple[str, ...]:
    """The structures of a record that RadGenome's list has no name for."""
    return tuple(
        sorted(
            organ.name
            for organ in record.organs
            if organ.status != "not_segmented"
            and not anatomy().is_mask_name(organ.name)
            and organ.name not in anatomy().regions
        )
    )


def _outside_layout(out: Path, outside: Mapping[str, tuple[str, ...]]) -> tuple[Issue, ...]:
    """One note for all structures of all cases that have no mask file."""
    names = sorted({name for own in outside.values() for name in own})
    if not names:
        return ()
    several = f"{len(outside)} cases" if len(outside) > 1 else "1 case"
    return (
        Issue(
            code="name-outside-layout",
            where=str(out),
            what=f"RadGenome's list has no name for {len(names)} structures of {several}, "
            f"which have no mask file: {first_few(names)}.",
            remedy=f"Nothing; the release itself holds them, and {FILE_NAME} names them all.",
            severity="note",
        ),
    )


PLUGIN = RadGenomeExport()
