"""The real code of other tools, with small models in their own formats, through our adapters.

``make models`` builds the environments and runs ``python -m bench.models``. What is held: masks
come back onto the volume's grid whatever its order of axes; models whose answer is known show a
turned or mirrored axis; random weights give the masks that the tools' own steps give; nobody is
asked for. A tool whose Python is not named is told of and counts as not held.

With ``../shared/data`` the names of TotalSegmentator's published example are held against the
volumes that its authors publish beside it.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import numpy as np

from bench import DATA
from bench.models import check_nninteractive, check_sat, check_totalsegmentator, check_voxtell
from groundct.codecs.nifti import read_nifti_labels
from groundct.codecs.volumes import read_volume, volume_reference
from groundct.core.volume import RegionMask, Volume

EXAMPLES = Path(__file__).parents[2] / "examples"
CT = EXAMPLES / "lidc-0003/volumes/lidc-0003.nii.gz"
LESIONS = EXAMPLES / "reference/lidc-0003_nodules_2of4.nii.gz"


def main(arguments: list[str]) -> int:
    """Print what was found; 0 when all held."""
    asked = argparse.ArgumentParser(prog="python -m bench.models")
    asked.add_argument("--totalsegmentator", type=Path, metavar="PYTHON")
    asked.add_argument("--finders", type=Path, metavar="PYTHON", help="VoxTell and nnInteractive")
    asked.add_argument("--sat", type=Path, metavar="PYTHON", help="MONAI 1.1, for SAT's formats")
    asked.add_argument("--data", type=Path, default=DATA)
    told = asked.parse_args(arguments)
    volume, lesion = _example()
    middle = np.round(np.argwhere(lesion.voxels).mean(axis=0) + lesion.offset).astype(int)
    at = (int(middle[0]), int(middle[1]), int(middle[2]))
    wrong = 0
    with tempfile.TemporaryDirectory() as cache:
        # A text encoder that this machine happens to hold is none of the checks'.
        os.environ["HF_HOME"] = cache
        if told.totalsegmentator:
            wrong += check_totalsegmentator.run(told.totalsegmentator)
            wrong += check_totalsegmentator.run_example(told.data)
        if told.finders:
            wrong += check_voxtell.run(told.finders, volume, at)
            wrong += check_nninteractive.run(told.finders, volume, lesion)
        if told.sat:
            wrong += check_sat.run(told.sat, volume)
    for name, python in vars(told).items():
        if python is None:
            print(f"NOT RUN {name}: no Python was named (--{name})")
            wrong += 1
    print("NOT RUN SAT's own network: it is no package; its formats were run without it")
    print("all held" if not wrong else f"{wrong} did not hold")
    return 1 if wrong else 0


def _example() -> tuple[Volume, RegionMask]:
    """The example's CT and its largest lesion."""
    volume = read_volume(volume_reference(CT))
    labels = read_nifti_labels(LESIONS).labels
    largest = int(np.argmax(np.bincount(labels.ravel(order="K"))[1:])) + 1
    return volume, RegionMask.of(labels == largest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
