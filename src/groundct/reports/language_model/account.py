"""What reading by a language model cost: calls, tokens and money."""

from __future__ import annotations

from threading import Lock

from groundct.core.value import Value
from groundct.reports.language_model.completion import Usage
from groundct.reports.language_model.settings import LlmSettings


class Bill(Value):
    """An account's state.

    ``reports`` begun and ``refused`` ones; ``sentences`` of them that are read for findings, and
    how many of those the model was ``asked`` about; ``calls`` made, of which ``retries`` repeat
    one; ``cached`` answers that needed none; ``reasoned`` calls that brought thoughts beside the
    answer, which cost tokens and are left out; tokens as the servers counted them, with
    ``uncounted`` calls of which they said nothing; ``cost`` in the currency of the prices.
    """

    reports: int = 0
    refused: int = 0
    sentences: int = 0
    asked: int = 0
    calls: int = 0
    retries: int = 0
    cached: int = 0
    reasoned: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    uncounted: int = 0
    cost: float = 0.0

    def line(self) -> str:
        """One line for people."""
        refused = f" ({self.refused} refused)" if self.refused else ""
        unknown = f", {self.uncounted} calls without a count" if self.uncounted else ""
        thoughts = f", {self.reasoned} of them with thoughts" if self.reasoned else ""
        return (
            f"{self.reports} reports{refused}, {self.asked} of {self.sentences} sentences asked: "
            f"{self.calls} calls ({self.retries} of them retries{thoughts}), "
            f"{self.cached} answers from the cache, "
            f"{self.prompt_tokens} + {self.completion_tokens} tokens{unknown}, "
            f"cost {self.cost:.4f}"
        )


class Account:
    """Adds up what calls of several threads cost."""

    def __init__(self) -> None:
        self._bill = Bill()
        self._lock = Lock()

    def add(self, **counts: float) -> None:
        """Add to the counts that are named as the fields of `Bill`."""
        with self._lock:
            now = {name: getattr(self._bill, name) + n for name, n in counts.items()}
            self._bill = self._bill.model_copy(update=now)

    def add_usage(self, usage: Usage, settings: LlmSettings) -> None:
        """Add the tokens of one call, at the settings' prices."""
        for_a_million = (
            usage.prompt_tokens * settings.price_prompt
            + usage.completion_tokens * settings.price_completion
        )
        self.add(
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            uncounted=0 if usage.counted else 1,
            cost=for_a_million / 1e6,
        )

    def bill(self) -> Bill:
        """What it came to."""
        with self._lock:
            return self._bill
