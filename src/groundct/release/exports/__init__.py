"""Exports: released records in the layouts that other tools read; one public module a layout."""
