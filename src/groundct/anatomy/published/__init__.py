"""Organ masks that came with a dataset -> LabelMap, in place of a segmenter's."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from groundct.codecs.nifti import read_nifti_labels
from groundct.core.geometry import require_same_grid
from groundct.core.volume import LabelMap, RegionMask, Volume, label_map_of_masks


def label_map_of_published(masks: Iterable[tuple[str, Path]], volume: Volume) -> LabelMap:
    """Pack binary masks by name; an empty file stays a segment without voxels.

    Raises VolumeError for a file that cannot be trusted, GridError for one on another grid than
    the volume's.
    """

    def cropped(path: Path) -> RegionMask:
        read = read_nifti_labels(path)
        require_same_grid(read.stored, volume.stored, path)
        return RegionMask.of(read.labels > 0)

    named = ((name, cropped(path)) for name, path in masks)
    return label_map_of_masks(named, volume.geometry, volume.stored)
