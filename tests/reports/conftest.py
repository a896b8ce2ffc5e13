"""What tests of all extractors need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

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
