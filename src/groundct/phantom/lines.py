"""A sentence to be, and the words for where a finding lies."""

from __future__ import annotations

from dataclasses import dataclass, field

from groundct.core.report import Change
from groundct.phantom.spec import PLEURAL, FindingSpec
from groundct.vocabulary.segments import segments


@dataclass(frozen=True)
class Placed:
    """A finding as the report needs it: what was asked, and the size measured in its masks."""

    spec: FindingSpec
    measured_mm: int


@dataclass(frozen=True)
class Line:
    """A sentence to be: its text, where it points, and the findings that it states or denies.

    ``placed`` is the index of the finding that it tells of, by ``phrase`` and ``size``, with the
    ``change`` since an earlier scan and a ``guess`` at its cause; ``states`` and ``denies`` are
    (phrase, type, category, anatomy path) of others.
    """

    text: str
    regions: tuple[str, ...] = ()
    anatomy: tuple[str, ...] = ()
    placed: int | None = None
    phrase: str = ""
    size: str = ""
    size_mm: float = 0.0
    change: Change | None = None
    guess: str = ""
    denies: tuple[tuple[str, str, str, str], ...] = field(default=())
    states: tuple[tuple[str, str, str, str], ...] = field(default=())


def site_words(site: str) -> str:
    """``right lung upper lobe apical segment`` -> the apical segment of the upper lobe ..."""
    if site == "lung":
        return "both lungs"
    side = site.split()[0]
    if site == f"{side} lung":
        return f"the {side} lung"
    for segment in segments():
        if segment.name == site:
            own = site.removeprefix(segment.lobe).strip()
            return f"the {own} of {site_words(segment.lobe)}"
    lobe = site.removeprefix(f"{side} lung ")
    return f"the {lobe} of the {side} lung"


def short_site_words(site: str) -> str:
    """``right lung upper lobe apical segment`` -> the apical segment of the right upper lobe."""
    side = site.split()[0]
    if site in ("lung", f"{side} lung"):
        return site_words(site)
    for segment in segments():
        if segment.name == site:
            own = site.removeprefix(segment.lobe).strip()
            return f"the {own} of {short_site_words(segment.lobe)}"
    return f"the {side} {site.removeprefix(f'{side} lung ')}"


def anatomy_of(spec: FindingSpec) -> str:
    """RadGenome's path of a finding's site."""
    if spec.category in PLEURAL:
        return "pleura/pleura"
    for segment in segments():
        if segment.name == spec.site or segment.lobe == spec.site:
            return segment.path
    return "lung/lung" if spec.site == "lung" else f"lung/lung/{spec.site}"
