"""Composite structures, put together of those that a segmenter found."""

from groundct.anatomy.composites.complete import complete

__all__ = ["complete"]
