"""Detection: which candidates hit which references, the FROC curve, and the CPM.

A candidate is a place with a confidence. FROC (free-response receiver operating characteristic)
sets the sensitivity against false positives a scan while the confidence asked for falls; the CPM
(competition performance metric) is its mean at 1/8, 1/4, 1/2, 1, 2, 4 and 8 false positives a scan
(M. Niemeijer et al., *IEEE Trans. Med. Imaging* 30, 2011, 215-223; A. A. A. Setio et al., *Med.
Image Anal.* 42, 2017, 1-13).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RATES: Final = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""False positives a scan at which sensitivities are read."""

Shared = Literal["nearest", "all"]
Curve = Literal["step", "interpolated"]

FALSE_POSITIVE: Final = 0
HIT: Final = 1
DUPLICATE: Final = 2
IRRELEVANT: Final = 3


@dataclass(frozen=True, eq=False)
class Pairs:
    """Which candidate hits which reference, each (p,); a larger ``closeness`` is a better hit."""

    reference: Ints
    candidate: Ints
    closeness: Floats


@dataclass(frozen=True, eq=False)
class Match:
    """What became of every candidate and reference.

    ``outcome`` (n candidates) is FALSE_POSITIVE, HIT, DUPLICATE or IRRELEVANT; ``best`` (n
    references) the candidate that a reference is detected by, -1 for none and for excluded ones.
    """

    outcome: NDArray[np.int8]
    best: Ints


@dataclass(frozen=True, eq=False)
class Marks:
    """What a FROC curve is made of: false positives and detected references by confidence.

    ``confidence``, ``is_hit`` and ``cluster`` are (n,); ``references`` and ``scans`` (clusters,)
    count what each cluster (a patient) has. A reference without a candidate is no mark.
    """

    confidence: Floats
    is_hit: NDArray[np.bool_]
    cluster: Ints
    references: Floats
    scans: Floats

    def __post_init__(self) -> None:
        if np.isnan(self.confidence).any():
            raise ValueError("a confidence is NaN")


@dataclass(frozen=True, eq=False)
class Froc:
    """Points of a curve from no candidate to all, one for each confidence that occurs.

    ``sensitivity`` is NaN when there is no reference, ``false_positives`` (a scan) when no scan.
    """

    confidence: Floats
    false_positives: Floats
    sensitivity: Floats


def distance_pairs(
    centres_mm: Floats, diameters_mm: Floats, candidates_mm: Floats, *, offset: int = 0
) -> Pairs:
    """Candidates nearer to a reference's centre than half its diameter: LUNA16's rule, which is <.

    ``centres_mm`` (r, 3), ``diameters_mm`` (r,) and ``candidates_mm`` (c, 3) are those of one scan;
    ``offset`` is added to the candidates' numbers. Closeness is minus the distance in mm.
    """
    references, candidates, closeness = [], [], []
    for number, (centre, diameter) in enumerate(zip(centres_mm, diameters_mm, strict=True)):
        squared = ((candidates_mm - centre) ** 2).sum(axis=1)
        near = np.flatnonzero(squared < (diameter / 2) ** 2)
        references.append(np.full(len(near), number, dtype=np.int64))
        candidates.append(near.astype(np.int64) + offset)
        closeness.append(-np.sqrt(squared[near]))
    return _joined(references, candidates, closeness)


def joined_pairs(parts: list[Pairs]) -> Pairs:
    """Several lists of pairs as one."""
    return _joined(
        [p.reference for p in parts], [p.candidate for p in parts], [p.closeness for p in parts]
    )


def match_candidates(
    pairs: Pairs, confidence: Floats, excluded: ArrayLike, *, shared: Shared = "nearest"
) -> Match:
    """Give candidates to references.

    A reference is detected by its candidate of the highest confidence; its other candidates are
    duplicates, neither hit nor false positive. A candidate that hits only excluded references is
    irrelevant. One that hits several counts for the nearest, or with ``shared`` "all" for each of
    them, as LUNA16's evaluation does. No outcome depends on a threshold or on the order of rows,
    but among equal confidence and distance the first row is taken.

    Args:
        pairs: Every hit.
        confidence: Of each candidate (n,).
        excluded: Of each reference, whether it is neither to be found nor held against anybody.
        shared: What becomes of a candidate that hits several references.
    """
    left_out = np.asarray(excluded, dtype=np.bool_)
    due = ~left_out[pairs.reference]
    reference, candidate = pairs.reference[due], pairs.candidate[due]
    closeness = pairs.closeness[due]
    if shared == "nearest":
        order = np.lexsort((reference, -closeness, candidate))
        first = order[_first_of_each(candidate[order])]
        reference, candidate, closeness = reference[first], candidate[first], closeness[first]
    order = np.lexsort((candidate, -closeness, -confidence[candidate], reference))
    first = order[_first_of_each(reference[order])]
    best = np.full(len(left_out), -1, dtype=np.int64)
    best[reference[first]] = candidate[first]
    outcome = np.full(len(confidence), FALSE_POSITIVE, dtype=np.int8)
    outcome[pairs.candidate[~due]] = IRRELEVANT
    outcome[candidate] = DUPLICATE
    outcome[best[best >= 0]] = HIT
    return Match(outcome, best)


def froc_curve(marks: Marks) -> Froc:
    """The curve of all marks; candidates of one confidence enter together."""
    ordered = _ordered(marks)
    hits, false = _counts(ordered, np.ones(len(marks.scans)), len(ordered.is_hit))
    with np.errstate(invalid="ignore", divide="ignore"):
        return Froc(
            np.concatenate([[np.inf], ordered.confidence[ordered.ends]]),
            false / marks.scans.sum(),
            hits / marks.references.sum(),
        )


def sensitivities_at(
    marks: Marks,
    *,
    rates: tuple[float, ...] = RATES,
    curve: Curve = "step",
    weights: Floats | None = None,
) -> Floats:
    """Sensitivities (len(rates),) at false positives a scan, NaN without reference or scan.

    Args:
        marks: Hits and false positives.
        rates: False positives a scan.
        curve: ``step``: the best that a threshold reaches at no more false positives than that;
            ``interpolated``: read off straight lines between such points, as LUNA16 does. Beyond
            the last point both go on level.
        weights: How often each cluster counts; once unless given.
    """
    own = np.ones(len(marks.scans)) if weights is None else weights
    return _read_off(_ordered(marks), marks, own, rates, curve)


def sensitivities_of_draws(
    marks: Marks, draws: Iterator[Floats], *, rates: tuple[float, ...] = RATES, curve: Curve
) -> Iterator[Floats]:
    """Sensitivities (m, len(rates)) for each block of weights (m, clusters)."""
    ordered = _ordered(marks)
    for block in draws:
        yield np.stack([_read_off(ordered, marks, row, rates, curve) for row in block])


@dataclass(frozen=True, eq=False)
class _Ordered:
    """Marks by falling confidence; ``ends`` are the last marks of each confidence."""

    confidence: Floats
    is_hit: NDArray[np.bool_]
    cluster: Ints
    ends: Ints
    false_before: Ints


def _ordered(marks: Marks) -> _Ordered:
    order = np.argsort(-marks.confidence, kind="stable")
    confidence, is_hit = marks.confidence[order], marks.is_hit[order]
    last = np.ones(len(order), dtype=np.bool_)
    last[:-1] = confidence[1:] != confidence[:-1]
    return _Ordered(
        confidence, is_hit, marks.cluster[order], np.flatnonzero(last), np.cumsum(~is_hit)
    )


def _counts(ordered: _Ordered, weights: Floats, many: int) -> tuple[Floats, Floats]:
    """Hits and false positives at every point of the first ``many`` marks, from (0, 0) on."""
    own, is_hit = weights[ordered.cluster[:many]], ordered.is_hit[:many]
    ends = ordered.ends[: np.searchsorted(ordered.ends, many)]
    hits = np.cumsum(np.where(is_hit, own, 0.0))[ends]
    false = np.cumsum(np.where(is_hit, 0.0, own))[ends]
    return np.concatenate([[0.0], hits]), np.concatenate([[0.0], false])


def _read_off(
    ordered: _Ordered, marks: Marks, weights: Floats, rates: tuple[float, ...], curve: Curve
) -> Floats:
    scans, references = float(weights @ marks.scans), float(weights @ marks.references)
    if not scans or not references:
        return np.full(len(rates), np.nan)
    allowed = np.asarray(rates) * scans
    # Marks far beyond the last rate are looked at only where this draw needs them.
    reach = 4 * allowed.max() + 64
    many = int(np.searchsorted(ordered.false_before, reach, side="right"))
    hits, false = _counts(ordered, weights, many)
    if many < len(ordered.is_hit) and false[-1] <= allowed.max():
        hits, false = _counts(ordered, weights, len(ordered.is_hit))
    if curve == "interpolated":
        return np.asarray(np.interp(allowed, false, hits) / references)
    return np.asarray(hits[np.searchsorted(false, allowed, side="right") - 1] / references)


def _first_of_each(values: Ints) -> Ints:
    """Where each run of equal values begins."""
    new = np.ones(len(values), dtype=np.bool_)
    new[1:] = values[1:] != values[:-1]
    return np.flatnonzero(new)


def _joined(references: list[Ints], candidates: list[Ints], closeness: list[Floats]) -> Pairs:
    none = np.zeros(0, dtype=np.int64)
    return Pairs(
        np.concatenate([none, *references]),
        np.concatenate([none, *candidates]),
        np.concatenate([none.astype(np.float64), *closeness]),
    )
