"""The finding segmenter ``voxtell``: VoxTell, asked in free text, in an environment of its own.

The finding's standardized words are the prompt. Its process reaches no other machine. Set it up as
in ``docs/how-to/ground.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from groundct.core.contracts import Answer, FindingRequest
from groundct.vocabulary.findings import findings

if TYPE_CHECKING:
    from groundct.grounding._external.settings import ToolSettings

_MORE: Final[Mapping[str, str]] = {
    "text_encoder": "the folder of its text encoder; its cache is looked in without",
    "embeddings": "a .npz of embeddings that were made before",
}
_USUAL: Final[Mapping[str, str]] = {
    "python": "the Python of its environment (or GROUNDCT_VOXTELL_PYTHON)",
    "weights": "the folder of its model: plans.json and fold_0/",
    "device": "cuda (the default; cpu where there is none), cuda:1 or cpu",
    "timeout_s": "the longest that one finding may take; 3600 by default",
}


@dataclass(frozen=True)
class VoxTell:
    """FindingRequest -> Answer by a trained network; the contract is ``FindingSegmenter``."""

    settings: ToolSettings | None = None
    name: str = "voxtell"
    version: str = "1.1"
    description: str = "VoxTell in its own environment; needs python= and weights="
    quality: str = "not measured here: its weights are not to be had"
    options: ClassVar[Mapping[str, str]] = {**_USUAL, **_MORE}

    @property
    def categories(self) -> tuple[str, ...]:
        """Every code of the ontology: it takes any text."""
        return tuple(findings().codes)

    def configured(self, options: Mapping[str, str]) -> VoxTell:
        """The segmenter with these options; OptionError for what is missing or wrong."""
        from groundct.grounding._external.settings import settings_of

        return VoxTell(settings=settings_of(self.name, options, _MORE))

    def segment(self, request: FindingRequest) -> Answer:
        """The parts of its mask inside the site, the largest first.

        Raises OptionError when it is not set up, ToolError when it fails or when what it answers
        is no 3-D mask on the volume's grid.
        """
        from groundct.grounding._external.arrays import ask_for_mask
        from groundct.grounding._external.parts import answer_of
        from groundct.grounding._external.settings import settings_of

        settings = self.settings or settings_of(self.name, {}, _MORE)
        if request.finding.category not in self.categories:
            return Answer((), f"no text for category {request.finding.category}")
        if not request.site.any():
            return Answer((), "the place holds no voxels to look in")
        mask = ask_for_mask(
            settings.process,
            self.name,
            request.volume,
            {"text": request.finding.standardized},
            settings.timeout_s,
        )
        return answer_of(mask, request, self.name)


PLUGIN = VoxTell()
