"""Public tools' values of surface metrics under our names, for comparison where they are installed.

None of them is a dependency. `installed` says which are here; `TOOLS` maps a tool to a function of
reference, prediction (bool (i, j, k)), spacing and tolerances in mm.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.metadata import version
from types import MappingProxyType

import numpy as np

Values = dict[str, float | str]
Spacing = tuple[float, float, float]
Tool = Callable[[np.ndarray, np.ndarray, Spacing, Sequence[float]], Values]


def surface_distance(reference, prediction, spacing_mm, tolerances_mm) -> Values:
    import surface_distance as peer

    vars(np).setdefault("Inf", np.inf)  # asked for by this tool, gone from numpy 2
    found = peer.compute_surface_distances(reference, prediction, spacing_mm)
    from_reference, from_prediction = peer.compute_average_surface_distance(found)
    values = {
        "hd:surfel": peer.compute_robust_hausdorff(found, 100),
        "hd95:surfel": peer.compute_robust_hausdorff(found, 95),
        "asd:surfel-reference": from_reference,
        "asd:surfel-prediction": from_prediction,
    }
    for mm in tolerances_mm:
        values[f"nsd:surfel@{mm:g}mm"] = peer.compute_surface_dice_at_tolerance(found, mm)
    return _floats(values)


def medpy(reference, prediction, spacing_mm, _tolerances_mm) -> Values:
    from medpy.metric import binary

    return {
        "hd:border": _float(binary.hd, prediction, reference, spacing_mm),
        "hd95:pooled": _float(binary.hd95, prediction, reference, spacing_mm),
        "assd:pooled": _float(binary.assd, prediction, reference, spacing_mm),
        "asd:reference": _float(binary.asd, reference, prediction, spacing_mm),
        "asd:prediction": _float(binary.asd, prediction, reference, spacing_mm),
    }


def medpy_hd95(reference, prediction, spacing_mm) -> Values:
    """This one alone, since medpy finds the surfaces again for each of its metrics."""
    from medpy.metric import binary

    return {"hd95:pooled": _float(binary.hd95, prediction, reference, spacing_mm)}


def panoptica(reference, prediction, spacing_mm, tolerances_mm) -> Values:
    from panoptica.metrics import assd, hausdorff_distance, normalized_surface_dice

    pair = (reference, prediction, spacing_mm)
    values = {
        "hd:border": _float(hausdorff_distance._compute_hausdorff_distance, *pair),
        "hd95:pooled": _float(hausdorff_distance._compute_hausdorff_distance95, *pair),
        "assd:mean": _float(assd._average_symmetric_surface_distance, *pair),
    }
    share = normalized_surface_dice._compute_normalized_surface_dice
    for mm in tolerances_mm:
        values[f"nsd:mean@{mm:g}mm"] = _float(partial(share, threshold=mm), *pair)
    return values


def simpleitk(reference, prediction, spacing_mm, _tolerances_mm) -> Values:
    import SimpleITK

    images = []
    for mask in (reference, prediction):
        image = SimpleITK.GetImageFromArray(mask.astype(np.uint8).transpose(2, 1, 0))
        image.SetSpacing(spacing_mm)
        images.append(image)
    peer = SimpleITK.HausdorffDistanceImageFilter()

    def run(value):
        peer.Execute(*images)
        return value()

    return {
        "hd:voxels": _float(run, peer.GetHausdorffDistance),
        "average-hd:voxels": _float(run, peer.GetAverageHausdorffDistance),
    }


def monai(reference, prediction, spacing_mm, tolerances_mm) -> Values:
    import torch
    from monai.metrics import (
        compute_average_surface_distance,
        compute_hausdorff_distance,
        compute_surface_dice,
    )

    pair = [torch.from_numpy(np.ascontiguousarray(m))[None, None] for m in (prediction, reference)]
    given = {"include_background": True, "spacing": list(spacing_mm)}
    values = {
        "hd:border": compute_hausdorff_distance(*pair, **given),
        "hd95:max": compute_hausdorff_distance(*pair, percentile=95, **given),
        "assd:pooled": compute_average_surface_distance(*pair, symmetric=True, **given),
        "asd:prediction": compute_average_surface_distance(*pair, **given),
    }
    for mm in tolerances_mm:
        share = compute_surface_dice(*pair, class_thresholds=[mm], **given)
        values[f"nsd:border@{mm:g}mm"] = share
        share = compute_surface_dice(*pair, class_thresholds=[mm], use_subvoxels=True, **given)
        values[f"nsd:surfel@{mm:g}mm"] = share
    return _floats(values)


def monai_hd95_and_nsd(reference, prediction, spacing_mm) -> Values:
    """These two alone, since MONAI finds the surfaces again for each of its metrics."""
    import torch
    from monai.metrics import compute_hausdorff_distance, compute_surface_dice

    pair = [torch.from_numpy(np.ascontiguousarray(m))[None, None] for m in (prediction, reference)]
    given = {"include_background": True, "spacing": list(spacing_mm)}
    return _floats(
        {
            "hd95:max": compute_hausdorff_distance(*pair, percentile=95, **given),
            "nsd:border@1mm": compute_surface_dice(*pair, class_thresholds=[1.0], **given),
        }
    )


TOOLS: Mapping[str, Tool] = MappingProxyType(
    {
        "surface-distance": surface_distance,
        "medpy": medpy,
        "panoptica": panoptica,
        "simpleitk": simpleitk,
        "monai": monai,
    }
)
_MODULES = {"surface-distance": "surface_distance", "simpleitk": "SimpleITK"}


def installed() -> dict[str, str]:
    """Tools that are here, with their versions."""
    return {
        name: version(name)
        for name in TOOLS
        if importlib.util.find_spec(_MODULES.get(name, name)) is not None
    }


def values_of(tool: str, reference, prediction, spacing_mm, tolerances_mm) -> Values:
    """A tool's values, its warnings silenced."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return TOOLS[tool](reference, prediction, spacing_mm, tolerances_mm)


def _floats(values) -> Values:
    return {name: _float(float, value) for name, value in values.items()}


def _float(function, *arguments) -> float | str:
    """A number; what is none is spelt out, and what a tool refuses is an "error"."""
    try:
        value = float(function(*arguments))
    except (RuntimeError, AttributeError, ValueError, IndexError):
        return "error"
    return value if np.isfinite(value) else str(value)
