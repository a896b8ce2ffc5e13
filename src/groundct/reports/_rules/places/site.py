"""A lung site: a lung, a lobe or segments, with its side."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.lexicon import Hit

Side = Literal["right", "left", "bilateral"]
_SINGLE: Final[Mapping[Side | None, tuple[str, ...]]] = MappingProxyType(
    {None: (), "right": ("right",), "left": ("left",), "bilateral": ("right", "left")}
)
"""The single sides that a side stands for."""


def single_sides(side: Side | None) -> tuple[str, ...]:
    """The single sides that a side stands for."""
    return _SINGLE[side]


def other_side(side: str) -> Literal["right", "left"]:
    """The left of the right, and the right of the left."""
    return "left" if side == "right" else "right"


class Site(NamedTuple):
    """A lung, lobe or set of segments named at tokens ``first`` to ``last``.

    ``clashes``: a lobe was named that the side has not ("left middle lobe"). The side stands as it
    is said and the lobe is left out: nothing tells which of the two words is wrong.
    """

    first: int
    last: int
    side: Side | None
    level: str | None
    segments: tuple[str, ...] = ()
    clashes: bool = False

    @property
    def sides(self) -> tuple[str, ...]:
        """The single sides."""
        return _SINGLE[self.side]

    @property
    def path(self) -> str:
        """The most exact anatomy path without segments."""
        return _path(self.side, self.level)


def side_of(hit: Hit) -> Side:
    """The side that a hit of a side names."""
    meaning = hit.entry.meaning
    return "right" if meaning == "right" else "left" if meaning == "left" else "bilateral"


@lru_cache(maxsize=1 << 6)
def _path(side: Side | None, level: str | None) -> str:
    tree = anatomy()
    if level == "middle":
        return tree.path_of("right lung middle lobe")
    own = f"{side} lung" if len(_SINGLE[side]) == 1 else "lung"
    return tree.path_of(own if level is None else f"{own} {level} lobe")


def site_paths(site: Site) -> list[str]:
    """The paths of a site; one for each side of a lobe of both lungs."""
    if site.side == "bilateral" and site.level in ("upper", "lower"):
        return [_path("right", site.level), _path("left", site.level)]
    return [_path(site.side, site.level)]


def sides_of(sites: tuple[Site, ...]) -> set[str]:
    """The single sides of sites."""
    found: set[str] = set()
    for site in sites:
        found.update(_SINGLE[site.side])
    return found
