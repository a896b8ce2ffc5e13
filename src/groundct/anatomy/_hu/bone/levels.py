"""Where one vertebra ends and the next begins: discs and pedicles along the straightened canal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from groundct.anatomy._hu.bone.spine_curve import FloatArray, across_mm

PITCH_MM = (14, 44)
TYPICAL_PITCH_MM = 24.0
PITCH_SPREAD = 0.35
PITCH_CHANGE = 0.12
"""Spread of the logarithm of a pitch, and of how much it changes from one vertebra to the next."""
PEDICLE_AT = 0.66
"""Where the pedicle lies between two discs, from the lower to the upper."""
TILTS = np.tan(np.radians(np.arange(-18.0, 18.1, 3.0)))
BODY_MIDDLE_MM = 17.0
DISC_SPREAD_HU, PEDICLE_SPREAD_HU = 6.0, 30.0
SETTLING_MM, ENDPLATE_MM, GAP_DEPTH_HU = 6, 5, 60.0


@dataclass(frozen=True, eq=False)
class Levels:
    """Middles of the discs in view, from below to above.

    ``s_mm`` (n,) is where a disc's plane meets the line 17 mm in front of the canal, ``tilt`` (n,)
    how far it rises for each mm to the front, ``merit`` (n - 1,) how well each vertebra between
    two discs shows, about 0 for none and 1 for a clear one.
    """

    s_mm: NDArray[np.float64]
    tilt: NDArray[np.float64]
    merit: NDArray[np.float64]


def find_levels(straight: FloatArray) -> Levels | None:
    """The discs along a straightened scan (x, y, s); None when there are fewer than two."""
    sheared = np.array([_profile(straight, tilt) for tilt in TILTS])
    discs = np.array([_disc_cue(profile) for profile in sheared])
    disc = _unit(discs.max(axis=0), DISC_SPREAD_HU)
    pedicle = _unit(_pedicles(straight), PEDICLE_SPREAD_HU)
    chain, merit = _best_chain(disc, pedicle)
    if len(chain) < 2:
        return None
    tilt = _tilts(discs, chain)
    places = [
        _settled(sheared[int(np.abs(TILTS - own).argmin())], at)
        for at, own in zip(chain, tilt, strict=True)
    ]
    return Levels(np.array(places, dtype=np.float64), tilt, np.array(merit))


def _settled(profile: FloatArray, at: int) -> int:
    """The darkest place near ``at`` that lies between two endplates; ``at`` where there is none."""
    best, place = GAP_DEPTH_HU, at
    for here in range(max(1, at - SETTLING_MM), min(profile.size - 1, at + SETTLING_MM + 1)):
        before = profile[max(0, here - ENDPLATE_MM) : here].max()
        after = profile[here + 1 : here + 1 + ENDPLATE_MM].max()
        depth = float(min(before, after) - profile[here])
        if depth > best:
            best, place = depth, here
    return place


def _profile(straight: FloatArray, tilt: float) -> FloatArray:
    """Mean HU of the vertebral bodies along s, in planes that rise by ``tilt`` to the front."""
    x, y = across_mm()
    middle = straight[np.abs(x) <= 9]
    depth = np.flatnonzero((y >= 8) & (y <= 27))
    at = np.arange(straight.shape[2], dtype=np.float64)
    rows = [
        np.interp(at + tilt * (y[n] - BODY_MIDDLE_MM), at, middle[:, n].mean(axis=0)) for n in depth
    ]
    return np.asarray(np.clip(rows, -150, 700).mean(axis=0), dtype=np.float32)


def _disc_cue(profile: FloatArray) -> FloatArray:
    """How much the profile differs from what is around: bright endplates, a dark disc, or both."""
    return np.asarray(
        ndimage.gaussian_filter1d(np.abs(profile - ndimage.gaussian_filter1d(profile, 12.0)), 2.5)
    )


def _pedicles(straight: FloatArray) -> FloatArray:
    """HU beside the canal along s: bright at pedicles, dark at the nerves' openings."""
    x, y = across_mm()
    beside = (np.abs(x) >= 8) & (np.abs(x) <= 16)
    rows = straight[beside][:, (y >= -1) & (y <= 7)].clip(-150, 600).mean(axis=(0, 1))
    return np.asarray(ndimage.gaussian_filter1d(rows, 1.5))


def _unit(values: FloatArray, least_hu: float) -> NDArray[np.float64]:
    """Without trend, in units of its own spread over 10 cm, at most 2.5 either way.

    A spread under ``least_hu`` counts as that: what noise does is no pattern.
    """
    flat = values.astype(np.float64) - ndimage.gaussian_filter1d(values.astype(np.float64), 25.0)
    spread = np.sqrt(ndimage.gaussian_filter1d(flat**2, 50.0))
    return np.asarray(np.clip(flat / np.maximum(spread, least_hu), -2.5, 2.5))


def _best_chain(
    disc: NDArray[np.float64], pedicle: NDArray[np.float64]
) -> tuple[list[int], list[float]]:
    """Positions of the discs in the chain of highest merit, and each vertebra's merit.

    Dynamic programming over (upper disc, pitch).
    """
    pitches = np.arange(PITCH_MM[0], PITCH_MM[1] + 1)
    n = disc.size
    own = _vertebra_merit(disc, pedicle, pitches)
    prior = -0.5 * (np.log(pitches / TYPICAL_PITCH_MM) / PITCH_SPREAD) ** 2
    change = -0.5 * (np.log(pitches[:, None] / pitches[None, :]) / PITCH_CHANGE) ** 2
    best = np.full((n, pitches.size), -np.inf)
    before = np.full((n, pitches.size), -1)
    for upper in range(n):
        for p, pitch in enumerate(pitches):
            lower = upper - pitch
            if lower < 0:
                break
            value = own[lower, p] + 0.25 * prior[p]
            chained = best[lower] + 0.5 * change[p]
            previous = int(chained.argmax())
            if chained[previous] > 0:
                value, before[upper, p] = value + chained[previous], previous
            best[upper, p] = value
    if not np.isfinite(best).any():
        return [], []
    at, p = divmod(int(best.argmax()), pitches.size)
    chain, merit = [at], []
    while p >= 0:
        below = at - int(pitches[p])
        merit.append(float(own[below, p]) / 3)
        chain.append(below)
        at, p = below, int(before[at, p])
    return chain[::-1], merit[::-1]


def _vertebra_merit(
    disc: NDArray[np.float64], pedicle: NDArray[np.float64], pitches: NDArray[np.int64]
) -> NDArray[np.float64]:
    """(lower disc, pitch): discs at both ends, none between, a pedicle and then its opening."""
    n = disc.size
    out = np.full((n, pitches.size), -np.inf)
    run = np.concatenate([[0.0], np.cumsum(np.maximum(disc, 0))])
    for p, pitch in enumerate(pitches):
        lower = np.arange(n - pitch)
        margin = round(0.3 * pitch)
        inner = (run[lower + pitch - margin] - run[lower + margin]) / (pitch - 2 * margin)
        ends = 0.5 * (disc[lower] + disc[lower + pitch])
        at = lower + round(PEDICLE_AT * pitch)
        opening = lower + round(0.1 * pitch)
        contrast = 0.5 * (pedicle[at] - pedicle[opening])
        out[: n - pitch, p] = ends - inner + contrast
    return out


def _tilts(discs: FloatArray, chain: list[int]) -> NDArray[np.float64]:
    """Each disc's tilt, smooth from one disc to the next."""
    cue = np.array([discs[:, max(0, s - 2) : s + 3].mean(axis=1) for s in chain])
    cue /= cue.max(axis=1, keepdims=True) + 1e-6
    weight = np.exp(8 * (cue - 1))
    tilt = (weight * TILTS).sum(axis=1) / weight.sum(axis=1)
    return np.asarray(ndimage.gaussian_filter1d(tilt, 1.0, mode="nearest"))
