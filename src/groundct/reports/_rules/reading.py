"""What one sentence says by itself. Spans count from its first character.

Reports of one register repeat their sentences, so readings are kept and used again; the bound on
how many keeps memory even.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from groundct.core.report import Finding, Rewrite
from groundct.reports._rules.attach import Words
from groundct.reports._rules.build import all_mentions, findings_of
from groundct.reports._rules.continued import Loose, again_of, loose_of
from groundct.reports._rules.doubts import doubts_of
from groundct.reports._rules.link import paths_of, regions_of
from groundct.reports._rules.parsed import Parsed, parse
from groundct.reports._rules.rewriting import rewrites_of
from groundct.reports._rules.sites import Site, lung_sites

_KEPT = 1 << 14


@dataclass(frozen=True)
class SentenceReading:
    """A sentence's entries, findings and regions; ``regions`` None: those of the one before.

    ``doubts`` are the reasons why rules may have misread it, none for most sentences.
    """

    parsed: Parsed
    sites: tuple[Site, ...]
    findings: tuple[Finding, ...]
    regions: tuple[str, ...] | None
    anatomy: tuple[str, ...]
    doubts: tuple[str, ...]
    rewrites: tuple[Rewrite, ...]
    loose: Loose
    again: frozenset[int]

    def anatomy_in(self, regions: tuple[str, ...]) -> tuple[str, ...]:
        """The most exact anatomy paths that it names inside the regions it is given."""
        if regions == self.regions:
            return self.anatomy
        return paths_of(self.parsed, self.sites, self.findings, regions)


@lru_cache(maxsize=_KEPT)
def read_sentence(text: str, language: str) -> SentenceReading:
    """Read a sentence; findings have no id yet and sentence index 0."""
    parsed = parse(text, language)
    mentions = all_mentions(parsed)
    sites = lung_sites(parsed)
    found = findings_of(Words(parsed, sites), mentions)
    regions = regions_of(parsed, mentions)
    return SentenceReading(
        parsed=parsed,
        sites=sites,
        findings=found,
        regions=regions,
        anatomy=paths_of(parsed, sites, found, regions or ()),
        doubts=doubts_of(parsed, found),
        rewrites=rewrites_of(parsed),
        loose=loose_of(Words(parsed, sites), mentions, found),
        again=again_of(parsed, mentions),
    )


def in_report(finding: Finding, index: int, offset: int) -> Finding:
    """A sentence's finding with its sentence's index and spans that count from the report's start.

    ``offset`` is the sentence's start.
    """
    return finding.changed(
        sentence_indices=(index,),
        span=finding.span.moved(offset),
        measurements=tuple([m.moved(offset) for m in finding.measurements]),
        relations=tuple([r.moved(offset) for r in finding.relations]),
        remarks=tuple([r.moved(offset) for r in finding.remarks]),
        cues=tuple([c.moved(offset) for c in finding.cues]),
    )
