"""Why ``rules`` and the reference link a sentence to other regions: causes, and readings by hand.

The readings of `link_readings.tsv` are ours, in our words; no text of the data stands in it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.bench_links import Linked, plain
from groundct.reports._rules.reading import read_sentence
from groundct.vocabulary.places import places

_READINGS = Path(__file__).with_name("link_readings.tsv")
_SHORT = {"trachea and bronchie": "airways"}


@dataclass(frozen=True)
class Disagreement:
    """A sentence whose regions are not the reference's, and the cause."""

    row: Linked
    cause: str

    @property
    def key(self) -> tuple[str, str]:
        """The case and the number of the sentence in its findings."""
        return self.row.case, str(self.row.sentence.index)


def disagreements(rows: list[Linked]) -> list[Disagreement]:
    """All disagreements; ``rows`` are all sentences, which tell what the same words mostly have."""
    had: dict[str, Counter[frozenset[str]]] = defaultdict(Counter)
    for row in rows:
        had[plain(row.text)][row.reference] += 1
    out = []
    for row in rows:
        said = frozenset(row.sentence.regions)
        if said != row.reference:
            out.append(Disagreement(row, _cause(row, had[plain(row.text)][said] > 0)))
    return out


def _cause(row: Linked, elsewhere: bool) -> str:
    """The first cause that fits; ``elsewhere``: the same words have our regions in some report."""
    said = read_sentence(row.sentence.span.of(row.report.text), "en")
    named = {hit.entry.meaning for hit in said.parsed.places}
    if not row.reference:
        return _lost(bool(named), said.regions is None, elsewhere)
    if elsewhere:
        return "the same words have our regions in other reports"
    if not row.sentence.regions:
        return _not_linked(
            named, bool(said.parsed.cues["recommendation"]), {f.type for f in said.findings}
        )
    pairs = {
        "aorta beside coronary arteries": {"coronary"} <= named and _any(named, "aorta"),
        "ascending aorta or a valve": _any(named, "ascending aorta") or "valve" in named,
        "hilar beside mediastinal nodes": {"hilum", "mediastinum"} <= named,
        "bronchi beside the lung": _any(named, "bronchus") or "peribronchial" in named,
        "hiatus or esophagogastric junction": "esophagus" in named,
        "names no place": not named,
    }
    return next((cause for cause, fits in pairs.items() if fits), "places weighed otherwise")


def _lost(named: bool, follows: bool, elsewhere: bool) -> str:
    if elsewhere:
        return "no region; the same words have ours in other reports"
    if named:
        return "no region, though a place is named"
    return "no region; goes on with the sentence before" if follows else "no region; finding alone"


def _not_linked(named: set[str], advice: bool, types: set[str]) -> str:
    if advice:
        return "advice, linked to what it is about"
    if types & places().unplaced:
        return "a meaning or a finding without a place, linked to the report's topic"
    if named:
        return "a place that has no region of ours"
    return "names nothing, linked to the report's topic"


def _any(named: set[str], key: str) -> bool:
    """Whether a place or the one that it is part of is named."""
    return any(key in (name, places().places[name].parent) for name in named)


def readings() -> dict[tuple[str, str], str]:
    """Our readings of disagreements, by case and sentence."""
    lines = _READINGS.read_text(encoding="utf-8").splitlines()[1:]
    return {(case, index): text for case, index, text in (line.split("\t") for line in lines)}


def table(found: list[Disagreement]) -> Iterator[str]:
    """A Markdown table of causes with counts, and one of the disagreements that we read."""
    counts = Counter(item.cause for item in found)
    yield "| cause | sentences |"
    yield "|---|---|"
    for cause, count in counts.most_common():
        yield f"| {cause} | {count} |"
    known = {item.key: item for item in found}
    read = readings()
    yield ""
    yield "| cause | case, sentence | reference | `rules` | our reading |"
    yield "|---|---|---|---|---|"
    order = {cause: n for n, (cause, _) in enumerate(counts.most_common())}
    for key in sorted((k for k in read if k in known), key=lambda k: (order[known[k].cause], k)):
        item = known[key]
        sides = " | ".join(_words(r) for r in (item.row.reference, item.row.sentence.regions))
        yield f"| {item.cause} | {key[0]}, {key[1]} | {sides} | {read[key]} |"
    yield ""
    yield f"{sum(key in known for key in read)} of {len(found)} disagreements are read here."


def _words(regions: frozenset[str] | tuple[str, ...]) -> str:
    return ", ".join(sorted(_SHORT.get(region, region) for region in regions)) or "none"
