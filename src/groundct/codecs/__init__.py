"""Bytes <-> values; the only place where axes are flipped and slopes applied."""
