"""Reasoning traces against those of a reference."""

from groundct.benchmark.reasoning.inputs import Trace, Traces, read_traces
from groundct.benchmark.reasoning.masks import overlap_by_masks
from groundct.benchmark.reasoning.result import ReasoningResult, write_result
from groundct.benchmark.reasoning.run import evaluate_reasoning

__all__ = [
    "ReasoningResult",
    "Trace",
    "Traces",
    "evaluate_reasoning",
    "overlap_by_masks",
    "read_traces",
    "write_result",
]
