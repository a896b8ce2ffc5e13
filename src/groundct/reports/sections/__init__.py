"""Find the sections of a free text by its headings."""

from __future__ import annotations

import re
from typing import get_args

from groundct.core.report import Report, Section, SectionName, Span
from groundct.vocabulary.lexicon import expand, lexicon

_HEADING = re.compile(
    r"^[ \t]*(?:\*\*|#+ ?|\[)?[ \t]*([A-Za-z][A-Za-z /&]{2,40}?)"
    r"[ \t]*(?:\*\*|\])?\.?[ \t]*(:|$)(?:\*\*)?",
    re.MULTILINE,
)


def split_sections(text: str, language: str = "en") -> Report:
    """A Report of a free text: its sections are what stands under known headings.

    A heading stands at the start of a line and ends with a colon, or fills its line in capitals.
    Text before the first heading is section ``other``; text without any heading is ``findings``.
    """
    names = _headings(language)
    marks: list[tuple[int, int, SectionName]] = []
    for match in _HEADING.finditer(text):
        name = names.get(" ".join(match[1].lower().split()))
        alone = match[2] == ":" or match[1].isupper() or match.group().lstrip()[:1] in "*#["
        if name is not None and alone:
            marks.append((match.start(), match.end(), name))
    first: SectionName = "other" if marks else "findings"
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


def _headings(language: str) -> dict[str, SectionName]:
    names: dict[str, SectionName] = {}
    for entry in lexicon(language, "headings", "section").entries:
        section = next(name for name in get_args(SectionName) if name == entry.meaning)
        for words in expand(entry.term):
            names[" ".join(words)] = section
    return names
