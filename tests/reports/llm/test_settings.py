"""Settings come from the environment, are checked, and say what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError
from tests.reports.llm.faults import ANSWER, CALL, REPLY

from groundct.core.report import report_of_columns
from groundct.reports.hybrid import HybridExtractor
from groundct.reports.language_model.failures import LanguageModelError, failures
from groundct.reports.language_model.settings import LlmSettings, settings_from
from groundct.reports.language_model.transport import Address
from groundct.reports.llm import LlmExtractor

GIVEN = {"GROUNDCT_LLM_URL": "http://localhost:8000/v1", "GROUNDCT_LLM_MODEL": "m"}


def test_from_the_environment() -> None:
    settings = settings_from(
        {**GIVEN, "GROUNDCT_LLM_SEED": "5", "GROUNDCT_LLM_TIMEOUT_S": "2.5", "HOME": "/root",
         "GROUNDCT_LLM_CACHE": "/tmp/c.sqlite", "GROUNDCT_LLM_API_KEY": "k", "OTHER": "x",
         "GROUNDCT_LLM_RETRIES": ""}
    )  # fmt: skip
    assert (settings.url, settings.model) == ("http://localhost:8000/v1", "m")
    assert (settings.seed, settings.timeout_s, settings.retries) == (5, 2.5, 3)
    assert settings.cache == Path("/tmp/c.sqlite")
    assert "k" not in settings.model_dump().values()


def test_answers_are_kept_in_the_user_s_cache_folder() -> None:
    settings = settings_from({**GIVEN, "XDG_CACHE_HOME": "/somewhere"})
    assert settings.cache == Path("/somewhere/groundct/language-model.sqlite")


@pytest.mark.parametrize("missing", [["GROUNDCT_LLM_URL"], ["GROUNDCT_LLM_MODEL"], [*GIVEN]])
def test_what_is_missing_is_named(missing) -> None:
    given = {name: value for name, value in GIVEN.items() if name not in missing}
    with pytest.raises(LanguageModelError, match="not-set-up") as caught:
        settings_from(given)
    assert all(name in caught.value.issues[0].what for name in missing)
    assert "GROUNDCT_LLM_URL and GROUNDCT_LLM_MODEL" in caught.value.issues[0].remedy


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SEED", "five"),
        ("TIMEOUT_S", "0"),
        ("TIMEOUT_S", "nan"),
        ("RETRIES", "-1"),
        ("CONCURRENCY", "0"),
        ("TEMPERATURE", "9"),
        ("URL", "ftp://x"),
        ("URL", "localhost:8000"),
        ("URL", "http://"),
        ("URL", "http://user:secret@host/v1"),
        ("URL", "http://host/v1?key=secret"),
        ("URL", "http://host:99999/v1"),
        ("TIMOUT_S", "3"),
    ],
)
def test_what_cannot_be_used_is_named(name, value) -> None:
    with pytest.raises(LanguageModelError, match="bad-setting") as caught:
        settings_from({**GIVEN, f"GROUNDCT_LLM_{name}": value})
    assert f"GROUNDCT_LLM_{name}" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("http://localhost:8000/v1", "http://localhost:8000/v1/chat/completions"),
        ("https://example.org/v1/", "https://example.org/v1/chat/completions"),
        ("http://[::1]:8000", "http://[::1]:8000/chat/completions"),
    ],
)
def test_addresses(url, where) -> None:
    assert Address.of(url).where == where


def test_library_users_are_told_too() -> None:
    with pytest.raises(ValidationError):
        LlmSettings(url="host", model="m")


@pytest.mark.parametrize("kind", [LlmExtractor, HybridExtractor])
def test_nothing_set_up(kind, monkeypatch) -> None:
    for name in GIVEN:
        monkeypatch.delenv(name, raising=False)
    extractor = kind()
    with pytest.raises(LanguageModelError, match="not-set-up"):
        extractor.configuration()
    doubted = report_of_columns([("findings", "There is a density of 3 mm.")])
    with pytest.raises(LanguageModelError, match="not-set-up"):
        extractor.extract(doubted)
    with pytest.raises(LanguageModelError, match="not-set-up"):
        list(extractor.read_many([doubted]))
    assert extractor.bill().calls == 0


def test_the_table_of_failures() -> None:
    kinds = failures()
    met = {code for _, code in {**CALL, **REPLY, **ANSWER}.values()}
    elsewhere = {
        "not-set-up", "bad-setting", "broken-cache", "host-unknown", "connection-refused",
        "tls-failed", "truncated", "interrupted", "place-moved", "size-moved",
        "unknown-evidence", "evidence-unfit",  # tests/benchmark/reports/test_model_judge.py
    }  # fmt: skip
    assert met | elsewhere == set(kinds)
    for kind in kinds.values():
        assert kind.stage in ("setup", "call", "reply", "answer")
        assert kind.means and kind.remedy.endswith(".")


def test_the_page_has_the_table_of_failures() -> None:
    page = Path(__file__).parents[3] / "docs" / "how-to" / "language-model.md"
    rows = [line for line in page.read_text(encoding="utf-8").splitlines() if line[:3] == "| `"]
    told = [row.split("`")[1] for row in rows if row.count("|") == 6]
    assert told == list(failures())
    for kind in failures().values():
        again = "yes" if kind.again else "no"
        stops = "yes" if kind.stops else "no"
        assert f"| `{kind.code}` | {kind.means} | {again} | {stops} | {kind.remedy} |" in rows
