"""Thinning keeps parts, tunnels and cavities, and leaves curves of the right length."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import ndimage

from groundct.imaging.thinning import centreline, neighbour_counts, simple

FULL = np.ones((3, 3, 3))


def euler(mask):
    """Parts - tunnels + cavities under 26 neighbours: vertices - edges + faces - cells."""
    padded = np.pad(mask, 1)
    cells = 0
    for size in itertools.product((1, 2), repeat=3):
        # A cell of the closed voxels' union is there where any voxel around it is.
        own = ndimage.maximum_filter(padded, size=size) if max(size) > 1 else padded
        cells += (-1) ** (3 - sum(s - 1 for s in size)) * int(np.count_nonzero(own))
    return cells


def slow_simple(block):
    """Parts of the object and of the background around a voxel, counted by labelling."""
    around = block.copy()
    around[1, 1, 1] = False
    parts = ndimage.label(around, FULL)[1]
    near = ~around
    near[1, 1, 1] = False
    for corner in itertools.product((0, 2), repeat=3):
        near[corner] = False
    labels, _ = ndimage.label(near)
    faces = [(0, 1, 1), (2, 1, 1), (1, 0, 1), (1, 2, 1), (1, 1, 0), (1, 1, 2)]
    return parts == 1 and len({labels[f] for f in faces if near[f]}) == 1


def bits(block):
    flat = np.delete(block.ravel(), 13)
    return np.uint32(sum(1 << n for n, own in enumerate(flat) if own))


def test_simple_voxels_are_those_that_labelling_finds():
    rng = np.random.default_rng(0)
    blocks = rng.random((3000, 3, 3, 3)) < rng.random((3000, 1, 1, 1))
    due = [slow_simple(block) for block in blocks]
    assert simple(np.array([bits(b) for b in blocks])).tolist() == due
    assert 100 < sum(due) < 2900


@pytest.mark.parametrize("seed", range(6))
def test_topology_stays(seed):
    rng = np.random.default_rng(seed)
    mask = ndimage.gaussian_filter(rng.standard_normal((18, 16, 14)), 1.2) > 0.02
    thin = centreline(mask)
    assert not (thin & ~mask).any()
    assert ndimage.label(thin, FULL)[1] == ndimage.label(mask, FULL)[1]
    assert ndimage.label(~np.pad(thin, 1))[1] == ndimage.label(~np.pad(mask, 1))[1]
    assert euler(thin) == euler(mask)
    assert np.array_equal(centreline(thin), thin)


def test_a_ring_stays_a_ring_and_a_ball_becomes_a_few_voxels():
    i, j, k = np.ogrid[:31, :31, :11]
    ring = (np.hypot(np.hypot(i - 15, j - 15) - 9, k - 5)) <= 3
    thin = centreline(ring)
    # One tunnel, and at most a spur of a voxel.
    assert euler(thin) == euler(ring) == 0
    assert np.count_nonzero(neighbour_counts(thin)[thin] != 2) <= 2
    assert 45 < thin.sum() < 65
    ball = (i - 15) ** 2 + (j - 15) ** 2 + (k - 5) ** 2 <= 16
    assert 1 <= centreline(ball).sum() <= 8


def test_nothing_and_a_voxel():
    assert not centreline(np.zeros((4, 4, 4), bool)).any()
    one = np.zeros((3, 3, 3), bool)
    one[1, 1, 1] = True
    assert np.array_equal(centreline(one), one)
