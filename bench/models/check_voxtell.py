"""The real VoxTell, with small models in its own format, through the segmenter ``voxtell``."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.models.checks import SHAPE, cut, due, told
from bench.models.voxtell_weights import LEVEL
from groundct.anatomy._external.process import ToolError, worker
from groundct.codecs.nifti import read_nifti_labels, write_nifti_volume
from groundct.core.volume import BoolArray, Volume
from groundct.grounding import find
from groundct.grounding._external.arrays import ask_for_mask
from groundct.grounding._external.settings import settings_of
from groundct.phantom.make import make_phantom
from groundct.phantom.spec import FindingSpec, PhantomSpec

HERE = Path(__file__).parent
TEXTS = ("nodule in the left lung", "large right pleural effusion")
MASS = FindingSpec(category="2d", type="mass", site="left lung lower lobe", size_mm=30)
SPACING_MM = (4.0, 4.0, 5.0)
SHIFT = np.array([1.0, -1.0, -2.0])
"""Where the ``known`` model draws what it sees, in voxels to the right, the front and the head."""
_MORE = {"text_encoder": "its text encoder"}
_SECONDS = 600.0


def run(python: Path, example: Volume, middle: tuple[int, int, int]) -> int:
    """Print what was found; how many checks did not hold."""
    with tempfile.TemporaryDirectory() as name:
        models = Path(name)
        subprocess.run([str(python), str(HERE / "voxtell_weights.py"), name], check=True)
        options = {
            "python": str(python),
            "weights": str(models / "known"),
            "text_encoder": str(models / "encoder"),
            "device": "cpu",
        }
        checks = _known(options, {"the example": cut(example, middle)})
        checks |= _own(models, {**options, "weights": str(models / "random")})
        checks |= _without_encoder({k: v for k, v in options.items() if k != "text_encoder"})
    worker.cache_clear()
    return told(checks)


def _known(options: dict[str, str], more: dict[str, Volume]) -> dict[str, bool]:
    checks = {}
    process = settings_of("voxtell", options, _MORE).process
    phantoms = {
        f"a phantom stored as {orientation}": make_phantom(
            PhantomSpec(
                seed=2,
                shape=SHAPE,
                spacing_mm=SPACING_MM,
                orientation=orientation,
                findings=(MASS,),
            )
        )
        for orientation in ("LPS", "PIR")
    }
    volumes = {what: phantom.volume for what, phantom in phantoms.items()} | more
    for what, volume in volumes.items():
        answer, inside = due(volume, LEVEL)
        mask = ask_for_mask(process, "voxtell", volume, {"text": TEXTS[0]}, _SECONDS)
        right = np.count_nonzero((mask != answer) & inside) == 0 and answer.any()
        held = np.count_nonzero(inside)
        checks[f"VoxTell, {what}: each of {held} voxels as was due"] = bool(right)
    phantom = next(iter(phantoms.values()))
    found = find(
        phantom.volume,
        "30 mm mass in the left lower lobe",
        phantom.organs,
        segmenter="voxtell",
        options=options,
    )
    what = "VoxTell, a phantom's mass, asked in free text, is where the model draws it"
    checks[what] = False
    if found.instances:
        truth = phantom.findings[0].masks[0].dense(phantom.volume.geometry.shape)
        away = _middle(found.labels == 1) - _middle(truth)
        print(f"a mass is drawn {away.round(2)} voxels off; {SHIFT} is due")
        checks[what] = bool((np.abs(away - SHIFT) < 0.5).all())
    else:
        print(f"no mass is drawn: {found.reason}")
    checks[f"VoxTell, nobody was asked for: {process.asked_for()}"] = not process.asked_for()
    process.close()
    return checks


def _middle(mask: BoolArray) -> NDArray[np.float64]:
    return np.argwhere(mask).mean(axis=0)


def _own(models: Path, options: dict[str, str]) -> dict[str, bool]:
    """Random weights: the masks that its own command writes, and those that come back to us."""
    volume = make_phantom(PhantomSpec(seed=1, shape=SHAPE, orientation="PIR")).volume
    ct = models / "ct.nii.gz"
    write_nifti_volume(ct, volume)
    command = [options["python"], str(HERE / "voxtell_own.py"), str(models), str(ct)]
    said = subprocess.run(
        [*command, str(models / "own"), *TEXTS], check=True, capture_output=True, text=True
    ).stdout
    files = [Path(line) for line in said.splitlines() if line.endswith(".nii.gz")]
    process = settings_of("voxtell", options, _MORE).process

    def asked(text: str) -> BoolArray:
        return ask_for_mask(process, "voxtell", volume, {"text": text}, _SECONDS)

    masks = [asked(text) for text in TEXTS]
    own = [read_nifti_labels(file).labels > 0 for file in files]
    checks = {
        "VoxTell, random weights: the masks of its own command": len(own) == len(masks)
        and all(np.array_equal(a, b) for a, b in zip(own, masks, strict=True)),
        "VoxTell, random weights: another text, another mask": not np.array_equal(*masks),
        "VoxTell, random weights: the same text again, the same mask": np.array_equal(
            asked(TEXTS[0]), masks[0]
        ),
    }
    process.close()
    return checks


def _without_encoder(options: dict[str, str]) -> dict[str, bool]:
    volume = make_phantom(PhantomSpec(seed=1, shape=SHAPE)).volume
    process = settings_of("voxtell", options).process
    try:
        ask_for_mask(process, "voxtell", volume, {"text": TEXTS[0]}, _SECONDS)
        code = "no error"
    except ToolError as problem:
        code = problem.issues[0].code
    asked = process.asked_for()
    process.close()
    return {
        f"VoxTell, no text encoder: {code}, asked for {asked}": code == "no-text-encoder"
        and not asked
    }
