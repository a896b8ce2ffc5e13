"""Find the sections of a free text by its headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, get_args

from groundct.core.report import Report, Section, SectionName, Span
from groundct.vocabulary.grammar import grammar
from groundct.vocabulary.lexicon import expand, lexicon
from groundct.vocabulary.words import normal_word

_HEADING = re.compile(
    r"(?:^[ \t]*(?:\*\*|#+ ?|\[)?[ \t]*|(?<=[.!?:][ \t])(?=([^\W\d_])))"
    r"([^\W\d_](?:[^\W\d_]|[ /&\u0300-\u036f]){2,40}?)"
    r"[ \t]*(?:\*\*|\])?\.?[ \t]*(:|$)(?:\*\*)?",
    re.MULTILINE,
)
READ_FOR_FINDINGS: Final = frozenset(("findings", "impression"))
"""The sections of which extractors give findings."""


def split_sections(text: str, language: str = "en") -> Report:
    """A Report of a free text: its sections are what stands under known headings.

    A heading stands at the start of a line and ends with a colon, or fills its line in capitals.
    Within a line headings count after the end of a sentence, behind findings and impression those
    two alone. Text before the first heading is section ``other``, and ``findings`` where no heading
    says that of another part. Without any heading of findings or impression the whole text is
    ``findings``, since what other headings introduce has no end that could be seen. What an
    addendum says counts: it is ``findings`` from its own heading on, which tells that it amends.
    """
    names, amending = _headings(language), grammar(language).amends
    named: set[SectionName] = set()
    marks: list[tuple[int, int, SectionName]] = []
    for match in _HEADING.finditer(text):
        inside, heading, colon = match.groups()
        words = _normal(heading.split(), language)
        name = names.get(words)
        alone = colon or heading.isupper() or match.group().lstrip()[:1] in "*#["
        begun = name in READ_FOR_FINDINGS or (bool(marks) and marks[-1][2] not in READ_FOR_FINDINGS)
        within = bool(inside) and inside.isupper() and bool(colon) and begun
        if name is None or not (within if inside else alone):
            continue
        if amending.issuperset(words):
            marks.append((match.start(), match.start(2), "findings"))
        else:
            marks.append((match.start(), match.end(), name))
            named.add(name)
    if named.isdisjoint(READ_FOR_FINDINGS):
        marks = []
    first: SectionName = "other" if "findings" in named else "findings"
    bodies = [(0, marks[0][0] if marks else len(text), first)]
    for index, (_, body, name) in enumerate(marks):
        end = marks[index + 1][0] if index + 1 < len(marks) else len(text)
        bodies.append((body, end, name))
    sections = []
    for start, end, name in bodies:
        body_text = text[start:end]
        inner = body_text.strip()
        if inner:
            begin = start + len(body_text) - len(body_text.lstrip())
            sections.append(Section(name=name, span=Span(start=begin, end=begin + len(inner))))
    return Report(text=text, sections=tuple(sections), language=language)


@lru_cache(maxsize=8)
def _headings(language: str) -> dict[tuple[str, ...], SectionName]:
    names: dict[tuple[str, ...], SectionName] = {}
    for entry in lexicon(language, "headings", "section").entries:
        section = next(name for name in get_args(SectionName) if name == entry.meaning)
        for words in expand(entry.term):
            names[_normal(words, language)] = section
    return names


def _normal(words: Sequence[str], language: str) -> tuple[str, ...]:
    return tuple(normal_word(word, language) for word in words)
