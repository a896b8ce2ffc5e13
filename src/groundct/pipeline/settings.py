"""What a build is asked to do; its digest keys the ledger."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import Annotated, cast

from pydantic import Field

from groundct import __version__
from groundct.core.contracts import Extractor
from groundct.core.plugins import load_plugin
from groundct.core.value import Value


class BuildSettings(Value):
    """The parts of a build by plug-in name, how often each question is worded, and the seed.

    ``extractor_configuration`` is the extractor's own; `configured` fills it in.
    """

    segmenter: str = "hu"
    extractor: str = "rules"
    finding_segmenter: str = "hu_text"
    wordings: Annotated[int, Field(ge=1)] = 3
    seed: int = 0
    extractor_configuration: dict[str, str | int | float] = Field(default_factory=dict)


def configured(settings: BuildSettings) -> BuildSettings:
    """Settings with what the extractor says of itself, so that keys, records and releases tell it.

    Raises DataError when the extractor is not set up.
    """
    extractor = cast(Extractor, load_plugin("reports", settings.extractor))
    told = dict(extractor.configuration())
    return settings.model_copy(update={"extractor_configuration": told})


def environment() -> dict[str, str]:
    """The versions that a run states: groundct, Python and the packages that touch its numbers."""
    packages = ("numpy", "scipy", "deflate", "pydicom", "connected-components-3d", "edt", "pyarrow")
    return {
        "groundct": __version__,
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
    }
