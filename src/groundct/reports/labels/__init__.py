"""What a Reading says in other label systems: CT-RATE's 18 labels, ReXGroundingCT's codes."""

from groundct.reports.labels.categories import categorize
from groundct.reports.labels.ct_rate import labels_of, labels_of_findings

__all__ = ["categorize", "labels_of", "labels_of_findings"]
