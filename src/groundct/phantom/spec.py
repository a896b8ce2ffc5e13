"""What to make: the body, its grid, and the findings to place."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from groundct.core.geometry import Geometry, reorientation_to
from groundct.core.value import Value
from groundct.vocabulary.segments import segments

Category = Literal[
    "1a", "1b", "1c", "1d", "1e", "1f", "2a", "2b", "2c", "2d", "2e", "2f", "2g", "2h"
]  # fmt: skip
Margin = Literal["smooth", "spiculated"]
Calcification = Literal["coronary", "aortic wall", "lymph node", "costal cartilage"]
Device = Literal["central venous line", "pacemaker", "sternal wires", "surgical clips", "port"]
Group = Literal["pleural", "diffuse", "focal"]

TYPES: dict[Category, tuple[str, ...]] = {
    "1a": ("bronchial_wall_thickening",),
    "1b": ("bronchiectasis",),
    "1c": ("emphysema", "bulla"),
    "1d": ("septal_thickening",),
    "1e": ("micronodules",),
    "1f": ("mosaic_attenuation",),
    "2a": ("linear_atelectasis", "scarring"),
    "2b": ("consolidation", "atelectasis"),
    "2c": ("ground_glass",),
    "2d": ("nodule", "mass", "part_solid_nodule", "calcified_nodule"),
    "2e": ("pleural_effusion", "pleural_thickening"),
    "2f": ("honeycombing",),
    "2g": ("pneumothorax",),
    "2h": ("air_cyst",),
}
"""The finding types of each category that can be drawn; the first is the default."""

DEFAULT_SIZE_MM: dict[str, float] = {
    "bronchial_wall_thickening": 3, "bronchiectasis": 9, "emphysema": 7, "bulla": 28,
    "septal_thickening": 50, "micronodules": 3, "mosaic_attenuation": 30,
    "linear_atelectasis": 35, "scarring": 22, "consolidation": 40, "atelectasis": 30,
    "ground_glass": 35, "nodule": 10, "mass": 38, "part_solid_nodule": 16,
    "calcified_nodule": 6, "pleural_effusion": 30, "honeycombing": 40, "pneumothorax": 20,
    "air_cyst": 14, "pleural_thickening": 7,
}  # fmt: skip

PLEURAL: frozenset[str] = frozenset({"2e", "2g"})
DIFFUSE: frozenset[str] = frozenset({"1a", "1b", "1c", "1e", "1f"})
SIDES = ("right lung", "left lung")
LOBES = (
    "right lung upper lobe",
    "right lung middle lobe",
    "right lung lower lobe",
    "left lung upper lobe",
    "left lung lower lobe",
)


def sites_of(category: str) -> tuple[str, ...]:
    """The sites where a category can be placed: pleural ones beside a lung, others also inside."""
    if category in PLEURAL:
        return SIDES
    return ("lung", *SIDES, *LOBES, *(s.name for s in segments()))


class FindingSpec(Value):
    """A finding to place.

    ``site`` is a lung, lobe or lung segment by name, or ``lung`` for both lungs. ``size_mm`` is
    the longest axial diameter of one instance; for a pleural effusion or a pneumothorax its
    greatest depth; for diffuse categories the extent of their pattern (FINDINGS in the docs).
    A ``loculated`` effusion is a lens at the chest wall instead of a layer that lies behind.
    """

    category: Category
    site: str
    type: str = ""
    size_mm: Annotated[float, Field(gt=0, le=200)] | None = None
    count: Annotated[int, Field(ge=1, le=50)] = 1
    margin: Margin = "smooth"
    loculated: bool = False
    seed: int = 0

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.site not in sites_of(self.category):
            raise ValueError(
                f"category {self.category} cannot be placed in {self.site!r}; "
                f"it can in: {', '.join(sites_of(self.category))}"
            )
        if self.type and self.type not in TYPES[self.category]:
            raise ValueError(
                f"type {self.type!r} is none of category {self.category}: "
                f"{', '.join(TYPES[self.category])}"
            )
        return self

    @property
    def drawn_type(self) -> str:
        """The finding type, the category's default when none was asked for."""
        return self.type or TYPES[self.category][0]

    @property
    def drawn_size_mm(self) -> float:
        """The size, the type's default when none was asked for."""
        return self.size_mm or DEFAULT_SIZE_MM[self.drawn_type]


def group_of(finding: FindingSpec) -> Group:
    """How a finding is drawn: beside the lung, as a pattern under others, or as a thing."""
    if finding.category in PLEURAL:
        return "pleural"
    diffuse = finding.category in DIFFUSE and finding.drawn_type != "bulla"
    return "diffuse" if diffuse else "focal"


def at_wall(finding: FindingSpec) -> bool:
    """Whether a pleural finding is a lens at the chest wall and no layer."""
    return finding.loculated or finding.drawn_type == "pleural_thickening"


class ReportStyle(Value):
    """How a report is worded.

    ``wording`` "plain" is one fixed sentence a finding; "translated" is the register of reports
    translated by machine from Turkish, "american" that of dictated American ones: both vary with
    the seed. ``misspelling_rate`` is the share of sentences with a spelling fault in a word that
    carries no finding.
    """

    wording: Literal["plain", "translated", "american"] = "plain"
    misspelling_rate: Annotated[float, Field(ge=0, le=1)] = 0.0


class PhantomSpec(Value):
    """A synthetic thorax: grid, body, scanner, findings. Equal specs give equal voxels.

    Without ``spacing_mm`` the grid covers the whole thorax (400 x 400 x 320 mm). ``orientation``
    is that of the stored grid. ``noise_hu`` is the standard deviation in soft tissue.
    ``slice_mm`` is how thick a slice is that each voxel is the mean of; without it slices are
    drawn infinitely thin. ``inspiration`` is 1 for a full breath, 0 for none; ``fat_mm`` the usual
    depth of fat under the skin, the seed's own when None; ``padding_hu`` is written outside a
    round field of view. ``calcifications`` and ``devices`` are drawn and told by the report.
    """

    seed: int = 0
    shape: tuple[
        Annotated[int, Field(ge=16, le=1024)],
        Annotated[int, Field(ge=16, le=1024)],
        Annotated[int, Field(ge=16, le=1024)],
    ] = (128, 128, 100)
    spacing_mm: tuple[float, float, float] | None = None
    orientation: str = "LPS"
    sex: Literal["female", "male"] = "male"
    size: Annotated[float, Field(ge=0.8, le=1.2)] = 1.0
    noise_hu: Annotated[float, Field(ge=0, le=100)] = 18.0
    findings: tuple[FindingSpec, ...] = ()
    slice_mm: Annotated[float, Field(gt=0, le=20)] | None = None
    kernel: Literal["soft", "medium", "sharp"] = "medium"
    padding_hu: Annotated[int, Field(ge=-8192, le=-1000)] | None = None
    age: Annotated[int, Field(ge=18, le=100)] = 50
    inspiration: Annotated[float, Field(ge=0, le=1)] = 1.0
    fat_mm: Annotated[float, Field(ge=3, le=40)] | None = None
    contrast: Literal["none", "venous", "arterial"] = "none"
    calcifications: tuple[Calcification, ...] = ()
    devices: tuple[Device, ...] = ()
    style: ReportStyle = ReportStyle()

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.spacing_mm is not None and min(self.spacing_mm) <= 0:
            raise ValueError(f"spacing_mm {self.spacing_mm} must be positive")
        reorientation_to(self.geometry, self.orientation)
        return self

    @property
    def geometry(self) -> Geometry:
        """The grid in RAS order; the world's origin is the middle of the chest."""
        full = (400.0, 400.0, 320.0)
        spacing = self.spacing_mm or tuple(f / n for f, n in zip(full, self.shape, strict=True))
        rows = [[0.0] * 4 for _ in range(3)]
        for axis, (step, n) in enumerate(zip(spacing, self.shape, strict=True)):
            rows[axis][axis] = step
            rows[axis][3] = -step * (n - 1) / 2
        return Geometry.of(self.shape, rows)

    @property
    def stored(self) -> Geometry:
        """The same grid in the stored orientation."""
        return reorientation_to(self.geometry, self.orientation).apply_geometry(self.geometry)
