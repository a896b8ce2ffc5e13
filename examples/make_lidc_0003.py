"""Make examples/lidc-0003 from the full-resolution scan of LIDC-IDRI.

Run from the repository's root: ``python examples/make_lidc_0003.py FOLDER``, where FOLDER holds
``LIDC-IDRI-0003.nii.gz`` and its ``_nodules_2of4.nii.gz`` (see ATTRIBUTION).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from groundct.codecs.nifti import (
    read_nifti_labels,
    read_nifti_volume,
    write_nifti_labels,
    write_nifti_volume,
)
from groundct.core.case import NiftiVolume
from groundct.core.geometry import Geometry, reorientation_to
from groundct.core.volume import Volume
from groundct.imaging.resample import resample_nearest, resample_volume, working_geometry

IN_PLANE_MM = 1.64
OUT = Path(__file__).parent / "lidc-0003"


def main() -> None:
    """Resample in plane, keep every slice, keep the order of the axes on disk."""
    folder = Path(sys.argv[1])
    volume = read_nifti_volume(NiftiVolume(path=folder / "LIDC-IDRI-0003.nii.gz"))
    slice_mm = volume.geometry.spacing_mm[2]
    grid = working_geometry(volume.geometry, (IN_PLANE_MM, IN_PLANE_MM, slice_mm))
    stored = _in_order_of(grid, volume.stored)
    # Padding outside the scanner's round field of view becomes air, so that edges stay clean.
    clean = Volume(np.maximum(volume.hu, np.int16(-1024)), volume.geometry, volume.stored)
    small = resample_volume(clean, grid)
    target = OUT / "volumes" / "lidc-0003.nii.gz"
    write_nifti_volume(target, Volume(small.hu, grid, stored))
    labels = read_nifti_labels(folder / "LIDC-IDRI-0003_nodules_2of4.nii.gz")
    nodules = resample_nearest(labels.labels, labels.geometry, grid)
    write_nifti_labels(OUT.parent / "reference" / "lidc-0003_nodules_2of4.nii.gz", nodules, stored)
    print(target, grid.shape, f"{target.stat().st_size / 1e6:.1f} MB")


def _in_order_of(grid: Geometry, stored: Geometry) -> Geometry:
    """A grid in RAS order, laid out on disk as ``stored`` is."""
    return reorientation_to(grid, stored.orientation).apply_geometry(grid)


if __name__ == "__main__":
    main()
