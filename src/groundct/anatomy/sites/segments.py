"""Approximate lung segments: coarse rules of position inside the approximate lobes.

Bronchi are not followed. Each rule parts a lobe at a quantile of its own voxels, so that every
segment is there and about as large as it typically is. A step or page that uses one says so.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from groundct.anatomy.sites._frame import FloatArray, LungFrame, Side, lung_frame, share_threshold
from groundct.anatomy.sites.lobes import approximate_lobes
from groundct.core.volume import BoolArray, LabelMap, RegionMask

Part = tuple[str, BoolArray]


def approximate_segments(organs: LabelMap) -> dict[str, RegionMask]:
    """The 18 lung segments, for each lung that ``organs`` holds voxels of.

    Names are the vocabulary's: "right lung upper lobe apical segment". Masks are non-empty,
    disjoint within a lobe, and fill it.
    """
    segments: dict[str, RegionMask] = {}
    for name, lobe in approximate_lobes(organs).items():
        segments |= approximate_segments_of(name, lobe)
    return segments


def approximate_segments_of(name: str, lobe: RegionMask) -> dict[str, RegionMask]:
    """The segments of one lobe, a non-empty mask in RAS order, by the vocabulary's names."""
    segments: dict[str, RegionMask] = {}
    side: Side = "left" if name.startswith("left") else "right"
    for segment, voxels in _parts(name, lung_frame(lobe, side)):
        crop = RegionMask.of(voxels)
        if crop.count:
            i, j, k = (a + b for a, b in zip(lobe.offset, crop.offset, strict=True))
            segments[f"{name} {segment} segment"] = RegionMask((i, j, k), crop.voxels)
    return segments


def _parts(lobe: str, frame: LungFrame) -> Iterator[Part]:
    match lobe:
        case "right lung upper lobe":
            rest, apical = _split(frame.voxels, frame.up, 0.65)
            posterior, anterior = _split(rest, frame.front, 0.45)
            yield from (("apical", apical), ("posterior", posterior), ("anterior", anterior))
        case "right lung middle lobe":
            medial, lateral = _split(frame.voxels, frame.lateral, 0.5)
            yield from (("lateral", lateral), ("medial", medial))
        case "left lung upper lobe":
            lingula, upper = _split(frame.voxels, frame.up, 0.35)
            back_and_top = np.asarray(frame.up - frame.front, dtype=np.float32)
            anterior, apicoposterior = _split(upper, back_and_top, 0.45)
            inferior, superior = _split(lingula, frame.up, 0.5)
            yield from (("apicoposterior", apicoposterior), ("anterior", anterior))
            yield from (("superior lingular", superior), ("inferior lingular", inferior))
        case "right lung lower lobe":
            basal, superior = _split(frame.voxels, frame.up, 0.75)
            posterior, front = _split(basal, frame.front, 0.35)
            medial, side = _split(front, frame.lateral, 0.25)
            lateral, anterior = _split(side, frame.front, 0.5)
            yield from (("superior", superior), ("medial basal", medial))
            yield from (("anterior basal", anterior), ("lateral basal", lateral))
            yield "posterior basal", posterior
        case _:
            basal, superior = _split(frame.voxels, frame.up, 0.75)
            posterior, front = _split(basal, frame.front, 0.35)
            medial_and_front = np.asarray(frame.front - frame.lateral, dtype=np.float32)
            lateral, anteromedial = _split(front, medial_and_front, 0.4)
            yield from (("superior", superior), ("anteromedial basal", anteromedial))
            yield from (("lateral basal", lateral), ("posterior basal", posterior))


def _split(voxels: BoolArray, value: FloatArray, share: float) -> tuple[BoolArray, BoolArray]:
    low = np.asarray(voxels & (value < share_threshold(value, voxels, share)), dtype=np.bool_)
    return low, voxels & ~low
