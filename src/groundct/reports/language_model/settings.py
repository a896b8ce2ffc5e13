"""What a language model is asked with: values of a user's own choice, and nothing secret."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator

from groundct.core.value import Value
from groundct.reports.language_model.failures import failed

PREFIX: Final = "GROUNDCT_LLM_"
KEY_VARIABLE: Final = "GROUNDCT_LLM_API_KEY"
"""The environment variable that holds the server's key; never a setting, never recorded."""

Count = Annotated[int, Field(ge=1)]
Price = Annotated[float, Field(ge=0)]


class LlmSettings(Value):
    """An OpenAI-compatible server and how it is asked.

    ``url`` is the address before ``/chat/completions``. ``timeout_s`` bounds a whole call, not
    single reads. ``retries`` are further calls after the first, whether the call or its answer
    failed; between them pass ``backoff_s``, doubled each time, or what the server asks for, at
    most ``longest_wait_s``. ``concurrency`` is how many reports are read at a time.
    Prices are for a million tokens, in the user's currency. ``cache`` is an SQLite file of
    accepted answers; None keeps none.
    """

    url: str
    model: Annotated[str, Field(min_length=1)]
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.0
    seed: int = 0
    max_tokens: Count = 8192
    sentences_per_call: Count = 40
    timeout_s: Annotated[float, Field(gt=0)] = 120.0
    retries: Annotated[int, Field(ge=0, le=20)] = 3
    backoff_s: Annotated[float, Field(ge=0)] = 1.0
    longest_wait_s: Annotated[float, Field(ge=0)] = 60.0
    concurrency: Annotated[int, Field(ge=1, le=256)] = 4
    price_prompt: Price = 0.0
    price_completion: Price = 0.0
    cache: Path | None = None

    @field_validator("url")
    @classmethod
    def _check_url(cls, url: str) -> str:
        parts = urlsplit(url)
        _ = parts.port  # raises ValueError outside 0..65535
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("it must be http(s)://host[:port]/path")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("it must hold no user, password, query or fragment")
        return url

    @property
    def determining(self) -> dict[str, str | int | float]:
        """The settings that may change an answer, but for the address, which is nobody's business.

        Releases tell them; the cache knows the address too.
        """
        return {
            "model": self.model,
            "temperature": self.temperature,
            "seed": self.seed,
            "max_tokens": self.max_tokens,
            "sentences_per_call": self.sentences_per_call,
        }


def settings_from(environment: Mapping[str, str]) -> LlmSettings:
    """Settings of variables ``GROUNDCT_LLM_URL``, ``GROUNDCT_LLM_MODEL`` and so on.

    Without ``GROUNDCT_LLM_CACHE`` answers are kept in the user's cache folder. Raises
    LanguageModelError ``not-set-up`` when the address or the model is missing, and ``bad-setting``
    for a variable that is unknown or cannot be used.
    """
    given = {
        name[len(PREFIX) :].lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and name != KEY_VARIABLE and value
    }
    missing = [f"{PREFIX}{name.upper()}" for name in ("url", "model") if name not in given]
    if missing:
        raise failed("not-set-up", "language model", f"{' and '.join(missing)} must be set.")
    given.setdefault("cache", str(default_cache(environment)))
    try:
        return LlmSettings.model_validate_strings(given)
    except ValidationError as problem:
        faults = [
            f"{PREFIX}{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in problem.errors()
        ]
        raise failed("bad-setting", "language model", "; ".join(faults) + ".") from None


def default_cache(environment: Mapping[str, str]) -> Path:
    """Where accepted answers are kept when nothing else is said: in the user's cache folder."""
    root = environment.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(root) / "groundct" / "language-model.sqlite"


def api_key() -> str | None:
    """The server's key, read when it is needed and kept nowhere.

    Raises LanguageModelError ``bad-setting`` for one that cannot stand in a header.
    """
    key = os.environ.get(KEY_VARIABLE) or None
    if key is not None and not (key.isascii() and key.isprintable() and key.strip() == key):
        raise failed(
            "bad-setting", "language model", f"{KEY_VARIABLE} holds signs that no key has."
        )
    return key
