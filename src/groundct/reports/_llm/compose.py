"""A finding out of what a model chose and what its sentence's tables say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from groundct.core.report import Cue, Finding, Laterality, Measurement, Presence
from groundct.reports._llm.placing import where
from groundct.reports._llm.quotes import Quote
from groundct.reports._rules.american.wording import worded
from groundct.reports._rules.build import findings_of
from groundct.reports._rules.details.measures import of_type
from groundct.reports._rules.mention.mentions import Mention
from groundct.reports._rules.places.attach import Words
from groundct.reports._rules.reading import SentenceReading
from groundct.vocabulary.findings import findings
from groundct.vocabulary.lexicon import Entry, Hit

ROLE: Final = "model"
ENTRY: Final = "llm"


@dataclass(frozen=True)
class Said:
    """A finding as a model said it, its quotes found in the sentence."""

    quote: Quote
    type: str
    presence: Presence
    laterality: Laterality | None
    places: tuple[Quote, ...]
    sizes: tuple[Measurement, ...]


def composed(all_: tuple[Said, ...], said: SentenceReading) -> tuple[Finding, ...]:
    """A sentence's findings, with spans that count from its start and without ids.

    Words, type, presence, side, places and sizes are the model's choice; count, change, modifiers,
    remarks, references to earlier examinations and all standard words are read by the rules. A
    cue of role "model" says so.
    """
    mentions = tuple(_mention(told, said) for told in all_)
    read = findings_of(Words(said.parsed, said.sites), mentions)
    return tuple(_chosen(told, base, said) for told, base in zip(all_, read, strict=True))


def _mention(told: Said, said: SentenceReading) -> Mention:
    quote = told.quote
    hit = Hit(quote.first, quote.last, Entry(ENTRY, "", told.type))
    quoted = (p for p in said.parsed.places if any(q.meets(p.first, p.last) for q in told.places))
    return Mention(quote.first, quote.last, told.type, hit, tuple(quoted))


def _chosen(told: Said, base: Finding, said: SentenceReading) -> Finding:
    """A finding as the rules read it in the model's words, with what the model chose."""
    parsed = said.parsed
    default = findings().types[told.type].anatomy
    paths, segments = where(said, told.places, default, told.laterality)
    finding = base.changed(
        presence=told.presence,
        anatomy=paths,
        lung_segments=segments,
        laterality=told.laterality,
        measurements=tuple(of_type(size, told.type) for size in told.sizes),
        count=None if told.presence == "absent" else base.count,
        cues=_cues(told, base, said),
    )
    return worded(finding, parsed.text, parsed.language)


def _cues(told: Said, base: Finding, said: SentenceReading) -> tuple[Cue, ...]:
    """The model's own cue, the entries in the finding's words, and what the rules went by."""
    parsed, quote = said.parsed, told.quote
    own = Cue(span=parsed.span_of(quote.first, quote.last), role=ROLE, entry=ENTRY)
    inside = (
        Cue(span=parsed.span_of(h.first, h.last), role="finding", entry=h.entry.entry_id)
        for h in parsed.findings
        if quote.meets(h.first, h.last)
    )
    # Where the model and the rules differ on presence, the rules' cue for it did not decide.
    other = {"absent", "uncertain"} - {told.presence}
    return (own, *inside, *(c for c in base.cues if c.role not in ("finding", *other)))
