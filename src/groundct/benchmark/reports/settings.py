"""How reports are scored: which parts, by which extractor, in which language."""

from __future__ import annotations

from typing import Final, Literal

from groundct.core.value import Value
from groundct.metrics.statistics.bootstrap import DRAWS

Part = Literal["text", "clinical", "findings", "graph", "facts"]
PARTS: Final[tuple[Part, ...]] = ("text", "clinical", "findings", "graph", "facts")

SCORING_VERSION: Final = "1"
"""Goes up with every change of what a score says."""


class Settings(Value):
    """What goes into the scores beside the texts.

    ``extractor`` is the plug-in that reads both sides for all parts but ``text``; ``judge`` says
    which sentences follow from others, for the part ``facts``.
    """

    parts: tuple[Part, ...] = PARTS
    extractor: str = "rules"
    judge: Literal["findings", "language-model"] = "findings"
    language: str = "en"
    draws: int = DRAWS
    seed: int = 0
