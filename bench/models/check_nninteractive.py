"""The real nnInteractive, with small models, through the segmenter ``nninteractive``."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from bench.models.checks import SHAPE, due, told
from bench.models.nninteractive_weights import LEVEL, POINT_RADIUS
from groundct.anatomy._external.process import worker
from groundct.codecs.nifti import read_nifti_labels, write_nifti_volume
from groundct.core.volume import BoolArray, RegionMask, Volume
from groundct.grounding import find
from groundct.grounding._external.arrays import ask_for_mask
from groundct.grounding._external.pointing import prompt_of
from groundct.grounding._external.settings import settings_of
from groundct.phantom.make import make_phantom
from groundct.phantom.spec import FindingSpec, PhantomSpec

HERE = Path(__file__).parent
PROMPTS = {"points": [[30, 21, 20]], "boxes": [[[24, 37], [16, 27], [20, 21]]]}
WIDE = {"points": [[30, 21, 20]], "boxes": [[[4, 56], [16, 27], [20, 21]]]}
"""A box that nnInteractive looks at from further away, and then again in parts."""
NODULE = FindingSpec(category="2d", site="left lung lower lobe", size_mm=24)
_SECONDS = 600.0


def run(python: Path, example: Volume, lesion: RegionMask) -> int:
    """Print what was found; how many checks did not hold."""
    with tempfile.TemporaryDirectory() as name:
        models = Path(name)
        subprocess.run([str(python), str(HERE / "nninteractive_weights.py"), name], check=True)
        options = {"python": str(python), "weights": str(models / "known"), "device": "cpu"}
        checks = _known(options, example, lesion)
        checks |= _own(models, {**options, "weights": str(models / "random")})
    worker.cache_clear()
    return told(checks)


def _known(options: dict[str, str], example: Volume, lesion: RegionMask) -> dict[str, bool]:
    process = settings_of("nninteractive", options).process
    asked: dict[str, tuple[Volume, dict[str, Any]]] = {
        f"a phantom stored as {orientation}": (
            make_phantom(PhantomSpec(seed=1, shape=SHAPE, orientation=orientation)).volume,
            PROMPTS,
        )
        for orientation in ("LPS", "PIR")
    }
    asked["the example's largest lesion"] = (example, prompt_of(lesion))
    checks = {}
    for what, (volume, prompts) in asked.items():
        answer, _ = due(volume, LEVEL)
        answer &= _marked(volume.geometry.shape, prompts)
        mask = ask_for_mask(process, "nninteractive", volume, prompts, _SECONDS)
        right = np.array_equal(mask, answer) and answer.any()
        checks[f"nnInteractive, {what}: {np.count_nonzero(answer)} voxels, all as was due"] = right
    phantom = make_phantom(
        PhantomSpec(seed=2, shape=(150, 110, 90), spacing_mm=(2.5, 2.8, 3.2), findings=(NODULE,))
    )
    found = find(
        phantom.volume,
        "24 mm nodule in the left lower lobe",
        phantom.organs,
        segmenter="nninteractive",
        options=options,
    )
    truth = phantom.findings[0].masks[0].dense(phantom.volume.geometry.shape)
    inside = np.count_nonzero(truth[found.labels == 1]) / max(
        1, np.count_nonzero(found.labels == 1)
    )
    print(f"{inside:.2f} of what is drawn for a nodule lies in it")
    checks["nnInteractive, a phantom's nodule, found by its text, is drawn"] = bool(
        found.instances and inside > 0.5
    )
    checks[f"nnInteractive, nobody was asked for: {process.asked_for()}"] = not process.asked_for()
    process.close()
    return checks


def _marked(shape: tuple[int, ...], prompts: dict[str, Any]) -> BoolArray:
    """The voxels of the boxes and of the balls around the points."""
    marked = np.zeros(shape, dtype=np.bool_)
    for point in prompts["points"]:
        axes = [np.arange(n) - c for n, c in zip(shape, point, strict=True)]
        away = sum(a**2 for a in np.ix_(*axes))
        marked |= np.asarray(away <= POINT_RADIUS**2)
    for box in prompts["boxes"]:
        marked[tuple(slice(a, b) for a, b in box)] = True
    return marked


def _own(models: Path, options: dict[str, str]) -> dict[str, bool]:
    """Random weights: the mask that its authors' own steps give, and that which comes back."""
    volume = make_phantom(PhantomSpec(seed=1, shape=SHAPE, orientation="RAS")).volume
    ct, out = models / "ct.nii.gz", models / "mask.nii.gz"
    write_nifti_volume(ct, volume)
    turned = {key: [each[::-1] for each in value] for key, value in WIDE.items()}
    command = [options["python"], str(HERE / "nninteractive_own.py"), str(models), str(ct)]
    subprocess.run([*command, str(out), json.dumps(turned)], check=True, capture_output=True)
    process = settings_of("nninteractive", options).process
    first, second = (
        ask_for_mask(process, "nninteractive", volume, WIDE, _SECONDS) for _ in range(2)
    )
    own = read_nifti_labels(out).labels > 0
    process.close()
    return {
        f"nnInteractive, random weights: its own {np.count_nonzero(own)} voxels": bool(own.any())
        and np.array_equal(own, first),
        "nnInteractive, random weights: asked again, the same mask": np.array_equal(first, second),
    }
