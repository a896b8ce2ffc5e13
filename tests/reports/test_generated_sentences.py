"""Sentences whose truth is known by construction, and the law that right and left are equals.

A larger run: ``python -m fuzz --target sentences``.
"""

from __future__ import annotations

import re
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.generated import FINDINGS, PLEURAL, TEMPLATES, Place, made, places, read_as
from groundct.core.report import report_of_columns
from groundct.reports.rules import PLUGIN

PLACES = places()
_ASIDE = ("renal_lesion", "airway_obstruction")
_OTHER = {"right": "left", "left": "right", "Right": "Left", "Left": "Right"}
_SIDE = re.compile(r"\b([Rr]ight|[Ll]eft)\b")


@st.composite
def slots(draw: st.DrawFn) -> dict[str, str | Place]:
    """Different findings, two sides and two places."""
    f, g, h = draw(st.permutations(sorted(FINDINGS)))[:3]
    p, q = draw(st.permutations(sorted(PLEURAL)))
    a = draw(st.sampled_from(("right", "left")))
    s, t = draw(st.sampled_from(PLACES)), draw(st.sampled_from(PLACES))
    return {"f": f, "g": g, "h": h, "p": p, "q": q, "a": a, "b": _OTHER[a], "s": s, "t": t}


def read(text: str) -> Counter[object]:
    """What is read in a text, without the findings that a template adds to confuse."""
    found = PLUGIN.extract(report_of_columns([("findings", text)])).findings
    return Counter(read_as(finding) for finding in found if finding.type not in _ASIDE)


def test_there_are_templates_enough() -> None:
    assert len({template for template, _ in TEMPLATES}) >= 40
    assert len({place.leaf for place in PLACES}) == 7
    assert len({place.segment for place in PLACES if place.segment}) == 18


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(TEMPLATES), slots())
def test_what_is_said_is_read(template: tuple[str, str], own: dict[str, str | Place]) -> None:
    text, said = made(template, own)
    assert read(text) == Counter(said), text


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(TEMPLATES), slots())
def test_swapping_the_sides_swaps_what_is_read(
    template: tuple[str, str], own: dict[str, str | Place]
) -> None:
    """Where both sides exist: the middle lobe and the lingula have no fellow."""
    slots_used = [own[key] for key in ("s", "t") if f"{{{key}}}" in template[0]]
    sited = [slot for slot in slots_used if isinstance(slot, Place)]
    if any("middle" in slot.words or slot.segment for slot in sited):
        return
    text, _ = made(template, own)
    swapped = _SIDE.sub(lambda match: _OTHER[match.group()], text)
    assert read(swapped) == _swapped(text), text


def _swapped(text: str) -> Counter[object]:
    out: Counter[object] = Counter()
    found = PLUGIN.extract(report_of_columns([("findings", text)])).findings
    for finding in found:
        if finding.type in _ASIDE:
            continue
        said = read_as(finding)
        side = _OTHER.get(said.side or "", said.side)
        leaves = frozenset(_SIDE.sub(lambda m: _OTHER[m.group()], leaf) for leaf in said.leaves)
        out[type(said)(said.type, said.presence, side, leaves, said.segments)] += 1
    return out
