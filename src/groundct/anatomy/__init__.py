"""Volume -> LabelMap; one file a segmenter. ``segment`` runs one by its name."""

from groundct.anatomy._segment import ScanWarning, segment

__all__ = ["ScanWarning", "segment"]
