"""Frozen values, geometry, spans, digests and issues: numpy and pydantic, no I/O."""
