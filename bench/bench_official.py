"""The official scoring from disk: against the bare inflate of the two files, and the direct rules.

``python -m bench.bench_official [--challenge] [--pairs N] [--repeats 5]``. The case is synthetic:
512 x 512 x 320 voxels, 10 findings of 1 to 20 instances. Inflate and scoring run in turns, with the
same number of threads; prints the least seconds of each, for three ways of packing the files, and
scores the smallest finding once more by the rules written down directly on full volumes. ``--pairs
N`` does so for N random small pairs. ``--challenge`` scores 300 cases with 582 findings by the
command, kills it on the way, starts it again, and compares with a run that nobody killed. Exits
with 1 when scores differ.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
from isal import igzip
from scipy import ndimage
from tests.benchmark.random_masks import random_pair, random_spacing
from tests.benchmark.slow_official import slow_finding

from groundct.benchmark.segmentation import Settings, open_masks
from groundct.benchmark.segmentation.score import CaseScore, Job, score_case
from groundct.benchmark.segmentation.settings import Protocol
from groundct.codecs.finding_masks import FindingMask, write_finding_masks
from groundct.core.geometry import Geometry
from groundct.metrics.official import score_masks

SHAPE = (512, 512, 320)
SPACING_MM = (0.75, 0.75, 1.0)
GRID = Geometry.of(SHAPE, np.diag([-0.75, -0.75, 1.0, 1.0]))
CATEGORIES = ("2d", "1c", "2b", "2c", "1b", "2a", "2d", "2d", "2e", "1d")
CASES, FINDINGS = 300, 582


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", help="not used: the case is synthetic")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--challenge", action="store_true")
    parser.add_argument("--pairs", type=int)
    arguments = parser.parse_args()
    if arguments.pairs:
        return random_pairs(arguments.pairs)
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        if arguments.challenge:
            return challenge(root)
        return one_case(root, arguments.repeats)


def one_case(root: Path, repeats: int) -> int:
    pairs = make_case(root, "train_1_a_1", CATEGORIES, seed=1)
    paths = [root / side / "train_1_a_1.nii.gz" for side in ("reference", "prediction")]
    write_dataset(root / "reference", {"train_1_a_1.nii.gz": len(CATEGORIES)})
    forms: list[tuple[str, int | None]] = [
        ("members of 32 MB, level 6", None), ("one member, level 6", 6), ("one member, level 1", 1)
    ]  # fmt: skip
    print(f"{len(pairs)} findings; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print("\n| gzip | threads | inflate, wall | official, wall | ratio ", end="")
    print("| inflate, processor | official, processor | ratio |\n|---|---|---|---|---|---|---|---|")
    scores = None
    for words, level in forms:
        if level is not None:
            for path in paths:
                raw = gzip.decompress(path.read_bytes())
                path.write_bytes(gzip.compress(raw, level, mtime=0))
        for threads in (1, 2):
            job = case_job(root, "rexgroundingct", threads)
            bare, ours, scores = side_by_side(paths, job, repeats)
            cells = [
                f"{one:.3f} | {two:.3f} | {two / one:.2f}"
                for one, two in zip(bare, ours, strict=True)
            ]
            print(f"| {words} | {threads} | {' | '.join(cells)} |", flush=True)
    strict = best(lambda: score_case(case_job(root, "strict", 2)), 3)[0]
    print(f"\nstrict, with volumes and diameters, level 1, two threads: {strict:.3f} s")
    assert scores is not None
    index = min(range(len(pairs)), key=lambda n: int(np.count_nonzero(pairs[n][0].labels)))
    start = time.perf_counter()
    dice, _, counts, near, _ = slow_finding(
        *(mask.dense(SHAPE) for mask in pairs[index]),
        SPACING_MM,
        focal=CATEGORIES[index][0] == "2",
    )
    print(f"the rules on full volumes: {time.perf_counter() - start:.1f} s for one finding")
    row = scores.findings[index]
    equal = (
        row.dice == dice
        and (row.tp, row.fp, row.fn) == counts
        and (row.distance_tp, row.distance_fp, row.distance_fn) == near
    )
    print("equal scores" if equal else "SCORES DIFFER")
    return 0 if equal else 1


def case_job(root: Path, protocol: Protocol, threads: int) -> Job:
    reference, prediction = open_masks(root / "reference"), open_masks(root / "prediction")
    settings = Settings(protocol=protocol)
    return Job("train_1_a_1", "train_1", reference, prediction, settings, threads=threads)


def side_by_side(
    paths: list[Path], job: Job, repeats: int
) -> tuple[tuple[float, float], tuple[float, float], CaseScore]:
    """Wall and processor seconds of the bare inflate and of the scoring, run in turns."""
    walls: list[list[float]] = [[], []]
    processors: list[list[float]] = [[], []]
    scores: CaseScore | None = None
    with ThreadPoolExecutor(job.threads) as pool:
        for _ in range(repeats):
            for place in (0, 1):
                start = time.perf_counter(), time.process_time()
                if place:
                    scores = score_case(job)
                else:
                    list(pool.map(inflated, paths))
                walls[place].append(time.perf_counter() - start[0])
                processors[place].append(time.process_time() - start[1])
    assert scores is not None
    (one, two), (three, four) = (map(min, kind) for kind in (walls, processors))
    return (one, three), (two, four), scores


def random_pairs(count: int) -> int:
    """How many of ``count`` random small pairs have other scores than the direct rules."""
    rng = np.random.default_rng(20261122)
    different = close = 0
    for _ in range(count):
        reference, prediction = random_pair(rng)
        spacing, focal = random_spacing(rng), bool(rng.integers(2))
        score = score_masks(reference, prediction, spacing, focal=focal)
        dice, hit, counts, near, margin = slow_finding(reference, prediction, spacing, focal=focal)
        same = (score.dice, score.hit, astuple(score.instances)) == (dice, hit, counts)
        if same and score.distance is not None and astuple(score.distance) != near:
            close += margin < 1e-9
            same = margin < 1e-9
        different += not same
    print(
        f"{count} random pairs: {different} with other scores, {close} whose distance is the limit"
    )
    return int(different > 0)


def challenge(root: Path) -> int:
    """300 cases of which 12 are different, by the command: killed once, resumed, compared."""
    rng = np.random.default_rng(0)
    counts = rng.multinomial(FINDINGS - CASES, np.full(CASES, 1 / CASES)) + 1
    made: dict[int, list[str]] = {}
    entries: dict[str, int] = {}
    for number, count in enumerate(counts):
        name = f"test_{number + 1}_a_1.nii.gz"
        known = made.setdefault(int(count), [])
        if len(known) < 3:
            make_case(root, name[:-7], CATEGORIES[:count], seed=number)
            known.append(name)
        else:
            for side in ("reference", "prediction"):
                os.link(root / side / known[number % len(known)], root / side / name)
        entries[name] = int(count)
    write_dataset(root, entries)
    command = [
        sys.executable, "-c", "from groundct.cli.main import main; main()",
        "evaluate", "segmentation",
        "--reference", str(root / "reference"), "--prediction", str(root / "prediction"),
        "--dataset", str(root / "dataset.json"), "--workers", "2",
    ]  # fmt: skip
    killed = [*command, "-o", str(root / "killed.json")]
    process = subprocess.Popen(killed, start_new_session=True)
    journal = root / ".killed.json.cases.jsonl"
    while not journal.exists() or journal.read_bytes().count(b"\n") < CASES // 3:
        time.sleep(0.2)
    os.killpg(process.pid, 9)
    process.wait()
    kept = journal.read_bytes().count(b"\n")
    start = time.perf_counter()
    subprocess.run(killed, check=True)
    resumed = time.perf_counter() - start
    start = time.perf_counter()
    subprocess.run([*command, "-o", str(root / "whole.json")], check=True)
    whole = time.perf_counter() - start
    one, two = (json.loads((root / f"{n}.json").read_text()) for n in ("killed", "whole"))
    equal = one["findings"] == two["findings"] and one["summary"] == two["summary"]
    print(f"{CASES} cases, {FINDINGS} findings: {whole:.0f} s; peak {two['peak_mib']:.0f} MiB")
    print(f"killed with {kept} cases done; the rest took {resumed:.0f} s")
    print("equal results" if equal else "RESULTS DIFFER")
    return 0 if equal else 1


def write_dataset(folder: Path, cases: dict[str, int]) -> None:
    entries = [
        {
            "name": name,
            "findings": {str(n): "finding" for n in range(count)},
            "categories": {str(n): CATEGORIES[n] for n in range(count)},
        }
        for name, count in cases.items()
    ]
    (folder / "dataset.json").write_text(json.dumps({"test": entries}))


def make_case(
    root: Path, case: str, categories: tuple[str, ...], seed: int
) -> list[tuple[FindingMask, FindingMask]]:
    """A reference and a perturbed prediction, written; the masks of each finding."""
    pairs = [
        (FindingMask.of(truth), FindingMask.of(guess))
        for truth, guess in made_pairs(len(categories), seed)
    ]
    for place, side in enumerate(("reference", "prediction")):
        path = root / side / f"{case}.nii.gz"
        write_finding_masks(path, [pair[place] for pair in pairs], GRID)
    return pairs


def made_pairs(count: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The instances of findings, numbered, and a prediction: moved, a fifth missing, 5 too many."""
    rng = np.random.default_rng(seed)
    for index in range(count):
        truth = np.zeros(SHAPE, np.uint8, order="F")
        guess = np.zeros(SHAPE, np.uint8, order="F")
        for number in range(1, int(rng.integers(1, 21)) + 1):
            large = index % 4 == 0 and number <= 3
            body = blob(rng, rng.integers(20, 50, 3) if large else rng.integers(3, 14, 3))
            low = [
                int(rng.integers(60, n - 60 - b)) for n, b in zip(SHAPE, body.shape, strict=True)
            ]
            put(truth, body, low, number)
            if rng.random() < 0.8:
                put(guess, body, [a + int(rng.integers(-2, 3)) for a in low], 1)
        for _ in range(5):
            body = blob(rng, rng.integers(1, 8, 3))
            put(guess, body, [int(rng.integers(60, n - 80)) for n in SHAPE], 1)
        yield truth, guess


def blob(rng: np.random.Generator, radii: np.ndarray) -> np.ndarray:
    """A lumpy ellipsoid."""
    grid = np.mgrid[tuple(slice(-int(r), int(r) + 1) for r in radii)].astype(float)
    rough = ndimage.gaussian_filter(rng.normal(size=grid.shape[1:]), 1.5)
    return sum((grid[a] / radii[a]) ** 2 for a in range(3)) + rough <= 1


def put(array: np.ndarray, body: np.ndarray, low: list[int], value: int) -> None:
    part = tuple(slice(a, a + n) for a, n in zip(low, body.shape, strict=True))
    array[part][body] = value


def inflated(path: Path) -> int:
    """Bytes of a gzip file, inflated as a stream with every checksum verified, and let go.

    Of ISA-L's two ways of streaming this one is the faster here; scoring has it for one member.
    """
    count = 0
    with path.open("rb") as stream:
        member = igzip.IGzipFile(fileobj=stream, mode="rb")
        while piece := member.read1(1 << 19):
            count += len(piece)
    return count


def best(work: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """The least seconds of several runs, and what the last gave."""
    seconds, out = float("inf"), None
    for _ in range(repeats):
        start = time.perf_counter()
        out = work()
        seconds = min(seconds, time.perf_counter() - start)
    return seconds, out


if __name__ == "__main__":
    sys.exit(main())
