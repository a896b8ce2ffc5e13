"""Where a finding lies, in the words of a report."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from groundct.core.report import Laterality
from groundct.vocabulary.american import american_place
from groundct.vocabulary.anatomy import anatomy

_ADJECTIVE: Final = frozenset(("pleura", "breast"))
_LEVELS: Final = ("upper", "middle", "lower")
_SIDES: Final = ("right", "left")
_LUNG: Final = "lung/lung"
_Group = tuple[str, str]


class Place(NamedTuple):
    """Where a finding lies, and where those of its type usually do."""

    usual: str
    anatomy: tuple[str, ...]
    laterality: Laterality | None
    lung_segments: tuple[str, ...]


@lru_cache(maxsize=1 << 12)
def side_words(place: Place) -> str:
    """The side as an adjective, "right": of pleural findings, and of paired organs alone."""
    if place.laterality is None or place.laterality == "midline":
        return ""
    return place.laterality if _by_side(place) or _in_one_of_two(place) else ""


@lru_cache(maxsize=1 << 12)
def place_words(place: Place, *, always: bool) -> str:
    """For example "in the apical segment of the right upper lobe"; empty where no place is said.

    ``always``: a type's usual place is said too, except a whole region of the body.
    """
    usual = place.usual
    lung = [path for path in place.anatomy if anatomy().top_region(path) == "lung"]
    shown = always and "/" in usual
    other = [p for p in place.anatomy if p not in lung and (shown or p != usual)]
    if _in_one_of_two(place):
        other = []
    names = _lung_words(place, lung)
    if lung and not names and usual != _LUNG and place.laterality is None:
        names = [american_place(anatomy().leaf(_LUNG))]
    names += [american_place(anatomy().leaf(path)) for path in other]
    return _sided(place, names)


def has_exact_place(place: Place) -> bool:
    """Whether it lies at a place under its type's usual one: "in the left lobe of the liver"."""
    return any(path.startswith(f"{place.usual}/") for path in place.anatomy)


def _sided(place: Place, names: list[str]) -> str:
    """Places as words, with the side of a finding whose places and name do not tell it."""
    words = f"in {_listed(names)}" if names else ""
    side = place.laterality
    if side is None or side == "midline" or side_words(place):
        return words
    said = {word for name in names for word in name.split()}
    if "both" in said:
        return words
    if side in _SIDES:
        return words if side in said else f"{words} on the {side}".lstrip()
    if said.issuperset(_SIDES):
        return words
    if any(anatomy().top_region(path) == "lung" for path in place.anatomy):
        return f"in both lungs, including {_listed(names)}" if names else "in both lungs"
    return f"{words} bilaterally".lstrip()


def _in_one_of_two(place: Place) -> bool:
    """Whether it lies in the right or left one of the organ that its type names."""
    if not place.usual or place.usual == _LUNG or len(place.anatomy) != 1:
        return False
    organ = anatomy().leaf(place.usual).removesuffix(" gland")
    leaf = anatomy().leaf(place.anatomy[0])
    return leaf.removesuffix(" gland") == f"{place.laterality} {organ}"


def _by_side(place: Place) -> bool:
    return bool(place.usual) and anatomy().top_region(place.usual) in _ADJECTIVE


def _lung_words(place: Place, paths: list[str]) -> list[str]:
    """Lungs, lobes and segments, with "both" where right and left are alike."""
    groups = _groups(place, paths)
    out = []
    for (side, level), segments in groups.items():
        twin = ("left", level) if side == "right" else ("right", level)
        if side in _SIDES and groups.get(twin) == segments:
            if side == "right":
                out.append(_place(segments, "both", level))
        else:
            out.append(_place(segments, side, level))
    return out


def _groups(place: Place, paths: list[str]) -> dict[_Group, tuple[str, ...]]:
    """Segment names by side and level of their lobe; ("", "") stands for no place at all."""
    found: dict[_Group, list[str]] = {}
    for path in paths:
        key = _key(anatomy().leaf(path))
        if key != ("", ""):
            found.setdefault(key, [])
    for name in place.lung_segments:
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
