"""A finding out of what a model chose and what its sentence's tables say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from groundct.core.report import Cue, Finding, Laterality, Measurement, Presence
from groundct.reports._llm.placing import sites_quoted, where
from groundct.reports._llm.quotes import Quote
from groundct.reports._rules.attach import Words
from groundct.reports._rules.build import findings_of
from groundct.reports._rules.measures import of_type
from groundct.reports._rules.mentions import Mention
from groundct.reports._rules.reading import SentenceReading
from groundct.reports._rules.standard import standardized
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


def composed(told: Said, said: SentenceReading) -> Finding:
    """The finding, with spans that count from the sentence's start and without an id.

    Its own words, type, presence, side, places and sizes are the model's choice; count, references
    to earlier examinations and all standard words are read by the rules. A cue of role "model"
    says so.
    """
    parsed = said.parsed
    quote = told.quote
    hit = Hit(quote.first, quote.last, Entry(ENTRY, "", told.type))
    places = tuple(p for p in parsed.places if any(q.meets(p.first, p.last) for q in told.places))
    mention = Mention(quote.first, quote.last, told.type, hit, places)
    base = findings_of(Words(parsed, sites_quoted(said, told.places)), (mention,))[0]
    kind = findings().types[told.type]
    paths, segments = where(said, told.places, kind.anatomy, told.laterality)
    own = Cue(span=parsed.span_of(quote.first, quote.last), role=ROLE, entry=ENTRY)
    # Where the model and the rules differ on presence, the rules' cue for it did not decide.
    other = {"absent", "uncertain"} - {told.presence}
    cues = [
        Cue(span=parsed.span_of(h.first, h.last), role="finding", entry=h.entry.entry_id)
        for h in parsed.findings
        if quote.meets(h.first, h.last)
    ]
    cues += [c for c in base.cues if c.role not in ("finding", *other)]
    finding = base.model_copy(
        update={
            "presence": told.presence,
            "anatomy": paths,
            "lung_segments": segments,
            "laterality": told.laterality,
            "measurements": tuple(of_type(size, told.type) for size in told.sizes),
            "count": None if told.presence == "absent" else base.count,
            "cues": (own, *cues),
        }
    )
    return finding.changed(standardized=standardized(finding))
