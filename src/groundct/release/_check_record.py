"""What must hold inside a record: every reference exists, every span lies in the text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from groundct.core.issues import Issue
from groundct.core.record import Grounded, Record
from groundct.core.report import Span
from groundct.release.tracing import untraced_regions

_REMEDY = "Build the case again, and report it: a record of this program must not have this."


def check_record(record: Record) -> tuple[Issue, ...]:
    """All problems of a record, whatever its masks; codes as in ``docs/format.md``."""
    checks = (
        _unique_ids,
        _spans,
        _finding_sentences,
        _references,
        _groundings,
        _boxes,
        _answers,
        _tracing,
    )
    return tuple(
        Issue(code=code, where=where, what=what, remedy=_REMEDY, case_id=record.case_id)
        for check in checks
        for code, where, what in check(record)
    )


Problem = tuple[str, str, str]


def _unique_ids(record: Record) -> Iterator[Problem]:
    things: dict[str, Iterable[str]] = {
        "region_id": (region.region_id for region in record.regions),
        "finding_id": (finding.finding_id for finding in record.reading.findings),
        "question_id": (question.question_id for question in record.questions),
        "sentence index": (str(sentence.index) for sentence in record.reading.sentences),
        "organ": (organ.name for organ in record.organs),
        "grounding of": (f"{g.target} {g.target_id}" for g in record.groundings),
    }
    for kind, ids in things.items():
        for name, count in Counter(ids).items():
            if count > 1:
                yield "doubled-id", f"{kind} {name}", f"it stands there {count} times."


def _spans(record: Record) -> Iterator[Problem]:
    length = len(record.report.text) if record.report else 0

    def outside(where: str, spans: Iterable[Span]) -> Iterator[Problem]:
        for span in spans:
            if span.end > length:
                what = f"span {span.start}..{span.end} leaves the text of {length} characters."
                yield "span-outside-text", where, what

    for sentence in record.reading.sentences:
        spans = [sentence.span, *(rewrite.span for rewrite in sentence.rewrites)]
        yield from outside(f"sentence {sentence.index}", spans)
    for finding in record.reading.findings:
        marked = (finding.measurements, finding.cues, finding.remarks, finding.relations)
        spans = [finding.span, *(item.span for items in marked for item in items)]
        yield from outside(f"finding {finding.finding_id}", spans)


def _finding_sentences(record: Record) -> Iterator[Problem]:
    known = {sentence.index: sentence.span for sentence in record.reading.sentences}
    for finding in record.reading.findings:
        where = f"finding {finding.finding_id}"
        missing = [index for index in finding.sentence_indices if index not in known]
        if missing:
            yield "unknown-sentence", where, f"sentences {missing} do not exist."
        spans = [known[index] for index in finding.sentence_indices if index in known]
        touched = (s.start < finding.span.end and finding.span.start < s.end for s in spans)
        if spans and not any(touched):
            yield "finding-outside-sentences", where, "its words stand in none of its sentences."


def _references(record: Record) -> Iterator[Problem]:
    regions = {region.region_id for region in record.regions}
    findings = {finding.finding_id for finding in record.reading.findings}

    def unknown(where: str, kind: str, ids: Iterable[str | None]) -> Iterator[Problem]:
        known = regions if kind == "region" else findings
        missing = sorted({name for name in ids if name is not None and name not in known})
        if missing:
            yield f"unknown-{kind}", where, f"{kind}s {missing} do not exist."

    for region in record.regions:
        yield from unknown(f"region {region.region_id}", "finding", [region.finding_id])
    for grounding in record.groundings:
        if isinstance(grounding, Grounded):
            where = f"grounding of {grounding.target} {grounding.target_id}"
            yield from unknown(where, "region", grounding.region_ids)
    for question in record.questions:
        yield from unknown(f"question {question.question_id}", "region", question.region_ids)
        yield from unknown(f"question {question.question_id}", "finding", question.finding_ids)
    for trace in record.traces:
        where = f"trace of {trace.finding_id}"
        yield from unknown(where, "finding", [trace.finding_id])
        yield from unknown(where, "region", [trace.region_id, *(s.region_id for s in trace.steps)])


def _groundings(record: Record) -> Iterator[Problem]:
    targets = {("sentence", str(sentence.index)) for sentence in record.reading.sentences}
    targets |= {("finding", finding.finding_id) for finding in record.reading.findings}
    grounded = {(grounding.target, grounding.target_id) for grounding in record.groundings}
    for target, name in sorted(targets - grounded):
        yield "no-grounding", f"{target} {name}", "it has no grounding and no reason for none."
    for target, name in sorted(grounded - targets):
        yield "unknown-target", f"grounding of {target} {name}", "its target does not exist."
    denied = {f.finding_id for f in record.reading.findings if f.presence == "absent"}
    grounded_ids = {
        g.target_id for g in record.groundings if isinstance(g, Grounded) and g.target == "finding"
    }
    for name in sorted(denied & grounded_ids):
        yield "absent-grounded", f"finding {name}", "it is denied."


def _boxes(record: Record) -> Iterator[Problem]:
    if record.volume is None:
        if record.regions:
            yield "region-without-volume", "regions", "the case has regions and no volume."
        return
    shape = record.volume.geometry.shape
    for region in record.regions:
        low, high = region.box.low, region.box.high
        sides = [b - a for a, b in zip(low, high, strict=True)]
        fits = all(
            0 <= a < b <= n and a - 0.5 <= c <= b - 0.5
            for a, b, n, c in zip(low, high, shape, region.centroid_index, strict=True)
        )
        if not fits or region.voxels > sides[0] * sides[1] * sides[2]:
            what = f"box {low} to {high} does not hold {region.voxels} voxels on a grid of {shape}."
            yield "bad-box", f"region {region.region_id}", what


def _answers(record: Record) -> Iterator[Problem]:
    presence = {finding.finding_id: finding.presence for finding in record.reading.findings}
    said: dict[tuple[str, str], str] = {}
    for question in record.questions:
        if question.task != "presence" or question.origin == "published":
            continue
        where = f"question {question.question_id}"
        due = {"Yes.": "present", "No.": "absent"}.get(question.answer)
        if due is None:
            yield "bad-answer", where, f"a closed question is answered {question.answer!r}."
            continue
        if not question.finding_ids or any(presence.get(f) != due for f in question.finding_ids):
            yield "unfounded-answer", where, f"{question.answer} rests on no {due} finding alone."
        first = said.setdefault((question.anatomy, question.abnormality), question.answer)
        if first != question.answer:
            what = f"{question.abnormality} at {question.anatomy!r} has both Yes and No."
            yield "contradictory-answers", where, what


def _tracing(record: Record) -> Iterator[Problem]:
    for region_id in untraced_regions(record):
        what = "no characters of the report lead to it."
        yield "untraced-region", f"region {region_id}", what
