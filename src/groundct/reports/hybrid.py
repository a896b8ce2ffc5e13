"""The ``hybrid`` extractor: ``rules`` first, a language model for what they are unsure of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from groundct.core.issues import DataError
from groundct.core.report import Reading, Report
from groundct.reports.rules import PLUGIN as RULES

if TYPE_CHECKING:
    from groundct.reports._llm.reader import Reader
    from groundct.reports.language_model.account import Bill
    from groundct.reports.language_model.settings import LlmSettings


class HybridExtractor:
    """Reads reports by rules, and asks a language model about the sentences that they doubt.

    A report without such a sentence needs no server and no settings.
    """

    name: Final = "hybrid"
    version: Final = "2"
    description: Final = "rules, and a language model for sentences that rules are unsure of"
    languages: Final = RULES.languages
    quality: Final = (
        "Not measured: no model was at hand. Where no sentence is in doubt it is rules; "
        "docs/quality/llm.md says how many are"
    )

    def __init__(self, settings: LlmSettings | None = None) -> None:
        """Without ``settings``, the variables GROUNDCT_LLM_* say what to use."""
        self._settings = settings
        self._made: Reader | None = None

    def configuration(self) -> Mapping[str, str | int | float]:
        """That of ``llm``; raises LanguageModelError ``not-set-up`` or ``bad-setting``."""
        return self._reader().configuration()

    def extract(self, report: Report) -> Reading:
        """The rules' reading, with the model's findings for sentences in doubt.

        Raises DataError for a language that is not in ``languages``, and LanguageModelError where
        no answer about a doubted sentence is accepted.
        """
        return self._reader().read(report)

    def read_many(self, reports: Iterable[Report]) -> Iterator[Reading | DataError]:
        """As that of ``llm``."""
        return self._reader().read_many(reports)

    def bill(self) -> Bill:
        """What it came to: ``asked`` of ``sentences`` went to the model."""
        return self._reader().bill()

    def _reader(self) -> Reader:
        if self._made is None:
            from groundct.reports._llm.reader import Reader

            self._made = Reader(self._settings, lambda source: bool(source.said.doubts))
        return self._made


PLUGIN: Final = HybridExtractor()
