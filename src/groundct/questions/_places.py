"""Anatomy paths as places: what lies in what."""

from __future__ import annotations

from groundct.vocabulary.anatomy import anatomy


def leaf(path: str) -> str:
    """The name at the end of a path; empty for the whole scan."""
    return path.rsplit("/", 1)[-1]


def ancestors(path: str) -> tuple[str, ...]:
    """The paths above this one, the top region first."""
    return anatomy().ancestors(path)


def covers(outer: str, inner: str) -> bool:
    """Whether ``inner`` is ``outer`` or lies in it, by any of the paths of ``inner``'s structure.

    ``lung/lung/lung lower lobe`` covers ``lung/lung/left lung/left lung lower lobe``.
    """
    structure = anatomy().structures.get(leaf(inner))
    paths = (inner, *(structure.paths if structure else ()))
    return any(path == outer or path.startswith(outer + "/") for path in paths)
