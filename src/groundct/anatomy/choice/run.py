"""Run one segmenter or several on a CT; of several, each mask is chosen by evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from groundct.anatomy._segment import segmenter_component
from groundct.anatomy.choice.choose import NameChoice, choose
from groundct.anatomy.composites import complete
from groundct.core.contracts import Segmenter
from groundct.core.record import Component
from groundct.core.value import digest
from groundct.core.volume import LabelMap, Volume

CHOICE_VERSION: Final = "1.0"


@dataclass(frozen=True, eq=False)
class Segmented:
    """Completed masks, what made them, and the choices where several segmenters answered."""

    labels: LabelMap
    made_by: tuple[Component, ...]
    chosen: tuple[NameChoice, ...] = ()

    @property
    def unsure(self) -> tuple[str, ...]:
        """A line for each structure that a person should look at."""
        return tuple(f"{c.name}: {c.reason}" for c in self.chosen if c.unsure)


def segment_by_all(
    volume: Volume,
    segmenters: Sequence[Segmenter],
    options: Mapping[str, Mapping[str, str]],
    tell: Callable[[str], None],
) -> Segmented:
    """Masks by one segmenter, or chosen among several; composites included.

    ``options`` are those that the segmenters were made with, for their digests; ``tell`` is told
    what begins. Raises what the segmenters raise.
    """
    answers: dict[str, LabelMap] = {}
    for segmenter in segmenters:
        tell(f"segmenting with {segmenter.name} {segmenter.version}")
        answers[segmenter.name] = complete(segmenter.segment(volume))
    made_by = tuple(segmenter_component(s, options.get(s.name, {})) for s in segmenters)
    if len(answers) == 1:
        return Segmented(next(iter(answers.values())), made_by)
    tell("choosing among the answers")
    choice = choose(answers, volume)
    chooser = Component(
        role="choice",
        name="choice",
        version=CHOICE_VERSION,
        configuration_digest=digest(list(answers)),
    )
    return Segmented(complete(choice.labels), (*made_by, chooser), choice.chosen)
