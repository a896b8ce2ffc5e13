"""Which column of a table names the case, and which hold its report.

A heading is known by its letters and digits alone: ``Case_ID``, ``case id`` and ``CaseID`` are one
name. Of several columns that name the case the first name in the order of `CASE_NAMES` counts. Of
several that could hold the report none is taken, unless CT-RATE's columns are among them.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from groundct.codecs._csv_text import is_blank
from groundct.core.issues import Issue, TableError
from groundct.core.report import Report, SectionName, report_of_columns

SECTION_NAMES: Final[Mapping[SectionName, tuple[str, ...]]] = {
    "clinical_information": (
        "ClinicalInformation_EN", "clinical information", "clinical history", "history",
        "indication", "klinik bilgi",
    ),
    "technique": ("Technique_EN", "technique", "teknik"),
    "findings": ("Findings_EN", "findings", "section findings", "bulgular"),
    "impression": (
        "Impressions_EN", "impression", "impressions", "section impression", "conclusion",
        "conclusions", "sonuç",
    ),
}  # fmt: skip
"""What a column that holds a section is called, CT-RATE's name first; in the order of reading."""

SECTION_COLUMNS: Final[Mapping[str, SectionName]] = {
    names[0]: section for section, names in SECTION_NAMES.items()
}
"""CT-RATE's columns, in the order in which a report is read."""

CASE_NAMES: Final = (
    "VolumeName", "AccessionNo", "AccessionNumber", "case_id", "volume", "file", "filename",
    "SeriesInstanceUID", "folder", "StudyInstanceUID", "study_id", "image_id", "record_id",
    "accession", "accession num", "acc no", "acc num", "series uid", "study uid", "study",
    "study no", "exam id", "exam no", "exam number", "scan id", "scan name", "scan", "image name",
    "volume id", "file path", "path", "image path", "case", "case name", "case no", "report id",
    "report no", "uid", "id",
    "PatientID", "subject_id", "patient", "mrn",
)  # fmt: skip
"""What a column that names the case is called, in CT-RATE, exports of PACS, MIMIC-CXR, REDCap,
TotalSegmentator and tables by hand; a patient may have several scans and comes last."""

WHOLE_NAMES: Final = (
    "report", "text", "report_text", "report body", "radiology report", "radiology text",
    "full report", "full text", "ct report", "narrative", "rapor", "rapor metni",
)  # fmt: skip
"""What a column that holds the whole report is called."""

READ_SECTIONS: Final[tuple[SectionName, ...]] = ("findings", "impression")
"""Sections of which a table must have one."""
_SIGNS: Final = frozenset("\t;|")
_PATIENT: Final = ("patient_id", "subject id", "mrn")
_LANGUAGE: Final = ("language", "lang")


@dataclass(frozen=True)
class Columns:
    """The headings that a table's columns have, each by what it is for; None for what is not there.

    ``case_name`` is the known name that the column ``case`` has. ``report`` maps each column of
    the report to its section, in the order in which they are read; ``other`` is a whole report.
    """

    case: str
    case_name: str
    report: Mapping[str, SectionName]
    language: str | None
    patient: str | None
    split: str | None

    def report_of(self, row: Mapping[str, str], language: str) -> Report | None:
        """The report of a row, or None where its cells hold nothing."""
        return report_of_cells(row, self.report, language)

    def filled(self, row: Mapping[str, str]) -> tuple[str, ...]:
        """The columns of the report that hold something in a row."""
        return tuple(column for column in self.report if not is_blank(row[column]))

    @property
    def as_documented(self) -> bool:
        """Whether the headings are spelled as CT-RATE's or the smallest table's are."""
        known = {*SECTION_COLUMNS, *WHOLE_NAMES[:3]}
        return self.case == self.case_name and known.issuperset(self.report)

    def __str__(self) -> str:
        """Words for people: ``'Study ID' names the case, 'Findings' holds the report``."""
        held = [repr(column) for column in self.report]
        holds = "hold" if len(held) > 1 else "holds"
        return f"{self.case!r} names the case, {' and '.join(held)} {holds} the report"


@dataclass(frozen=True)
class Wanted:
    """The columns that a user names; None and none where headings are to be recognised."""

    case: str | None = None
    report: tuple[str, ...] = ()


def columns_of(
    path: Path,
    headings: Sequence[str],
    case_names: Sequence[str] = CASE_NAMES,
    wanted: Wanted | None = None,
) -> Columns:
    """What each column of a table is for.

    Args:
        path: The table, to be named in errors.
        headings: Its headings.
        case_names: What the column that names the case may be called, in the order that counts.
        wanted: The columns that the user names.

    Raises:
        TableError: ``not-a-reports-table`` where nothing names the case or holds a report,
            ``ambiguous-columns`` where several could, ``missing-column`` where one that the user
            names is not there.
    """
    wanted = wanted or Wanted()
    table = _Headings(path, tuple(name for name in headings if name))
    case = (table.named(wanted.case), wanted.case) if wanted.case else table.one(case_names)
    report = table.named_report(wanted.report) if wanted.report else table.report()
    if case is None or not report:
        raise TableError(*table.missing(case_names, case=case is None, report=not report))
    return Columns(
        case=case[0],
        case_name=case[1],
        report=report,
        language=(table.one(_LANGUAGE) or (None,))[0],
        patient=(table.one(_PATIENT) or (None,))[0],
        split=(table.one(("split",)) or (None,))[0],
    )


def report_of_cells(
    row: Mapping[str, str], columns: Mapping[str, SectionName], language: str = "en"
) -> Report | None:
    """The report of a row, its cells as they are; None when they hold nothing.

    A cell that says "Not given." is text as any other. A whole report becomes one section,
    ``other``: splitting it at its headings is the work of whoever reads reports.
    """
    cells = [(section, row.get(column, "")) for column, section in columns.items()]
    filled = [(section, cell) for section, cell in cells if not is_blank(cell)]
    return report_of_columns(filled, language) if filled else None


def letters(heading: str) -> str:
    """A heading's letters and digits: ``Case_ID`` and ``case id`` are both ``caseid``."""
    return "".join(c for c in heading.casefold() if c.isalnum()).replace("ı", "i")


@dataclass(frozen=True)
class _Headings:
    """The headings of a table, found by their letters."""

    path: Path
    names: tuple[str, ...]

    def one(self, known: Iterable[str]) -> tuple[str, str] | None:
        """The heading of the first of the known names that is there, and that name."""
        for name in known:
            found = self._called(name)
            if len(found) > 1:
                raise self._ambiguous(found)
            if found:
                return found[0], name
        return None

    def report(self) -> dict[str, SectionName]:
        """The headings that hold the report, each with its section; none where findings lack."""
        sections = {section: self._section(names) for section, names in SECTION_NAMES.items()}
        read = [h for section in READ_SECTIONS for h in sections[section]]
        by_ct_rate = any(heading in SECTION_COLUMNS for heading in read)
        whole = [] if by_ct_rate else [h for name in WHOLE_NAMES for h in self._called(name)]
        due = [(*whole, *read)] if whole else [sections[section] for section in READ_SECTIONS]
        for rivals in due:
            if len(rivals) > 1:
                raise self._ambiguous(rivals)
        if whole:
            return {whole[0]: "other"}
        return {h: section for section, own in sections.items() for h in own} if read else {}

    def named(self, wanted: str) -> str:
        """The heading that a user names; raises TableError where there is none."""
        found = [wanted] if wanted in self.names else self._called(wanted)
        if len(found) > 1:
            raise self._ambiguous(found)
        if not found:
            raise TableError.of(
                "missing-column",
                f"{self.path} line 1",
                f"there is no column {wanted!r}; there are {_quoted(self.names)}.",
                "Name one of them.",
            )
        return found[0]

    def named_report(self, wanted: Sequence[str]) -> dict[str, SectionName]:
        """The same for the columns of a report: one of any name, or several sections."""
        known = {letters(n): section for section, names in SECTION_NAMES.items() for n in names}
        found = {h: known.get(letters(h), "other") for h in map(self.named, wanted)}
        whole = [heading for heading, section in found.items() if section == "other"]
        if len(found) > 1 and whole:
            raise TableError.of(
                "ambiguous-columns",
                f"{self.path} line 1",
                f"of the columns {_quoted(found)} it is unknown which section {_quoted(whole)} "
                "holds.",
                "Name one column, or several that are called findings, impression and the like.",
            )
        if len(set(found.values())) < len(found):
            raise self._ambiguous(tuple(found))
        order = [*SECTION_NAMES, "other"]
        return dict(sorted(found.items(), key=lambda item: order.index(item[1])))

    def missing(self, case_names: Sequence[str], *, case: bool, report: bool) -> list[Issue]:
        """What is not there, with the heading that comes nearest to it."""
        known_texts = ["report", "Findings_EN", "findings", "text", *WHOLE_NAMES]
        known_texts += [name for section in READ_SECTIONS for name in SECTION_NAMES[section]]
        if unsplit := [name for name in self.names if _SIGNS & set(name)]:
            return [self._unsplit(unsplit[0])]
        issues = []
        if case:
            issues.append(self._missing("names the case", case_names, "case"))
        if report:
            issues.append(self._missing("holds the report", known_texts, "report"))
        return issues

    def _missing(self, what: str, known: Sequence[str], part: str) -> Issue:
        named = {letters(name) for name in (*CASE_NAMES, *WHOLE_NAMES)}
        free = [name for name in self.names if letters(name) not in named]
        return Issue(
            code="not-a-reports-table",
            where=f"{self.path} line 1",
            what=f"no column {what}: none is called {', '.join(known[:4])} or the like. There are "
            f"{_quoted(self.names)}{_nearest(free, known)}.",
            remedy=f"Call the right column {'case_id' if part == 'case' else part}, or say which "
            f"it is (groundct reports --{part}-column).",
        )

    def _unsplit(self, name: str) -> Issue:
        return Issue(
            code="not-a-reports-table",
            where=f"{self.path} line 1",
            what=f"the heading row is not divided where it should be: a column is called {name!r}.",
            remedy="Let the name of a table divided at tabs end in .tsv; for another sign write it "
            "in a first line, such as sep=; or sep=|.",
        )

    def _section(self, names: Sequence[str]) -> list[str]:
        """The headings that a section may have; CT-RATE's own, where it is there, alone."""
        if names[0] in self.names:
            return [names[0]]
        return [heading for name in names for heading in self._called(name)]

    def _called(self, name: str) -> list[str]:
        return [heading for heading in self.names if letters(heading) == letters(name)]

    def _ambiguous(self, found: Sequence[str]) -> TableError:
        return TableError.of(
            "ambiguous-columns",
            f"{self.path} line 1",
            f"the columns {_quoted(found)} could each be meant, and nothing is guessed.",
            "Rename all but one, or say which it is (groundct reports --case-column, "
            "--report-column).",
        )


def _nearest(headings: Iterable[str], known: Iterable[str]) -> str:
    """The heading that is spelled most like a known name, if any is at all like one."""
    by_letters = {letters(name): name for name in known}
    best = ("", "", 0.0)
    for heading in headings:
        for match in difflib.get_close_matches(letters(heading), by_letters, 1):
            ratio = difflib.SequenceMatcher(None, match, letters(heading)).ratio()
            best = max(best, (heading, by_letters[match], ratio), key=lambda found: found[2])
    return f"; {best[0]!r} is nearest, to {best[1]}" if best[2] else ""


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names))
