"""Measure the organ masks of hu, and findings grounded with them.

    python -m bench.bench_masks [DATA]                       the real scans of DATA (../shared/data)
    python -m bench.bench_masks --phantoms 20 --seeds odd    phantoms: Dice by name and by category
    python -m bench.bench_masks --phantoms 100 --jobs 16 --seeds 5000
    python -m bench.bench_masks --pictures DIR               overlays of the real scans
    python -m bench.bench_masks --cost                       organs and ten findings on 400 slices

Phantoms of even seeds were looked at while rules were chosen; odd ones, and 5000 and above, were
not. A seed sets body, findings and slice thickness. With --scores FILE a run that was ended goes
on where it was. Tables are Markdown. Without DATA the real scans are not measured, and the exit
code is 1.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import traceback
from dataclasses import asdict
from pathlib import Path

from bench import DATA
from bench.masks_phantom import CaseScore, FindingScore, Tables, score_phantom


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", type=Path, default=DATA)
    parser.add_argument("--phantoms", type=int, default=0, help="how many phantoms")
    parser.add_argument("--seeds", default="odd", help="even, odd, or the first seed")
    parser.add_argument("--width", type=int, default=256, help="voxels along i and j")
    parser.add_argument("--jobs", type=int, default=1, help="processes at once")
    parser.add_argument("--no-findings", action="store_true", help="organs only")
    parser.add_argument(
        "--scores", type=Path, help="also keep every case's scores here, a line each"
    )
    parser.add_argument("--pictures", type=Path, help="write overlays of the real scans here")
    parser.add_argument("--cost", action="store_true", help="organs and ten findings on 400 slices")
    options = parser.parse_args()
    if options.phantoms:
        return phantoms(options)
    if not (options.data / "ct").is_dir():
        print(f"{options.data / 'ct'} is absent: no real scan was measured", file=sys.stderr)
        return 1
    if options.cost:
        from bench.masks_cost import cost

        cost(options.data / "ct" / "lidc_idri" / "LIDC-IDRI-0001.nii.gz")
        return 0
    from bench.masks_real import measure

    measure(options.data / "ct", options.pictures)
    return 0


def seeds_of(kind: str, count: int) -> list[int]:
    """Even or odd seeds from the smallest, or all from a first one."""
    if kind in ("even", "odd"):
        return list(range(int(kind == "odd"), 2 * count, 2))
    return list(range(int(kind), int(kind) + count))


def phantoms(options: argparse.Namespace) -> int:
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    seeds = seeds_of(options.seeds, options.phantoms)
    tables, failed = Tables(kept(options.scores, seeds)), 0
    done = {case.seed for case in tables.cases}
    jobs = [(s, options.width, not options.no_findings) for s in seeds if s not in done]
    with multiprocessing.get_context("spawn").Pool(options.jobs, maxtasksperchild=8) as pool:
        for job, outcome in pool.imap_unordered(attempt, jobs):
            if isinstance(outcome, str):
                failed += 1
                print(f"seed {job[0]} failed:\n{outcome}", file=sys.stderr)
                continue
            tables.cases.append(outcome)
            if options.scores:
                with options.scores.open("a") as lines:
                    lines.write(json.dumps(asdict(outcome)) + "\n")
            print(f"seed {job[0]}: {outcome.organs_s:.0f} s", file=sys.stderr, flush=True)
    print(f"seeds {options.seeds}, {options.width} voxels wide; {failed} failed\n")
    if tables.cases:
        print(tables.markdown())
    return int(failed > 0)


def kept(scores: Path | None, seeds: list[int]) -> list[CaseScore]:
    """The cases of these seeds that an earlier run left in the file of scores."""
    if scores is None or not scores.is_file():
        return []
    rows = [json.loads(line) for line in scores.read_text().splitlines()]
    return [
        CaseScore(**{**row, "findings": tuple(FindingScore(**f) for f in row["findings"])})
        for row in rows
        if row["seed"] in seeds
    ]


def attempt(job: tuple[int, int, bool]) -> tuple[tuple[int, int, bool], CaseScore | str]:
    """A case's scores, or the traceback: one that fails does not stop the others."""
    try:
        return job, score_phantom(job)
    except Exception:
        return job, traceback.format_exc()


if __name__ == "__main__":
    sys.exit(main())
