"""What each family of plug-ins promises. ``docs/how-to`` has a page for each family."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self, runtime_checkable

from groundct.core.case import Corpus
from groundct.core.record import Component
from groundct.core.report import Finding, Reading, Report
from groundct.core.volume import BoolArray, LabelMap, RegionMask, Volume


@runtime_checkable
class Plugin(Protocol):
    """What every plug-in tells of itself."""

    @property
    def name(self) -> str:
        """The name it is asked for by; equal to its module's."""

    @property
    def version(self) -> str:
        """Changes when its output may change."""

    @property
    def description(self) -> str:
        """One line for people."""


@runtime_checkable
class Configurable(Protocol):
    """A plug-in that must be told something, such as a folder or the name of a model."""

    @property
    def options(self) -> Mapping[str, str]:
        """The options that it takes, each with one line for people."""

    def configured(self, options: Mapping[str, str]) -> Self:
        """The plug-in with these options; DataError for one that is unknown, missing or wrong."""


@runtime_checkable
class Source(Plugin, Protocol):
    """A dataset on disk -> Corpus."""

    def recognizes(self, path: Path) -> bool:
        """Whether ``path`` looks like this format; reads names and table headings only."""

    def read(self, path: Path) -> Corpus:
        """All cases, and every problem found. Voxels are not read.

        Raises SourceError when nothing can be read at all.
        """


@runtime_checkable
class Segmenter(Plugin, Protocol):
    """Volume -> LabelMap of organs."""

    @property
    def answers_for(self) -> tuple[str, ...]:
        """RadGenome's mask names that it can segment; all others are "not segmented"."""

    @property
    def quality(self) -> str:
        """Measured quality, and on what data."""

    def segment(self, volume: Volume) -> LabelMap:
        """Segments for a subset of ``answers_for``, each with its method and confidence.

        A name left out is "not segmented" here; one that was looked for in vain, or that cannot
        be known on this scan, stands in ``abstained`` with the reason.
        """


@runtime_checkable
class Extractor(Plugin, Protocol):
    """Report -> Reading."""

    @property
    def languages(self) -> tuple[str, ...]:
        """ISO 639-1 codes that it reads."""

    @property
    def quality(self) -> str:
        """Measured quality, and on what data."""

    def configuration(self) -> Mapping[str, str | int | float]:
        """What besides its version determines a reading, such as a model's name; often nothing.

        It stands in every record and release that the extractor has a part in: nothing secret.
        Raises DataError when it is not set up.
        """

    def extract(self, report: Report) -> Reading:
        """Sentences and findings; raises DataError for a language that it does not read."""


@dataclass(frozen=True, eq=False)
class FindingRequest:
    """A finding to look for: inside ``site`` (bool i j k), with the organs at hand."""

    finding: Finding
    volume: Volume
    organs: LabelMap
    site: BoolArray


@dataclass(frozen=True, eq=False)
class Candidate:
    """One instance found; ``confidence`` is 0..1, not calibrated."""

    mask: RegionMask
    confidence: float


@dataclass(frozen=True, eq=False)
class Answer:
    """What a finding segmenter found, best first; ``reason`` says why when it found nothing."""

    candidates: tuple[Candidate, ...]
    reason: str = ""

    def __post_init__(self) -> None:
        if not self.candidates and not self.reason:
            raise ValueError("an answer without candidates needs a reason")


@runtime_checkable
class FindingSegmenter(Plugin, Protocol):
    """FindingRequest -> Answer."""

    @property
    def categories(self) -> tuple[str, ...]:
        """The ontology codes that it looks for."""

    @property
    def quality(self) -> str:
        """Measured quality, and on what data."""

    def segment(self, request: FindingRequest) -> Answer:
        """Instances, best first; none, with the reason, when it looked in vain or cannot know."""


def component(role: str, plugin: Plugin, configuration_digest: str) -> Component:
    """The Component that a record states for a plug-in."""
    return Component(
        role=role,
        name=plugin.name,
        version=plugin.version,
        configuration_digest=configuration_digest,
    )
