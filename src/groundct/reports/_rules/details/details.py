"""What a sentence says of its mentions beside presence and place."""

from __future__ import annotations

from typing import Final, NamedTuple

from groundct.core.report import Change, Measurement, Presence, Remark
from groundct.reports._rules.details.attributes import Changed, changes_of, modifiers_of
from groundct.reports._rules.details.counts import count_of
from groundct.reports._rules.details.measures import Measured, measured, of_type
from groundct.reports._rules.details.owners import owner
from groundct.reports._rules.details.remarks import may_remark, remarks_of
from groundct.reports._rules.details.times import is_part_of, times_of
from groundct.reports._rules.mention.mentions import Mention
from groundct.reports._rules.words.parsed import Parsed
from groundct.reports._rules.words.steps import Steps
from groundct.vocabulary.lexicon import Hit

_OF_NOW = frozenset(("current", "increased_if", "decreased_if"))
_GROWTH = frozenset(("increased", "decreased"))
_EXAMS = frozenset(("exam", "compared"))
_UNCHANGED: Final = Changed()
_NO_TOKENS: Final[frozenset[int]] = frozenset()
GROWTH_MM = 2.0
"""The least change of a diameter that is one: Fleischner Society, MacMahon et al. 2017."""


class Details(NamedTuple):
    """Sizes of today, count, change and modifiers of a mention; ``prior``: words of earlier.

    ``compared``: it has a size of an earlier examination; ``changes``: the words of change.
    """

    measurements: tuple[Measurement, ...] = ()
    how_many: int | None = None
    change: Change | None = None
    modifiers: tuple[str, ...] = ()
    prior: tuple[Hit, ...] = ()
    remarks: tuple[Remark, ...] = ()
    compared: bool = False
    changes: tuple[tuple[Hit, Change], ...] = ()


def details_in_steps(
    parsed: Parsed,
    mentions: tuple[Mention, ...],
    spoken: tuple[Mention, ...],
    presences: tuple[Presence, ...],
) -> Steps[tuple[Details, ...]]:
    """The details of each mention; normal statements come behind the ``spoken`` and have few.

    One that is all that a sentence says has its sizes. A size of an earlier examination is left
    out; beside one of today it says how the finding changed, where no word does.
    """
    told = presences[: len(spoken)]
    times = times_of(parsed) if parsed.cues["temporal"] else ()
    prior = _prior(times, spoken) if times else ()
    sizes = measured(parsed) if "units" in parsed.found else ()
    sized = frozenset([n for item in sizes for n in range(*item.size[:2])]) if sizes else _NO_TOKENS
    own = _owned(parsed, mentions, spoken, told) if sizes else {}
    yield
    nothing = ((),) * len(spoken)
    modifiers = modifiers_of(parsed, spoken) if parsed.found.get("modifiers") else nothing
    changes = changes_of(parsed, spoken, told) if times else (_UNCHANGED,) * len(spoken)
    remarks = remarks_of(parsed, spoken, told).owned if may_remark(parsed) else nothing
    yield
    out = []
    today: tuple[Measurement, ...] = ()
    earlier: tuple[Measurement, ...] = ()
    for number, mention in enumerate(spoken):
        if sizes:
            held = own.get(number, [])
            today = _today(held, mention.type)
            earlier = tuple([item.size.measurement for item in held if item.prior])
        how_many = None if told[number] == "absent" else count_of(parsed, mention, sized)
        change, words = changes[number]
        if earlier and change is None:
            change = _grown(today, earlier)
        looks, said = modifiers[number], remarks[number]
        out.append(Details(today, how_many, change, looks, prior, said, bool(earlier), words))
    normal = mentions[len(spoken) :]
    if len(mentions) == 1 and normal:
        sizes_of_it = _today(own.get(0, []), normal[0].type)
        return (Details(measurements=sizes_of_it, prior=prior),)
    return (*out, *[Details(prior=prior) for _ in normal]) if normal else tuple(out)


def _owned(
    parsed: Parsed,
    mentions: tuple[Mention, ...],
    spoken: tuple[Mention, ...],
    told: tuple[Presence, ...],
) -> dict[int, list[Measured]]:
    """The sizes of each mention that has some, by its number."""
    denied = frozenset([n for n, presence in enumerate(told) if presence == "absent"])
    own: dict[int, list[Measured]] = {}
    for item in measured(parsed):
        number = owner(parsed, item.size, spoken, denied)
        if number is None and len(mentions) == 1 and not spoken:
            number = 0  # "The aorta is 35 mm wide and normal."
        if number is not None:
            own.setdefault(number, []).append(item)
    return own


def _prior(times: tuple[Hit, ...], spoken: tuple[Mention, ...]) -> tuple[Hit, ...]:
    """The words that tell of an earlier examination; none that a finding is called by."""
    hits = [h for h in times if h.entry.meaning not in _OF_NOW]
    if any(h.entry.meaning in _EXAMS for h in hits):
        return tuple(hits)
    return tuple(
        [
            h
            for h in hits
            if h.entry.meaning not in _GROWTH or not any(is_part_of(h, m) for m in spoken)
        ]
    )


def _today(held: list[Measured], kind: str) -> tuple[Measurement, ...]:
    """The sizes of today, as those of a finding of a type."""
    return tuple([of_type(i.size.measurement, kind, widest=i.widest) for i in held if not i.prior])


def _grown(today: tuple[Measurement, ...], earlier: tuple[Measurement, ...]) -> Change | None:
    """The change of the largest axis between an earlier examination and today."""
    if not today:
        return None
    now = max(value for size in today for value in size.values_mm)
    then = max(value for size in earlier for value in size.values_mm)
    if abs(now - then) < GROWTH_MM:
        return "stable"
    return "increased" if now > then else "decreased"
