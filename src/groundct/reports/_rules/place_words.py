"""Where a finding lies, in the words of a report."""

from __future__ import annotations

from typing import Final

from groundct.core.report import Finding
from groundct.vocabulary.american import american_place, needs_place
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings

_ADJECTIVE: Final = frozenset(("pleura", "breast"))
_LEVELS: Final = ("upper", "middle", "lower")
_SIDES: Final = ("right", "left")
_Group = tuple[str, str]


def side_words(finding: Finding) -> str:
    """The side as an adjective, "right", of findings that are said so: pleural ones, breasts."""
    if finding.laterality is None or finding.laterality == "midline" or not _by_side(finding):
        return ""
    return finding.laterality


def place_words(finding: Finding) -> str:
    """For example "in the apical segment of the right upper lobe"; empty where no place is said."""
    default = findings().types[finding.type].anatomy
    lung = [path for path in finding.anatomy if anatomy().top_region(path) == "lung"]
    always = needs_place(findings().types[finding.type].name)
    other = [p for p in finding.anatomy if p not in lung and (always or p != default)]
    if _by_side(finding):
        # "Right gynecomastia" lies in the right breast.
        other = [p for p in other if not p.startswith(f"{default}/{finding.laterality} ")]
    names = _lung_words(finding, lung) + [american_place(anatomy().leaf(path)) for path in other]
    words = f"in {_listed(names)}" if names else ""
    return f"{words} {_side(finding, names)}".strip()


def _side(finding: Finding, names: list[str]) -> str:
    """The side of a finding whose places and name do not tell it."""
    side = finding.laterality
    told = {word for name in names for word in name.split()}
    if side is None or side == "midline" or _by_side(finding) or "both" in told:
        return ""
    if side in _SIDES:
        return "" if side in told else f"on the {side}"
    if told.issuperset(_SIDES):
        return ""
    lung = any(anatomy().top_region(path) == "lung" for path in finding.anatomy)
    return "in both lungs" if lung and not names else "bilaterally"


def _by_side(finding: Finding) -> bool:
    default = findings().types[finding.type].anatomy
    return bool(default) and anatomy().top_region(default) in _ADJECTIVE


def _lung_words(finding: Finding, paths: list[str]) -> list[str]:
    """Lungs, lobes and segments, with "both" where right and left are alike."""
    groups = _groups(finding, paths)
    out = []
    for (side, level), segments in groups.items():
        twin = ("left", level) if side == "right" else ("right", level)
        if side in _SIDES and groups.get(twin) == segments:
            if side == "right":
                out.append(_place(segments, "both", level))
        else:
            out.append(_place(segments, side, level))
    return out


def _groups(finding: Finding, paths: list[str]) -> dict[_Group, tuple[str, ...]]:
    """Segment names by side and level of their lobe; ("", "") stands for no place at all."""
    found: dict[_Group, list[str]] = {}
    for path in paths:
        key = _key(anatomy().leaf(path))
        if key != ("", ""):
            found.setdefault(key, [])
    for name in finding.lung_segments:
        lobe, _, own = name.partition(" lobe ")
        found.setdefault(_key(f"{lobe} lobe"), []).append(own.removesuffix(" segment"))
    named = {key: tuple(own) for key, own in found.items()}
    # A lobe without a side, and a lung, are said by the lobes with segments in them.
    sided = {level for (side, level), own in named.items() if side and own}
    lungs = {side for (side, level), own in named.items() if level and own}
    return {
        (side, level): own
        for (side, level), own in named.items()
        if own or not ((not side and level in sided) or (not level and side in lungs))
    }


def _key(leaf: str) -> _Group:
    """Side and level of "right lung upper lobe", "left lung", "lung lower lobe" or "lung"."""
    words = leaf.split()
    side = words[0] if words[0] in _SIDES else ""
    level = next((word for word in _LEVELS if word in words), "")
    return side, level


def _place(segments: tuple[str, ...], side: str, level: str) -> str:
    several = side == "both"
    noun = ("lobe" if level else "lung") + ("s" if several else "")
    start = f"{side} " if several else f"the {side} " if side else "the "
    whole = f"{start}{level} {noun}".replace("  ", " ")
    if not segments:
        return whole
    word = "segments" if several or len(segments) > 1 else "segment"
    return f"the {_listed(list(segments))} {word} of {whole}"


def _listed(names: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    head, last = names[:-1], names[-1]
    return f"{', '.join(head)} and {last}" if head else last
