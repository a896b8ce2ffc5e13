"""groundct: grounded interpretation of 3-D chest CT."""

__version__ = "0.1.0"
