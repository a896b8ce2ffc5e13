"""The finding segmenter ``nninteractive``: what ``hu_text`` finds, drawn again by nnInteractive.

nnInteractive reads no text. ``hu_text`` says where to look: the middle of each of its candidates
becomes a point, and the candidate's box in its widest axial slice a flat box. Where ``hu_text``
finds nothing there is nothing to point at, and the answer is its reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from groundct.core.contracts import Answer, Candidate, FindingRequest
from groundct.grounding.hu_text import PLUGIN as HU_TEXT

if TYPE_CHECKING:
    from groundct.grounding._external.settings import ToolSettings

_MOST_POINTED_AT = 5


@dataclass(frozen=True)
class NnInteractive:
    """FindingRequest -> Answer by points and boxes; the contract is ``FindingSegmenter``."""

    settings: ToolSettings | None = None
    name: str = "nninteractive"
    version: str = "1.1"
    description: str = "hu_text's places drawn by nnInteractive; needs python= and weights="
    quality: str = "not measured here: its weights are not to be had"
    options: ClassVar[Mapping[str, str]] = {
        "python": "the Python of its environment (or GROUNDCT_NNINTERACTIVE_PYTHON)",
        "weights": "the folder of its trained model",
        "device": "cuda (the default; cpu where there is none), cuda:1 or cpu",
        "timeout_s": "the longest that one finding may take; 3600 by default",
    }

    @property
    def categories(self) -> tuple[str, ...]:
        """Those that ``hu_text`` can point at."""
        return HU_TEXT.categories

    def configured(self, options: Mapping[str, str]) -> NnInteractive:
        """The segmenter with these options; OptionError for what is missing or wrong."""
        from groundct.grounding._external.settings import settings_of

        return NnInteractive(settings=settings_of(self.name, options))

    def segment(self, request: FindingRequest) -> Answer:
        """Each of ``hu_text``'s candidates drawn again, with its confidence.

        Raises OptionError when it is not set up, ToolError when it fails or when what it answers
        is no 3-D mask on the volume's grid.
        """
        from groundct.grounding._external.arrays import ask_for_mask
        from groundct.grounding._external.parts import answer_of
        from groundct.grounding._external.pointing import prompt_of
        from groundct.grounding._external.settings import settings_of

        settings = self.settings or settings_of(self.name, {})
        pointed = HU_TEXT.segment(request)
        out: list[Candidate] = []
        reason = pointed.reason
        for candidate in pointed.candidates[:_MOST_POINTED_AT]:
            mask = ask_for_mask(
                settings.process,
                self.name,
                request.volume,
                prompt_of(candidate.mask),
                settings.timeout_s,
            )
            drawn = answer_of(mask, request, self.name)
            reason = drawn.reason
            out += [Candidate(c.mask, candidate.confidence) for c in drawn.candidates[:1]]
        return Answer(tuple(out), reason or "nothing there looks like it")


PLUGIN = NnInteractive()
