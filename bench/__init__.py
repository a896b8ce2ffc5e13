"""Benchmarks of speed, memory and quality; documents quote numbers from here alone."""

from pathlib import Path
from typing import Final

DATA: Final = Path(__file__).resolve().parents[2] / "shared" / "data"
"""Where the data lie unless a command says otherwise: beside the checkout."""
