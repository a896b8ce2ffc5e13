"""Extractors: Report -> Reading, one public module each; helpers in sub-packages."""
