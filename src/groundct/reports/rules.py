"""The ``rules`` extractor: lexicons and scopes, no weights. Every span is exact.

Quality is measured by ``bench/bench_reports.py`` and stated in ``docs/quality/reports.md``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from groundct.core.report import Reading, Report
from groundct.reports._draft import Draft
from groundct.reports._rules.discourse.whole import draft_report, draft_reports
from groundct.vocabulary.languages import read_languages


class RulesExtractor:
    """Reads English chest CT reports by rules whose words stand in the vocabulary's tables."""

    name: Final = "rules"
    version: Final = "6"
    description: Final = "Lexicons, scopes of negation and places; no weights, spans exact"
    languages: Final = read_languages()
    quality: Final = (
        "18 labels macro F1 .939 on 400 CT-RATE reports before they were looked at, .966 after; "
        "sentence to region micro F1 .941 and .945 on RadGenome's; of 600 different sentences "
        "second readers found .82 right in all, .92 without a grave fault; docs/quality/reports.md"
    )

    def configuration(self) -> Mapping[str, str | int | float]:
        """Nothing: rules and vocabulary change with the version."""
        return {}

    def extract(self, report: Report) -> Reading:
        """Sentences of all sections; findings of the sections findings and impression.

        Raises TableError for a language that is not in ``languages``.
        """
        return self.draft(report).reading()

    def draft(self, report: Report) -> Draft:
        """As `extract`; quicker, for those who need not have every span moved."""
        return draft_report(report)

    def draft_many(self, reports: Sequence[Report]) -> list[Draft | Exception]:
        """As `draft` of each, and quicker; a report that cannot be read gives its error."""
        return draft_reports(reports)


PLUGIN: Final = RulesExtractor()
