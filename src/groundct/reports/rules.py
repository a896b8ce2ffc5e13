"""The ``rules`` extractor: lexicons and scopes, no weights. Every span is exact.

Quality is measured by ``bench/bench_reports.py`` and stated in ``docs/quality/rules.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from groundct.core.issues import TableError
from groundct.core.report import Finding, Reading, Report, Sentence
from groundct.reports._rules.anaphora import placed
from groundct.reports._rules.continued import continued, reworded
from groundct.reports._rules.merge import Context, merged
from groundct.reports._rules.parsed import sides_named
from groundct.reports._rules.reading import SentenceReading, in_report, read_sentence
from groundct.reports._rules.sentences import sentence_spans
from groundct.vocabulary.languages import read_languages

_READ_FOR_FINDINGS = frozenset(("findings", "impression"))
_EMPTY = frozenset(("", "not given.", "not given", "none.", "n/a"))


class RulesExtractor:
    """Reads English chest CT reports by rules whose words stand in the vocabulary's tables."""

    name: Final = "rules"
    version: Final = "1"
    description: Final = "Lexicons, scopes of negation and places; no weights, spans exact"
    languages: Final = read_languages()
    quality: Final = (
        "Held half of 800 hand-labelled CT-RATE reports: 18 labels macro F1 .932; sentence to "
        "region F1 .956 on RadGenome's validation reports; docs/quality/rules.md"
    )

    def configuration(self) -> Mapping[str, str | int | float]:
        """Nothing: rules and vocabulary change with the version."""
        return {}

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
        again: set[int] = set()
        for section in report.sections:
            if section.span.of(report.text).strip().lower() in _EMPTY:
                continue
            before: SentenceReading | None = None
            last = len(found)
            regions: tuple[str, ...] = ()
            paths: tuple[str, ...] = ()
            for span in sentence_spans(report.text, section.span, report.language):
                index = len(sentences)
                sentence = Sentence(index=index, section=section.name, span=span)
                if section.name not in _READ_FOR_FINDINGS:
                    sentences.append(sentence)
                    continue
                said = read_sentence(span.of(report.text), report.language)
                # A sentence that goes on with the one before has its regions, and its paths too
                # unless it names some itself.
                carried = () if said.regions is not None else paths
                regions = regions if said.regions is None else said.regions
                paths = said.anatomy_in(regions) or carried
                sentences.append(
                    sentence.changed(
                        regions=regions,
                        anatomy=paths,
                        rewrites=tuple([r.moved(span.start) for r in said.rewrites]),
                    )
                )
                own = placed(before, said)
                if said.loose.sizes or said.loose.remarks:
                    told = continued(found[last:], said.loose, (index, span.start))
                    found[last:] = reworded(told, report)
                if own or not (said.loose.sizes or said.loose.remarks):
                    last = len(found)
                again.update(len(found) + number for number in said.again)
                found.extend(in_report(finding, index, span.start) for finding in own)
                before = said
                if section.name == "impression":
                    impression[index] = sides_named(said.parsed)
        context = Context(impression, frozenset(again))
        return Reading(sentences=tuple(sentences), findings=merged(found, context, report))


PLUGIN: Final = RulesExtractor()
