"""The segmenter ``sat``: SAT (Segment Anything in radiology by Text), by its own command line.

Runs in an environment of its own. Set it up as in ``docs/how-to/sat.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from groundct.core.volume import LabelMap, Volume
from groundct.vocabulary.mappings import mapping

if TYPE_CHECKING:
    from groundct.anatomy._external.sat_run import SatSettings


@dataclass(frozen=True)
class SatSegmenter:
    """Volume -> LabelMap by a trained network; the contract is ``core.contracts.Segmenter``."""

    settings: SatSettings | None = None
    name: str = "sat"
    version: str = "1.1"
    description: str = "SAT in its own environment; needs python=, code= and its checkpoints"
    quality: str = "not measured here; RadGenome-Chest CT's masks come from it"
    options: ClassVar[Mapping[str, str]] = {
        "python": "the Python of its environment (or GROUNDCT_SAT_PYTHON)",
        "code": "the folder of its repository, which holds inference.py",
        "checkpoint": "the file of its weights",
        "text_checkpoint": "the file of its text encoder's weights",
        "backbone": "UNET (SAT-Nano, the default) or UNET-L (SAT-Pro)",
        "classes": "its classes to ask for, joined by +; all that make a structure by default",
        "batch": "patches at a time; 1 by default",
        "fetch": "yes lets it fetch what its text encoder lacks; no is the default",
        "timeout_s": "the longest that it may take; 7200 by default",
    }
    local_options: ClassVar[frozenset[str]] = frozenset(
        {"python", "code", "checkpoint", "text_checkpoint", "batch", "fetch", "timeout_s"}
    )

    @property
    def answers_for(self) -> tuple[str, ...]:
        """What its classes make."""
        return tuple(sorted(mapping(self.name).made_of("ct")))

    def configured(self, options: Mapping[str, str]) -> SatSegmenter:
        """The segmenter with these options; OptionError for what is missing or wrong."""
        from groundct.anatomy._external.sat_run import settings_of

        return SatSegmenter(settings=settings_of(options, self.options))

    def segment(self, volume: Volume) -> LabelMap:
        """Its structures, each with the method "model"; empty ones are abstained from.

        Raises OptionError when it is not set up, ToolError when it fails, GridError when its masks
        cannot be placed on the volume.
        """
        from groundct.anatomy._external.sat_run import run_sat, settings_of

        return run_sat(self.settings or settings_of({}, self.options), volume)


PLUGIN = SatSegmenter()
