"""``python -m fuzz``: all targets in turn until the time is up; exit 1 when a law was broken."""

from __future__ import annotations

import argparse
import importlib
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

import numpy as np

TARGETS = ("nifti", "dicom", "tables", "reports", "sentences", "releases", "metrics")
FAILURES = Path(__file__).parent / "failures"
SHOWN = 5
MOST_FAILURES = 20  # of a target; more of them say nothing new


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=120, help="for all targets together")
    parser.add_argument("--samples", type=int, help="so many of each target, however long it takes")
    parser.add_argument("--seed", type=int, default=None, help="drawn and printed unless given")
    parser.add_argument("--target", choices=TARGETS, help="this one alone")
    parser.add_argument("--round", type=int, help="repeat one round of --seed and --target")
    given = parser.parse_args()
    seed = given.seed if given.seed is not None else int(np.random.SeedSequence().entropy % 2**32)
    targets = [given.target] if given.target else TARGETS
    print(f"seed {seed}", flush=True)
    if given.round is not None:
        if not given.target:
            parser.error("--round needs --target")
        outcome = _round(seed, given.target, given.round)
        print(f"{given.target} round {given.round}: {outcome}")
        return outcome.startswith("BROKEN")
    share = given.seconds / len(targets)
    return sum([_run(target, seed, share, given.samples) for target in targets]) > 0


def _run(target: str, seed: int, seconds: float, samples: int | None) -> int:
    """So many rounds of one target, or rounds for some time; how many broke a law."""
    seen: Counter[str] = Counter()
    number, broken, end = 0, 0, time.monotonic() + seconds
    while broken < MOST_FAILURES and (number < samples if samples else time.monotonic() < end):
        outcome = _round(seed, target, number)
        if outcome.startswith("BROKEN"):
            broken += 1
            print(f"{target} round {number}: {outcome}", flush=True)
        else:
            seen[outcome] += 1
        number += 1
    most = ", ".join(f"{count} {outcome}" for outcome, count in seen.most_common(SHOWN))
    kinds = f" and {len(seen) - SHOWN} other outcomes" if len(seen) > SHOWN else ""
    print(f"{target}: {number} samples, {broken} broken; {most}{kinds}", flush=True)
    return broken


def _round(seed: int, target: str, number: int) -> str:
    """One sample, which seed, target and number fix; kept with its traceback when it breaks."""
    rng = np.random.default_rng([seed, TARGETS.index(target), number])
    with tempfile.TemporaryDirectory(prefix="groundct-fuzz-") as name:
        folder = Path(name)
        try:
            return str(importlib.import_module(f"fuzz.{target}").attempt(rng, folder))
        except Exception as error:  # whatever it is, it is a finding
            kept = FAILURES / f"{target}-{seed}-{number}"
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(folder, kept, symlinks=True)
            again = f"python -m fuzz --seed {seed} --target {target} --round {number}\n\n"
            (kept / "failure.txt").write_text(again + traceback.format_exc(), encoding="utf-8")
            return f"BROKEN {type(error).__name__}: {str(error)[:200]} (kept in {kept})"


if __name__ == "__main__":
    sys.exit(main())
