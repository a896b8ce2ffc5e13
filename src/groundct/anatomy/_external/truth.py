"""The truth of a phantom, as ``groundct phantom`` writes it, or drawn again from its spec."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from groundct.anatomy._external.joining import joined, voxel_counts
from groundct.codecs.label_maps import read_label_map
from groundct.core.geometry import require_same_grid
from groundct.core.issues import VolumeError
from groundct.core.volume import LabelMap, Volume
from groundct.phantom.make import make_phantom
from groundct.phantom.spec import PhantomSpec

_PARTS: Final = ("organs", "segments")


def read_truth(path: Path, volume: Volume) -> LabelMap:
    """Organs and lung segments of a phantom on the volume's grid; empty structures are left out.

    Raises VolumeError or GridError.
    """
    if path.is_dir():
        maps = tuple(read_label_map(path, part) for part in _PARTS)
    else:
        phantom = make_phantom(_spec_of(path))
        maps = (phantom.organs, phantom.segments)
    for each in maps:
        require_same_grid(each.geometry, volume.geometry, path)
    whole = joined(maps)
    counts = voxel_counts(whole)
    segments = tuple(
        segment.changed(method="truth", confidence=1.0)
        for segment in whole.segments
        if any(counts.get(part) for part in segment.parts)
    )
    return LabelMap(whole.layers, segments, volume.geometry, volume.stored)


def _spec_of(path: Path) -> PhantomSpec:
    """A phantom's specification: ``truth.json``, or the specification alone."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return PhantomSpec.model_validate(data.get("spec", data))
    except (OSError, ValueError, AttributeError, ValidationError) as problem:
        raise VolumeError.of(
            "no-phantom-truth",
            path,
            f"it is neither a folder of a phantom's truth nor a specification ({problem}).",
            "Give truth=OUT/truth/CASE as groundct phantom -o OUT wrote it.",
        ) from problem
