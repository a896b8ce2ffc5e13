"""Sentences made of slots, with what they say known by construction.

A template has findings ``{f} {g} {h}``, sites ``{s} {t}`` and sides ``{a} {b}``; what it states is
written beside it, one statement a finding: ``f s`` (present there), ``-g t`` (absent), ``?h`` (left
open), ``f s+t`` (at both), ``f a`` (on a side). Both registers: American reports, and translated
ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from groundct.core.report import Finding
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.segments import segments

FINDINGS: Final = {
    "nodule": "nodule",
    "mass": "mass",
    "consolidation": "consolidation",
    "atelectasis": "atelectasis",
    "ground-glass opacity": "ground_glass",
    "bronchiectasis": "bronchiectasis",
    "emphysema": "emphysema",
}
PLEURAL: Final = {"pleural effusion": "pleural_effusion", "pneumothorax": "pneumothorax"}

TEMPLATES: Final = (
    ("A {f} is seen in the {s}.", "f s"),
    ("There is {f} in the {s}.", "f s"),
    ("In the {s}, there is {f}.", "f s"),
    ("{f} is observed in the {s}.", "f s"),
    ("When examined in the lung parenchyma window; {f} is observed in the {s}.", "f s"),
    ("Stable {f} in the {s}.", "f s"),
    ("No {f} is seen in the {s}.", "-f s"),
    ("{f} was not detected in the {s}.", "-f s"),
    ("There was no finding compatible with {f} in the {s}.", "-f s"),
    ("The {s} is free of {f}.", "-f s"),
    ("Possible {f} in the {s}.", "?f s"),
    ("{f} in the {s} cannot be excluded.", "?f s"),
    ("{f}? in the {s}.", "?f s"),
    ("{f} in the {s} and {g} in the {t}.", "f s, g t"),
    ("{f} in the {s}, {g} in the {t}.", "f s, g t"),
    ("In the {s} {f}, in the {t} {g} are observed.", "f s, g t"),
    ("In the {s}, {f} is seen, and in the {t}, {g} is seen.", "f s, g t"),
    ("{f} (in the {s}) and {g} (in the {t}).", "f s, g t"),
    ("There is {f} in the {s}. There is {g} in the {t}.", "f s, g t"),
    ("While there is {f} in the {s}, {g} is seen in the {t}.", "f s, g t"),
    ("{f} in the {s} with {g} in the {t}.", "f s, g t"),
    ("A 5 mm {f} in the {s} and a 9 mm {g} in the {t}.", "f s, g t"),
    ("The {f} in the {s} is unchanged, and the {g} in the {t} is new.", "f s, g t"),
    ("{f} is seen in the {s}; {g} is seen in the {t}; no {h} is seen.", "f s, g t, -h"),
    ("No {f} in the {s}; {g} in the {t}.", "-f s, g t"),
    ("{f} in the {s}, no {g} in the {t}.", "f s, -g t"),
    ("{f} is not seen in the {s}, and {g} is seen in the {t}.", "-f s, g t"),
    ("{f} is seen in the {s}, and {g} is not seen in the {t}.", "f s, -g t"),
    ("No {f} is seen in the {s}, but there is {g} in the {t}.", "-f s, g t"),
    ("No {f} was detected in the {s}, {g} was observed in the {t}.", "-f s, g t"),
    ("{f} and {g} in the {s}.", "f s, g s"),
    ("{f}, {g} and {h} are observed in the {s}.", "f s, g s, h s"),
    ("No {f} or {g} is seen in the {s}.", "-f s, -g s"),
    ("{f}, {g} or {h} was not observed in the {s}.", "-f s, -g s, -h s"),
    ("Neither {f} nor {g} is seen in the {s}.", "-f s, -g s"),
    ("Other than {f} in the {s}, no {g} is seen.", "f s, -g"),
    ("No {g} is seen other than {f} in the {s}.", "-g, f s"),
    ("{f} is present in the {s}, {g} is absent.", "f s, -g"),
    ("{f} in the {s} without {g}.", "f s, -g s"),
    ("Not only {f} but also {g} is seen in the {s}.", "f s, g s"),
    ("{f} that was not seen on the previous examination is present in the {s}.", "f s"),
    ("{f} in the {s}, observed in the previous examination, was not detected.", "-f s"),
    ("No significant change was detected in the {f} in the {s}.", "f s"),
    ("{f} is seen in the {s}, {g} cannot be excluded.", "f s, ?g"),
    ("{f} in the {s} and the {t}.", "f s+t"),
    ("{f} is observed in the {s} and in the {t}.", "f s+t"),
    ("{f} was not observed in the {s} and the {t}.", "-f s+t"),
    ("{p} on the {a} and {q} on the {b}.", "p a, q b"),
    ("{a} {p} and {b} {q}.", "p a, q b"),
    ("{a} sided {p} and {b} sided {q} are seen.", "p a, q b"),
    ("No {p} on the {a}, {q} is seen on the {b}.", "-p a, q b"),
    ("{p} on the {a} and {f} in the {s}.", "p a, f s"),
    ("{f} in the {s}, {a} {p}.", "f s, p a"),
    ("On the {a}, {p} is seen; on the {b}, {q} is seen.", "p a, q b"),
    ("{p} in the {a} hemithorax and {f} in the {s}.", "p a, f s"),
    ("{f} in the {s} and cyst in the {a} kidney.", "f s"),
    ("The {a} main bronchus is open, {f} is seen in the {s}.", "f s"),
)


@dataclass(frozen=True)
class Place:
    """A lung site: its words, and what they say."""

    words: str
    side: str
    leaf: str
    segment: str = ""


@dataclass(frozen=True)
class Said:
    """What a sentence states of a finding."""

    type: str
    presence: str
    side: str | None
    leaves: frozenset[str]
    segments: frozenset[str]


def places() -> tuple[Place, ...]:
    """Lungs, lobes and segments in the word orders of both registers."""
    out: list[Place] = []
    for side, levels in (("right", ("upper", "middle", "lower")), ("left", ("upper", "lower"))):
        out.append(Place(f"{side} lung", side, f"{side} lung"))
        for level in levels:
            leaf = f"{side} lung {level} lobe"
            for words in (f"{side} {level} lobe", f"{level} lobe of the {side} lung", leaf):
                out.append(Place(words, side, leaf))
    for segment in segments():
        name = segment.name.removeprefix(segment.lobe).strip()
        level = segment.lobe.removeprefix(f"{segment.side} lung ")
        for words in (
            f"{name} of the {segment.side} {level}",
            f"{name} of the {level} of the {segment.side} lung",
            f"{segment.lobe} {name}",
        ):
            out.append(Place(words, segment.side, segment.lobe, segment.name))
    return tuple(out)


def made(template: tuple[str, str], slots: Mapping[str, str | Place]) -> tuple[str, list[Said]]:
    """A sentence of a template, and what it states."""
    words = {key: slot.words if isinstance(slot, Place) else slot for key, slot in slots.items()}
    text = template[0].format(**words)
    said = [_said(statement.split(), slots) for statement in template[1].split(", ")]
    return text[0].upper() + text[1:], said


def _said(statement: list[str], slots: Mapping[str, str | Place]) -> Said:
    presence = {"-": "absent", "?": "uncertain"}.get(statement[0][0], "present")
    own = str(slots[statement[0][-1]])
    kind = {**FINDINGS, **PLEURAL}[own]
    where = statement[1].split("+") if len(statement) > 1 else []
    found = [slots[key] for key in where]
    sites = [slot for slot in found if isinstance(slot, Place)]
    sides = {slot.side if isinstance(slot, Place) else slot for slot in found}
    side = "bilateral" if len(sides) == 2 else (sides.pop() if sides else None)
    leaves = {site.leaf for site in sites} or {"pleura" if own in PLEURAL else "lung"}
    leaves = {leaf for leaf in leaves if not _is_above(leaf, leaves)}
    return Said(
        kind, presence, side, frozenset(leaves), frozenset(s.segment for s in sites if s.segment)
    )


def _is_above(leaf: str, leaves: set[str]) -> bool:
    tree = anatomy()
    return any(
        tree.path_of(leaf) in tree.ancestors(tree.path_of(other)) for other in leaves - {leaf}
    )


def read_as(finding: Finding) -> Said:
    """What a reading says of a finding, in the same form."""
    leaves = frozenset(anatomy().leaf(path) for path in finding.anatomy)
    return Said(
        finding.type,
        finding.presence,
        finding.laterality,
        leaves,
        frozenset(finding.lung_segments),
    )
