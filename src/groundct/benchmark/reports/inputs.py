"""Tables of texts: one row a scan and region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from groundct.benchmark._results import file_digest
from groundct.codecs.tables import read_csv_headings, read_csv_table
from groundct.core.issues import Issue, TableError
from groundct.core.paths import AnyPath
from groundct.core.value import digest
from groundct.metrics.boxes import Bounds
from groundct.sources._headings import columns_of, letters
from groundct.sources._names import case_id_of

_REGION: Final = "anatomy"

Key = tuple[str, str]
"""Case id and region; the empty region is the whole report."""
SentenceBoxes = tuple[str, tuple[Bounds, ...]]
"""A sentence as it stands in a text, and where it points to."""


@dataclass(frozen=True)
class Texts:
    """Texts by case and region, and the digest of where they come from.

    ``boxes`` are those of sentences; ``labels``, by case, go before what is read in whole reports.
    """

    texts: Mapping[Key, str]
    digest: str
    boxes: Mapping[Key, Sequence[SentenceBoxes]] = field(default_factory=dict)
    labels: Mapping[str, dict[str, bool]] | None = None

    @classmethod
    def of(cls, texts: Mapping[Key, str]) -> Texts:
        """Texts at hand."""
        return cls(texts, digest([[*key, text] for key, text in texts.items()]))


def read_texts(path: AnyPath) -> Texts:
    """The texts of a table: VolumeName, Text, and Anatomy, which is empty for a whole report.

    Without the column Anatomy all texts are whole reports. Other headings that ``groundct reports``
    knows will do as well; of findings and impression in columns of their own the text is both.

    Raises TableError for a table that cannot be read, or that has two texts of a scan and region.
    """
    path = Path(path)
    texts: dict[Key, str] = {}
    issues: list[Issue] = []
    headings = read_csv_headings(path)
    region = next((name for name in headings if letters(name) == _REGION), None)
    columns = columns_of(path, headings)
    identity = (columns.case,) if region is None else (columns.case, region)
    for row in read_csv_table(path, key=identity):
        key = (case_id_of(row[columns.case]), row[region].strip().casefold() if region else "")
        if not key[0]:
            what = f"a row has no {columns.case}."
            issues.append(_issue(path, "no-name", what, "Name its scan."))
        elif key in texts:
            what = f"{key[0]!r} has two texts of region {key[1]!r}."
            issues.append(_issue(path, "duplicated-key", what, "Keep one of the rows."))
        texts[key] = "\n".join(row[column] for column in columns.filled(row))
    if issues:
        raise TableError(*issues)
    return Texts(texts, file_digest(path))


def _issue(path: Path, code: str, what: str, remedy: str) -> Issue:
    return Issue(code=code, where=str(path), what=what, remedy=remedy)
