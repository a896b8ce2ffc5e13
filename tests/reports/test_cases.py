"""Marked sentences: exactly the marked findings are read, with just the attributes given.

The folder ``cases_tr`` is in Turkish. Files called "held..." are scored by their totals alone.

Attributes: ``type`` (two types of one span joined by +), ``presence`` (present when left out),
``side``, ``at`` (leaves of the anatomy paths joined by +), ``seg`` (lung segments joined by +),
``mm`` (sizes, axes joined by x, ranges by - and sizes by +), ``kind`` and ``form`` (of the sizes,
joined by +), ``n`` (count), ``prior`` (yes), ``change``, ``mod`` (modifiers joined by +), ``rem``
(remarks, each "kind:its words", joined by +), ``std`` (the standard words). Underscores stand for
spaces. Malformed markup raises MarkupError: a case that cannot be read tests nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from groundct.core.report import Finding, report_of_columns
from groundct.reports.rules import PLUGIN
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings

_TAG = re.compile(r"<(/?)([^<>]*)>")
_KNOWN = {"type", "presence", "side", "at", "seg", "mm", "n", "prior"}
_KNOWN |= {"kind", "form", "change", "mod", "rem", "std"}
_WITH_SPACES = ("at", "seg", "rem", "std")


class MarkupError(ValueError):
    """A case whose markup is broken."""


@dataclass(frozen=True)
class Marked:
    """A marked span with its attributes."""

    start: int
    end: int
    attributes: dict[str, str]


def parse_markup(line: str) -> tuple[str, tuple[Marked, ...]]:
    """The plain text of a line and its marked spans."""
    text = ""
    marked: list[Marked] = []
    opened: tuple[int, dict[str, str]] | None = None
    position = 0
    for tag in _TAG.finditer(line):
        text += line[position : tag.start()]
        position = tag.end()
        if tag[1]:
            if opened is None or tag[2] != "f":
                raise MarkupError(f"{tag.group()} closes nothing in {line!r}")
            if len(text) == opened[0]:
                raise MarkupError(f"an empty finding in {line!r}")
            marked.append(Marked(opened[0], len(text), opened[1]))
            opened = None
        else:
            if opened is not None:
                raise MarkupError(f"a finding inside a finding in {line!r}")
            opened = (len(text), _attributes(tag[2], line))
    text += line[position:]
    if opened is not None:
        raise MarkupError(f"a finding is not closed in {line!r}")
    if "<" in text or ">" in text:
        raise MarkupError(f"a lone bracket in {line!r}")
    return text, tuple(marked)


def _attributes(tag: str, line: str) -> dict[str, str]:
    name, *pairs = tag.split()
    if name != "f":
        raise MarkupError(f"<{tag}> is no finding in {line!r}")
    out: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not value or key not in _KNOWN or key in out:
            raise MarkupError(f"{pair!r} is no attribute in {line!r}")
        out[key] = value.replace("_", " ") if key in _WITH_SPACES else value
    if "type" not in out:
        raise MarkupError(f"a finding has no type in {line!r}")
    return out


CASES = [
    (path.stem, line, folder.name.removeprefix("cases").removeprefix("_") or "en")
    for folder in sorted(Path(__file__).parent.glob("cases*"))
    for path in sorted(folder.glob("*.txt"))
    if not path.stem.startswith("held")
    for line in path.read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def _seen(finding: Finding, wanted: dict[str, str], text: str) -> dict[str, str]:
    """The attributes of a finding that a case asks for, in the case's own writing."""
    joint = {"range": "-"}
    told = finding.measurements
    sizes = [joint.get(m.form, "x").join(f"{v:g}" for v in m.values_mm) for m in told]
    full = {
        "presence": finding.presence,
        "side": str(finding.laterality).lower(),
        "at": "+".join(anatomy().leaf(path) for path in finding.anatomy),
        "seg": "+".join(finding.lung_segments),
        "mm": "+".join(sizes) or "none",
        "n": str(finding.count).lower(),
        "prior": "yes" if finding.refers_to_prior else "no",
        "kind": "+".join(size.kind for size in told) or "none",
        "form": "+".join(size.form for size in told) or "none",
        "change": str(finding.change).lower(),
        "mod": "+".join(finding.modifiers) or "none",
        "rem": "+".join(f"{r.kind}:{r.span.of(text)}" for r in finding.remarks) or "none",
        "std": finding.standardized,
    }
    return {key: full[key] for key in wanted if key != "type"}


@pytest.mark.parametrize(("file", "line", "language"), CASES)
def test_case(file: str, line: str, language: str) -> None:
    text, marked = parse_markup(line)
    reading = PLUGIN.extract(report_of_columns([("findings", text)], language))
    wanted = {}
    for mark in marked:
        for kind in mark.attributes["type"].split("+"):
            assert kind in findings().types, kind
            attributes = {"presence": "present", **mark.attributes}
            attributes.pop("type")
            wanted[kind, text[mark.start : mark.end]] = attributes
    seen = {}
    for finding in reading.findings:
        key = (finding.type, finding.span.of(text))
        seen[key] = _seen(finding, wanted.get(key, {"presence": ""}), text)
    assert seen == wanted


def test_there_are_cases() -> None:
    assert len(CASES) > 80


@pytest.mark.parametrize(
    "line",
    [
        "No <f type=nodule>nodule.",
        "No nodule</f>.",
        "No <f type=nodule>nodule</g>.",
        "No <f type=nodule><f type=mass>mass</f></f>.",
        "No <f>nodule</f>.",
        "No <f type=nodule presense=absent>nodule</f>.",
        "No <f type=nodule type=mass>nodule</f>.",
        "No <g type=nodule>nodule</f>.",
        "No <f type=nodule></f>.",
        "Nodule < 5 mm.",
    ],
)
def test_broken_markup_raises(line: str) -> None:
    with pytest.raises(MarkupError):
        parse_markup(line)
