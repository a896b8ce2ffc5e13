"""ReXGroundingCT's scoring rules written down as directly as possible, on dense arrays.

Nothing here is shared with the package: it is what the package is held against.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

EIGHTEEN = ndimage.generate_binary_structure(3, 2)
SIX = ndimage.generate_binary_structure(3, 1)


def slow_dice(a, b):
    a, b = a > 0, b > 0
    return (2 * int((a & b).sum()) + 1e-6) / (int(a.sum()) + int(b.sum()) + 1e-6)


def slow_instances(prediction):
    """Masks of the components that count, in the order of scipy's labels."""
    labels, count = ndimage.label(prediction > 0, EIGHTEEN)
    sizes = [(label, int((labels == label).sum())) for label in range(1, count + 1)]
    large = [(label, size) for label, size in sizes if size >= 10]
    large.sort(key=lambda one: one[1], reverse=True)
    return [labels == label for label in sorted(label for label, _ in large[:50])]


def slow_match(table, good, best_first):
    """Greedy pairs (row, column) of a table of scores."""
    pairs = [(r, c) for r in range(table.shape[0]) for c in range(table.shape[1])]
    pairs.sort(key=lambda p: best_first(table[p]))
    rows, columns, taken = set(), set(), []
    for row, column in pairs:
        if good(table[row, column]) and row not in rows and column not in columns:
            rows.add(row)
            columns.add(column)
            taken.append((row, column))
    return taken


def slow_assd(a, b, spacing_mm):
    a_edge = a & ~ndimage.binary_erosion(a, SIX, border_value=0)
    b_edge = b & ~ndimage.binary_erosion(b, SIX, border_value=0)
    to_b = ndimage.distance_transform_edt(~b_edge, sampling=spacing_mm)[a_edge]
    to_a = ndimage.distance_transform_edt(~a_edge, sampling=spacing_mm)[b_edge]
    return (to_b.sum() + to_a.sum()) / (len(to_b) + len(to_a))


def slow_centre_distance(a, b, spacing_mm):
    difference = np.argwhere(a).mean(axis=0) - np.argwhere(b).mean(axis=0)
    return float(np.linalg.norm(difference * spacing_mm))


def slow_finding(reference, prediction, spacing_mm, *, focal, raw=False):
    """(dice, hit, (tp, fp, fn), distance (tp, fp, fn), smallest distance to the limit)."""
    found = slow_instances(prediction)
    truth = [reference == value for value in np.unique(reference) if value > 0]
    kept = np.zeros(prediction.shape, bool)
    for mask in found:
        kept |= mask
    dice = slow_dice(reference, prediction if raw else kept)
    overlap = np.zeros((len(truth), len(found)))
    distance = np.zeros((len(truth), len(found)))
    measure = slow_centre_distance if focal else slow_assd
    for row, a in enumerate(truth):
        for column, b in enumerate(found):
            overlap[row, column] = slow_dice(a, b)
            distance[row, column] = measure(a, b, spacing_mm)
    limit = 2 * max(spacing_mm)
    pairs = slow_match(overlap, lambda d: d >= 0.2, lambda d: -d)
    near = slow_match(distance, lambda d: d <= limit, lambda d: d)
    margin = float(np.abs(distance - limit).min()) if distance.size else np.inf
    return (
        dice,
        dice >= 0.1,
        (len(pairs), len(found) - len(pairs), len(truth) - len(pairs)),
        (len(near), len(found) - len(near), len(truth) - len(near)),
        margin,
    )


def slow_pooled(counts):
    """Precision, recall and F1 of pooled (tp, fp, fn); 0/0 is 1.0."""
    tp, fp, fn = (sum(c[n] for c in counts) for n in range(3))
    precision = tp / (tp + fp) if tp + fp else 1.0
    recall = tp / (tp + fn) if tp + fn else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return precision, recall, f1
