"""Reasoning traces: from the whole scan to a finding, step by step. Start: ``trace``."""

from typing import Final

VERSION: Final = "1.0"
"""Changes when equal records may get other traces; built cases are then built again."""
