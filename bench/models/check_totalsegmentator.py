"""The real TotalSegmentator, with small random weights, through the segmenter ``totalsegmentator``.

The tool's own code loads the weights and runs in a warm process; masks come back onto the volume's
grid whatever its order of axes; usage statistics are off and nobody is asked for. The masks
themselves mean nothing. Its published example's names are held against the volumes beside it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.models.checks import told
from groundct.anatomy import segment
from groundct.anatomy._external.total import _worker, settings_of
from groundct.anatomy.choice.evidence import dice
from groundct.codecs.volumes import read_volume, volume_reference
from groundct.core.volume import LabelMap
from groundct.phantom.make import make_phantom
from groundct.phantom.spec import PhantomSpec
from groundct.vocabulary.mappings import mapping

WEIGHTS = Path(__file__).parent / "totalsegmentator_weights.py"
EXAMPLE = Path("ct/totalsegmentator/example_abdomen")
SHAPE = (96, 96, 72)
SAME = 0.99
"""Dice of masks of one volume whose file has another order of axes."""
MOST_APART = 0.35
"""The published statistics are of another run of the tool; volumes may differ by this part."""


def run(python: Path) -> int:
    """Print what was found; how many checks did not hold."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([str(python), str(WEIGHTS), folder], check=True)
        options = {
            "python": str(python),
            "weights": folder,
            "speed": "fastest",
            "device": "cpu",
        }
        found: list[LabelMap] = []
        seconds = []
        for orientation in ("LPS", "PIR"):
            volume = make_phantom(PhantomSpec(seed=1, shape=SHAPE, orientation=orientation)).volume
            started = time.perf_counter()
            found.append(segment(volume, "totalsegmentator", options))
            seconds.append(time.perf_counter() - started)
        process = _worker(settings_of(options))
        config = json.loads((process.folder / "home" / "config.json").read_text())
        asked = process.asked_for()
        process.close()
    first, second = found
    names = [s.name for s in first.segments if s.method == "model"]
    print(f"cold {seconds[0]:.1f} s, warm {seconds[1]:.1f} s; {len(names)} structures by the model")
    agree = [dice(first.mask(n), second.mask(n)) for n in names if n in second.names]
    print(f"lowest Dice between two orders of axes: {min(agree, default=0.0):.3f}")
    return told(
        {
            "some structure was found": bool(names),
            "the same masks in two orders of axes": len(agree) == len(names) and min(agree) > SAME,
            "statistics are off": config["send_usage_stats"] is False,
            f"nobody was asked for: {asked}": not asked,
        }
    )


def run_example(data: Path) -> int:
    """The names of its published example; how many checks did not hold."""
    folder = data / EXAMPLE
    if not folder.is_dir():
        print(f"{folder} is absent: the published example is not looked at", file=sys.stderr)
        return 1
    volume = read_volume(volume_reference(folder / "example_ct_sm.nii.gz"))
    masks = segment(volume, "masks", {"folder": str(folder / "example_seg.nii.gz")})
    published = json.loads((folder / "statistics.json").read_text())
    voxel_ml = volume.geometry.voxel_volume_mm3 / 1000
    apart: dict[str, float] = {}
    for name, parts in mapping("totalsegmentator").made_of("total").items():
        told_ml = sum(published.get(part, {}).get("volume", 0.0) for part in parts) / 1000
        own_ml = np.count_nonzero(masks.mask(name)) * voxel_ml if name in masks.names else 0.0
        apart[name] = abs(own_ml - told_ml) / max(told_ml, own_ml, 1.0)
    worst = max(apart, key=lambda name: apart[name])
    print(
        f"{len(apart)} structures of the published example; furthest apart: {worst} "
        f"{apart[worst]:.2f}"
    )
    return told({f"volumes within {MOST_APART} of the published ones": apart[worst] < MOST_APART})
