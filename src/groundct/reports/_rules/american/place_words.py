"""Where a finding lies, in the words of a report."""

from __future__ import annotations

from typing import Final

from groundct.reports._rules.american.told import Told
from groundct.vocabulary.american import american_place
from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.findings import findings

_ADJECTIVE: Final = frozenset(("pleura", "breast"))
_LEVELS: Final = ("upper", "middle", "lower")
_SIDES: Final = ("right", "left")
_LUNG: Final = "lung/lung"
_Group = tuple[str, str]


def side_words(told: Told) -> str:
    """The side as an adjective, "right": of pleural findings, and of paired organs alone."""
    if told.laterality is None or told.laterality == "midline":
        return ""
    return told.laterality if _by_side(told) or _in_one_of_two(told) else ""


def place_words(told: Told, *, always: bool) -> str:
    """For example "in the apical segment of the right upper lobe"; empty where no place is said.

    ``always``: a type's usual place is said too, except a whole region of the body.
    """
    default = findings().types[told.type].anatomy
    lung = [path for path in told.anatomy if anatomy().top_region(path) == "lung"]
    shown = always and "/" in default
    other = [p for p in told.anatomy if p not in lung and (shown or p != default)]
    if _in_one_of_two(told):
        other = []
    names = _lung_words(told, lung)
    if lung and not names and default != _LUNG and told.laterality is None:
        names = [american_place(anatomy().leaf(_LUNG))]
    names += [american_place(anatomy().leaf(path)) for path in other]
    return _sided(told, names)


def has_exact_place(told: Told) -> bool:
    """Whether it lies at a place under its type's usual one: "in the left lobe of the liver"."""
    default = findings().types[told.type].anatomy
    return any(path.startswith(f"{default}/") for path in told.anatomy)


def _sided(told: Told, names: list[str]) -> str:
    """Places as words, with the side of a finding whose places and name do not tell it."""
    words = f"in {_listed(names)}" if names else ""
    side = told.laterality
    said = {word for name in names for word in name.split()}
    if side is None or side == "midline" or side_words(told) or "both" in said:
        return words
    if side in _SIDES:
        return words if side in said else f"{words} on the {side}".lstrip()
    if said.issuperset(_SIDES):
        return words
    if any(anatomy().top_region(path) == "lung" for path in told.anatomy):
        return f"in both lungs, including {_listed(names)}" if names else "in both lungs"
    return f"{words} bilaterally".lstrip()


def _in_one_of_two(told: Told) -> bool:
    """Whether it lies in the right or left one of the organ that its type names."""
    default = findings().types[told.type].anatomy
    if not default or default == _LUNG or len(told.anatomy) != 1:
        return False
    organ = anatomy().leaf(default).removesuffix(" gland")
    leaf = anatomy().leaf(told.anatomy[0])
    return leaf.removesuffix(" gland") == f"{told.laterality} {organ}"


def _by_side(told: Told) -> bool:
    default = findings().types[told.type].anatomy
    return bool(default) and anatomy().top_region(default) in _ADJECTIVE


def _lung_words(told: Told, paths: list[str]) -> list[str]:
    """Lungs, lobes and segments, with "both" where right and left are alike."""
    groups = _groups(told, paths)
    out = []
    for (side, level), segments in groups.items():
        twin = ("left", level) if side == "right" else ("right", level)
        if side in _SIDES and groups.get(twin) == segments:
            if side == "right":
                out.append(_place(segments, "both", level))
        else:
            out.append(_place(segments, side, level))
    return out


def _groups(told: Told, paths: list[str]) -> dict[_Group, tuple[str, ...]]:
    """Segment names by side and level of their lobe; ("", "") stands for no place at all."""
    found: dict[_Group, list[str]] = {}
    for path in paths:
        key = _key(anatomy().leaf(path))
        if key != ("", ""):
            found.setdefault(key, [])
    for name in told.lung_segments:
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
