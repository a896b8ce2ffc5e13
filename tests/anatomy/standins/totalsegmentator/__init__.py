"""Stands in for TotalSegmentator: the same calls, no network, no weights, no torch."""
