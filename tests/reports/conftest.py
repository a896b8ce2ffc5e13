"""What tests of all extractors need."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest
from tests.reports.llm.server import running


@pytest.fixture
def language_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A local server for extractors that ask one; it answers as the rules do."""
    with running() as server:
        monkeypatch.setenv("GROUNDCT_LLM_URL", server.url)
        monkeypatch.setenv("GROUNDCT_LLM_MODEL", "stand-in")
        monkeypatch.setenv("GROUNDCT_LLM_CACHE", str(tmp_path / "answers.sqlite"))
        yield


@pytest.fixture
def calls() -> Callable[[Callable[[], object]], int]:
    """A count of the calls that something makes, of Python's own too: its work, on any machine."""

    def counted(work: Callable[[], object]) -> int:
        count = 0

        def seen(_: FrameType, event: str, __: object) -> None:
            nonlocal count
            count += event in ("call", "c_call")

        before = sys.getprofile()
        sys.setprofile(seen)
        try:
            work()
        finally:
            sys.setprofile(before)
        return count

    return counted
