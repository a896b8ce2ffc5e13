"""Extractors: Report -> Reading, one public module each; helpers in sub-packages.

`read` is the way in for a single text.
"""

from groundct.reports._read import ReportReading, read

__all__ = ["ReportReading", "read"]
