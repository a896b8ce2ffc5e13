"""SAT's file formats and MONAI's own transforms, through the segmenter ``sat``.

SAT is no package that an installer can fetch: its own network is not run. What is run is its
command line, by torch's launcher, and the way of a CT through the transforms that it names.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from bench.models.checks import SHAPE, told
from bench.models.sat_code.inference import LEVEL_HU
from groundct.anatomy import segment
from groundct.anatomy._external.sat_files import given_grid
from groundct.core.volume import BoolArray, Volume
from groundct.imaging.components import bounding_slices
from groundct.imaging.resample import resample_linear, resample_volume
from groundct.phantom.make import make_phantom
from groundct.phantom.spec import PhantomSpec

CODE = Path(__file__).parent / "sat_code"
CLASS = "left lung"


def run(python: Path, example: Volume) -> int:
    """Print what was found; how many checks did not hold."""
    volumes = {
        f"a phantom stored as {orientation}": make_phantom(
            PhantomSpec(seed=1, shape=SHAPE, orientation=orientation)
        ).volume
        for orientation in ("LPS", "PIR")
    } | {"the example": example}
    checks = {}
    with tempfile.TemporaryDirectory() as name:
        nothing = Path(name) / "no.pth"
        nothing.touch()
        options = {
            "python": str(python),
            "code": str(CODE),
            "checkpoint": str(nothing),
            "text_checkpoint": str(nothing),
            "classes": CLASS,
        }
        for what, volume in volumes.items():
            mask = segment(volume, "sat", options).mask(CLASS)
            answer = _due(volume)
            wrong = np.count_nonzero(mask != answer)
            print(f"{wrong} of {np.count_nonzero(answer)} voxels differ")
            checks[f"SAT, {what}: voxels as was due"] = bool(answer.any()) and wrong == 0
    return told(checks)


def _due(volume: Volume) -> BoolArray:
    """The answer of ``sat_code`` on the volume's own grid."""
    grid = given_grid(volume.geometry)
    hu = resample_volume(volume, grid).hu
    box = bounding_slices(hu > 0)
    if box is None:
        raise ValueError("no voxel above 0 HU")
    seen = hu[box]
    inner = np.zeros(seen.shape, dtype=np.bool_)
    inner[1:, :-1, :-2] = seen[:-1, 1:, 2:] > LEVEL_HU
    answer = np.zeros(hu.shape, dtype=np.bool_)
    answer[box] = inner
    return resample_linear(answer, grid, volume.geometry) >= 0.5
