"""Helpers of the ``hu_text`` finding segmenter: one file an appearance."""
