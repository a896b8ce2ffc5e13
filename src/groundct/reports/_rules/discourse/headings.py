"""What a report's own headings say of the sentences under them.

"Kidneys: Normal size. No stone." A heading names a place and stands before a colon. Until the next
one, a general word in a sentence that names no place is what it is called there: a kidney stone.
A sentence that says nothing by itself, "Clear.", is read behind its heading.
"""

from __future__ import annotations

from groundct.core.report import Finding, span_at
from groundct.reports._rules.american.wording import worded
from groundct.reports._rules.continued import Loose
from groundct.reports._rules.moved_back import moved_back
from groundct.reports._rules.reading import SentenceReading, read_sentence
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings
from groundct.vocabulary.places import GENERAL, places


def behind(label: str, said: SentenceReading) -> SentenceReading:
    """What a sentence says behind a label, which ends in a colon and a space: "Pleura: ".

    Spans still count from the sentence; what only the label names is said by all of it.
    """
    whole = read_sentence(label + said.text, said.language)
    found = tuple([_cut(finding, len(label), len(said.text)) for finding in whole.findings])
    if not found:
        return said
    kept = said._replace(findings=found, regions=whole.regions, anatomy=whole.anatomy)
    return kept._replace(loose=Loose(), again={})


def _cut(finding: Finding, edge: int, length: int) -> Finding:
    """A finding without the characters before an edge; the rest is so long."""
    start, end = max(finding.span.start - edge, 0), finding.span.end - edge
    return moved_back(finding, span_at(start, end if end > start else length), edge, -edge)


def under(heading: str, found: tuple[Finding, ...], said: SentenceReading) -> tuple[Finding, ...]:
    """A sentence's findings, general words at the place of the heading above it."""
    general = [e for e in (hit.entry for hit in said.parsed.findings) if e.meaning[:1] == GENERAL]
    heads = {entry.entry_id: entry.meaning for entry in general}
    return tuple([_placed(own, heads, heading, said) for own in found])


def _placed(
    finding: Finding, heads: dict[str, str], heading: str, said: SentenceReading
) -> Finding:
    """A finding that a general word named, at the heading's place; itself if that says nothing."""
    head = next((heads[cue.entry] for cue in finding.cues if cue.entry in heads), "")
    kind = findings().types.get(places().resolve(head, heading) or "")
    if kind is None or finding.type not in places().types_of(head):
        return finding
    place = places().places[heading]
    names = anatomy().structures
    one = f"{finding.laterality} {place.sided}"
    paths = (anatomy().path_of(one),) if one in names else place.paths
    home = kind.anatomy
    # Fluid under "Lungs:" lies in the pleura, and under "Heart:" in a part of it.
    apart = home.partition("/")[0] != paths[0].partition("/")[0]
    inner = bool(home) and (apart or home.startswith(f"{paths[0]}/"))
    moved = finding.changed(
        type=kind.type,
        category=kind.code,
        focal=kind.focal,
        anatomy=(home,) if inner else paths,
    )
    return worded(moved, said.text, said.language)
