"""Work on many values that goes a step at a time: all take a step before one takes the next.

The tables and the code of one step stay near the processor; a whole work after the other finds
them gone. A work is a generator that yields where another one may go on, and returns its result.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import TypeAlias, TypeVar

T = TypeVar("T")
Steps: TypeAlias = Generator[None, None, T]
"""A work that is done in steps."""


def at_once(work: Steps[T]) -> T:
    """The result of one work."""
    try:
        while True:
            next(work)
    except StopIteration as end:
        result: T = end.value
        return result


def in_step(works: Iterable[Steps[T]]) -> list[T | Exception]:
    """The results of many works, in their order; one that fails gives its exception."""
    left = list(enumerate(works))
    results: list[T | Exception] = [RuntimeError("not done")] * len(left)
    while left:
        going = []
        for own in left:
            try:
                next(own[1])
            except StopIteration as end:
                results[own[0]] = end.value
            except Exception as problem:  # one must not end the work on all others
                results[own[0]] = problem
            else:
                going.append(own)
        left = going
    return results
