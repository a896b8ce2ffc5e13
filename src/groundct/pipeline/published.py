"""What a dataset published, read as a report and a reading, so that all stages can work on it.

Datasets such as ReXGroundingCT and RadGenome-Chest CT ship findings or sentences without the report
they came from. Their texts then stand, untouched and line by line, in place of the report.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from groundct.codecs.finding_masks import FindingMask
from groundct.codecs.rexgroundingct import count_issues, read_placed_masks
from groundct.core.case import Case, PublishedFinding
from groundct.core.contracts import Extractor
from groundct.core.geometry import Geometry, reorientation_to
from groundct.core.issues import Issue, VolumeError
from groundct.core.report import Finding, Reading, Report, Section, Sentence, Span
from groundct.core.volume import INTERNAL_ORIENTATION, RegionMask, Volume
from groundct.grounding.assign import PublishedMask
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings as finding_vocabulary

_LINE = "\n"


def published_lines(case: Case) -> tuple[str, ...]:
    """The texts that stand for a missing report: findings, or else sentences, each once."""
    if case.published.findings:
        return tuple(finding.text for finding in case.published.findings)
    rows = (row for row in case.published.rows if row.table == "region_report")
    return tuple(dict.fromkeys(row.values[1] for row in rows if row.values[1].strip()))


def report_of_lines(lines: Iterable[str]) -> Report | None:
    """One section, findings, of all lines; None without any."""
    text = _LINE.join(lines)
    if not text.strip():
        return None
    return Report(
        text=text, sections=(Section(name="findings", span=Span(start=0, end=len(text))),)
    )


def published_reading(case: Case, extractor: Extractor) -> tuple[Report | None, Reading]:
    """The report that stands for a case's published texts, and the reading that keeps to them.

    A published finding is one finding, present, under its own code; side, site and sizes are
    those that the extractor reads in its text. A published sentence is one sentence, linked as
    published.
    """
    lines = published_lines(case)
    report = report_of_lines(lines)
    if report is None:
        return None, Reading(sentences=(), findings=())
    spans = _line_spans(lines)
    read = extractor.extract(report)
    if case.published.findings:
        pairs = zip(case.published.findings, spans, strict=True)
        told = [_finding(given, n, span, read) for n, (given, span) in enumerate(pairs)]
        sentences = [_sentence(n, span, read, None) for n, span in enumerate(spans)]
        return report, Reading(sentences=tuple(sentences), findings=tuple(told))
    links = _links(case)
    sentences = [
        _sentence(n, span, read, links[line])
        for n, (line, span) in enumerate(zip(lines, spans, strict=True))
    ]
    findings = tuple(_moved(finding, read, spans) for finding in read.findings)
    return report, Reading(sentences=tuple(sentences), findings=findings)


def published_masks(
    case: Case, volume: Volume
) -> tuple[tuple[PublishedMask, ...], tuple[Issue, ...]]:
    """The instances of each published finding, on the volume's grid in RAS order.

    Beside them warnings where their voxels or instances are not as many as the dataset says.
    Raises VolumeError or GridError for a mask that cannot be trusted.
    """
    path, given = case.published.finding_masks, case.published.findings
    if path is None:
        return (), ()
    masks = read_placed_masks(path, volume.stored)
    issues = count_issues(masks, given, path.name)
    if len(masks.findings) != len(given):  # which mask is whose is then not known
        raise VolumeError(*issues)
    told = tuple(
        PublishedMask(f"f{n}", _instances(mask, volume.stored))
        for n, mask in enumerate(masks.findings)
    )
    return told, tuple(issue.model_copy(update={"severity": "warning"}) for issue in issues)


def _instances(mask: FindingMask, stored: Geometry) -> tuple[RegionMask, ...]:
    return tuple(
        _in_ras(mask.offset, mask.labels == label, stored)
        for label in np.unique(mask.labels)
        if label
    )


def _in_ras(
    offset: tuple[int, int, int], voxels: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    stored: Geometry,
) -> RegionMask:  # fmt: skip
    turn = reorientation_to(stored, INTERNAL_ORIENTATION)
    inner = RegionMask.of(turn.apply(voxels))
    moved = []
    for own, old, flip in zip(inner.offset, turn.axes, turn.flips, strict=True):
        start = stored.shape[old] - offset[old] - voxels.shape[old] if flip else offset[old]
        moved.append(start + own)
    return RegionMask((moved[0], moved[1], moved[2]), inner.voxels)


def _line_spans(lines: tuple[str, ...]) -> tuple[Span, ...]:
    spans, start = [], 0
    for line in lines:
        spans.append(Span(start=start, end=start + len(line)))
        start += len(line) + len(_LINE)
    return tuple(spans)


def _links(case: Case) -> dict[str, tuple[str, ...]]:
    """The Anatomy cells of each sentence, in their order."""
    links: dict[str, tuple[str, ...]] = {}
    for row in case.published.rows:
        if row.table == "region_report":
            cell, text = row.values
            links[text] = (*links.get(text, ()), cell)
    return links


def _sentence(index: int, span: Span, read: Reading, cells: tuple[str, ...] | None) -> Sentence:
    """A sentence of a line, linked by ``cells``; without them as the extractor links its parts."""
    if cells is None:
        parts = [s for s in read.sentences if span.contains(s.span)]
        regions = tuple(dict.fromkeys(r for part in parts for r in part.regions))
        paths = tuple(dict.fromkeys(p for part in parts for p in part.anatomy))
    else:
        tree = anatomy()
        paths = tuple(dict.fromkeys(cell for cell in cells if cell))
        regions = tuple(dict.fromkeys(tree.top_region(path) for path in paths))
    return Sentence(index=index, section="findings", span=span, regions=regions, anatomy=paths)


def _finding(given: PublishedFinding, number: int, span: Span, read: Reading) -> Finding:
    inside = [finding for finding in read.findings if span.contains(finding.span)]
    fitting = [finding for finding in inside if finding.category == given.category]
    main = next(iter(fitting or inside), None)
    category = given.category or (main.category if main else "12")
    code = finding_vocabulary().codes.get(category)
    return Finding(
        finding_id=f"f{number}",
        type=main.type if main else "other",
        category=category,
        focal=code.focal if code else None,
        presence="present",
        span=span,
        standardized=given.text,
        sentence_indices=(number,),
        anatomy=tuple(dict.fromkeys(p for f in inside for p in f.anatomy)),
        laterality=main.laterality if main else None,
        lung_segments=tuple(dict.fromkeys(s for f in inside for s in f.lung_segments)),
        measurements=tuple(m for f in inside for m in f.measurements),
        count=given.entity_count or (main.count if main else None),
        refers_to_prior=any(f.refers_to_prior for f in inside),
        cues=main.cues if main else (),
    )


def _moved(finding: Finding, read: Reading, spans: tuple[Span, ...]) -> Finding:
    """A finding with the numbers of the published sentences in place of the extractor's."""
    own = [read.sentences[n].span for n in finding.sentence_indices]
    lines = [n for n, span in enumerate(spans) if any(span.contains(part) for part in own)]
    return finding.model_copy(update={"sentence_indices": tuple(lines)})
