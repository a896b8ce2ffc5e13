"""Records and masks -> a release folder that appears only when it is complete and checked."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from groundct import __version__
from groundct.codecs.folders import take_place
from groundct.codecs.label_maps import write_label_map
from groundct.codecs.nifti import write_nifti_volume
from groundct.core.case import case_id_fault
from groundct.core.geometry import same_grid
from groundct.core.issues import Issue, ReleaseError
from groundct.core.paths import AnyPath
from groundct.core.record import Record
from groundct.core.value import canonical_json
from groundct.release._card import Census, card
from groundct.release._check_masks import check_masks
from groundct.release._check_record import check_record
from groundct.release._layout import (
    CARD,
    MANIFEST,
    ORGANS,
    REGIONS,
    SET_ASIDE,
    mask_folder,
    record_path,
    volume_path,
)
from groundct.release._rows import issue_rows, rows_of
from groundct.release._tables import TableWriter
from groundct.release.artifacts import CaseArtifacts, ReleaseRequest
from groundct.release.manifest import (
    Manifest,
    file_entry,
    files_under,
    read_manifest,
    write_manifest,
)
from groundct.release.splits import check_splits


def write_release(request: ReleaseRequest, out: AnyPath) -> Manifest:
    """Write a release to the folder ``out`` and give its manifest.

    The cases are checked and written one by one to a folder beside ``out``, which takes its name
    at the end: a release is there whole or not at all. An older release of that name is replaced.
    Equal cases and configuration give equal bytes (with one version of pyarrow and of groundct).

    A case of which something in ``docs/format.md`` would not hold is left out: its problems stand
    among the release's issues and its id in ``Manifest.left_out``. Of two cases with one id the
    first stays.

    Raises ReleaseError when every case would be left out, when a patient stands in two splits, or
    when ``out`` is there and is not a release, or has files that no release wrote.
    """
    out = Path(out)
    out = out.absolute()
    _check_target(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = out.with_name(f".{out.name}.{os.getpid()}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    try:
        manifest = _fill(request, draft)
        take_place(draft, out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return manifest


def _fill(request: ReleaseRequest, root: Path) -> Manifest:
    (root / "records").mkdir()
    aside: list[Issue] = []
    splits: dict[str, str] = {}
    patients: dict[str, str] = {}
    names: dict[str, str] = {}
    for case in request.cases:
        case_id = case.record.case_id
        fault = case_id_fault(case_id, names)
        faults = (fault,) if fault else _write_case(case, root)
        names.setdefault(case_id.casefold(), case_id)
        aside.extend(faults)
        if not faults:
            splits[case_id] = case.split
            patients[case_id] = case.record.patient_id
    faults = check_splits((case, patients[case], splits[case]) for case in sorted(splits))
    if faults or (aside and not splits):
        raise ReleaseError(*faults, *aside)
    issues = (*request.issues, *aside)
    set_aside = [issue.model_dump(mode="json") for issue in issues]
    (root / SET_ASIDE).write_bytes(canonical_json(set_aside).encode("utf-8"))
    census = Census()
    with TableWriter(root) as tables:
        for case_id in sorted(splits):
            record = Record.model_validate_json((root / record_path(case_id)).read_bytes())
            census.add(record, splits[case_id])
            for name, rows in rows_of(record, splits[case_id]).items():
                tables.add(name, rows)
        tables.add("issues", issue_rows(issues))
    configuration = dict(request.configuration)
    text = card(census, tables.counts, configuration)
    (root / CARD).write_bytes(text.encode("utf-8"))
    left_out = tuple(sorted({issue.case_id for issue in aside if issue.case_id is not None}))
    draft = Manifest(
        groundct_version=__version__,
        configuration=configuration,
        components=census.sorted_components(),
        counts=tables.counts,
        left_out=left_out,
        files=tuple(file_entry(root, path) for path in files_under(root)),
        digest="",
    )
    manifest = draft.model_copy(update={"digest": draft.computed_digest()})
    write_manifest(root, manifest)
    return manifest


def _write_case(case: CaseArtifacts, root: Path) -> tuple[Issue, ...]:
    record = case.record
    issues = (*check_record(record), *check_masks(record, case.organs, case.regions))
    if issues:
        return issues
    if case.volume is not None:
        if record.volume is None or not same_grid(case.volume.stored, record.volume.geometry):
            what = "the CT given with the case is not on the grid that the record states."
            remedy = "Give the volume that the record was built from."
            return (
                Issue(
                    code="grid-mismatch",
                    where="volume",
                    what=what,
                    remedy=remedy,
                    case_id=record.case_id,
                ),
            )
        write_nifti_volume(root / volume_path(record.case_id), case.volume)
    folder = mask_folder(root, record.case_id)
    for stem, labels in ((ORGANS, case.organs), (REGIONS, case.regions)):
        if labels is not None:
            write_label_map(folder, stem, labels)
    text = canonical_json(record.model_dump(mode="json"))
    (root / record_path(record.case_id)).write_bytes(text.encode("utf-8"))
    return ()


def _check_target(out: Path) -> None:
    if not out.exists() and not out.is_symlink():
        return
    if out.is_symlink() or not out.is_dir():
        raise ReleaseError.of(
            "target-not-a-folder", out, "it is a file or a link.", "Give a new folder's name."
        )
    found = set(files_under(out))
    if not found and not (out / MANIFEST).exists():
        return
    try:
        known = {entry.path for entry in read_manifest(out).files}
    except ReleaseError as problem:
        raise ReleaseError.of(
            "target-not-a-release",
            out,
            "the folder is not empty and holds no release of this format.",
            "Give a new folder's name, or empty the folder yourself.",
        ) from problem
    if extra := sorted(found - known):
        raise ReleaseError.of(
            "target-has-other-files",
            out,
            f"the folder also holds what no release wrote: {extra[:5]}.",
            "Move those files away; replacing the release would delete them.",
        )
