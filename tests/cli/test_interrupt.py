"""Ctrl-C is remembered where something swallows it."""

import contextlib
import os
import signal
import threading

import pytest

from groundct.cli._interrupt import Interrupts


def test_an_interrupt_that_was_swallowed_is_raised_again() -> None:
    with Interrupts() as interrupts:
        interrupts.check()
        with contextlib.suppress(BaseException):  # as a library does that catches everything
            os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            interrupts.check()


def test_the_signal_is_given_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interrupts():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_another_thread_changes_nothing() -> None:
    before = signal.getsignal(signal.SIGINT)
    seen = []

    def inside() -> None:
        with Interrupts() as interrupts:
            seen.append(signal.getsignal(signal.SIGINT))
            interrupts.check()

    thread = threading.Thread(target=inside)
    thread.start()
    thread.join()
    assert seen == [before]
