"""What masks cost at full resolution: a real scan on thinner slices, with the noise of such."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import numpy as np

from groundct.anatomy.composites import complete
from groundct.anatomy.hu import PLUGIN as HU
from groundct.codecs.nifti import read_nifti_volume
from groundct.core.case import NiftiVolume
from groundct.core.geometry import Geometry
from groundct.core.volume import Volume, volume_from_stored
from groundct.grounding.prompt.find import finder
from groundct.imaging.resample import resample_linear

SLICES = 400
NOISE_HU = 15
TEXTS = (
    "33 mm spiculated mass in the left lower lobe",
    "8 mm nodule in the right upper lobe",
    "ground-glass opacity in the right lower lobe",
    "consolidation in the left upper lobe",
    "bronchial wall thickening in the left lung",
    "emphysema in both upper lobes",
    "linear atelectasis in the right middle lobe",
    "right pleural effusion",
    "mosaic attenuation in both lungs",
    "left pneumothorax",
)


def cost(scan: Path) -> None:
    """Print seconds and memory of hu, composites and ten findings on a scan of 400 slices."""
    volume = fine(scan)
    shape = " x ".join(map(str, volume.hu.shape))
    started = _now()
    found = HU.segment(volume)
    _told(f"{shape}, hu", started)
    started = _now()
    organs = complete(found)
    _told(f"{shape}, composites", started)
    started = _now()
    find = finder(volume, organs)
    drawn = sum(bool(find(text).instances) for text in TEXTS)
    _told(f"{shape}, ten findings ({drawn} drawn)", started)


def _now() -> tuple[float, float]:
    return time.process_time(), time.perf_counter()


def _told(what: str, started: tuple[float, float]) -> None:
    cpu, wall = (after - before for after, before in zip(_now(), started, strict=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"{what}: {cpu:.1f} s of CPU, {wall:.1f} s, peak {peak:.2f} GiB", flush=True)


def fine(scan: Path) -> Volume:
    """The scan interpolated to 400 slices over its length, with noise."""
    volume = read_nifti_volume(NiftiVolume(path=scan))
    own = volume.geometry
    matrix = own.matrix
    matrix[:, 2] *= own.shape[2] / SLICES
    target = Geometry.of((*own.shape[:2], SLICES), matrix)
    hu = resample_linear(volume.hu, own, target)
    hu += np.random.default_rng(0).normal(0, NOISE_HU, hu.shape).astype(np.float32)
    return volume_from_stored(np.asfortranarray(np.rint(hu).astype(np.int16)), target)
