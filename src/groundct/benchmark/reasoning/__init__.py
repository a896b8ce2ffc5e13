"""Reasoning traces against those of a reference."""

from groundct.benchmark.reasoning.inputs import Trace, Traces, read_traces
from groundct.benchmark.reasoning.result import ReasoningResult, write_result
from groundct.benchmark.reasoning.run import evaluate_reasoning

__all__ = [
    "ReasoningResult",
    "Trace",
    "Traces",
    "evaluate_reasoning",
    "read_traces",
    "write_result",
]
