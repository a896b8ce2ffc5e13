"""The 18 lung segments, the lobe each lies in, and the words that name them in a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from groundct.vocabulary._tables import read_table, split_cell
from groundct.vocabulary.words import normal_word


@dataclass(frozen=True, eq=False)
class LungSegment:
    """A lung segment: ``right lung upper lobe apical segment``.

    ``lobe`` is a mask name and ``path`` its anatomy path. There is one value for each segment, so
    two are equal only if they are the same.
    """

    segment_id: str
    name: str
    side: Literal["left", "right"]
    lobe: str
    path: str


@dataclass(frozen=True)
class SegmentWords:
    """What names segments in a language, as normal words.

    ``named`` has the segments that a phrase may mean; once the lobe is known it means one, and left
    segments that are fused answer for both of their parts. The single words in ``alone`` name one
    without the word "segment"; ``in_lobe`` has what a word means only where that lobe is named:
    "the apical segment of the lower lobe". ``words`` are all words of these phrases.
    """

    named: Mapping[tuple[str, ...], tuple[LungSegment, ...]]
    alone: frozenset[str]
    in_lobe: Mapping[str, tuple[LungSegment, ...]]
    words: frozenset[str]


@lru_cache(maxsize=1)
def segments() -> tuple[LungSegment, ...]:
    """All 18, right before left, in numeric order."""
    return tuple(
        LungSegment(
            segment_id=row["id"],
            name=row["name"],
            side="left" if row["lobe"].startswith("left") else "right",
            lobe=row["lobe"],
            path=row["path"],
        )
        for row in read_table("segments.tsv", ("id", "name", "lobe", "path"))
    )


@lru_cache(maxsize=8)
def segment_words(language: str) -> SegmentWords:
    """The segments' names in a language (``<language>/segments.tsv``), read once.

    "postero-basal" stands there for this and for "posterobasal".
    """
    by_id = {segment.segment_id: segment for segment in segments()}
    named: dict[tuple[str, ...], tuple[LungSegment, ...]] = {}
    alone: set[str] = set()
    in_lobe: dict[str, tuple[LungSegment, ...]] = {}
    for row in read_table(f"{language}/segments.tsv", ("id", "variants", "alone", "in_lobe")):
        segment = by_id[row["id"]]
        for variant in split_cell(row["variants"]):
            for written in {variant.replace("-", " "), variant.replace("-", "")}:
                words = tuple(normal_word(word, language) for word in written.split())
                named[words] = (*named.get(words, ()), segment)
        alone.update(normal_word(word, language) for word in split_cell(row["alone"]))
        for word in (normal_word(word, language) for word in split_cell(row["in_lobe"])):
            in_lobe[word] = (*in_lobe.get(word, ()), segment)
    every = frozenset(word for words in named for word in words)
    lobes = MappingProxyType(in_lobe)
    return SegmentWords(MappingProxyType(named), frozenset(alone), lobes, every)
