"""Ctrl-C that is not lost: what swallows the exception does not swallow the wish to stop."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Self


class Interrupts:
    """While it is entered, remembers Ctrl-C beside raising KeyboardInterrupt.

    A library that catches everything, as some do while they are imported, would otherwise let a
    run go on. Outside the main thread it changes nothing.
    """

    def __init__(self) -> None:
        """Nothing was heard yet."""
        self._heard = False

    def __enter__(self) -> Self:
        """Listen."""
        self._main = threading.current_thread() is threading.main_thread()
        if self._main:
            self._before = signal.signal(signal.SIGINT, self._hear)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the signal back."""
        if self._main:
            signal.signal(signal.SIGINT, self._before)

    def check(self) -> None:
        """Raise KeyboardInterrupt where one was heard and got lost."""
        if self._heard:
            raise KeyboardInterrupt

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self._heard = True
        raise KeyboardInterrupt
