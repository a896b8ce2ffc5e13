"""Write tests/metrics/golden/surface_pairs.json: random pairs of masks with public tools' values.

Run in an environment that has the tools of `bench.surface_peers`:
``python -m bench.surface_golden``. Masks and seed are ours; nothing is read.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path

import numpy as np

from bench.surface_peers import TOOLS, installed, values_of

GOLDEN = Path(__file__).parents[1] / "tests" / "metrics" / "golden" / "surface_pairs.json"
PAIRS = 240
TOLERANCES_MM = (0.5, 1.0, 2.0)
SEED = 20261122


def random_pair(rng: np.random.Generator):
    """Two masks that are alike, shifted, noisy or unrelated, up to 12 voxels wide, and a spacing.

    They touch the array's border, are a slice thick or hollow at times; either may be empty.
    """
    shape = tuple(int(n) for n in rng.integers(1, 13, 3))
    kinds = (
        rng.uniform(0.4, 3, 3),
        np.array([0.7, 0.7, 2.5]),
        np.ones(3),
        rng.uniform(0.4, 1.0) * np.array([1, 1, 4]),
    )
    spacing = tuple(np.round(kinds[rng.integers(len(kinds))], 3).tolist())
    one = _blobs(rng, shape)
    kind = int(rng.integers(4))
    if kind == 0:
        return one, _blobs(rng, shape), spacing
    if kind == 1:
        return one, one ^ (rng.random(shape) < 0.08), spacing
    if kind == 2:
        return one, np.roll(one, rng.integers(-2, 3, 3), (0, 1, 2)), spacing
    return rng.random(shape) < 0.2, rng.random(shape) < 0.3, spacing


def _blobs(rng: np.random.Generator, shape) -> np.ndarray:
    places = np.stack(np.meshgrid(*(np.arange(n) for n in shape), indexing="ij"), axis=-1)
    mask = np.zeros(shape, dtype=np.bool_)
    for _ in range(int(rng.integers(1, 4))):
        centre, radius = rng.uniform(-1, shape), rng.uniform(0.6, 6, 3)
        mask |= (((places - centre) / radius) ** 2).sum(axis=-1) < 1
    return mask


def masks_and_spacings(rng: np.random.Generator):
    """Pairs in which neither mask is empty, and one of a block with its shell."""
    block = np.pad(np.ones((9, 9, 9), dtype=np.bool_), 1)
    shell = block.copy()
    shell[2:-2, 2:-2, 2:-2] = False
    pairs = [(block, shell, (0.8, 0.8, 2.0))]
    while len(pairs) < PAIRS:
        pair = random_pair(rng)
        if pair[0].any() and pair[1].any():
            pairs.append(pair)
    return pairs


def one_pair(reference, prediction, spacing_mm):
    """A pair with the values of all tools, for the file."""
    given = (reference, prediction, spacing_mm, TOLERANCES_MM)
    return {
        "shape": reference.shape,
        "spacing_mm": spacing_mm,
        "reference": packed(reference),
        "prediction": packed(prediction),
        "values": {name: values_of(name, *given) for name in TOOLS},
    }


def packed(mask: np.ndarray) -> str:
    """A mask as text."""
    return base64.b64encode(np.packbits(mask).tobytes()).decode()


def main() -> int:
    versions = installed()
    if len(versions) < len(TOOLS):
        missing = ", ".join(set(TOOLS) - set(versions))
        print(f"not installed: {missing}; all of them are needed to write {GOLDEN.name}")
        return 1
    pairs = [one_pair(*masks) for masks in masks_and_spacings(np.random.default_rng(SEED))]
    full = np.zeros((6, 6, 6), dtype=np.bool_)
    void = full.copy()
    full[2:4, 2:4, 2:4] = True
    cases = {"reference": (void, full), "prediction": (full, void), "both": (void, void)}
    empty = {
        which: {n: values_of(n, *masks, (1.0, 1.0, 2.0), (1.0,)) for n in TOOLS}
        for which, masks in cases.items()
    }
    head = {"tools": versions, "seed": SEED, "tolerances_mm": TOLERANCES_MM, "empty": empty}
    lines = ",\n".join(json.dumps(pair) for pair in pairs)
    text = json.dumps(head)[:-1] + ',\n"pairs": [\n' + lines + "\n]}\n"
    GOLDEN.write_text(text, encoding="utf-8")
    print(f"{len(pairs)} pairs with values of {', '.join(f'{n} {v}' for n, v in versions.items())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
