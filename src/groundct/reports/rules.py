"""The ``rules`` extractor: lexicons and scopes, no weights. Every span is exact.

Quality is measured by ``bench/bench_reports.py`` and stated in ``docs/quality/rules.md``.
"""

from __future__ import annotations

from typing import Final

from groundct.core.issues import TableError
from groundct.core.report import Finding, Reading, Report, Sentence
from groundct.reports._rules.anaphora import Said, placed
from groundct.reports._rules.attach import Words
from groundct.reports._rules.build import all_mentions, findings_of
from groundct.reports._rules.link import paths_of, regions_of
from groundct.reports._rules.merge import merged
from groundct.reports._rules.parsed import parse, sides_named
from groundct.reports._rules.sentences import sentence_spans
from groundct.reports._rules.sites import lung_sites

_READ_FOR_FINDINGS = frozenset(("findings", "impression"))
_EMPTY = frozenset(("", "not given.", "not given", "none.", "n/a"))


class RulesExtractor:
    """Reads English chest CT reports by rules whose words stand in the vocabulary's tables."""

    name: Final = "rules"
    version: Final = "1"
    description: Final = "Lexicons, scopes of negation and places; no weights, spans exact"
    languages: Final = ("en",)
    quality: Final = (
        "Held half of 800 hand-labelled CT-RATE reports: 18 labels macro F1 .932; sentence to "
        "region F1 .956 on RadGenome's validation reports; docs/quality/rules.md"
    )

    def extract(self, report: Report) -> Reading:
        """Sentences of all sections; findings of the sections findings and impression.

        Raises TableError for a language that is not in ``languages``.
        """
        if report.language not in self.languages:
            raise TableError.of(
                "unsupported-language",
                "report",
                f"its language is {report.language!r}; rules reads {', '.join(self.languages)}.",
                "Use an extractor that reads it, or give a translation.",
            )
        sentences: list[Sentence] = []
        found: list[Finding] = []
        impression: dict[int, frozenset[str]] = {}
        previous: tuple[str, ...] = ()
        for section in report.sections:
            if section.span.of(report.text).strip().lower() in _EMPTY:
                continue
            before: Said | None = None
            for span in sentence_spans(report.text, section.span):
                index = len(sentences)
                if section.name not in _READ_FOR_FINDINGS:
                    sentences.append(Sentence(index=index, section=section.name, span=span))
                    continue
                parsed = parse(report.text, span, report.language)
                mentions = all_mentions(parsed)
                sites = lung_sites(parsed, report.language)
                previous = regions_of(parsed, mentions, previous)
                sentences.append(
                    Sentence(
                        index=index,
                        section=section.name,
                        span=span,
                        regions=previous,
                        anatomy=paths_of(parsed, sites, previous),
                    )
                )
                words = Words(report.text, parsed, sites, report.language, index)
                said = Said(parsed, findings_of(words, mentions))
                found.extend(placed(before, said))
                before = said
                if section.name == "impression":
                    impression[index] = sides_named(parsed)
        return Reading(sentences=tuple(sentences), findings=merged(found, impression, report.text))


PLUGIN: Final = RulesExtractor()
