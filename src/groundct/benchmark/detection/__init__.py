"""Detection: candidates with a confidence against references; FROC and CPM."""

from groundct.benchmark.detection.masks import candidate_masks, reference_masks
from groundct.benchmark.detection.places import Candidates, Places, References
from groundct.benchmark.detection.result import DetectionResult, write_result
from groundct.benchmark.detection.run import evaluate_detection
from groundct.benchmark.detection.settings import DetectionSettings
from groundct.benchmark.detection.tables import read_candidate_table, read_reference_table

__all__ = [
    "Candidates",
    "DetectionResult",
    "DetectionSettings",
    "Places",
    "References",
    "candidate_masks",
    "evaluate_detection",
    "read_candidate_table",
    "read_reference_table",
    "reference_masks",
    "write_result",
]
