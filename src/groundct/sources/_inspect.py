"""Which source reads a folder, and what is wrong with the corpus found in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from groundct.codecs.nifti import read_nifti_header
from groundct.core.case import Case, Corpus, NiftiVolume, case_id_fault
from groundct.core.contracts import Source
from groundct.core.geometry import grid_difference_mm, same_grid
from groundct.core.issues import DataError, Issue, SourceError
from groundct.core.names import first_few
from groundct.core.paths import AnyPath
from groundct.core.plugins import load_plugin, plugin_names
from groundct.sources._walk import walk

_FIRST: Final = ("rexgroundingct", "radgenome", "ct_rate")
MAX_REPORT_CHARACTERS: Final = 50_000
"""Several reports long; the findings of more text would hold a build up for hours."""
_UNREAD_SUFFIXES: Final = (".nrrd", ".nhdr", ".mha", ".mhd", ".mgz", ".hdr", ".img")
_LAST: Final = ("dicom_folder", "nifti_folder")


def load_source(name: str) -> Source:
    """The source plug-in of a name; raises UnknownPluginError, which lists the known ones."""
    plugin = load_plugin("sources", name)
    if not isinstance(plugin, Source):
        raise TypeError(f"{name!r} does not keep the contract of a source")
    return plugin


def detect_source(path: AnyPath) -> str:
    """The name of the source that reads ``path``.

    The most particular layout is asked first: ReXGroundingCT, RadGenome, CT-RATE, then sources of
    others, then the plain folders.

    Raises:
        SourceError: None recognizes it.
    """
    path = Path(path)
    names = plugin_names("sources")
    others = [name for name in names if name not in (*_FIRST, *_LAST)]
    if path.is_file():
        raise SourceError.of(
            "not-a-folder", path, "it is a file.", "Give the folder that holds it."
        )
    if path.exists():
        for name in (*_FIRST, *others, *_LAST):
            if load_source(name).recognizes(path):
                return name
    raise SourceError.of(
        "unknown-source" if path.exists() else "no-folder",
        path,
        f"no scans that groundct reads are here; it knows {', '.join(names)}."
        if path.exists()
        else "there is no such file or folder.",
        "Give a folder with .nii.gz files or DICOM series; convert other formats (NRRD, MetaImage)."
        if path.exists()
        else "Check the path.",
    )


def inspect_corpus(path: AnyPath, source: str | None = None) -> Corpus:
    """What is there, how many cases, and what is wrong with each; no voxels are checked.

    Reads the corpus, detecting its source when none is named, and looks at the headers of published
    organ masks beside: a mask that is not on its CT's grid cannot be laid over it.

    Raises:
        SourceError: No source recognizes ``path``, or nothing in it can be read.
    """
    path = Path(path)
    corpus = _buildable(load_source(source or detect_source(path)).read(path))
    found = tuple(issue for case in corpus.cases for issue in _mask_grid_issues(case))
    unread = _unread_formats(walk(path).others, path) if path.is_dir() else ()
    return corpus.model_copy(update={"issues": (*corpus.issues, *found, *unread)})


def _unread_formats(files: tuple[Path, ...], root: Path) -> tuple[Issue, ...]:
    """One warning for all volumes in formats that no source here reads."""
    volumes = [file for file in files if file.suffix.lower() in _UNREAD_SUFFIXES]
    if not volumes:
        return ()
    shown = first_few(file.relative_to(root) for file in volumes)
    return (
        Issue(
            code="format-not-read",
            where=str(root),
            what=f"{len(volumes)} files are volumes of a format that is not read here: {shown}.",
            remedy="Convert them to NIfTI (.nii.gz) if they are wanted; they are passed over.",
            severity="warning",
        ),
    )


def _buildable(corpus: Corpus) -> Corpus:
    """Without cases that a release could not hold or whose text is no report; an issue for each.

    Told here, before anything is built: a release is refused where a patient is in two splits.
    """
    taken: dict[str, str] = {}
    cases: list[Case] = []
    issues: list[Issue] = []
    for case in corpus.cases:
        if fault := case_id_fault(case.case_id, taken):
            where = case.volume.path if isinstance(case.volume, NiftiVolume) else case.case_id
            issues.append(fault.model_copy(update={"where": str(where)}))
            continue
        if case.report is not None and len(case.report.text) > MAX_REPORT_CHARACTERS:
            issues.append(_overlong(case.case_id, len(case.report.text)))
            continue
        taken[case.case_id.casefold()] = case.case_id
        cases.append(case)
    kept, split_issues = _one_split_a_patient(cases)
    return corpus.model_copy(
        update={"cases": kept, "issues": (*corpus.issues, *issues, *split_issues)}
    )


def _one_split_a_patient(cases: Sequence[Case]) -> tuple[tuple[Case, ...], list[Issue]]:
    """The cases of patients that stand in one split, each of them in it; an issue for the others.

    A patient of whom one case has a split has it in all: no release may hold two.
    """
    stated: dict[str, dict[str, str]] = {}
    for case in cases:
        if case.split is not None:
            stated.setdefault(case.patient_id, {}).setdefault(case.split, case.case_id)
    kept: list[Case] = []
    issues: list[Issue] = []
    for case in cases:
        splits = stated.get(case.patient_id, {})
        if len(splits) > 1:
            issues.append(_in_two_splits(case, splits))
        else:
            kept.append(case.model_copy(update={"split": next(iter(splits), None)}))
    return tuple(kept), issues


def _in_two_splits(case: Case, splits: Mapping[str, str]) -> Issue:
    listed = ", ".join(f"{case_id} in {split}" for split, case_id in sorted(splits.items()))
    return Issue(
        code="patient-in-two-splits",
        where=f"patient {case.patient_id}",
        what=f"cases of this patient stand in {len(splits)} splits: {listed}.",
        remedy="Give all cases of a patient the same split; until then they are left out.",
        case_id=case.case_id,
    )


def _overlong(case_id: str, length: int) -> Issue:
    return Issue(
        code="report-too-long",
        where="report",
        what=f"the report has {length} characters; at most {MAX_REPORT_CHARACTERS} are read.",
        remedy="Look for a missing quote in the table, or give the report of this scan alone.",
        case_id=case_id,
    )


def _mask_grid_issues(case: Case) -> list[Issue]:
    """Whether the first organ mask and the first region mask lie on the CT's grid."""
    firsts = (*case.published.organ_masks[:1], *case.published.region_masks[:1])
    issues: list[Issue] = []
    if not isinstance(case.volume, NiftiVolume):
        return issues
    for name, path in firsts:
        try:
            grid = read_nifti_header(path).geometry
            ct = read_nifti_header(case.volume.path).geometry
        except DataError as problem:
            issues.extend(problem.for_case(case.case_id).issues)
            continue
        if not same_grid(grid, ct):
            issues.append(
                Issue(
                    code="mask-not-on-grid",
                    where=str(path),
                    what=f"the mask {name!r} has shape {grid.shape} and orientation "
                    f"{grid.orientation}, the CT {ct.shape} and {ct.orientation}; corners lie "
                    f"{grid_difference_mm(grid, ct):.3g} mm apart.",
                    remedy="Fetch the CT that the masks were made on, or bring them to its grid.",
                    severity="warning",
                    case_id=case.case_id,
                )
            )
    return issues
