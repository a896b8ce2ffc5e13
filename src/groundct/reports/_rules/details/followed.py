"""How the finding of the sentence before changed, in a sentence that names none itself.

"It was not seen in the previous examination.", "No significant difference was found.", "These
appearances have regressed.", "It was 12 mm in the previous examination."
"""

from __future__ import annotations

from typing import Final, NamedTuple, get_args

from groundct.core.report import Change
from groundct.reports._rules.details.measures import measured, measurements_of
from groundct.reports._rules.details.times import times_of
from groundct.reports._rules.words.parsed import Parsed
from groundct.vocabulary.lexicon import Hit

_CHANGES: Final[dict[str, Change]] = {change: change for change in get_args(Change)}
_WITH_PRIOR: Final[dict[str, Change]] = {"increased_if": "increased", "decreased_if": "decreased"}
_COMPARED: Final = frozenset(("exam", "compared"))
_NOT_REACH = 2
_IN_REACH = 3


class Followed(NamedTuple):
    """A change since an earlier examination, None where that only had it too.

    ``of_all``: every finding of the sentence before is meant, not the one that "it" is;
    ``earlier_mm``: the largest size that the earlier examination showed.
    """

    change: Change | None
    of_all: bool
    earlier_mm: float | None = None


def followed_of(parsed: Parsed) -> Followed | None:
    """What a sentence without a finding says of the change of those before it, None for nothing."""
    hits = times_of(parsed)
    if not hits or parsed.cues["recommendation"]:
        return None
    start = next((n for n, word in enumerate(parsed.words) if word.isalnum()), 0)
    it = parsed.words[start] in parsed.grammar.pronoun
    refers = any(
        hit.first == start and hit.entry.meaning in ("again", "refers")
        for hit in parsed.found.get("remarks", ())
    )
    change = _change(parsed, hits)
    earlier = [v for m in measured(parsed) if m.prior for v in m.size.measurement.values_mm]
    if it or refers:
        told = change or _was_there(parsed, hits)
        return Followed(change, not it, max(earlier, default=None)) if told else None
    # "(12 mm in the previous examination)." after a full stop.
    led = start > 0 if earlier else hits[0].first == start
    if not led or measurements_of(parsed) or parsed.places or not (change or earlier):
        return None
    return Followed(change, not earlier, max(earlier, default=None))


def _was_there(parsed: Parsed, hits: tuple[Hit, ...]) -> bool:
    """Whether a sentence says "also seen in the previous examination", and not "with" it."""
    grammar = parsed.grammar
    denies = any(hit.entry.meaning.startswith("negates") for hit in parsed.cues["negation"])
    if denies or not grammar.not_.isdisjoint(parsed.words):
        return False
    return any(
        hit.entry.meaning == "prior"
        or (
            hit.entry.meaning == "exam"
            and parsed.any_word(hit.first - _IN_REACH, hit.first + 1, grammar.in_)
        )
        for hit in hits
    )


def _change(parsed: Parsed, hits: tuple[Hit, ...]) -> Change | None:
    """The last change that a sentence tells; what is gone is told by its own words."""
    compared = any(hit.entry.meaning in _COMPARED for hit in hits)
    told: Change | None = None
    for hit in hits:
        change = _CHANGES.get(hit.entry.meaning)
        if change is None and compared:
            change = _WITH_PRIOR.get(hit.entry.meaning)
        if change in ("increased", "decreased") and parsed.any_word(
            hit.first - _NOT_REACH, hit.first, parsed.grammar.not_
        ):
            change = "stable"
        if change not in (None, "resolved"):
            told = change
    return told
