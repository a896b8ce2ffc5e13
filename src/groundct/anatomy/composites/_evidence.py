"""What a composite rests on: the weakest of its members, and the words on what it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, get_args

from groundct.core.volume import Method
from groundct.vocabulary.recipes import Recipe

_NAMED_AT_MOST: Final = 3
_STRENGTH: Final[tuple[Method, ...]] = (
    "truth",
    "published",
    "model",
    "intensity",
    "shape prior",
    "spatial prior",
)
"""From the strongest to the weakest."""

if set(_STRENGTH) != set(get_args(Method)):
    raise TypeError("the methods of segments changed")


VARIANTS: Final = frozenset({"lumbar vertebrae 6 (l6)"})
"""What most bodies do not have: nothing lacks it."""


def weakest_method(methods: Sequence[Method | None]) -> Method | None:
    """The weakest method; None where one is not stated."""
    known = [method for method in methods if method is not None]
    return max(known, key=_STRENGTH.index) if known and len(known) == len(methods) else None


def weakest_confidence(values: Sequence[float | None]) -> float | None:
    """The lowest confidence; None where one is not stated."""
    known = [value for value in values if value is not None]
    return min(known) if known and len(known) == len(values) else None


def note_of(recipe: Recipe, missing: Sequence[str], incomplete: Sequence[str]) -> str:
    """What the composite lacks; empty for a whole one, the thickness for a shell."""
    words = []
    if recipe.rule == "shell":
        words.append(
            f"A zone from {recipe.inside_mm:g} mm inside to {recipe.outside_mm:g} mm outside the "
            f"{recipe.members[0]}."
        )
    if missing:
        words.append(f"Without {_listed(missing)}.")
    if incomplete:
        words.append(f"Incomplete: {_listed(incomplete)}.")
    return " ".join(words)


def _listed(names: Sequence[str]) -> str:
    named = ", ".join(names[:_NAMED_AT_MOST])
    rest = len(names) - _NAMED_AT_MOST
    return named if rest <= 0 else f"{named} and {rest} more"
