"""A property that is worked out once, when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

_Value = TypeVar("_Value")


class lazy(Generic[_Value]):  # noqa: N801  used as a decorator
    """``functools.cached_property`` without its lock.

    Until Python 3.12 that lets one object at a time work out a property, so that threads which each
    have an object of their own wait for one another.
    """

    def __init__(self, work: Callable[[Any], _Value]) -> None:
        self.work = work
        self.__doc__ = work.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        """Keep the name under which the value is kept."""
        self.name = name

    def __get__(self, instance: object, owner: type | None = None) -> _Value:
        """The value, from now on found in the object itself."""
        value = self.work(instance)
        instance.__dict__[self.name] = value
        return value
