"""Measure what a free text finds: right prompts and wrong ones on real scans.

    python -m bench.bench_prompts [../shared/data] [--organs FOLDER] [--inserted 40 | --only lidc]

LIDC nodules: texts written from the readers' annotations, at five levels of detail and five
wordings each, scored against the voxels of at least two of four readers (of the only reader where
there is one); then the same with a wrong lobe, side or size, and findings that are not there.
Inserted lesions: drawn into lobes of the same scans that hold no marked nodule. ``--organs`` names
a folder of ``<case>.nii.gz`` that ``groundct segment`` wrote, else they are segmented here.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench import DATA
from bench.inserted import LOBES, Inserted, inserted
from groundct.anatomy import segment
from groundct.codecs.nifti import read_nifti_labels, read_nifti_volume
from groundct.codecs.segmentations import read_segmentation
from groundct.core.case import NiftiVolume
from groundct.core.report import Reading
from groundct.core.volume import BoolArray, LabelMap, Volume
from groundct.grounding.assign.atlas import Atlas, Spot
from groundct.grounding.hu_text import PLUGIN
from groundct.grounding.prompt import FoundFinding, find_in, read_prompt
from groundct.metrics.overlap import HIT_DICE, dice

LOBE_OF = {
    ("LIDC-IDRI-0001", 1): "left lower lobe",
    ("LIDC-IDRI-0003", 1): "left lower lobe",
    ("LIDC-IDRI-0003", 2): "left lower lobe",
    ("LIDC-IDRI-0003", 3): "left upper lobe",
    ("LIDC-IDRI-0003", 4): "right upper lobe",
}
"""By eye, from the fissures on axial, coronal and sagittal pictures; nobody published them."""
HAZE = {("LIDC-IDRI-0003", 1)}
WORDINGS = (
    "{size}{margin}{texture}{noun} in the {place}",
    "There is a {size}{margin}{texture}{noun} in the {place}.",
    "{place}: {size}{margin}{texture}{noun}.",
    "{margin}{texture}{noun}{measuring} seen in the {place}",
    "A {texture}{noun} is present in the {place}{with_margin}{and_size}.",
)
NOT_THERE = (
    "{side} pneumothorax",
    "large {side} pleural effusion",
    "consolidation in the {place}",
    "12 mm air cyst in the {place}",
    "honeycombing in the {place}",
)
OTHER_LOBES = {
    "left lower lobe": ("left upper lobe", "right lower lobe", "right upper lobe"),
    "left upper lobe": ("left lower lobe", "right upper lobe", "right middle lobe"),
    "right upper lobe": ("right middle lobe", "right lower lobe", "left upper lobe"),
    "right middle lobe": ("right upper lobe", "right lower lobe", "left lower lobe"),
    "right lower lobe": ("right upper lobe", "right middle lobe", "left lower lobe"),
}
FREE_LOBES = {
    "LIDC-IDRI-0001": tuple(name for name in LOBES if name != "left lung lower lobe"),
    "LIDC-IDRI-0003": ("right lung middle lobe", "right lung lower lobe"),
}


@dataclass(frozen=True, eq=False)
class Scan:
    """A scan with its organs."""

    case: str
    volume: Volume
    organs: LabelMap


@dataclass(frozen=True)
class Nodule:
    """What the texts are written from; ``place`` is a lobe, ``side`` "left" or "right"."""

    size_mm: float
    noun: str
    texture: str
    margin: str
    place: str

    @property
    def side(self) -> str:
        """Left or right."""
        return self.place.split()[0]


@dataclass
class Asker:
    """Texts on one scan; readings that ask for the same share an answer."""

    atlas: Atlas
    known: dict[str, FoundFinding] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    def __call__(self, text: str) -> FoundFinding:
        """What is found for a text."""
        reading = read_prompt(text)
        key = _key(reading)
        if key not in self.known:
            start = time.process_time()
            self.known[key] = find_in(self.atlas, text, reading, PLUGIN)
            self.seconds.append(time.process_time() - start)
        return self.known[key]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=DATA)
    parser.add_argument("--organs", type=Path)
    parser.add_argument("--inserted", type=int, default=0, help="lesions to insert")
    parser.add_argument("--first", type=int, default=0, help="the first lesion's seed")
    parser.add_argument("--only", choices=("lidc", "inserted"))
    parser.add_argument("--case", choices=tuple(FREE_LOBES), help="this scan alone")
    options = parser.parse_args()
    folder = options.data / "ct" / "lidc_idri"
    if not folder.is_dir():
        print(f"{folder} is absent: nothing is measured.", file=sys.stderr)
        return 1
    cases = (options.case,) if options.case else tuple(FREE_LOBES)
    scans = [_scan(folder, case, options.organs) for case in cases]
    if options.only != "inserted":
        lidc(folder, scans)
    if options.only != "lidc" and options.inserted:
        insert(scans, range(options.first, options.first + options.inserted))
    return 0


def lidc(folder: Path, scans: list[Scan]) -> None:
    rows = list(csv.DictReader((folder / "lidc_nodule_annotations.csv").open()))
    right: dict[str, list[float]] = defaultdict(list)
    wrong: dict[str, list[bool]] = defaultdict(list)
    for scan in scans:
        ask = Asker(Atlas(scan.volume, scan.organs))
        for (case, label), _ in LOBE_OF.items():
            if case != scan.case:
                continue
            truth = _truth(folder, case, label)
            own = [r for r in rows if r["patient"] == case and int(r["nodule_label"]) == label]
            nodule = _nodule(case, label, own)
            solid = (case, label) not in HAZE
            print(f"{case} nodule {label}: {nodule}")
            for level, texts in _texts(nodule).items():
                scores = [_score(ask(text), truth) for text in texts]
                key = level if solid else f"{level} (ground glass)"
                right[key] += scores
                print(f"  {level:<22} Dice {' '.join(f'{s:.2f}' for s in scores)}", flush=True)
            for kind, texts in _wrong_texts(nodule).items():
                for text in texts:
                    found = ask(text)
                    score = _score(found, truth)
                    wrong[kind].append(score < HIT_DICE)
                    said = "the nodule!" if score >= HIT_DICE else _said(found)
                    print(f"  wrong {kind:<11} {text:<58} -> {said}", flush=True)
        print(f"  CPU seconds a text: {np.mean(ask.seconds):.1f}, most {max(ask.seconds):.1f}")
    _table(right, wrong)


def insert(scans: list[Scan], seeds: range) -> None:
    right: dict[str, list[float]] = defaultdict(list)
    wrong: dict[str, list[bool]] = defaultdict(list)
    for seed in seeds:
        scan = scans[seed // 2 % len(scans)]
        lesion = inserted(scan.volume, scan.organs, _free_lobes(scan), seed)
        half = "odd" if seed % 2 else "even"
        ask = Asker(Atlas(lesion.volume, lesion.organs))
        nodule = _of_inserted(lesion)
        line = f"{seed} {scan.case} {lesion.kind} {lesion.site} {nodule.size_mm:.0f} mm"
        for level, texts in _texts(nodule).items():
            if level in ("all", "size and lobe", "lobe alone"):
                score = _score(ask(texts[0]), lesion.truth)
                right[f"{half}: {level}"].append(score)
                if level == "all":
                    right[f"{half}: {level}, {lesion.kind}"].append(score)
                line += f"  {level} {score:.2f}"
        for kind, texts in _wrong_texts(nodule).items():
            if kind != "not there":
                score = _score(ask(texts[0]), lesion.truth)
                wrong[f"{half}: {kind}"].append(score < HIT_DICE)
                line += f"  {kind} {'ok' if score < HIT_DICE else 'NODULE'}"
        print(line, flush=True)
    _table(right, wrong)


def _texts(nodule: Nodule) -> Mapping[str, list[str]]:
    """Five wordings at each level of detail."""
    bare = Nodule(nodule.size_mm, nodule.noun, "", "", nodule.place)
    lung = f"{nodule.side} lung"
    return {
        "all": list(_worded(nodule, nodule.place, sized=True)),
        "size and lobe": list(_worded(bare, nodule.place, sized=True)),
        "size and side": list(_worded(bare, lung, sized=True)),
        "looks and lobe": list(_worded(nodule, nodule.place, sized=False)),
        "lobe alone": list(_worded(bare, nodule.place, sized=False)),
    }


def _worded(nodule: Nodule, place: str, *, sized: bool) -> Iterator[str]:
    size = f"{nodule.size_mm:.0f} mm"
    margin = f"{nodule.margin} " if nodule.margin else ""
    for wording in WORDINGS:
        text = wording.format(
            size=f"{size} " if sized else "",
            measuring=f" measuring {size}" if sized else "",
            and_size=f", {size} in diameter" if sized else "",
            margin=margin,
            with_margin=f" with {margin}margins" if margin else "",
            texture=f"{nodule.texture} " if nodule.texture else "",
            noun=nodule.noun,
            place=place,
        )
        yield text[0].upper() + text[1:]


def _wrong_texts(nodule: Nodule) -> Mapping[str, list[str]]:
    def said(size_mm: float, place: str) -> str:
        return next(
            _worded(
                Nodule(size_mm, nodule.noun, nodule.texture, nodule.margin, place),
                place,
                sized=True,
            )
        )

    other = "right" if nodule.side == "left" else "left"
    return {
        "lobe": [said(nodule.size_mm, lobe) for lobe in OTHER_LOBES[nodule.place]],
        "side": [said(nodule.size_mm, f"{other} lung")],
        "size x 3": [said(3 * nodule.size_mm, nodule.place)],
        "size / 3": [said(max(2.0, nodule.size_mm / 3), nodule.place)],
        "not there": [t.format(side=nodule.side, place=nodule.place) for t in NOT_THERE],
    }


def _nodule(case: str, label: int, rows: list[dict[str, str]]) -> Nodule:
    """From the means of the readers' ratings, 1 to 5."""
    size = float(np.mean([float(row["pylidc_diameter_mm"]) for row in rows]))
    texture = float(np.mean([float(row["texture"]) for row in rows]))
    spiculation = float(np.mean([float(row["spiculation"]) for row in rows]))
    kind = "solid" if texture > 4 else "part-solid" if texture > 2 else "ground-glass"
    margin = "spiculated" if spiculation > 3 else ""
    noun = "mass" if size > 30 and kind != "ground-glass" else "nodule"
    return Nodule(round(size), noun, kind, margin, LOBE_OF[case, label])


def _of_inserted(lesion: Inserted) -> Nodule:
    side, lobe = lesion.lobe.split(" lung ")
    texture = "" if lesion.kind == "spiculated" else lesion.kind
    margin = "spiculated" if lesion.kind == "spiculated" else ""
    size = max(3.0, round(lesion.size_mm))
    return Nodule(size, "mass" if size > 30 else "nodule", texture, margin, f"{side} {lobe}")


def _scan(folder: Path, case: str, organs: Path | None) -> Scan:
    volume = read_nifti_volume(NiftiVolume(path=folder / f"{case}.nii.gz"))
    labels = segment(volume) if organs is None else read_segmentation(organs / f"{case}.nii.gz")
    return Scan(case, volume, labels)


def _free_lobes(scan: Scan) -> dict[str, BoolArray]:
    atlas = Atlas(scan.volume, scan.organs)
    spots = {name: atlas.look(name) for name in FREE_LOBES[scan.case]}
    shape = scan.volume.geometry.shape
    return {n: s.mask.dense(shape) for n, s in spots.items() if isinstance(s, Spot)}


def _truth(folder: Path, case: str, label: int) -> BoolArray:
    agreed = read_nifti_labels(folder / f"{case}_nodules_2of4.nii.gz").labels == label
    if agreed.any():
        return np.asarray(agreed)
    readers = (
        read_nifti_labels(folder / f"{case}_nodules_reader{n}.nii.gz").labels == label
        for n in range(1, 5)
    )
    return np.asarray(next(mask for mask in readers if mask.any()))


def _score(found: FoundFinding, truth: BoolArray) -> float:
    mask = np.zeros(truth.shape, dtype=np.bool_, order="F")
    for each in found.masks:
        mask[each.slices] |= each.voxels
    return float(dice(truth, mask))


def _said(found: FoundFinding) -> str:
    if not found.instances:
        return f"nothing: {found.reason}"
    best = found.instances[0]
    where = f"{best.lies_in}, {best.long_axis_mm:.0f} mm, {best.confidence:.2f}"
    return f"elsewhere: {len(found.instances)} ({where})"


def _key(reading: Reading) -> str:
    dropped = {"span", "standardized", "cues", "remarks", "sentence_indices"}
    parts = []
    for finding in reading.findings:
        told = finding.model_dump(exclude=dropped)
        told["measurements"] = sorted(m.values_mm for m in finding.measurements)
        told["relations"] = [(r.kind, r.anatomy) for r in finding.relations]
        parts.append(str(sorted(told.items())))
    return "|".join(parts)


def _table(right: Mapping[str, list[float]], wrong: Mapping[str, list[bool]]) -> None:
    print("right texts: hits (Dice of at least 0.1) and mean Dice")
    for level, scores in right.items():
        hits = sum(score >= HIT_DICE for score in scores)
        print(f"  {level:<34} {hits}/{len(scores)}  {np.mean(scores):.2f}")
    print("wrong texts: not the nodule")
    for kind, fine in wrong.items():
        print(f"  {kind:<34} {sum(fine)}/{len(fine)}")
    every = [ok for fine in wrong.values() for ok in fine]
    if every:
        print(f"  {'all':<34} {sum(every)}/{len(every)} ({np.mean(every):.0%})")


if __name__ == "__main__":
    sys.exit(main())
