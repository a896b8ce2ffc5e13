"""Organ masks against those of a reference, over all their names."""

from groundct.benchmark.organs.inputs import OrganMasks, open_organs
from groundct.benchmark.organs.result import OrganResult, write_result
from groundct.benchmark.organs.run import OrganSettings, evaluate_organs

__all__ = [
    "OrganMasks",
    "OrganResult",
    "OrganSettings",
    "evaluate_organs",
    "open_organs",
    "write_result",
]
