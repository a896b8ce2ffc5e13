"""Check a release against its manifest and its format: every problem is told, nothing is mended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from groundct.codecs.nifti import read_nifti_header
from groundct.core.case import is_safe_case_id
from groundct.core.geometry import same_grid
from groundct.core.issues import DataError, Issue
from groundct.core.paths import AnyPath
from groundct.core.record import Record
from groundct.release._check_masks import check_masks
from groundct.release._check_record import check_record
from groundct.release._check_tables import Tables
from groundct.release._layout import (
    CARD,
    ORGANS,
    REGIONS,
    SET_ASIDE,
    case_of_file,
    is_safe_path,
    record_path,
    table_path,
    volume_path,
)
from groundct.release.manifest import Manifest, file_entry, files_under, read_manifest
from groundct.release.read import read_masks, read_record
from groundct.release.schemas import SCHEMAS
from groundct.release.splits import check_splits

_COPY = "Copy the release again from where it was published."
_AGAIN = "Write the release again."


def verify_release(path: AnyPath) -> tuple[Issue, ...]:
    """All problems of a release; none when it is whole and says nothing that contradicts itself.

    Files that are unsafe to open end the check; those that are missing or altered do not.
    ``docs/format.md`` lists the codes.
    """
    path = Path(path)
    try:
        manifest = read_manifest(path)
    except DataError as problem:
        return problem.issues
    unsafe = tuple(_unsafe(path, manifest))
    if unsafe:
        return unsafe
    return (*_files(path, manifest), *_content(path, manifest))


def _issue(code: str, where: str, what: str, remedy: str, case_id: str | None = None) -> Issue:
    return Issue(code=code, where=where, what=what, remedy=remedy, case_id=case_id)


def _unsafe(root: Path, manifest: Manifest) -> Iterator[Issue]:
    """Paths that lead out of the release, and links."""
    for entry in manifest.files:
        if not is_safe_path(entry.path):
            what = f"the path {entry.path!r} leaves the release or is not plain."
            yield _issue("unsafe-path", "manifest.json", what, _COPY)
    for link in sorted(path for path in root.rglob("*") if path.is_symlink()):
        where = link.relative_to(root).as_posix()
        yield _issue("link", where, "links are no part of a release.", _COPY)


def _files(root: Path, manifest: Manifest) -> Iterator[Issue]:
    if manifest.digest != manifest.computed_digest():
        yield _issue(
            "manifest-altered", "manifest.json", "its digest is not that of its content.", _COPY
        )
    listed = [entry.path for entry in manifest.files]
    if listed != sorted(set(listed)):
        what = "its files are not in order, or stand there twice."
        yield _issue("manifest-order", "manifest.json", what, _AGAIN)
    found = set(files_under(root))
    for path in sorted(found - set(listed)):
        yield _issue("extra-file", path, "the manifest does not list it.", "Move it away.")
    due = {CARD, SET_ASIDE, *(table_path(name) for name in SCHEMAS)}
    for path in sorted(due - set(listed)):
        yield _issue("incomplete-release", path, "the manifest does not list it.", _AGAIN)
    for entry in manifest.files:
        if entry.path not in found:
            yield _issue("missing-file", entry.path, "the file is not there.", _COPY)
        elif file_entry(root, entry.path) != entry:
            yield _issue("altered-file", entry.path, "its bytes are not those listed.", _COPY)


def _content(root: Path, manifest: Manifest) -> Iterator[Issue]:
    cases = set()
    listed = {entry.path for entry in manifest.files}
    for path in sorted(listed):
        case_id = case_of_file(path)
        if case_id is None or (case_id and not is_safe_case_id(case_id)):
            yield _issue("unexpected-file", path, "the format has no such file.", _AGAIN)
        elif case_id and record_path(case_id) not in listed:
            yield _issue("file-without-case", path, "there is no record of this case.", _AGAIN)
        elif case_id:
            cases.add(case_id)
    tables = Tables(root)
    yield from tables.broken
    splits = []
    for case_id in sorted(cases):
        try:
            record = read_record(root, case_id)
        except DataError as problem:
            yield from problem.issues
            continue
        split = tables.split_of(case_id)
        splits.append((case_id, record.patient_id, split or ""))
        yield from check_record(record)
        yield from _masks(root, record)
        yield from tables.compare(record, split or "")
    yield from tables.compare_set_aside()
    yield from tables.rest()
    yield from check_splits(case for case in splits if case[2])
    stated = {name: manifest.counts.get(name) for name in tables.counts}
    if stated != tables.counts or set(manifest.counts) != set(SCHEMAS):
        what = f"the manifest counts {manifest.counts}, the tables hold {tables.counts}."
        yield _issue("wrong-counts", "manifest.json", what, _AGAIN)


def _masks(root: Path, record: Record) -> Iterator[Issue]:
    case_id = record.case_id
    try:
        organs, regions = (read_masks(root, case_id, stem) for stem in (ORGANS, REGIONS))
        volume = root / volume_path(case_id)
        if volume.exists():
            grid = read_nifti_header(volume).geometry
            if record.volume is None or not same_grid(grid, record.volume.geometry):
                what = "its grid is not that of the record."
                yield _issue("grid-mismatch", volume_path(case_id), what, _AGAIN, case_id)
    except DataError as problem:
        yield from problem.for_case(case_id).issues
        return
    yield from check_masks(record, organs, regions)
