"""A finding out of what a model chose and what its sentence's tables say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

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


class Rules(NamedTuple):
    """The rules' finding, by its number in the sentence, that a model says again."""

    number: int
    finding: Finding


@dataclass(frozen=True)
class Said:
    """A finding as a model said it, its quotes found in the sentence.

    ``rules`` is the one that the rules read likewise, None where they read none.
    """

    quote: Quote
    type: str
    presence: Presence
    laterality: Laterality | None
    places: tuple[Quote, ...]
    sizes: tuple[Measurement, ...]
    rules: Rules | None = None

    def shares_words(self, other: Said) -> bool:
        """Whether another finding of this type is told by the same words."""
        return (self.quote, self.type) == (other.quote, other.type)


def composed(all_: tuple[Said, ...], said: SentenceReading) -> tuple[Finding, ...]:
    """A sentence's findings, with spans that count from its start and without ids.

    Words, type, presence, side, places and sizes are the model's choice; count, change, modifiers,
    remarks, references to earlier examinations and all standard words are read by the rules. A
    cue of role "model" says so. Findings come in the order of the rules' own, others by their
    words.
    """
    mentions = {(told.quote, told.type): _mention(told, all_, said) for told in all_}
    read = findings_of(Words(said.parsed, said.sites), tuple(mentions.values()))
    first = dict(zip(mentions, read, strict=False))
    out = []
    for told in _in_order(all_):
        base = _base(told, first, read)
        several = sum(told.shares_words(other) for other in all_)
        if told.rules is None and several > 1:
            base = base.changed(count=1 if base.count in (1, several) else None)
        out.append(_chosen(told, base, said))
    return tuple(out)


def _in_order(all_: tuple[Said, ...]) -> list[Said]:
    """Findings that the rules read in their order, each other one before those of later words."""
    known = [(told.rules.number, n) for n, told in enumerate(all_) if told.rules is not None]
    out = [all_[n] for _, n in sorted(known)]
    for told in all_:
        if told.rules is None:
            later = (n for n, other in enumerate(out) if other.quote.first > told.quote.first)
            out.insert(next(later, len(out)), told)
    return out


def _mention(told: Said, all_: tuple[Said, ...], said: SentenceReading) -> Mention:
    """The words of a finding, with the places of all that share them."""
    quote = told.quote
    hit = Hit(quote.first, quote.last, Entry(ENTRY, "", told.type))
    quotes = [place for own in all_ if told.shares_words(own) for place in own.places]
    quoted = (p for p in said.parsed.places if any(q.meets(p.first, p.last) for q in quotes))
    return Mention(quote.first, quote.last, told.type, hit, tuple(quoted))


def _base(
    told: Said, first: Mapping[tuple[Quote, str], Finding], read: tuple[Finding, ...]
) -> Finding:
    """What the rules read in a finding's words; of several of one mention that of its side."""
    if told.rules is not None:
        return told.rules.finding
    own = first[told.quote, told.type]
    parts = [f for f in read if (f.span, f.type) == (own.span, own.type)]
    of_side = next((f for f in parts if f.laterality == told.laterality), None)
    alike = len({f.change for f in parts}) == 1
    return of_side or (own if alike else own.changed(change=None))


def _chosen(told: Said, base: Finding, said: SentenceReading) -> Finding:
    """A finding as the rules read it in the model's words, with what the model chose."""
    if told.rules is not None:
        return base.changed(cues=_cues(told, base, said))
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
