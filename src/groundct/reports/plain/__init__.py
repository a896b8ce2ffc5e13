"""Reports with HTML, RTF or invisible characters: the text without them, and where it came from."""

from groundct.reports.plain.reading import PlainReport, moved_back, plain_report

__all__ = ["PlainReport", "moved_back", "plain_report"]
