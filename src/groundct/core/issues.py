"""Problems in data: what is wrong, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Self

from groundct.core.value import Value

Severity = Literal["error", "warning", "note"]


class Issue(Value):
    """One problem found in the data.

    ``code`` is stable and kebab-case, for scripts; ``where`` names the file, table row or case;
    ``what`` says what is wrong with the values seen; ``remedy`` says what to do.
    """

    code: str
    where: str
    what: str
    remedy: str
    severity: Severity = "error"
    case_id: str | None = None

    def line(self) -> str:
        """One readable line: ``error [code] case: where: what Do: remedy``.

        The case is named once, where ``where`` begins with it.
        """
        named = self.case_id is None or self.where.split(" ")[0] == self.case_id
        case = "" if named else f"{self.case_id}: "
        return f"{self.severity} [{self.code}] {case}{self.where}: {self.what} Do: {self.remedy}"


class DataError(Exception):
    """Data that groundct refuses. Holds every Issue that was found, at least one.

    Subclasses name the kind of data; ``issue.code`` names the fault.
    """

    def __init__(self, *issues: Issue) -> None:
        if not issues:
            raise TypeError("DataError needs at least one Issue")
        self.issues = issues
        super().__init__("\n".join(issue.line() for issue in issues))

    @classmethod
    def of(
        cls, code: str, where: object, what: str, remedy: str, case_id: str | None = None
    ) -> Self:
        """The error of a single problem, of the class it is called on."""
        return cls(Issue(code=code, where=str(where), what=what, remedy=remedy, case_id=case_id))

    def for_case(self, case_id: str) -> Self:
        """The same error with the case named in every issue; the type is kept."""
        return type(self)(*(i.model_copy(update={"case_id": case_id}) for i in self.issues))


class VolumeError(DataError):
    """A volume or mask file that cannot be trusted."""


class DicomError(DataError):
    """A DICOM series that cannot be trusted."""


class TableError(DataError):
    """A report, metadata or annotation table that cannot be trusted."""


class GridError(DataError):
    """Two grids that must be the same and are not."""


class NotSegmentedError(DataError):
    """A structure was asked for that the label map does not answer for."""


class SourceError(DataError):
    """A dataset on disk that no source reads, or that lacks a part."""


class ReleaseError(DataError):
    """A release whose files contradict its manifest or its format."""


class WorkspaceError(DataError):
    """A workspace that is in use, cannot be written to, or has a broken ledger."""


def errors(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """The issues of severity error."""
    return tuple(issue for issue in issues if issue.severity == "error")
