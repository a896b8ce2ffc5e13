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

from groundct.metrics.arguments import ArgumentError, flags_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RATES: Final = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""False positives a scan at which sensitivities are read."""

Shared = Literal["nearest", "all"]
Curve = Literal["step", "interpolated"]
Duplicates = Literal["ignored", "false-positive"]

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
            raise ArgumentError("a confidence is NaN")
        if self.is_hit.dtype != np.bool_:
            raise ArgumentError(f"is_hit holds {self.is_hit.dtype}; bools are due")


@dataclass(frozen=True, eq=False)
class Froc:
    """Points of a curve from no candidate to all, one for each confidence that occurs.

    ``sensitivity`` is NaN when there is no reference, ``false_positives`` (a scan) when no scan.
    """

    confidence: Floats
    false_positives: Floats
    sensitivity: Floats


def distance_pairs(
    centres_mm: ArrayLike,
    diameters_mm: ArrayLike,
    candidates_mm: ArrayLike,
    *,
    scans: tuple[ArrayLike, ArrayLike] | None = None,
) -> Pairs:
    """Candidates nearer to a reference's centre than half its diameter: LUNA16's rule, which is <.

    Closeness is minus the distance in mm.

    Args:
        centres_mm: Of the references (r, 3), in one system of coordinates with the candidates.
        diameters_mm: Of the references (r,); one that is NaN is hit by nobody.
        candidates_mm: Centres of the candidates (c, 3).
        scans: The scan of each reference (r,) and of each candidate (c,), by numbers or names;
            left out, all are of one scan.

    Raises:
        ArgumentError: The lengths differ, places have not three coordinates, or a diameter is
            below 0.
    """
    centres, places = _places(centres_mm, "centres_mm"), _places(candidates_mm, "candidates_mm")
    diameters = np.asarray(diameters_mm, dtype=np.float64)
    if diameters.shape != (len(centres),) or (diameters < 0).any():
        raise ArgumentError(f"diameters_mm has not one of 0 mm or more for each of {len(centres)}")
    references, candidates, closeness = [], [], []
    for number, own in enumerate(_in_the_same_scan(scans, len(centres), len(places))):
        squared = ((places[own] - centres[number]) ** 2).sum(axis=1)
        near = np.flatnonzero(squared < (diameters[number] / 2) ** 2)
        references.append(np.full(len(near), number, dtype=np.int64))
        candidates.append(own[near])
        closeness.append(-np.sqrt(squared[near]))
    return _joined(references, candidates, closeness)


def joined_pairs(parts: list[Pairs]) -> Pairs:
    """Several lists of pairs as one."""
    return _joined(
        [p.reference for p in parts], [p.candidate for p in parts], [p.closeness for p in parts]
    )


def match_candidates(
    pairs: Pairs, confidence: ArrayLike, excluded: ArrayLike, *, shared: Shared = "nearest"
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
    left_out, sure = flags_of(excluded, "excluded"), np.asarray(confidence, dtype=np.float64)
    due = ~left_out[pairs.reference]
    reference, candidate = pairs.reference[due], pairs.candidate[due]
    closeness = pairs.closeness[due]
    if shared == "nearest":
        order = np.lexsort((reference, -closeness, candidate))
        first = order[_first_of_each(candidate[order])]
        reference, candidate, closeness = reference[first], candidate[first], closeness[first]
    order = np.lexsort((candidate, -closeness, -sure[candidate], reference))
    first = order[_first_of_each(reference[order])]
    best = np.full(len(left_out), -1, dtype=np.int64)
    best[reference[first]] = candidate[first]
    outcome = np.full(len(sure), FALSE_POSITIVE, dtype=np.int8)
    outcome[pairs.candidate[~due]] = IRRELEVANT
    outcome[candidate] = DUPLICATE
    outcome[best[best >= 0]] = HIT
    return Match(outcome, best)


def marks_of_match(
    match: Match,
    confidence: ArrayLike,
    excluded: ArrayLike,
    *,
    clusters: tuple[ArrayLike, ArrayLike],
    scans: ArrayLike,
    duplicates: Duplicates = "ignored",
) -> Marks:
    """The detected references and the false positives, as curves and sensitivities want them.

    Args:
        match: What `match_candidates` says of all scans.
        confidence: Of each candidate (n,).
        excluded: Of each reference, whether it does not count.
        clusters: The cluster of each reference and of each candidate, numbered from 0: its scan,
            or its patient where patients have several scans that are to be drawn together.
        scans: How many scans each cluster has, those without a candidate or a reference too.
        duplicates: Whether a reference's further candidates are false positives.
    """
    sure, ours, theirs = np.asarray(confidence, np.float64), *(np.asarray(c) for c in clusters)
    counted = ~flags_of(excluded, "excluded")
    false = match.outcome == FALSE_POSITIVE
    if duplicates == "false-positive":
        false |= match.outcome == DUPLICATE
    best = match.best[counted & (match.best >= 0)]
    used = np.concatenate([best, np.flatnonzero(false)])
    many = np.asarray(scans, dtype=np.float64)
    return Marks(
        sure[used],
        np.arange(len(used)) < len(best),
        theirs[used],
        np.bincount(ours[counted], minlength=len(many)).astype(np.float64),
        many,
    )


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


def _places(given: ArrayLike, name: str) -> Floats:
    places = np.asarray(given, dtype=np.float64)
    if places.ndim != 2 or places.shape[1] != 3:
        raise ArgumentError(f"{name} has the shape {places.shape}; (n, 3) is due, a row a place")
    return places


def _in_the_same_scan(
    scans: tuple[ArrayLike, ArrayLike] | None, references: int, candidates: int
) -> Iterator[Ints]:
    """For each reference the candidates in its scan."""
    if scans is None:
        yield from [np.arange(candidates)] * references
        return
    ours, theirs = (np.asarray(own) for own in scans)
    if ours.shape != (references,) or theirs.shape != (candidates,):
        raise ArgumentError("scans has not one for each reference and one for each candidate")
    order = np.argsort(theirs, kind="stable")
    low, high = (np.searchsorted(theirs[order], ours, side) for side in ("left", "right"))
    yield from (order[a:b] for a, b in zip(low, high, strict=True))


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
