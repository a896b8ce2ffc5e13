"""Sentences that only say where and how large: items of a list whose finding leads it.

"Pulmonary nodules: 1. Left upper lobe 9 mm. 2. RLL 4 mm, new." and "Multiple nodules. Right upper
lobe, 6 mm." An item is read behind the leading words, "Pulmonary nodules: RLL 4 mm, new.", and
counts where that gives findings of the leading type, each in its region, with a size or a change.
So is an answer for the other side: "Right: small effusion. Left: none."
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from groundct.core.report import Finding
from groundct.reports._rules.american.wording import own_words
from groundct.reports._rules.discourse.headings import behind
from groundct.reports._rules.reading import SentenceReading, read_sentence
from groundct.reports._rules.words.parsed import label_end
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings
from groundct.vocabulary.sizes import default_kind

_DIGIT: Final = re.compile(r"\d")
_ITEM_CHARACTERS: Final = 160
_ANSWER_CHARACTERS: Final = 40
_CONTINUES: Final = "continues"
_NODES: Final = frozenset(("lymph_node", "lymphadenopathy"))
_VESSELS: Final = frozenset(
    ("aortic_aneurysm", "pulmonary_artery_dilatation", "vascular_dilatation")
)
"""Types whose single number is a diameter, and which are no things that a list may count."""


def may_be_item(said: SentenceReading) -> bool:
    """Whether a sentence finds nothing, is short and has a number: the gate of `item_of`."""
    short = len(said.text) <= _ITEM_CHARACTERS
    return short and not said.findings and _DIGIT.search(said.text) is not None


def leading_words(said: SentenceReading) -> str:
    """What leads a list that a sentence begins, ": " behind it; "" where it begins none.

    A label that names a finding, "Pulmonary nodules: 1.", or one finding in the plural.
    """
    label = _labelled(said.text, said.language)
    if label:
        return label
    if len(said.findings) != 1:
        return ""
    (own,) = said.findings
    named = own.span.of(said.text)
    _, plural = own_words(own.type, named, [cue.entry for cue in own.cues], said.language)
    many = plural or (own.count or 0) > 1
    leading = f"{named.capitalize()}: "
    kinds = {_alone(leading, said.language), own.type}
    if not many or not (len(kinds) == 1 or kinds <= _NODES):
        return ""  # "Nodules in the thyroid": the words alone would be of the lungs.
    return leading if _is_listed(own) else ""


@lru_cache(maxsize=1 << 8)
def _labelled(text: str, language: str) -> str:
    """A sentence's label, where it names one general finding and nothing is said behind it."""
    parsed = read_sentence(text, language).parsed
    end = label_end(parsed)
    if not end and text.endswith(":"):
        end = len(parsed.words)  # "Pulmonary nodules are as follows:"
    if not end or any(word.isalpha() for word in parsed.words[end:]):
        return ""
    label = text[: parsed.said.ends[end - 1]]
    named = read_sentence(label.rstrip(": ") + ".", language).findings
    if len(named) != 1 or not _is_listed(named[0]):
        return ""
    return named[0].span.of(label).capitalize() + ": "


def _is_listed(own: Finding) -> bool:
    """Whether a finding is there and of a kind that lists count: nodules, nodes, metastases."""
    sized = default_kind(own.type) == "diameter" and own.type not in _VESSELS
    return own.presence == "present" and (sized or own.type in _NODES)


def other_side(before: SentenceReading, said: SentenceReading) -> SentenceReading | None:
    """A bare answer for the other side, "Left: none.", behind "Right: small effusion."; or None.

    It says whether what the sentence before finds on its side is on this one too.
    """
    if len(said.text) > _ANSWER_CHARACTERS or len(said.sides) != 1 or len(before.sides) != 1:
        return None
    kinds = {own.type for own in before.findings}
    if said.sides == before.sides or len(kinds) != 1 or said.sites:
        return None
    named = before.findings[0].span.of(before.text)
    item = behind(f"{named.partition(':')[0].capitalize()}: ", said)
    sided = {own.laterality for own in item.findings} == said.sides
    return item if sided and {own.type for own in item.findings} == kinds else None


def item_of(leading: str, said: SentenceReading) -> SentenceReading | None:
    """A sentence as an item of a list that these words lead; None where it is none."""
    known = _type_of(leading, said.language)
    if _goes_on(said) or not _is_placed(said):
        return None
    home = {anatomy().top_region(path) for path in known.anatomy}
    if known.type not in _NODES and home and not home.issuperset(said.regions or ()):
        return None
    item = behind(leading, said)
    if not item.findings or not all(_is_item(own, known) for own in item.findings):
        return None
    return item


def _goes_on(said: SentenceReading) -> bool:
    """Whether a sentence goes on with all of those before: "The largest is 6 mm", "They are"."""
    parsed = said.parsed
    told = any(h.first == 0 and h.entry.meaning == _CONTINUES for h in parsed.relations)
    return told or not parsed.grammar.pronoun.isdisjoint(parsed.words[:1])


def _is_placed(said: SentenceReading) -> bool:
    """Whether a sentence names a side, a place or a segment."""
    if said.sides or said.regions or said.sites:
        return True
    return not said.parsed.grammar.segment.isdisjoint(said.parsed.words)


def _alone(leading: str, language: str) -> str:
    """The one type that leading words alone name, "" where they name none or several."""
    kinds = {own.type for own in read_sentence(leading.rstrip(": ") + ".", language).findings}
    return kinds.pop() if len(kinds) == 1 else ""


@lru_cache(maxsize=1 << 8)
def _type_of(leading: str, language: str) -> Finding:
    """What the leading words alone name."""
    return read_sentence(leading.rstrip(": ") + ".", language).findings[0]


def _is_item(own: Finding, known: Finding) -> bool:
    """Whether a finding is of the leading type, at a place in its region, and sized or changed."""
    same = own.type == known.type or {own.type, known.type} <= _NODES
    home = findings().types[known.type].anatomy
    regions = {anatomy().top_region(path) for path in own.anatomy}
    inside = not home or own.type in _NODES or regions <= {anatomy().top_region(home)}
    return same and inside and (bool(own.measurements) or own.change is not None)
