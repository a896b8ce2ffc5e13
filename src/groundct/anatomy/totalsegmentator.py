"""The segmenter ``totalsegmentator``: TotalSegmentator, run in an environment of its own.

Its usage statistics are off before its first use, and its process reaches no other machine unless
``fetch=yes``. Set it up as in ``docs/how-to/totalsegmentator.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from groundct.core.volume import LabelMap, Volume
from groundct.vocabulary.mappings import mapping

if TYPE_CHECKING:
    from groundct.anatomy._external.total import TotalSettings


@dataclass(frozen=True)
class TotalSegmentatorSegmenter:
    """Volume -> LabelMap by trained networks; the contract is ``core.contracts.Segmenter``."""

    settings: TotalSettings | None = None
    name: str = "totalsegmentator"
    version: str = "1.0"
    description: str = "TotalSegmentator in its own environment; needs python= and its weights"
    quality: str = "published: Dice .943 over 104 structures (Wasserthal 2023); not measured here"
    options: ClassVar[Mapping[str, str]] = {
        "python": "the Python of its environment (or GROUNDCT_TOTALSEGMENTATOR_PYTHON)",
        "weights": "the folder of its weights (or TOTALSEG_WEIGHTS_PATH)",
        "task": "its tasks, joined by +; total by default",
        "speed": "full, fast (3 mm) or fastest (6 mm)",
        "device": "gpu (the default; cpu where there is none), gpu:1, cpu or mps",
        "fetch": "yes lets it fetch missing weights from its makers' site; no is the default",
        "timeout_s": "the longest that one task may take; 7200 by default",
    }

    local_options: ClassVar[frozenset[str]] = frozenset(
        {"python", "weights", "device", "fetch", "timeout_s"}
    )

    @property
    def answers_for(self) -> tuple[str, ...]:
        """What its classes make, over all tasks that have names here."""
        tool = mapping(self.name)
        return tuple(sorted({name for task in tool.tasks for name in tool.made_of(task)}))

    def configured(self, options: Mapping[str, str]) -> TotalSegmentatorSegmenter:
        """The segmenter with these options; OptionError for what is missing or wrong."""
        from groundct.anatomy._external.total import settings_of
        from groundct.core.options import check_options

        check_options(self.name, self.options, options)
        return TotalSegmentatorSegmenter(settings=settings_of(options))

    def segment(self, volume: Volume) -> LabelMap:
        """Its structures, each with the method "model"; empty ones are looked for and empty.

        Raises OptionError when it is not set up, ToolError when it fails, GridError when its masks
        do not lie on the volume's grid.
        """
        from groundct.anatomy._external.total import run_total, settings_of

        return run_total(self.settings or settings_of({}), volume)


PLUGIN = TotalSegmentatorSegmenter()
