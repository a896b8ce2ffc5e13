"""The grids of CTs in a folder, whose affines masks inherit."""

from __future__ import annotations

from pathlib import Path

from groundct.codecs.folders import walk_folders
from groundct.codecs.nifti import read_nifti_header
from groundct.core.geometry import Geometry
from groundct.core.issues import DataError
from groundct.core.paths import AnyPath
from groundct.sources._names import case_id_of, is_nifti


def grids_of_cts(root: AnyPath) -> dict[str, Geometry]:
    """Case id -> stored grid of every 3-D volume below a folder; only headers are read.

    Files that are no volume are passed over; of two volumes of a case the first counts.
    """
    root = Path(root)
    grids: dict[str, Geometry] = {}
    for folder, _, names in walk_folders(root):
        for name in sorted(names):
            path = folder / name
            case = case_id_of(name)
            if not is_nifti(path) or case in grids:
                continue
            try:
                grids[case] = read_nifti_header(path).geometry
            except DataError:
                continue
    return grids
