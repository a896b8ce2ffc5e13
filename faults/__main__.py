"""``python -m faults``: every fault in turn, one line each; exit 1 when one was not stood."""

from __future__ import annotations

import argparse
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from faults._builds import build, content, require, run
from faults._damage import damaged_cases, damaged_release, vanished, wrong_kinds
from faults._disk import full_disk
from faults._kills import killed_between_renames, kills, two_builds


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="drawn and printed unless given")
    parser.add_argument("--only", help="only the faults whose name holds this")
    given = parser.parse_args()
    seed = given.seed if given.seed is not None else int(np.random.SeedSequence().entropy % 2**32)
    print(f"seed {seed}", flush=True)
    rng = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory(prefix="groundct-faults-") as name:
        root = Path(name)
        shape = ("--shape", 48, 48, 40)
        require(run("phantom", "-o", root, "--count", 3, *shape).code == 0, "no phantoms")
        corpus, whole = root / "corpus", root / "whole"
        ended = build(corpus, whole)
        require(ended.code == 0, f"an undisturbed build ended with {ended.code}: {ended.text}")
        due = content(whole)
        killed = root / "kills"
        faults: dict[str, Callable[[], Iterable[str]]] = {
            "two builds": lambda: [two_builds(corpus, root, due)],
            "vanished": lambda: [vanished(corpus, whole)],
            "renames": lambda: [killed_between_renames(corpus, root, due)],
            "full disk": lambda: full_disk(corpus, whole, due),
            "damaged cases": lambda: damaged_cases(corpus, whole, due, rng),
            "damaged release": lambda: damaged_release(corpus, whole, due, rng),
            "wrong kinds": lambda: wrong_kinds(corpus, whole),
            "kills": lambda: kills(corpus, killed, rng),
        }
        chosen = {n: fault for n, fault in faults.items() if not given.only or given.only in n}
        counts = [_told(name, fault) for name, fault in chosen.items()]
    held, failed = sum(held for held, _ in counts), sum(failed for _, failed in counts)
    print(f"{held} faults stood, {failed} not")
    return int(failed > 0)


def _told(name: str, fault: Callable[[], Iterable[str]]) -> tuple[int, int]:
    """Print a line a fault; a failure ends its group."""
    held = 0
    try:
        for line in fault():
            held += 1
            print(f"ok   {name}: {line}", flush=True)
    except Exception as error:
        print(f"FAIL {name}: {error}", flush=True)
        traceback.print_exc()
        return held, 1
    return held, 0


if __name__ == "__main__":
    sys.exit(main())
