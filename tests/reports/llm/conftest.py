"""A server for each test, and settings that ask it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.reports.llm.server import Running, running

from groundct.reports.language_model.settings import LlmSettings


@pytest.fixture
def server() -> Iterator[Running]:
    with running() as state:
        yield state


@pytest.fixture
def settings_of(server: Running, tmp_path: Path) -> Callable[..., LlmSettings]:
    def make(**changes: Any) -> LlmSettings:
        given = {"url": server.url, "model": "stand-in", "timeout_s": 5.0, "backoff_s": 0.0}
        return LlmSettings(**{**given, "cache": tmp_path / "answers.sqlite", **changes})

    return make
