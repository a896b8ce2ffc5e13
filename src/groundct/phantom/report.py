"""The report of a phantom and its exact reading: every span, side, site and size is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from groundct.core.report import (
    Finding,
    Laterality,
    Measurement,
    Reading,
    Report,
    SectionName,
    Sentence,
    Span,
    report_of_columns,
)
from groundct.phantom.spec import PLEURAL, FindingSpec
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


@dataclass(frozen=True)
class Placed:
    """A finding as the report needs it: what was asked, and the size measured in its masks."""

    spec: FindingSpec
    measured_mm: int


@dataclass(frozen=True)
class _Line:
    """A sentence to be: its text, where it points, and the findings that it states or denies."""

    text: str
    regions: tuple[str, ...] = ()
    anatomy: tuple[str, ...] = ()
    placed: int | None = None
    phrase: str = ""
    size: str = ""
    denies: tuple[tuple[str, str, str, str], ...] = field(default=())


def write_report(placed: Iterable[Placed]) -> tuple[Report, Reading]:
    """A report of three sections with its reading; finding ``f<n>`` is the n-th placed one."""
    items = tuple(placed)
    types = {item.spec.drawn_type for item in items}
    told = [_line_of(n, item) for n, item in enumerate(items)]
    lung = [t for t, item in zip(told, items, strict=True) if item.spec.category not in PLEURAL]
    pleura = [t for t, item in zip(told, items, strict=True) if item.spec.category in PLEURAL]
    body = [_well(s) for s in BEFORE_LUNGS] + lung + pleura
    body += [_well(s) for s in AFTER_LUNGS if not types & set(s.unless)]
    brief = [_brief(n, item, t) for n, (item, t) in enumerate(zip(items, told, strict=True))]
    columns: list[tuple[SectionName, list[_Line]]] = [
        ("technique", [_Line(text) for text in TECHNIQUE]),
        ("findings", body),
        ("impression", brief or [_Line(ALL_WELL)]),
    ]
    report = report_of_columns((name, " ".join(x.text for x in part)) for name, part in columns)
    lines: list[_Line] = []
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
    findings += _absent(lines, sentences)
    return report, Reading(sentences=tuple(sentences), findings=tuple(findings))


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


def anatomy_of(spec: FindingSpec) -> str:
    """RadGenome's path of a finding's site."""
    if spec.category in PLEURAL:
        return "pleura/pleura"
    for segment in segments():
        if segment.name == spec.site or segment.lobe == spec.site:
            return segment.path
    return "lung/lung" if spec.site == "lung" else f"lung/lung/{spec.site}"


def laterality_of(spec: FindingSpec) -> Laterality:
    """The side that a site lies on."""
    if spec.site == "lung":
        return "bilateral"
    return "right" if spec.site.startswith("right") else "left"


def _line_of(index: int, item: Placed) -> _Line:
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
    return _Line(text, (path.split("/")[0],), (path,), index, phrase, size)


def _brief(index: int, item: Placed, told: _Line) -> _Line:
    phrase = told.phrase[0].upper() + told.phrase[1:]
    where = (
        f"on the {item.spec.site.split()[0]}"
        if item.spec.category in PLEURAL
        else f"in {site_words(item.spec.site)}"
    )
    return _Line(f"{phrase} {where}.", told.regions, told.anatomy, index, phrase)


def _well(statement: Statement) -> _Line:
    return _Line(statement.text, statement.regions, statement.anatomy, denies=statement.denies)


def _inside(sentence: Sentence, line: _Line, part: str) -> Span:
    start = sentence.span.start + line.text.index(part)
    return Span(start=start, end=start + len(part))


def _present(index: int, item: Placed, lines: list[_Line], sentences: list[Sentence]) -> Finding:
    spec = item.spec
    own = [n for n, line in enumerate(lines) if line.placed == index]
    line, sentence = lines[own[0]], sentences[own[0]]
    pleural = spec.category in PLEURAL
    measurements: tuple[Measurement, ...] = ()
    if line.size:
        measurements = (
            Measurement(
                span=_inside(sentence, line, line.size),
                values_mm=(float(item.measured_mm),),
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
    )


def _absent(lines: list[_Line], sentences: list[Sentence]) -> list[Finding]:
    out: list[Finding] = []
    for n, line in enumerate(lines):
        for phrase, kind, category, path in line.denies:
            out.append(
                Finding(
                    finding_id=f"a{len(out)}",
                    type=kind,
                    category=category,
                    focal=category[0] == "2" if category[0] in "12" else None,
                    presence="absent",
                    span=_inside(sentences[n], line, phrase),
                    standardized=f"no {phrase.lower()}",
                    sentence_indices=(n,),
                    anatomy=(path,),
                )
            )
    return out
