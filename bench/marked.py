"""Marked sentences: what a text says, written down before it is read, and how a reading fares.

A line is a text with ``<f type=nodule side=right>words</f>`` around words of each finding.
Attributes: ``type`` (several joined by +), ``presence`` (present when left out), ``side``, ``at``
(leaves of anatomy paths joined by +), ``seg`` (lung segments joined by +), ``mm`` (sizes joined by
+), ``n`` (count), ``prior`` (yes, no). Underscores stand for spaces. A finding answers a mark when
the types are equal and the words overlap; what is read and not marked counts as extra.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from groundct.core.report import Finding, Reading, Report, report_of_columns
from groundct.vocabulary.anatomy import anatomy

_TAG = re.compile(r"<f ([^<>]+)>|</f>")
_KNOWN = ("type", "presence", "side", "at", "seg", "mm", "n", "prior")


@dataclass(frozen=True)
class Mark:
    """A finding that a text states at characters ``start`` to ``end``."""

    start: int
    end: int
    type: str
    wanted: dict[str, str]


@dataclass(frozen=True)
class Outcome:
    """What a reading made of a text: answered marks by attribute, and what went wrong."""

    right: Counter[str]
    wrong: Counter[str]
    faults: tuple[str, ...]


def lines_of(path: Path) -> Iterator[str]:
    """The marked lines of a file, without comments."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def parse(line: str) -> tuple[str, tuple[Mark, ...]]:
    """A line's plain text and its marks.

    Raises ValueError when the markup is broken: such a line would test nothing.
    """
    text = ""
    marks: list[Mark] = []
    position = 0
    opened: tuple[int, str] | None = None
    for tag in _TAG.finditer(line):
        text += line[position : tag.start()]
        position = tag.end()
        if (tag[1] is None) == (opened is None):
            raise ValueError(f"{tag.group()} stands at a wrong place in {line!r}")
        if tag[1] is not None:
            opened = (len(text), tag[1])
        elif opened is not None:
            marks += _marks(opened, len(text), line)
            opened = None
    text += line[position:]
    if opened is not None or "</f" in text or "<f" in text:
        raise ValueError(f"a tag is not closed in {line!r}")
    return text, tuple(marks)


def _marks(opened: tuple[int, str], end: int, line: str) -> list[Mark]:
    pairs = dict(pair.partition("=")[::2] for pair in opened[1].split())
    if not set(pairs) <= set(_KNOWN) or not all(pairs.values()) or "type" not in pairs:
        raise ValueError(f"{opened[1]!r} is no finding in {line!r}")
    wanted = {"presence": "present"} | {k: v for k, v in pairs.items() if k != "type"}
    wanted = {k: _in_order(v.replace("_", " ")) for k, v in wanted.items()}
    return [Mark(opened[0], end, kind, wanted) for kind in pairs["type"].split("+")]


def _in_order(names: str) -> str:
    return "+".join(sorted(names.split("+")))


def outcome(line: str, read: Callable[[Report], Reading]) -> Outcome:
    """How an extractor's reading of a marked line compares with its marks."""
    text, marks = parse(line)
    left = list(read(report_of_columns([("findings", text)])).findings)
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    faults: list[str] = []
    for mark in marks:
        finding = next((f for f in left if _answers(f, mark)), None)
        if finding is None:
            wrong["missed"] += 1
            faults.append(f"missed {mark.type}")
            continue
        left.remove(finding)
        for key, value in mark.wanted.items():
            seen = _seen(finding, key)
            (right if seen == value else wrong)[key] += 1
            if seen != value:
                faults.append(f"{mark.type} {key} is {value}, read {seen}")
    for finding in left:
        wrong["extra"] += 1
        faults.append(f"extra {finding.type} {finding.presence}")
    return Outcome(right, wrong, tuple(faults))


def _answers(finding: Finding, mark: Mark) -> bool:
    span = finding.span
    return finding.type == mark.type and span.start < mark.end and mark.start < span.end


def _seen(finding: Finding, key: str) -> str:
    if key == "presence":
        return finding.presence
    if key == "side":
        return str(finding.laterality).lower()
    if key == "seg":
        return "+".join(sorted(finding.lung_segments))
    if key == "n":
        return str(finding.count).lower()
    if key == "prior":
        return "yes" if finding.refers_to_prior else "no"
    if key == "mm":
        joint = {"range": "-"}
        sizes = [
            joint.get(m.form, "x").join(f"{v:g}" for v in m.values_mm) for m in finding.measurements
        ]
        return "+".join(sorted(sizes)) or "none"
    return "+".join(sorted(anatomy().leaf(path) for path in finding.anatomy))
