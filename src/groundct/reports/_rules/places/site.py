"""A lung site: a lung, a lobe or segments, with its side."""

from __future__ import annotations

from typing import Literal, NamedTuple

from groundct.vocabulary.anatomy import anatomy
from groundct.vocabulary.lexicon import Hit

Side = Literal["right", "left", "bilateral"]


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
        if self.side is None:
            return ()
        return ("right", "left") if self.side == "bilateral" else (self.side,)

    @property
    def path(self) -> str:
        """The most exact anatomy path without segments."""
        tree = anatomy()
        if self.level == "middle":
            return tree.path_of("right lung middle lobe")
        if self.level is None:
            return tree.path_of(f"{self.side} lung" if len(self.sides) == 1 else "lung")
        if len(self.sides) == 1:
            return tree.path_of(f"{self.side} lung {self.level} lobe")
        return tree.path_of(f"lung {self.level} lobe")


def side_of(hit: Hit) -> Side:
    """The side that a hit of a side names."""
    meaning = hit.entry.meaning
    return "right" if meaning == "right" else "left" if meaning == "left" else "bilateral"


def site_paths(site: Site) -> list[str]:
    """The paths of a site; one for each side of a lobe of both lungs."""
    if site.side == "bilateral" and site.level in ("upper", "lower"):
        return [site._replace(side="right").path, site._replace(side="left").path]
    return [site.path]
