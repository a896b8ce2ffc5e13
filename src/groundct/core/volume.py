"""Volume and LabelMap: voxels on a grid.

Both hold arrays in RAS order: index i grows to the patient's right, j to the front, k to the head.
The codecs reorient what they read, exactly, and remember the grid of the file in ``stored`` so that
whatever is written for this case goes back to that grid, to the bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from groundct.core.geometry import Geometry, reorientation_to, same_grid
from groundct.core.issues import DataError, NotSegmentedError
from groundct.core.names import names_like, unknown_name, written_otherwise
from groundct.core.value import Value

T = TypeVar("T", bound=np.generic)
BoolArray = NDArray[np.bool_]
LabelArray = NDArray[np.uint16] | NDArray[np.uint8]
HuArray = NDArray[np.int16]

INTERNAL_ORIENTATION = "RAS"


@dataclass(frozen=True, eq=False)
class Volume:
    """A CT in Hounsfield units. ``hu`` is int16 (i, j, k) in RAS order, possibly a view."""

    hu: HuArray
    geometry: Geometry
    stored: Geometry

    def __post_init__(self) -> None:
        _check_grid(self.hu, self.geometry, self.stored)
        if self.hu.dtype != np.int16:
            raise TypeError(
                f"hu must be int16, got {self.hu.dtype}: hu.round().astype(numpy.int16)"
            )

    def __repr__(self) -> str:
        return f"Volume({grid_words(self.geometry, self.stored)})"


Method = Literal["intensity", "shape prior", "spatial prior", "model", "published", "truth"]
"""What a mask rests on: its own HU; HU and the form that such a structure has; where such a
structure lies among others that were seen; a trained model; files that were given; a phantom."""


class Segment(Value):
    """One named structure of a LabelMap: the (layer, label) pairs whose union it is.

    A segment without any voxel says "looked for and empty"; a name that is no segment says
    "not segmented". ``confidence`` is 0..1, the method's own and not calibrated; ``note`` says to
    people what is particular to this mask, such as which border was not seen.
    """

    name: str
    parts: tuple[tuple[int, int], ...]
    method: Method | None = None
    confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    note: str = ""


class Abstention(Value):
    """A structure that was looked for and is not answered for, and why."""

    name: str
    reason: str


@dataclass(frozen=True, eq=False)
class LabelMap:
    """Named structures on one grid; structures that overlap share labels or use other layers.

    ``layers`` are unsigned integer arrays (i, j, k) in RAS order; 0 is background. ``abstained``
    names structures that are no segments here, with the reason.
    """

    layers: tuple[LabelArray, ...]
    segments: tuple[Segment, ...]
    geometry: Geometry
    stored: Geometry
    abstained: tuple[Abstention, ...] = ()

    def __post_init__(self) -> None:
        for layer in self.layers:
            _check_grid(layer, self.geometry, self.stored)
        names = self.names
        if len(set(names)) != len(names):
            raise ValueError("two segments share a name")
        if both := set(names) & {each.name for each in self.abstained}:
            raise ValueError(f"segmented and abstained from at once: {sorted(both)}")
        for segment in self.segments:
            for layer_index, label in segment.parts:
                if not (0 <= layer_index < len(self.layers) and label > 0):
                    raise ValueError(
                        f"{segment.name!r} points at layer {layer_index} label {label}"
                    )

    def __repr__(self) -> str:
        count = f"{len(self.segments)} structures, {len(self.abstained)} abstained from"
        return f"LabelMap({count}, {grid_words(self.geometry, self.stored)})"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the segments, in order."""
        return tuple(segment.name for segment in self.segments)

    def segment(self, name: str) -> Segment:
        """The segment of a name.

        Raises:
            NotSegmentedError: This map does not answer for it: it was looked for in vain, with the
                reason, or was never looked for.
            UnknownNameError: A structure of this map is written otherwise: "left lung" it is, and
                not "Left Lung" or "lung_left".
        """
        for segment in self.segments:
            if segment.name == name:
                return segment
        raise self._not_held(name)

    def _not_held(self, name: str) -> DataError:
        for each in self.abstained:
            if each.name == name:
                return NotSegmentedError.of(
                    "not-segmented",
                    name,
                    f"no mask answers for it: {each.reason}.",
                    "Treat it as not annotated, or use another segmenter.",
                )
        known = (*self.names, *(each.name for each in self.abstained))
        if written_otherwise(name, known):
            what = "the label map has it under another spelling."
            return unknown_name(name, what, known)
        near = ", ".join(repr(other) for other in names_like(name, known))
        return NotSegmentedError.of(
            "not-segmented",
            name,
            f"it is none of the {len(self.segments)} structures of the label map"
            + (f"; like it are {near}." if near else "."),
            "Treat it as not annotated, or use a segmenter that answers for it; "
            f"groundct anatomy {name!r} says whether it is a structure.",
        )

    def mask(self, name: str) -> BoolArray:
        """The voxels of a structure as a new bool array (i, j, k); errors are `segment`'s."""
        labels: dict[int, list[int]] = {}
        for index, label in self.segment(name).parts:
            labels.setdefault(index, []).append(label)
        masks = (_holds(self.layers[index], own) for index, own in labels.items())
        out = next(masks, None)
        if out is None:
            return np.zeros(self.geometry.shape, dtype=np.bool_, order="F")
        for mask in masks:
            np.logical_or(out, mask, out=out)
        return out


def _holds(layer: LabelArray, labels: Sequence[int]) -> BoolArray:
    """Where a layer has one of the labels; many are looked up, which costs what eight do."""
    if len(labels) <= 8:
        out = np.asarray(layer == labels[0])
        for label in labels[1:]:
            np.logical_or(out, layer == label, out=out)
        return out
    chosen = np.zeros(int(np.iinfo(layer.dtype).max) + 1, dtype=np.bool_)
    chosen[list(labels)] = True
    return np.asarray(chosen[layer])


@dataclass(frozen=True, eq=False)
class RegionMask:
    """The voxels of a region, cropped: ``voxels`` is bool, its first voxel stands at ``offset``."""

    offset: tuple[int, int, int]
    voxels: BoolArray

    def __post_init__(self) -> None:
        if self.voxels.dtype != np.bool_:
            raise TypeError(f"voxels must be bool, got {self.voxels.dtype}: say mask != 0")

    def __repr__(self) -> str:
        shape = " x ".join(str(n) for n in self.voxels.shape)
        return f"RegionMask({self.count} voxels in {shape} at {self.offset})"

    @classmethod
    def of(cls, mask: BoolArray) -> RegionMask:
        """Crop a full-size mask to its bounding box; an empty mask gives an empty crop."""
        columns = np.asarray(mask.any(axis=2))
        if not columns.any():
            return cls((0, 0, 0), np.zeros((0, 0, 0), dtype=np.bool_))
        lows, highs = [], []
        for held in (columns.any(axis=1), columns.any(axis=0), mask.any(axis=(0, 1))):
            line = np.flatnonzero(held)
            lows.append(int(line[0]))
            highs.append(int(line[-1]) + 1)
        crop = mask[lows[0] : highs[0], lows[1] : highs[1], lows[2] : highs[2]].copy(order="F")
        return cls((lows[0], lows[1], lows[2]), crop)

    @property
    def count(self) -> int:
        """Number of voxels."""
        return int(np.count_nonzero(self.voxels))

    @property
    def slices(self) -> tuple[slice, slice, slice]:
        """Where the crop stands in the full array."""
        a, b, c = (slice(o, o + n) for o, n in zip(self.offset, self.voxels.shape, strict=True))
        return a, b, c

    def dense(self, shape: tuple[int, int, int]) -> BoolArray:
        """The mask as a full-size array."""
        out = np.zeros(shape, dtype=np.bool_, order="F")
        out[self.slices] = self.voxels
        return out


def label_map_of_masks(
    masks: Iterable[tuple[str, RegionMask]], geometry: Geometry, stored: Geometry
) -> LabelMap:
    """Pack named masks into as few layers as their overlaps allow, in the order given.

    A layer is uint8 until it holds more than 255 structures, then uint16.
    """
    layers: list[LabelArray] = []
    counts: list[int] = []
    segments: list[Segment] = []
    for name, mask in masks:
        if mask.count == 0:
            segments.append(Segment(name=name, parts=()))
            continue
        free = (n for n, layer in enumerate(layers) if _is_free(layer[mask.slices], mask.voxels))
        index = next(free, len(layers))
        if index == len(layers):
            layers.append(np.zeros(geometry.shape, dtype=np.uint8, order="F"))
            counts.append(0)
        counts[index] += 1
        if counts[index] == np.iinfo(np.uint8).max + 1:
            layers[index] = layers[index].astype(np.uint16, order="K")
        np.copyto(layers[index][mask.slices], counts[index], where=mask.voxels)
        segments.append(Segment(name=name, parts=((index, counts[index]),)))
    return LabelMap(tuple(layers), tuple(segments), geometry, stored)


def _is_free(labels: LabelArray, voxels: BoolArray) -> bool:
    """Whether no voxel of a crop has a label where ``voxels`` is True."""
    sample = (slice(None, None, 4),) * 3
    if (labels[sample][voxels[sample]]).any():
        return False
    slices = range(voxels.shape[2])
    return not any(np.logical_and(labels[:, :, k], voxels[:, :, k]).any() for k in slices)


def require_volume(given: object) -> None:
    """Raise TypeError, which says how to make one, for what is no Volume."""
    if not isinstance(given, Volume):
        raise TypeError(
            f"a Volume is due, got {type(given).__name__}: read_volume(path) of groundct.codecs."
            "volumes reads one; volume_from_stored(hu, Geometry.of(hu.shape, affine)) of "
            "groundct.core makes one of an int16 array of HU and its affine in RAS+ mm, as in NIfTI"
        )


def require_label_map(given: object) -> None:
    """Raise TypeError, which says how to make one, for what is no LabelMap."""
    if not isinstance(given, LabelMap):
        raise TypeError(
            f"a LabelMap is due, got {type(given).__name__}: segment(volume) of groundct.anatomy "
            "makes one, and of the masks of any tool segment(volume, 'masks', {'folder': path}); "
            "read_segmentation(path) of groundct.codecs.segmentations reads one"
        )


def grid_words(geometry: Geometry, stored: Geometry) -> str:
    """A grid in a few words: ``512 x 512 x 320 of 0.7 x 0.7 x 1 mm, stored as LPS``."""
    shape = " x ".join(str(n) for n in geometry.shape)
    spacing = " x ".join(f"{step:.3g}" for step in geometry.spacing_mm)
    return f"{shape} of {spacing} mm, stored as {stored.orientation}"


def volume_from_stored(hu: HuArray, stored: Geometry) -> Volume:
    """A Volume from an array in its file's own axis order; reoriented exactly, as a view."""
    turn = reorientation_to(stored, INTERNAL_ORIENTATION)
    return Volume(turn.apply(hu), turn.apply_geometry(stored), stored)


def to_stored(array: NDArray[T], stored: Geometry) -> NDArray[T]:
    """An array in RAS order back in the axis order of its file, as a view."""
    return reorientation_to(stored, INTERNAL_ORIENTATION).inverse().apply(array)


def _check_grid(array: NDArray[np.generic], geometry: Geometry, stored: Geometry) -> None:
    if array.shape != geometry.shape:
        raise ValueError(f"array {array.shape} and geometry {geometry.shape} differ")
    if geometry.orientation != INTERNAL_ORIENTATION:
        raise ValueError(f"arrays are held in {INTERNAL_ORIENTATION}, not {geometry.orientation}")
    turn = reorientation_to(stored, INTERNAL_ORIENTATION)
    if not same_grid(turn.apply_geometry(stored), geometry):
        raise ValueError("geometry is not the stored grid reoriented")
