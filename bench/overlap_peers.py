"""Public tools' Dice, components and matched instances, where they are installed.

None of them is a dependency but scipy and cc3d. `installed` says which are here; `TOOLS` maps a
tool to a function of reference, prediction (bool (i, j, k)), spacing and tolerances in mm.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import warnings
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version
from types import MappingProxyType
from typing import Any

import numpy as np

from bench.surface_peers import Spacing, Tool, Values

_REACH = {6: 1, 18: 2, 26: 3}
_PACKAGES = {
    "cc3d": ("cc3d", "connected-components-3d"),
    "simpleitk": ("SimpleITK", "SimpleITK"),
}


def scipy(_reference, prediction, _spacing_mm, _tolerances_mm) -> Values:
    """Components, in the same order as ours."""
    from scipy import ndimage

    values: Values = {}
    for reach, rank in _REACH.items():
        shape = ndimage.generate_binary_structure(3, rank)
        labels, count = ndimage.label(prediction, shape)
        values |= {
            f"components:{reach}": float(count),
            f"labels of components:{reach}": labels_by_voxel(labels),
        }
    return values


def cc3d(_reference, prediction, _spacing_mm, _tolerances_mm) -> Values:
    import cc3d as peer

    array = np.ascontiguousarray(prediction)
    return {
        f"components:{reach}": float(peer.connected_components(array, connectivity=reach).max())
        for reach in _REACH
    }


def simpleitk(reference, prediction, _spacing_mm, _tolerances_mm) -> Values:
    import SimpleITK

    one, two = (
        SimpleITK.GetImageFromArray(mask.astype(np.uint8).transpose(2, 1, 0))
        for mask in (reference, prediction)
    )
    overlap = SimpleITK.LabelOverlapMeasuresImageFilter()
    overlap.Execute(one, two)
    values: Values = {"dice": overlap.GetDiceCoefficient(1)}
    for reach, full in ((6, False), (26, True)):
        found = SimpleITK.GetArrayFromImage(SimpleITK.ConnectedComponent(two, full))
        values[f"components:{reach}"] = float(found.max())
    return values


def medpy(reference, prediction, _spacing_mm, _tolerances_mm) -> Values:
    from medpy.metric import binary

    return {"dice": float(binary.dc(prediction, reference))}


def monai(reference, prediction, _spacing_mm, _tolerances_mm) -> Values:
    import torch
    from monai.metrics import compute_dice

    pair = [torch.from_numpy(np.ascontiguousarray(m))[None, None] for m in (prediction, reference)]
    return {"dice": float(compute_dice(*pair, include_background=True))}


def panoptica(reference, prediction, _spacing_mm, _tolerances_mm) -> Values:
    """Components by cc3d (26 neighbours), matched greedily by a Dice of 0.2 and more."""
    result = _panoptica().evaluate(
        prediction.astype(np.uint8), reference.astype(np.uint8), verbose=False
    )["ungrouped"]
    counts = {name: float(getattr(result, name)) for name in ("tp", "fp", "fn")}
    return {"dice": float(result.global_bin_dsc), **counts}


@cache
def _panoptica() -> Any:
    with contextlib.redirect_stdout(io.StringIO()):
        from panoptica import (
            ConnectedComponentsInstanceApproximator,
            InputType,
            Metric,
            NaiveThresholdMatching,
            Panoptica_Evaluator,
        )
        from panoptica.utils.constants import CCABackend

        return Panoptica_Evaluator(
            expected_input=InputType.SEMANTIC,
            instance_approximator=ConnectedComponentsInstanceApproximator(CCABackend.cc3d),
            instance_matcher=NaiveThresholdMatching(Metric.DSC, 0.2),
            instance_metrics=[Metric.DSC],
            global_metrics=[Metric.DSC],
        )


def labels_by_voxel(labels: np.ndarray) -> float:
    """A number that tells labelled arrays apart: sizes and places of labels, weighted by both."""
    weights = np.arange(1, labels.size + 1, dtype=np.float64)
    return float((labels.ravel() * weights).sum())


TOOLS: Mapping[str, Tool] = MappingProxyType(
    {
        "scipy": scipy,
        "cc3d": cc3d,
        "simpleitk": simpleitk,
        "medpy": medpy,
        "monai": monai,
        "panoptica": panoptica,
    }
)


def installed() -> dict[str, str]:
    """Tools that are here, with their versions."""
    names = {tool: _PACKAGES.get(tool, (tool, tool)) for tool in TOOLS}
    return {
        tool: version(package)
        for tool, (module, package) in names.items()
        if importlib.util.find_spec(module) is not None
    }


def values_of(
    tool: str, reference, prediction, spacing_mm: Spacing, tolerances_mm: Sequence[float]
) -> Values:
    """A tool's values, its warnings silenced."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return TOOLS[tool](reference, prediction, spacing_mm, tolerances_mm)
