"""Segmentation: masks of findings against reference masks, official scoring and strict."""

from groundct.benchmark.segmentation.inputs import Masks, open_masks, with_dataset
from groundct.benchmark.segmentation.result import (
    CaseResult,
    FindingResult,
    SegmentationResult,
    write_result,
)
from groundct.benchmark.segmentation.run import RunOptions, evaluate_segmentation
from groundct.benchmark.segmentation.settings import Settings

__all__ = [
    "CaseResult",
    "FindingResult",
    "Masks",
    "RunOptions",
    "SegmentationResult",
    "Settings",
    "evaluate_segmentation",
    "open_masks",
    "with_dataset",
    "write_result",
]
