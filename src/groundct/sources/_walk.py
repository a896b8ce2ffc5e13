"""One walk over a dataset's folder: which files are there, sorted, by what their names say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from groundct.codecs.folders import walk_folders
from groundct.codecs.tables import read_csv_headings
from groundct.core.issues import DataError, Issue, SourceError
from groundct.sources._names import case_id_of, is_nifti

TABLE_SUFFIXES = (".csv", ".tsv")
MASK_FOLDER_PREFIX = "seg_"


@dataclass(frozen=True)
class Tree:
    """The files below a folder, each list sorted by path.

    ``mask_folders`` are folders called ``seg_<volume>``; they are named and not entered.
    """

    root: Path
    volumes: tuple[Path, ...]
    tables: tuple[Path, ...]
    jsons: tuple[Path, ...]
    texts: tuple[Path, ...]
    mask_folders: tuple[Path, ...]
    others: tuple[Path, ...]


def walk(root: Path) -> Tree:
    """List a folder; hidden files and folders are passed over, links to folders followed.

    Raises:
        SourceError: ``root`` is no folder, or a folder may not be read: what it holds would be
            missed without a word.
    """
    if not root.is_dir():
        raise SourceError.of(
            "no-folder", root, "there is no such folder.", "Give the dataset's folder."
        )
    found: dict[str, list[Path]] = {"nifti": [], "table": [], "json": [], "text": [], "other": []}
    masks: list[Path] = []
    closed: list[OSError] = []
    for here, names, files in walk_folders(root, closed.append):
        masks.extend(here / name for name in names if name.startswith(MASK_FOLDER_PREFIX))
        names[:] = sorted(n for n in names if not n.startswith((".", MASK_FOLDER_PREFIX)))
        for name in files:
            if not name.startswith("."):
                path = here / name
                found[_kind(path)].append(path)
    if closed:
        raise SourceError(*(_closed_folder(problem) for problem in closed))
    return Tree(
        root=root,
        volumes=tuple(sorted(found["nifti"])),
        tables=tuple(sorted(found["table"])),
        jsons=tuple(sorted(found["json"])),
        texts=tuple(sorted(found["text"])),
        mask_folders=tuple(sorted(masks)),
        others=tuple(sorted(found["other"])),
    )


def tables_with(tree: Tree, *headings: str) -> tuple[Path, ...]:
    """The tables that have all these headings; tables that cannot be read are passed over."""
    return tuple(path for path in tree.tables if set(headings) <= set(headings_of(path)))


def headings_of(path: Path) -> tuple[str, ...]:
    """A table's headings; none when the table cannot be read."""
    try:
        return read_csv_headings(path)
    except DataError:
        return ()


def by_case(
    paths: tuple[Path, ...], prefer: str | None = None
) -> tuple[dict[str, Path], list[Issue]]:
    """One file a case id; issues for ids that several files claim, which are then left out.

    With ``prefer``, of two files of a name the one below a folder whose name ends so is taken.
    """
    groups: dict[str, list[Path]] = {}
    for path in paths:
        groups.setdefault(case_id_of(path.name), []).append(path)
    chosen: dict[str, Path] = {}
    issues = []
    for case_id, group in sorted(groups.items()):
        best = [p for p in group if prefer and any(part.endswith(prefer) for part in p.parts)]
        candidates = best if len(group) > 1 and best else group
        if len(candidates) == 1:
            chosen[case_id] = candidates[0]
            continue
        issues.append(two_volumes_one_name(case_id, candidates))
    return chosen, issues


def two_volumes_one_name(case_id: str, files: Sequence[Path]) -> Issue:
    """The issue of several files that claim one case id; none of them is then used."""
    return Issue(
        code="two-volumes-one-name",
        where=", ".join(str(path) for path in files),
        what=f"{len(files)} files claim the name {case_id}.",
        remedy="Keep one of them.",
        case_id=case_id,
    )


def _closed_folder(problem: OSError) -> Issue:
    return Issue(
        code="unreadable-folder",
        where=str(problem.filename),
        what=f"the folder cannot be listed: {problem.strerror}.",
        remedy="Give yourself the permission to read it, or move it out of the dataset.",
    )


def _kind(path: Path) -> str:
    if is_nifti(path):
        return "nifti"
    suffix = path.suffix.lower()
    if suffix in TABLE_SUFFIXES:
        return "table"
    return {".json": "json", ".txt": "text"}.get(suffix, "other")
