"""Builds that are killed, starved and damaged: ``python -m faults``."""
