"""Where masks are: a folder, a zip, or a release, each a table of cases."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

from groundct.codecs.folders import walk_folders
from groundct.codecs.nifti import read_nifti_header
from groundct.codecs.rexgroundingct import FILE_NAMES, RexEntry, read_dataset
from groundct.core.issues import DataError, Issue, SourceError
from groundct.core.paths import AnyPath
from groundct.release.manifest import read_manifest
from groundct.release.read import Release, read_release
from groundct.sources._names import case_id_of, is_nifti

MAX_MEMBER_BYTES: Final = 1 << 31
"""A zip's member that unpacks to more is refused."""
_BLOCK: Final = 1 << 20


@dataclass(frozen=True)
class Masks:
    """The masks of one side: where each case is, and what a dataset file says of the cases.

    ``places`` maps case ids to a path, a zip's member, or (in a release) nothing.
    """

    path: Path
    kind: Literal["folder", "zip", "release"]
    places: Mapping[str, str]
    entries: Mapping[str, RexEntry] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()

    def where(self, case: str) -> str:
        """The place of a case in words."""
        if self.kind == "folder":
            return self.places[case]
        return f"{self.path} {self.places[case]}"

    def release(self) -> Release:
        """The release that this is; raises ReleaseError when it is not readable."""
        return read_release(self.path)

    @contextmanager
    def file(self, case: str) -> Iterator[Path]:
        """The mask file of a case; one of a zip is unpacked for as long as it is used.

        Raises SourceError for a member that is broken or too large.
        """
        if self.kind == "folder":
            yield Path(self.places[case])
            return
        member = self.places[case]
        with TemporaryDirectory(prefix="groundct-") as scratch:
            path = Path(scratch) / Path(member).name
            try:
                with zipfile.ZipFile(self.path) as archive, archive.open(member) as source:
                    _copy(source, path, self.where(case))
            except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as problem:
                raise _broken(self.where(case), problem) from problem
            yield path

    def digest(self, case: str) -> str:
        """SHA-256 of what holds a case."""
        if self.kind == "release":
            files = {
                file.path: file.sha256
                for file in read_manifest(self.path).files
                if f"/{case}/" in file.path or f"/{case}." in file.path
            }
            return hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()
        with self.file(case) as path, path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


def open_masks(path: AnyPath, dataset: AnyPath | None = None) -> Masks:
    """What is at ``path``: a release, a zip, or a folder with masks at any depth.

    A dataset file that lies in the folder is read unless another is given. Raises SourceError for
    what is none of them, holds no mask, or holds two of one case.
    """
    path = Path(path)
    dataset = None if dataset is None else Path(dataset)
    if path.is_file() and zipfile.is_zipfile(path):
        kind: Literal["folder", "zip"] = "zip"
        names = _members(path)
    elif path.is_dir():
        if (path / "manifest.json").is_file():
            return Masks(path, "release", {case: case for case in read_release(path).case_ids})
        kind = "folder"
        names = [
            str(folder / name)
            for folder, _, files in walk_folders(path)
            for name in sorted(files)
            if is_nifti(Path(name)) and not name.startswith(".")
        ]
        dataset = dataset or next((path / n for n in FILE_NAMES if (path / n).is_file()), None)
    else:
        raise SourceError.of(
            "no-masks",
            path,
            "it is no folder, zip or release." if path.exists() else "the path does not exist.",
            "Give a folder or a zip of (findings, i, j, k) masks named as the CTs, or a release.",
        )
    entries, issues = read_dataset(dataset) if dataset else ((), ())
    places = _by_case(path, names)
    return Masks(
        path, kind, places, {case_id_of(entry.name): entry for entry in entries}, tuple(issues)
    )


def with_dataset(masks: Masks, dataset: AnyPath) -> Masks:
    """The same masks, with what a dataset file says of them."""
    dataset = Path(dataset)
    entries, issues = read_dataset(dataset)
    by_case = {case_id_of(entry.name): entry for entry in entries}
    return Masks(masks.path, masks.kind, masks.places, by_case, (*masks.issues, *issues))


def _members(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [info.filename for info in archive.infolist() if not info.is_dir()]
    except zipfile.BadZipFile as problem:
        raise _broken(str(path), problem) from problem
    return [
        name
        for name in names
        if is_nifti(Path(name))
        and not Path(name).name.startswith(".")
        and "__MACOSX" not in Path(name).parts
    ]


def _by_case(path: Path, names: list[str]) -> dict[str, str]:
    places: dict[str, str] = {}
    doubled = []
    for name in names:
        case = case_id_of(name)
        if case in places:
            # A CT of the same name beside its mask is no mask.
            masks = [one for one in (places[case], name) if _has_findings(Path(one))]
            if len(masks) == 1:
                places[case] = masks[0]
                continue
            doubled.append(
                Issue(
                    code="doubled-case",
                    where=str(path),
                    what=f"{name!r} and {places[case]!r} are masks of one case.",
                    remedy="Keep one of them.",
                    case_id=case,
                )
            )
        places.setdefault(case, name)
    if doubled:
        raise SourceError(*doubled)
    return dict(sorted(places.items()))


def _has_findings(path: Path) -> bool:
    try:
        read_nifti_header(path, axes=4)
    except DataError:
        return False
    return True


def _copy(source: object, path: Path, where: str) -> None:
    read = source.read  # type: ignore[attr-defined]
    size = 0
    with path.open("wb") as out:
        while block := read(_BLOCK):
            size += len(block)
            if size > MAX_MEMBER_BYTES:
                raise SourceError.of(
                    "member-too-large",
                    where,
                    f"the member unpacks to more than {MAX_MEMBER_BYTES} bytes.",
                    "Write masks as .nii.gz.",
                )
            out.write(block)


def _broken(where: str, problem: Exception) -> DataError:
    return SourceError.of(
        "broken-zip", where, f"it cannot be unpacked: {problem}.", "Pack or copy the zip again."
    )
