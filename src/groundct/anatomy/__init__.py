"""Volume -> LabelMap; one file a segmenter. ``segment`` runs one by its name."""

from groundct.anatomy._segment import segment

__all__ = ["segment"]
