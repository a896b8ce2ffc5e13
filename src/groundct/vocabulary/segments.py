"""The 18 lung segments, the lobe each lies in, and the words that name them in a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from groundct.vocabulary._tables import read_table, split_cell
from groundct.vocabulary.words import normal_word


@dataclass(frozen=True)
class LungSegment:
    """A lung segment: ``right lung upper lobe apical segment``.

    ``lobe`` is a mask name and ``path`` its anatomy path.
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
    without the word "segment". ``words`` are all words of these phrases.
    """

    named: Mapping[tuple[str, ...], tuple[LungSegment, ...]]
    alone: frozenset[str]
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
    """The segments' names in a language (``<language>/segments.tsv``), read once."""
    by_id = {segment.segment_id: segment for segment in segments()}
    named: dict[tuple[str, ...], tuple[LungSegment, ...]] = {}
    alone: set[str] = set()
    for row in read_table(f"{language}/segments.tsv", ("id", "variants", "alone")):
        for variant in split_cell(row["variants"]):
            words = tuple(normal_word(word, language) for word in variant.split())
            named[words] = (*named.get(words, ()), by_id[row["id"]])
        alone.update(normal_word(word, language) for word in split_cell(row["alone"]))
    every = frozenset(word for words in named for word in words)
    return SegmentWords(MappingProxyType(named), frozenset(alone), every)
