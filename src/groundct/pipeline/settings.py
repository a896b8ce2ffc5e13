"""What a build is asked to do; its digest keys the ledger."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import Annotated, cast

from pydantic import Field

from groundct import __version__
from groundct.core.contracts import Extractor, FindingSegmenter, Segmenter
from groundct.core.options import configured as with_options
from groundct.core.options import public_options
from groundct.core.plugins import load_plugin
from groundct.core.value import Value


class BuildSettings(Value):
    """The parts of a build by plug-in name, how often each question is worded, and the seed.

    ``extractor_configuration`` is the extractor's own. Of the options of segmenter and finding
    segmenter the ``..._configuration`` holds those that an answer depends on; `configured` fills
    these in. The options themselves may name places on this machine and are left out of digests,
    records and releases.
    """

    segmenter: str = "hu"
    extractor: str = "rules"
    finding_segmenter: str = "hu_text"
    wordings: Annotated[int, Field(ge=1)] = 3
    seed: int = 0
    extractor_configuration: dict[str, str | int | float] = Field(default_factory=dict)
    segmenter_options: dict[str, str] = Field(default_factory=dict, exclude=True)
    finding_segmenter_options: dict[str, str] = Field(default_factory=dict, exclude=True)
    segmenter_configuration: dict[str, str] = Field(default_factory=dict)
    finding_segmenter_configuration: dict[str, str] = Field(default_factory=dict)


def configured(settings: BuildSettings) -> BuildSettings:
    """Settings with what the parts say of themselves, so that keys, records and releases tell it.

    Raises DataError when a part is not set up.
    """
    extractor = cast(Extractor, load_plugin("reports", settings.extractor))
    organs, finder = segmenter_of(settings), finding_segmenter_of(settings)
    told = {
        "extractor_configuration": dict(extractor.configuration()),
        "segmenter_configuration": public_options(organs, settings.segmenter_options),
        "finding_segmenter_configuration": public_options(
            finder, settings.finding_segmenter_options
        ),
    }
    return settings.model_copy(update=told)


def segmenter_of(settings: BuildSettings) -> Segmenter:
    """The organ segmenter with its options; OptionError when it is not set up."""
    plugin = cast(Segmenter, load_plugin("anatomy", settings.segmenter))
    return with_options(plugin, settings.segmenter_options)


def finding_segmenter_of(settings: BuildSettings) -> FindingSegmenter:
    """The finding segmenter with its options; OptionError when it is not set up."""
    plugin = cast(FindingSegmenter, load_plugin("grounding", settings.finding_segmenter))
    return with_options(plugin, settings.finding_segmenter_options)


def environment() -> dict[str, str]:
    """The versions that a run states: groundct, Python and the packages that touch its numbers."""
    packages = ("numpy", "scipy", "deflate", "pydicom", "connected-components-3d", "edt", "pyarrow")
    return {
        "groundct": __version__,
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
    }
