"""Voxels to a tool and a mask back: plain arrays on one grid, checked before anything is believed.

An array in a file has no affine that two programs could read in two ways. What is sent is in RAS
order (i, j, k); what comes back must be one 3-D mask of that shape, of zeros and ones.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from groundct.anatomy._external.process import ToolError, Worker
from groundct.core.issues import DataError
from groundct.core.volume import BoolArray, Volume


def ask_for_mask(
    process: Worker, tool: str, volume: Volume, request: Mapping[str, Any], timeout_s: float
) -> BoolArray:
    """The mask (i j k) that a warm worker draws in a volume.

    Raises ToolError when the tool fails, or when what it wrote is no mask on the volume's grid.
    """
    with tempfile.TemporaryDirectory(dir=process.folder) as folder:
        given, written = Path(folder) / "ct.npy", Path(folder) / "mask.npy"
        np.save(given, np.asfortranarray(volume.hu), allow_pickle=False)
        process.ask({**request, "input": str(given), "output": str(written)}, timeout_s)
        if not written.is_file():
            raise _refused(tool, "no-output", "it wrote no mask.")
        return checked_mask(np.load(written, allow_pickle=False), volume, tool)


def checked_mask(mask: np.ndarray[Any, Any], volume: Volume, tool: str) -> BoolArray:
    """A tool's array as a bool mask (i j k) on the volume's grid.

    Raises ToolError for an axis of findings in front, for axes in another order, for another grid,
    and for voxels that are neither 0 nor 1.
    """
    shape = volume.geometry.shape
    if mask.ndim != 3:
        raise _refused(tool, "not-3-d", f"the mask has {mask.ndim} axes {mask.shape}, not three.")
    if mask.shape != shape:
        turned = " (the same axes in another order)" if sorted(mask.shape) == sorted(shape) else ""
        what = f"the mask is {mask.shape} and the volume {shape}{turned}."
        raise _refused(tool, "grid-mismatch", what)
    if mask.dtype.kind == "f" and not np.isfinite(mask).all():
        raise _refused(tool, "not-finite", "the mask holds values that are no numbers.")
    if not ((mask == 0) | (mask == 1)).all():
        raise _refused(tool, "not-binary", "the mask holds values other than 0 and 1.")
    return np.asfortranarray(mask != 0)


def _refused(tool: str, code: str, what: str) -> DataError:
    return ToolError.of(
        code, tool, what, f"Check the version of {tool}; its masks are never bent to fit."
    )
