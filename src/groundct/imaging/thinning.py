"""Centrelines of masks: thinning to curves that keeps every part, tunnel and cavity.

Voxels are peeled off from the six directions in turn, as T.-C. Lee, R. L. Kashyap and C.-N. Chu do
(*CVGIP: Graphical Models and Image Processing* 56, 1994, 462-478). A voxel goes when it is simple
(taking it away changes no part, tunnel or cavity of the object under 26 neighbours; G. Bertrand,
G. Malandain, *Pattern Recognit. Lett.* 15, 1994, 169-175) and does not end a curve. Within a
direction voxels go in eight groups by the parity of their indices: no two of a group are
neighbours, so taking them together is the same as one after the other.
"""

from __future__ import annotations

import itertools
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from groundct.core.volume import BoolArray
from groundct.imaging.components import bounding_slices

Bits = NDArray[np.uint32]
Flat = NDArray[np.int64]

_STEPS: Final = tuple(s for s in itertools.product((-1, 0, 1), repeat=3) if s != (0, 0, 0))
"""The 26 neighbours; bit n of a neighbourhood is neighbour n."""
_FACES: Final = tuple(n for n, s in enumerate(_STEPS) if sum(map(abs, s)) == 1)
_NEAR: Final = tuple(n for n, s in enumerate(_STEPS) if sum(map(abs, s)) <= 2)


def centreline(mask: BoolArray) -> BoolArray:
    """The voxels of a mask's centrelines, one voxel wide where the mask has no thicker knot.

    Outside the array is background. The result has the parts, tunnels and cavities of the mask;
    the same mask gives the same centreline.
    """
    out = np.zeros(mask.shape, dtype=np.bool_, order="F")
    crop = bounding_slices(mask)
    if crop is None:
        return out
    padded = np.pad(np.ascontiguousarray(mask[crop]), 1)
    steps = _flat_steps(padded.shape)
    flat = padded.ravel()
    place = np.flatnonzero(flat)
    groups = _parity(place, padded.shape)
    gone = True
    while gone:
        gone = False
        for face in _FACES:
            border = np.flatnonzero(~flat[place + steps[face]])
            own = groups[border]
            for group in range(8):
                chosen = place[border[own == group]]
                chosen = chosen[flat[chosen]]
                around = _neighbourhoods(flat, chosen, steps)
                goes = chosen[(np.bitwise_count(around) > 1) & simple(around)]
                flat[goes] = False
                gone |= bool(len(goes))
        still = flat[place]
        place, groups = place[still], groups[still]
    out[crop] = padded[1:-1, 1:-1, 1:-1]
    return out


def simple(around: Bits) -> BoolArray:
    """Whether a voxel with these neighbours (n,), as bits, is simple.

    It is when its object neighbours are one 26-component, and the background among its 18 nearest
    neighbours has one 6-component that touches one of its faces.
    """
    unique, back = np.unique(around, return_inverse=True)
    outside = ~unique & np.uint32(_bits_of(_NEAR))
    faces = outside & np.uint32(_bits_of(_FACES))
    one_object = _grown(_lowest(unique), unique, 26) == unique
    one_outside = (_grown(_lowest(faces), outside, 6) & faces) == faces
    good = (unique != 0) & (faces != 0) & one_object & one_outside
    return np.asarray(good[back.ravel()])


def neighbour_counts(mask: BoolArray) -> NDArray[np.uint8]:
    """How many of its 26 neighbours are in the mask, for voxels of the mask; 0 elsewhere."""
    padded = np.pad(np.ascontiguousarray(mask), 1)
    flat = padded.ravel()
    place = np.flatnonzero(flat)
    counts = np.zeros(flat.shape, dtype=np.uint8)
    counts[place] = np.bitwise_count(_neighbourhoods(flat, place, _flat_steps(padded.shape)))
    return counts.reshape(padded.shape)[1:-1, 1:-1, 1:-1]


def _neighbourhoods(flat: BoolArray, place: Flat, steps: tuple[int, ...]) -> Bits:
    around = np.zeros(len(place), dtype=np.uint32)
    for n, step in enumerate(steps):
        around |= flat[place + step].astype(np.uint32) << np.uint32(n)
    return around


def _grown(seed: Bits, within: Bits, connectivity: int) -> Bits:
    """Everything that is connected to the seeds within a neighbourhood."""
    links = _links(connectivity)
    while True:
        larger = seed.copy()
        for n, link in enumerate(links):
            larger |= np.where(seed >> np.uint32(n) & np.uint32(1), np.uint32(link), np.uint32(0))
        larger &= within
        if np.array_equal(larger, seed):
            return seed
        seed = larger


@cache
def _links(connectivity: int) -> tuple[int, ...]:
    """For each neighbour the neighbours that it touches, as bits."""
    out = []
    for a in _STEPS:
        apart = [tuple(abs(p - q) for p, q in zip(a, b, strict=True)) for b in _STEPS]
        near = [max(d) <= 1 and (connectivity == 26 or sum(d) <= 1) for d in apart]
        out.append(_bits_of(tuple(n for n, own in enumerate(near) if own)))
    return tuple(out)


def _lowest(bits: Bits) -> Bits:
    return np.asarray(bits & (~bits + np.uint32(1)))


def _bits_of(numbers: tuple[int, ...]) -> int:
    return sum(1 << n for n in numbers)


def _flat_steps(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple((a * shape[1] + b) * shape[2] + c for a, b, c in _STEPS)


def _parity(place: Flat, shape: tuple[int, ...]) -> NDArray[np.int64]:
    i, j, k = np.unravel_index(place, shape)
    return np.asarray(i % 2 * 4 + j % 2 * 2 + k % 2)
