"""Generated reports against reference reports: words, labels, findings, relations, facts."""

from groundct.benchmark.reports.boxes import with_boxes
from groundct.benchmark.reports.inputs import Texts, read_texts
from groundct.benchmark.reports.labels import with_labels
from groundct.benchmark.reports.result import ReportsResult, write_result
from groundct.benchmark.reports.run import evaluate_reports
from groundct.benchmark.reports.settings import PARTS, Settings

__all__ = [
    "PARTS",
    "ReportsResult",
    "Settings",
    "Texts",
    "evaluate_reports",
    "read_texts",
    "with_boxes",
    "with_labels",
    "write_result",
]
