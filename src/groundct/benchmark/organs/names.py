"""Names of mask files that are no structure's: passed over, and told of."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from groundct.anatomy._external.given import Given, names_given
from groundct.anatomy._external.naming import nearest_names
from groundct.core.issues import DataError, Issue, SourceError

_SHOWN: Final = 5


def unknown_names(path: Path, places: Iterable[Path]) -> tuple[Issue, ...]:
    """An issue for each name in the places below ``path`` that is no structure's.

    Raises SourceError when no name of any of them is one. A place whose names cannot be read is
    told of when it is read.
    """
    cases: dict[str, int] = {}
    understood = []
    for place in places:
        try:
            names = names_given(Given(place))
        except DataError:
            understood.append(True)
            continue
        understood.append(bool(names.structures))
        for name in names.unknown:
            cases[name] = cases.get(name, 0) + 1
    if understood and not any(understood):
        raise no_known_structure(path, tuple(cases))
    return tuple(
        Issue(
            code="unknown-structure",
            where=str(path),
            what=f"no structure is called {name!r}: its mask is passed over"
            f"{f' in {count} cases' if count > 1 else ''}.",
            remedy=f"Name the file {_nearest(name)}; groundct anatomy lists all names.",
            severity="warning",
        )
        for name, count in cases.items()
    )


def no_known_structure(path: Path, names: tuple[str, ...]) -> SourceError:
    """The error of masks of which none has a structure's name."""
    shown = ", ".join(repr(name) for name in names[:_SHOWN])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return SourceError.of(
        "no-known-structure",
        path,
        f"no mask there has a structure's name; there are {shown}{more}.",
        f"Name {names[0]!r} {_nearest(names[0])}, and so on; groundct anatomy lists all names."
        if names
        else "Give masks named as groundct anatomy lists them.",
    )


def _nearest(name: str) -> str:
    return " or ".join(repr(near) for near in nearest_names(name)) or "as the structure it shows"
