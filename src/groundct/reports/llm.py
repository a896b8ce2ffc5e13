"""The ``llm`` extractor: findings by any OpenAI-compatible server, each checked against the text.

Sentences, their links and their standardised wording are those of ``rules``; findings are the
model's, made of quotes and closed choices. ``docs/how-to/language-model.md`` says how to set it up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from groundct.core.issues import DataError
from groundct.core.report import Reading, Report
from groundct.reports.language_model.settings import LlmSettings
from groundct.reports.rules import PLUGIN as RULES

if TYPE_CHECKING:
    from groundct.reports._llm.reader import Reader
    from groundct.reports.language_model.account import Bill

__all__ = ["PLUGIN", "LlmExtractor", "LlmSettings"]


class LlmExtractor:
    """Reads reports by a language model.

    Nothing is connected to before a report is read.
    """

    name: Final = "llm"
    version: Final = "2"
    description: Final = "Any OpenAI-compatible server by URL and model; every answer is checked"
    languages: Final = RULES.languages
    quality: Final = (
        "Not measured: no model was at hand. Its checks are tested against a local server with "
        "every kind of failure; docs/quality/llm.md"
    )

    def __init__(self, settings: LlmSettings | None = None) -> None:
        """Without ``settings``, the variables GROUNDCT_LLM_* say what to use."""
        self._settings = settings
        self._made: Reader | None = None

    def configuration(self) -> Mapping[str, str | int | float]:
        """Model, temperature, seed and the digests of prompt and schema, among others.

        Raises LanguageModelError ``not-set-up`` or ``bad-setting``.
        """
        return self._reader().configuration()

    def extract(self, report: Report) -> Reading:
        """The rules' sentences with the model's findings; a report without findings asks nothing.

        Raises DataError for a language that is not in ``languages``, and LanguageModelError where
        no answer is accepted; nothing of the report is kept then.
        """
        return self._reader().read(report)

    def read_many(self, reports: Iterable[Report]) -> Iterator[Reading | DataError]:
        """Readings in the order given, as many at a time as the settings say.

        A report that is refused gives its error. Raises LanguageModelError for what every other
        report would meet too; run again to go on, accepted answers are kept in the cache.
        """
        return self._reader().read_many(reports)

    def bill(self) -> Bill:
        """Calls, tokens and cost since this extractor was made."""
        return self._reader().bill()

    def _reader(self) -> Reader:
        if self._made is None:
            from groundct.reports._llm.reader import Reader

            self._made = Reader(self._settings, lambda _: True)
        return self._made


PLUGIN: Final = LlmExtractor()
