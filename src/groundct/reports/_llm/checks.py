"""What the words of a sentence contradict in the findings that a model reads in it.

A finding that the rules read in the same words with the same type is never contradicted where the
two agree; the checks are for where they differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from groundct.core.issues import Issue
from groundct.core.report import Presence
from groundct.reports._llm.apart import doubled
from groundct.reports._llm.belongings import Fault, lost_sizes, moved_places
from groundct.reports._llm.compose import Said
from groundct.reports._llm.placing import sites_quoted
from groundct.reports._llm.presences import allowed_presences
from groundct.reports._llm.sides import BOTH, lateralities_allowed, sides_of, sides_required
from groundct.reports._llm.source import Source
from groundct.reports._llm.words import holds_unknown_word, types_named, types_ruled_out
from groundct.reports._rules.words.parsed import sides_named
from groundct.reports.language_model.failures import failed, quoted

_OTHER: Final = "other"
"""The type of a finding that the vocabulary has no name for."""


def faults_of(id_: str, said: tuple[Said, ...], source: Source) -> list[Issue]:
    """All faults of a sentence's findings; ``id_`` is the sentence's in the request."""
    found: list[Fault] = []
    for told in said:
        others = tuple(other for other in said if other is not told)
        codes = (_presence_fault(told, source), _type_fault(told, source))
        found += [fault for fault in codes if fault is not None]
        side = _side_fault(told, others, source)
        if side is not None:
            found.append((side, f"{_words(told, source)} is {told.laterality or 'of no side'}"))
    found += [*_silence(said, source), *lost_sizes(said, source), *moved_places(said, source)]
    found += doubled(said, source)
    return [issue for code, what in found for issue in failed(code, id_, f"{what}.").issues]


def _words(told: Said, source: Source) -> str:
    return quoted(source.words(told.quote))


def _presence_fault(told: Said, source: Source) -> Fault | None:
    allowed = _presences(told, source)
    if told.presence in allowed:
        return None
    code = "negation-invented" if told.presence == "absent" else "doubt-invented"
    if told.presence == "present":
        code = "negation-lost" if "absent" in allowed else "doubt-lost"
    return code, f"{_words(told, source)} is {told.presence}"


def _presences(told: Said, source: Source) -> frozenset[Presence]:
    known = {finding.presence for finding in source.named(told.quote, told.type)}
    if any(
        f.type == told.type and source.shares_words(told.quote, f.span) for f in source.ruled_out
    ):
        return frozenset(known)
    if known and source.agreed_presence is not None and not _starts_anew(told, source):
        return frozenset((source.agreed_presence,))
    return allowed_presences(source.said.parsed, told.quote) | known


def _starts_anew(told: Said, source: Source) -> bool:
    """Whether words may begin a statement of their own: "No effusion, nodule in the right lung"."""
    parsed = source.said.parsed
    before = parsed.words[max(0, told.quote.first - 1) : told.quote.first]
    after = parsed.words[told.quote.last : told.quote.last + 1]
    grammar = parsed.grammar
    return before == (",",) and not (grammar.in_ | grammar.on | grammar.at).isdisjoint(after)


def _type_fault(told: Said, source: Source) -> Fault | None:
    """Known words of a quote mean its type; words that nobody knows are something else at a place.

    A type, and with it a label, that no word of the vocabulary bears out would rest on the model's
    word alone, or on that of a text that orders it about.
    """
    parsed = source.said.parsed
    named = set(types_named(parsed, told.quote))
    named |= {finding.type for finding in source.named(told.quote)}
    if told.presence == "absent":
        named |= types_ruled_out(parsed, told.quote)
    if told.type in named:
        return None
    placed = bool(source.said.sites or parsed.places or sides_named(parsed))
    if told.type == _OTHER and placed and not named and holds_unknown_word(parsed, told.quote):
        return None
    return "type-not-in-text", f"{_words(told, source)} as {told.type}"


def _side_fault(told: Said, others: tuple[Said, ...], source: Source) -> str | None:
    own = sides_of(told.laterality)
    if told.rules is not None:
        return None
    # What another finding says again is not this one's.
    taken = [other.rules.finding for other in others if other.rules is not None]
    known = [f for f in source.named(told.quote, told.type) if f not in taken]
    if any(finding.laterality == told.laterality for finding in known):
        return None
    if any(finding.laterality == "bilateral" for finding in known) and any(
        told.shares_words(other) and {other.laterality, told.laterality} == BOTH for other in others
    ):
        return None  # Both sides are told, each by itself.
    allowed = lateralities_allowed(source.said, source.carried)
    required = sides_required(
        source.said.parsed, told.quote, tuple(other.quote for other in others)
    )
    placed = {side for site in sites_quoted(source.said, told.places) for side in site.sides}
    if told.laterality is None:
        ruled = len(allowed) == 1 and any(finding.laterality is not None for finding in known)
        return "side-lost" if required or placed or ruled else None
    if told.laterality not in allowed:
        return "side-flipped" if allowed & BOTH and len(own) == 1 else "side-not-in-text"
    if (required and own.isdisjoint(required)) or not placed <= own:
        return "side-flipped"
    # "Nodules in both lungs, right pleural effusion": its own words and the rules name one side.
    ones = [side for side in (required, placed) if len(side) == 1]
    if own == BOTH and any({f.laterality for f in known} == side for side in ones):
        return "side-not-in-text"
    return None


def _silence(said: tuple[Said, ...], source: Source) -> Iterator[Fault]:
    """Findings that the rules read for certain, and an answer leaves out."""
    parsed = source.said.parsed
    if parsed.cues["recommendation"]:
        return
    certain = [finding for finding in source.spoken if finding.presence != "uncertain"]
    needed = Counter(finding.span for finding in certain)
    for span, count in needed.items():
        if sum(source.shares_words(told.quote, span) for told in said) < count:
            each = f" of {count} sides, places or types" if count > 1 else ""
            yield "finding-missing", quoted(span.of(parsed.text)) + each
