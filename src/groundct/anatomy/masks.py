"""The segmenter ``masks``: masks that any tool made, from a folder or a multi-label file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from groundct.core.options import OptionError, check_options, one_of
from groundct.core.volume import LabelMap, Volume
from groundct.vocabulary.anatomy import anatomy

if TYPE_CHECKING:
    from groundct.anatomy._external.given import Given

_ORIENTATION_LETTERS = ("LR", "PA", "IS")


@dataclass(frozen=True)
class MasksSegmenter:
    """Files -> LabelMap on the volume's grid; the contract is ``core.contracts.Segmenter``.

    Files on the CT's grid, in any order of axes, are taken exactly; any other grid is refused, and
    so is a file with an identity affine unless the order of its voxels is declared.
    """

    given: Given | None = None
    name: str = "masks"
    version: str = "1.0"
    description: str = "masks by any tool; needs folder=FOLDER or a multi-label file"
    quality: str = "that of the masks; their grids and names are checked"
    options: ClassVar[Mapping[str, str]] = {
        "folder": "a folder of <name>.nii.gz or of a built case, or one multi-label file",
        "layout": "radgenome, totalsegmentator or sat, where names alone do not tell",
        "identity": "voxel order of files with an identity affine: stored, or LPS and the like",
        "names": "a JSON file that names the labels of a multi-label file",
        "unknown": "skip leaves files aside whose name is not known; refuse is the default",
    }

    local_options: ClassVar[frozenset[str]] = frozenset({"folder", "names"})

    @property
    def answers_for(self) -> tuple[str, ...]:
        """Every structure of the tree."""
        return tuple(anatomy().structures)

    def configured(self, options: Mapping[str, str]) -> MasksSegmenter:
        """The segmenter of these files; OptionError for a missing or wrong option."""
        from groundct.anatomy._external.given import options_as_given
        from groundct.anatomy._external.naming import LAYOUTS

        check_options(self.name, self.options, options, required=("folder",))
        if options.get("layout"):
            one_of(self.name, "layout", options["layout"], LAYOUTS)
        if options.get("unknown"):
            one_of(self.name, "unknown", options["unknown"], ("refuse", "skip"))
        if options.get("identity"):
            _require_order(self.name, options["identity"])
        return MasksSegmenter(given=options_as_given(options))

    def segment(self, volume: Volume) -> LabelMap:
        """The masks, each with the method "published" (or as groundct wrote it).

        Raises OptionError without ``folder``, SourceError for names that are not known, VolumeError
        or GridError for files that cannot be trusted, lie on another grid or were made of another
        scan.
        """
        from groundct.anatomy._external.given import read_given, require_made_of

        if self.given is None:
            check_options(self.name, self.options, {}, required=("folder",))
            raise TypeError("a required option was not refused")
        found = read_given(self.given, volume)
        require_made_of(volume, self.given)
        return found


def _require_order(plugin: str, order: str) -> None:
    letters = order.upper()
    axes = [
        next((n for n, pair in enumerate(_ORIENTATION_LETTERS) if c in pair), -1) for c in letters
    ]
    if order != "stored" and sorted(axes) != [0, 1, 2]:
        raise OptionError.of(
            "bad-option",
            f"{plugin} identity",
            f"{order!r} is neither stored nor an orientation such as LPS.",
            "Give identity=stored or identity=LPS.",
        )


PLUGIN = MasksSegmenter()
