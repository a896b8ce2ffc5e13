"""Questions in RadGenome's forms, each answer derived from the record. Start: ``write``."""

from typing import Final

VERSION: Final = "1.0"
"""Changes when equal records may get other questions; built cases are then built again."""
