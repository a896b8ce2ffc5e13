"""Report, Section, Sentence, Finding: everything said about a text is a span into it, untouched."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, Literal, Self

from pydantic import model_validator

from groundct.core.value import Value

SectionName = Literal["clinical_information", "technique", "findings", "impression", "other"]
Presence = Literal["present", "absent", "uncertain"]
Laterality = Literal["right", "left", "bilateral", "midline"]
MeasurementKind = Literal["diameter", "short_axis", "long_axis", "thickness", "distance", "unknown"]
MeasurementForm = Literal["exact", "about", "up_to", "at_least", "range"]
Change = Literal["new", "stable", "increased", "decreased", "resolved"]
RemarkKind = Literal["speculation", "recommendation"]

SECTION_SEPARATOR = "\n\n"
UNSAID_LANGUAGE: Final = "und"
"""Language of a report whose language nobody has said: the code of ISO 639-2 for that."""


class Span(Value):
    """Characters ``start`` (inclusive) to ``end`` (exclusive) of a report's text."""

    start: int
    end: int

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not 0 <= self.start < self.end:
            raise ValueError(f"span {self.start}..{self.end} holds no characters")
        return self

    def of(self, text: str) -> str:
        """The characters of this span."""
        return text[self.start : self.end]

    def moved(self, offset: int) -> Span:
        """The same span ``offset`` characters further on, 0 or more."""
        return self.changed(start=self.start + offset, end=self.end + offset) if offset else self

    def contains(self, other: Span) -> bool:
        """Whether the other span lies inside this one."""
        return self.start <= other.start and other.end <= self.end


_SPAN: Final = Span(start=0, end=1)


@lru_cache(maxsize=1 << 14)
def span_at(start: int, end: int) -> Span:
    """The span of places that are known to hold characters: equal ones are one value."""
    return _SPAN.changed(start=start, end=end)


class Marked(Value):
    """A value that stands at ``span`` of a text."""

    span: Span

    def moved(self, offset: int) -> Self:
        """The same value where the text begins ``offset`` characters earlier, 0 or more."""
        return self.changed(span=self.span.moved(offset)) if offset else self


class Section(Value):
    """A part of a report; ``span`` is its body, without its heading."""

    name: SectionName
    span: Span


class Report(Value):
    """A report's whole text, untouched, and where its sections are."""

    text: str
    sections: tuple[Section, ...]
    language: str = "en"

    @model_validator(mode="after")
    def _check(self) -> Self:
        end = 0
        for section in self.sections:
            if section.span.start < end or section.span.end > len(self.text):
                raise ValueError(f"section {section.name} overlaps another or leaves the text")
            end = section.span.end
        return self


def report_of_columns(columns: Iterable[tuple[SectionName, str]], language: str = "en") -> Report:
    """A Report from a table's columns: the cells as they are, joined by an empty line.

    Empty cells give no section. Offset in a cell = offset in ``text`` - section.span.start.
    """
    text = ""
    sections: list[Section] = []
    for name, cell in columns:
        if not cell:
            continue
        if text:
            text += SECTION_SEPARATOR
        start = len(text)
        text += cell
        sections.append(Section(name=name, span=Span(start=start, end=len(text))))
    return Report(text=text, sections=tuple(sections), language=language)


class Rewrite(Marked):
    """Words of a report, and what American radiology English says for them.

    ``entry`` is the id of the vocabulary entry that asks for it.
    """

    text: str
    entry: str


class Sentence(Value):
    """One sentence, linked to regions of RadGenome's anatomy.

    ``regions``: top regions ("lung", "pleura", ...), empty when it speaks of the whole scan;
    ``anatomy``: the most exact anatomy paths, "lung/lung/right lung/right lung upper lobe".
    ``rewrites`` stand in order, overlap nowhere and lie inside ``span``; `rewritten` applies them.
    """

    index: int
    section: SectionName
    span: Span
    regions: tuple[str, ...] = ()
    anatomy: tuple[str, ...] = ()
    rewrites: tuple[Rewrite, ...] = ()


def rewritten(sentence: Sentence, text: str) -> str:
    """A sentence in American radiology English; ``text`` is its report's."""
    return rewritten_part(text, sentence.span.start, sentence.span.end, sentence.rewrites)


def rewritten_part(text: str, start: int, end: int, rewrites: Iterable[Rewrite]) -> str:
    """Characters ``start`` to ``end`` of a text with the rewrites that stand there, in order."""
    out: list[str] = []
    for rewrite in rewrites:
        out += (text[start : rewrite.span.start], rewrite.text)
        start = rewrite.span.end
    return "".join((*out, text[start:end]))


class Measurement(Marked):
    """A size in the text, in mm; ``span`` is where it stands.

    ``values_mm`` are one to three axes, or the least and the greatest where ``form`` is "range".
    ``unit_stated`` is False for a product without a unit ("5x4x5"), which is read as mm.
    """

    values_mm: tuple[float, ...]
    kind: MeasurementKind = "unknown"
    form: MeasurementForm = "exact"
    unit_stated: bool = True


class Remark(Marked):
    """What a report adds to a finding and is no finding: a guess at its cause, or advice."""

    kind: RemarkKind


class Relation(Marked):
    """Where a finding lies to a structure that it is not in: "adjacent to the major fissure".

    ``kind`` is the relation's standard word ("adjacent", "along", "extending"); ``anatomy`` is the
    structure's path.
    """

    kind: str
    anatomy: str


class Cue(Marked):
    """A vocabulary entry that fired: ``entry`` is its id, ``role`` what it contributed."""

    role: str
    entry: str


class Finding(Value):
    """What a report says of one thing: present, absent or uncertain, where, how large.

    ``type`` is a name of the finding vocabulary ("nodule"); ``category`` a code of ReXGroundingCT's
    ontology ("2d"); ``focal`` None when the ontology does not say. ``span`` is the finding's own
    words; ``sentence_indices`` all sentences that speak of it. ``anatomy`` are paths of RadGenome's
    tree; ``lung_segments`` canonical names of the 18 lung segments. ``modifiers`` are standard
    words for how it looks ("subcentimeter", "spiculated", "mild"). ``cues``: entries that fired.
    """

    finding_id: str
    type: str
    category: str
    focal: bool | None
    presence: Presence
    span: Span
    standardized: str
    sentence_indices: tuple[int, ...]
    anatomy: tuple[str, ...] = ()
    laterality: Laterality | None = None
    lung_segments: tuple[str, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    count: int | None = None
    refers_to_prior: bool = False
    change: Change | None = None
    modifiers: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()
    remarks: tuple[Remark, ...] = ()
    cues: tuple[Cue, ...] = ()


class Reading(Value):
    """What an extractor read in a report."""

    sentences: tuple[Sentence, ...]
    findings: tuple[Finding, ...]
