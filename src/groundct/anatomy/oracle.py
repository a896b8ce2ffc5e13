"""The segmenter ``oracle``: a phantom's own truth, to try what comes after masks without errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from groundct.core.options import check_options
from groundct.core.volume import LabelMap, Volume
from groundct.vocabulary.anatomy import anatomy


@dataclass(frozen=True)
class OracleSegmenter:
    """LabelMap of a phantom's truth; the contract is ``core.contracts.Segmenter``.

    ``truth`` is the folder that ``groundct phantom`` writes for a case (``OUT/truth/<case>``), or
    a JSON file with a phantom's specification, which is then drawn again.
    """

    truth: Path | None = None
    name: str = "oracle"
    version: str = "1.0"
    description: str = "the truth of a phantom; needs truth=FOLDER"
    quality: str = "the truth itself; for phantoms only"
    options: ClassVar[Mapping[str, str]] = {
        "truth": "the folder of a phantom's truth (OUT/truth/CASE), or its specification as JSON"
    }

    local_options: ClassVar[frozenset[str]] = frozenset({"truth"})

    @property
    def answers_for(self) -> tuple[str, ...]:
        """Every structure that a phantom may hold."""
        return tuple(anatomy().structures)

    def configured(self, options: Mapping[str, str]) -> OracleSegmenter:
        """The oracle of one phantom; OptionError without ``truth``."""
        check_options(self.name, self.options, options, required=("truth",))
        return OracleSegmenter(truth=Path(options["truth"]))

    def segment(self, volume: Volume) -> LabelMap:
        """The phantom's organs and lung segments, each with the method "truth".

        Raises OptionError without ``truth``, VolumeError for a truth that is missing or broken,
        GridError for a volume that is not that phantom's.
        """
        from groundct.anatomy._external.truth import read_truth

        check_options(self.name, self.options, {"truth": str(self.truth or "")}, ("truth",))
        return read_truth(Path(str(self.truth)), volume)


PLUGIN = OracleSegmenter()
