"""The report of a phantom and its exact reading: every span, side, site and size is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from groundct.core.report import (
    Finding,
    Laterality,
    Measurement,
    Reading,
    Remark,
    Report,
    SectionName,
    Sentence,
    Span,
    report_of_columns,
)
from groundct.phantom.lines import Line, Placed, anatomy_of, site_words
from groundct.phantom.spec import PLEURAL, FindingSpec, ReportStyle
from groundct.phantom.styled import Writer, extra_lines
from groundct.phantom.words import (
    AFTER_LUNGS,
    ALL_WELL,
    BEFORE_LUNGS,
    COUNTS,
    TECHNIQUE,
    WORDING,
    Statement,
)
from groundct.vocabulary.segments import segments

Columns = list[tuple[SectionName, list[Line]]]


def write_report(
    placed: Iterable[Placed],
    style: ReportStyle | None = None,
    *,
    seed: int = 0,
    extras: Sequence[str] = (),
    enhanced: bool = False,
) -> tuple[Report, Reading]:
    """A report of three sections with its reading; finding ``f<n>`` is the n-th placed one.

    ``extras`` names calcifications and devices (findings ``e<n>``); what the report denies are
    findings ``a<n>``. ``seed`` decides what varies in styles other than "plain"; ``enhanced`` says
    that contrast agent was given.
    """
    items = tuple(placed)
    if style is None or style.wording == "plain":
        columns = _plain(items, extra_lines(extras))
    else:
        writer = Writer(style, np.random.default_rng([seed, 71]))
        columns = _styled(items, extra_lines(extras), writer)
    if enhanced:
        columns[0] = (
            "technique",
            [replace(line, text=_enhanced(line.text)) for line in columns[0][1]],
        )
    report = report_of_columns((name, " ".join(x.text for x in part)) for name, part in columns)
    lines: list[Line] = []
    sentences: list[Sentence] = []
    for section, (name, part) in zip(report.sections, columns, strict=True):
        at = section.span.start
        for line in part:
            span = Span(start=at, end=at + len(line.text))
            sentences.append(
                Sentence(
                    index=len(sentences),
                    section=name,
                    span=span,
                    regions=line.regions,
                    anatomy=line.anatomy,
                )
            )
            lines.append(line)
            at = span.end + 1
    findings = [_present(n, item, lines, sentences) for n, item in enumerate(items)]
    findings += _stated(lines, sentences, "present")
    findings += _stated(lines, sentences, "absent")
    return report, Reading(sentences=tuple(sentences), findings=tuple(findings))


def _enhanced(technique: str) -> str:
    """A sentence on the technique for a scan with contrast agent."""
    given = technique.replace("Non-contrast", "Contrast-enhanced")
    return given.replace("without", "with")


def _plain(items: tuple[Placed, ...], extras: list[Line]) -> Columns:
    types = {item.spec.drawn_type for item in items}
    told = [_line_of(n, item) for n, item in enumerate(items)]
    lung = [t for t, item in zip(told, items, strict=True) if item.spec.category not in PLEURAL]
    pleura = [t for t, item in zip(told, items, strict=True) if item.spec.category in PLEURAL]
    body = [_well(s) for s in BEFORE_LUNGS] + lung + pleura + extras
    body += [_well(s) for s in AFTER_LUNGS if not types & set(s.unless)]
    brief = [_brief(n, item, t) for n, (item, t) in enumerate(zip(items, told, strict=True))]
    return [
        ("technique", [Line(text) for text in TECHNIQUE]),
        ("findings", body),
        ("impression", brief or [Line(ALL_WELL)]),
    ]


def _styled(items: tuple[Placed, ...], extras: list[Line], writer: Writer) -> Columns:
    told = [writer.told(n, item) for n, item in enumerate(items)]
    brief = [writer.brief(n, item, t) for n, (item, t) in enumerate(zip(items, told, strict=True))]
    normal = writer.normal({item.spec.drawn_type for item in items})
    half = len(normal) // 2
    return [
        ("technique", writer.technique()),
        ("findings", [*normal[:half], *told, *extras, *normal[half:]]),
        ("impression", brief or [writer.all_well()]),
    ]


def laterality_of(spec: FindingSpec) -> Laterality:
    """The side that a site lies on."""
    if spec.site == "lung":
        return "bilateral"
    return "right" if spec.site.startswith("right") else "left"


def _line_of(index: int, item: Placed) -> Line:
    spec = item.spec
    words = WORDING[spec.drawn_type]
    several = spec.count > 1 and words.plural != words.sentence
    template = words.plural if several else words.sentence
    phrase = words.many if several else words.one
    size = f"{item.measured_mm} mm" if "{size}" in template else ""
    if spec.margin == "spiculated" and spec.category == "2d":
        phrase = f"spiculated {phrase}"
    text = template.format(
        one=phrase,
        site=site_words(spec.site),
        size=size,
        side=spec.site.split()[0],
        count=COUNTS.get(spec.count, str(spec.count)),
    )
    text = text.replace("A air", "An air")
    path = anatomy_of(spec)
    size_mm = float(item.measured_mm) if size else 0.0
    return Line(text, (path.split("/")[0],), (path,), index, phrase, size, size_mm)


def _brief(index: int, item: Placed, told: Line) -> Line:
    phrase = told.phrase[0].upper() + told.phrase[1:]
    where = (
        f"on the {item.spec.site.split()[0]}"
        if item.spec.category in PLEURAL
        else f"in {site_words(item.spec.site)}"
    )
    return Line(f"{phrase} {where}.", told.regions, told.anatomy, index, phrase)


def _well(statement: Statement) -> Line:
    return Line(statement.text, statement.regions, statement.anatomy, denies=statement.denies)


def _inside(sentence: Sentence, line: Line, part: str) -> Span:
    start = sentence.span.start + line.text.index(part)
    return Span(start=start, end=start + len(part))


def _present(index: int, item: Placed, lines: list[Line], sentences: list[Sentence]) -> Finding:
    spec = item.spec
    own = [n for n, line in enumerate(lines) if line.placed == index]
    line, sentence = lines[own[0]], sentences[own[0]]
    pleural = spec.category in PLEURAL
    measurements: tuple[Measurement, ...] = ()
    if line.size:
        measurements = (
            Measurement(
                span=_inside(sentence, line, line.size),
                values_mm=(line.size_mm,),
                kind="thickness" if pleural else "diameter",
            ),
        )
    names = {s.name for s in segments()}
    phrase = line.phrase[0].lower() + line.phrase[1:]
    place = spec.site.split()[0] + " pleura" if pleural else spec.site
    return Finding(
        finding_id=f"f{index}",
        type=spec.drawn_type,
        category=spec.category,
        focal=spec.category[0] == "2",
        presence="present",
        span=_inside(sentence, line, line.phrase),
        standardized=" ".join(p for p in (line.size, phrase, "in", place) if p),
        sentence_indices=tuple(own),
        anatomy=(anatomy_of(spec),),
        laterality=laterality_of(spec),
        lung_segments=(spec.site,) if spec.site in names else (),
        measurements=measurements,
        count=spec.count if line.size and not pleural else None,
        change=line.change,
        refers_to_prior=line.change is not None,
        remarks=_guess(line, sentence),
    )


def _guess(line: Line, sentence: Sentence) -> tuple[Remark, ...]:
    if not line.guess:
        return ()
    return (Remark(span=_inside(sentence, line, line.guess), kind="speculation"),)


def _stated(
    lines: list[Line], sentences: list[Sentence], presence: Literal["present", "absent"]
) -> list[Finding]:
    """What lines deny, or state of things that are no findings of the spec."""
    out: list[Finding] = []
    absent = presence == "absent"
    for n, line in enumerate(lines):
        for phrase, kind, category, path in line.denies if absent else line.states:
            out.append(
                Finding(
                    finding_id=f"{'a' if absent else 'e'}{len(out)}",
                    type=kind,
                    category=category,
                    focal=category[0] == "2" if category[0] in ("1", "2") else None,
                    presence=presence,
                    span=_inside(sentences[n], line, phrase),
                    standardized=f"no {phrase.lower()}" if absent else phrase.lower(),
                    sentence_indices=(n,),
                    anatomy=(path,),
                )
            )
    return out
