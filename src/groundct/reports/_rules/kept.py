"""Answers that are kept as long as they are asked for, in even memory."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """The values asked for last: between half of ``most`` and all of them.

    They stand in two halves. A value of the older half that is asked for goes to the newer one;
    when that is full, the older one is dropped. That costs less than an order of all of them.
    """

    def __init__(self, most: int) -> None:
        """Keep no more values than these."""
        self._half = most // 2
        self._newer: dict[K, V] = {}
        self._older: dict[K, V] = {}

    def get(self, key: K) -> V | None:
        """The value that was kept under a key, or None."""
        value = self._newer.get(key)
        if value is None:
            value = self._older.get(key)
            if value is not None:
                self.keep(key, value)
        return value

    def keep(self, key: K, value: V) -> None:
        """Keep a value under a key."""
        if len(self._newer) >= self._half:
            self._older, self._newer = self._newer, {}
        self._newer[key] = value

    def __len__(self) -> int:
        """How many are kept, those of both halves twice."""
        return len(self._newer) + len(self._older)

    def clear(self) -> None:
        """Forget all values."""
        self._newer, self._older = {}, {}
